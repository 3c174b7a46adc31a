/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * That a part of the machine failed: what a record says, whatever it was read from. The words are
 * classes: a fault of the same kind has the same title and hash on every machine. Where in this one
 * machine it was (a slot, a processor, a place on the bus) is beside them, and no address of memory
 * and no serial number is anywhere.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TM_FAULT_SIGNATURE_VERSION 1

typedef enum
{
  TM_FAULT_MCE,
  TM_FAULT_MEMORY,
  TM_FAULT_PCIE,
  TM_FAULT_THERMAL,
} TmFaultKind;

/* From the lightest; all from TM_FAULT_DEFERRED on was not corrected. */
typedef enum
{
  TM_FAULT_INFORMATIONAL,
  TM_FAULT_CORRECTED,
  TM_FAULT_DEFERRED,        /* bad data was marked before anybody used it */
  TM_FAULT_NO_ACTION,       /* bad data, and the processor asks for nothing to be done */
  TM_FAULT_ACTION_OPTIONAL, /* bad data that nobody has used; the system may set it aside */
  TM_FAULT_ACTION_REQUIRED, /* bad data that was about to be used */
  TM_FAULT_UNCORRECTED,     /* no more is known */
  TM_FAULT_FATAL,           /* the state of the processor or of the link is lost */
} TmFaultSeverity;

typedef enum
{
  TM_FAULT_FROM_TRACE,
  TM_FAULT_FROM_LOG,
  TM_FAULT_FROM_COUNTER,
} TmFaultSource;

typedef struct
{
  TmFaultKind kind;
  TmFaultSeverity severity;
  TmFaultSource source;
  gboolean is_of_firmware; /* in the log: the kernel only repeats what the firmware told it */
  char *error;             /* what, in words: "data read in the level 1 cache" */
  char *unit;              /* (nullable): of which part or model: "load-store unit", "8086:1533" */
  char *location;          /* (nullable): which one of this machine: "DIMM_A1", "CPU 3, bank 0" */
  guint64 count;           /* how often, at once */
  gint64 time_usec;        /* since 1970; 0: now */
  JsonObject *details;     /* (nullable): what else the source says, for "details" */
  GString *text;           /* lines for people, below the first */
} TmFault;

/* (transfer full): error: (transfer full) */
TmFault *tm_fault_new (TmFaultKind kind, TmFaultSeverity severity, char *error);
void tm_fault_free (TmFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmFault, tm_fault_free)

typedef void (*TmFaultFunc) (TmFault *fault /* (transfer full) */, gpointer user_data);

const char *tm_fault_get_classification (TmFaultKind kind);
const char *tm_fault_kind_to_name (TmFaultKind kind);
gboolean tm_fault_kind_from_name (const char *name, TmFaultKind *out_kind);
const char *tm_fault_severity_to_name (TmFaultSeverity severity);
gboolean tm_fault_severity_from_name (const char *name, TmFaultSeverity *out_severity);

/* 2, or 4 if it was not corrected. */
guint tm_fault_get_severity (const TmFault *self);
/* (transfer full) */
char *tm_fault_get_title (const TmFault *self);
/* (transfer full): the same for the same fault of any machine. */
char *tm_fault_get_group (const TmFault *self);
/* (transfer full): the same for the same fault of the same part of this machine. */
char *tm_fault_get_exact (const TmFault *self);

/* (transfer full): the payload, format version 1. platform: (nullable) (transfer none). */
JsonNode *tm_fault_to_payload (const TmFault *self, JsonObject *platform);

/* The object of the details, made when it is asked for. (transfer none) */
JsonObject *tm_fault_get_details (TmFault *self);

G_END_DECLS
