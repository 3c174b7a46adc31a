/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One section of a record: which part of the machine it speaks of, how bad it is, what it says. */
#pragma once

#include "tm-cper-type.h"

G_BEGIN_DECLS

typedef enum
{
  TM_CPER_SEVERITY_RECOVERABLE = 0,
  TM_CPER_SEVERITY_FATAL = 1,
  TM_CPER_SEVERITY_CORRECTED = 2,
  TM_CPER_SEVERITY_INFORMATIONAL = 3,
} TmCperSeverity;

#define TM_CPER_SECTION_PRIMARY 1u

typedef struct
{
  const TmCperType *type; /* (unowned) */
  char *guid;
  guint severity; /* TmCperSeverity, or what the firmware wrote in its place */
  guint revision; /* major << 8 | minor */
  guint flags;
  char *fru_id;   /* (nullable) */
  char *fru_text; /* (nullable): where on the board, in the words of its maker */
  char *time;     /* (nullable): RFC 3339, as the firmware knew it */
  TmCperReader payload;
  gboolean is_truncated; /* it is longer than what holds it */
} TmCperSection;

/* guid: (transfer full) */
TmCperSection *tm_cper_section_new (char *guid, const TmCperReader *payload);
void tm_cper_section_free (TmCperSection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCperSection, tm_cper_section_free)

/* (transfer full) (nullable): the FRU text as far as it may leave the machine. */
char *tm_cper_section_get_place (const TmCperSection *self);
/* (transfer full): wants_all: also what identifies one machine. */
JsonObject *tm_cper_section_to_json (const TmCperSection *self, gboolean wants_all);
extern const TmCperName tm_cper_severity_names[];

G_END_DECLS
