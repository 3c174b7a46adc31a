/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kinds of section that are known, one definition each: how it is read, and which of its values
 * name the error and the place of it. A place is a class of places (a slot, a model of device),
 * never an address.
 */
#pragma once

#include "tm-cper-field.h"

G_BEGIN_DECLS

typedef struct
{
  const char *guid;
  const char *name;          /* as the specification has it */
  const char *kind;          /* one short word, for signatures and pages */
  const TmCperField *fields; /* (nullable): NULL: nobody can read it further */
  guint8 valid_offset;
  guint8 valid_bytes; /* 0: there is no validation word */
  void (*decode_rest) (const TmCperReader *reader, JsonObject *object); /* (nullable) */
  const char *error_paths[4];    /* "error_type.name": the first that is there names the error */
  const char *location_paths[4]; /* all that are there name the place */
} TmCperType;

extern const TmCperType tm_cper_generic_processor;
extern const TmCperType tm_cper_x86_processor;
extern const TmCperType tm_cper_arm_processor;
extern const TmCperType tm_cper_memory;
extern const TmCperType tm_cper_memory2;
extern const TmCperType tm_cper_pcie;
extern const TmCperType tm_cper_pci_bus;
extern const TmCperType tm_cper_pci_device;
extern const TmCperType tm_cper_firmware;
extern const TmCperType tm_cper_dmar;
extern const TmCperType tm_cper_vtd;
extern const TmCperType tm_cper_iommu;
extern const TmCperType tm_cper_ccix;
extern const TmCperType tm_cper_cxl_protocol;
extern const TmCperType tm_cper_cxl_media;
extern const TmCperType tm_cper_cxl_dram;
extern const TmCperType tm_cper_cxl_module;
extern const TmCperType tm_cper_nvidia;

/* The capability structure of PCI Express and its Advanced Error Reporting, at their offsets in a
 * section. */
extern const TmCperField tm_cper_pcie_capability_fields[];
extern const TmCperField tm_cper_pcie_aer_fields[];
extern const TmCperName tm_cper_aer_uncorrectable_names[];
extern const TmCperName tm_cper_aer_correctable_names[];

/* Never NULL: a type of its own stands for those that nobody knows. */
const TmCperType *tm_cper_type_find (const char *guid);
/* (transfer full): what the section says. */
JsonObject *tm_cper_type_decode (const TmCperType *self, const TmCperReader *reader);
/* (transfer full) (nullable): the name of the error, or of the place, in what was decoded. */
char *tm_cper_type_get_error (const TmCperType *self, JsonObject *decoded);
char *tm_cper_type_get_location (const TmCperType *self, JsonObject *decoded);

/* What access a processor was at, and what part in it it took. */
extern const TmCperName tm_cper_transaction_names[];
extern const TmCperName tm_cper_participation_names[];

/* The error status that several kinds of section share. */
extern const TmCperName tm_cper_error_status_names[];
#define TM_CPER_ERROR_STATUS(offset)                                                               \
  {                                                                                                \
    TM_CPER_VB ("error_type", TM_CPER_ALWAYS, offset, 8, 8, 8, tm_cper_error_status_names),        \
        TM_CPER_B ("address_signal", TM_CPER_ALWAYS, offset, 8, 16),                               \
        TM_CPER_B ("control_signal", TM_CPER_ALWAYS, offset, 8, 17),                               \
        TM_CPER_B ("data_signal", TM_CPER_ALWAYS, offset, 8, 18),                                  \
        TM_CPER_B ("detected_by_responder", TM_CPER_ALWAYS, offset, 8, 19),                        \
        TM_CPER_B ("detected_by_requester", TM_CPER_ALWAYS, offset, 8, 20),                        \
        TM_CPER_B ("first_error", TM_CPER_ALWAYS, offset, 8, 21),                                  \
        TM_CPER_B ("overflow_dropped_logs", TM_CPER_ALWAYS, offset, 8, 22), TM_CPER_END            \
  }

G_END_DECLS
