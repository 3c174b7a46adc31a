/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TmConsent from inside: for tm-consent.c (the rules) and tm-consent-file.c (the file). */
#pragma once

#include "tm-consent.h"

G_BEGIN_DECLS

struct _TmConsent
{
  gatomicrefcount ref_count;
  char *path;                /* (owned): of the file */
  TmConfig *config;          /* (owned) */
  TmCategorySet *categories; /* (owned) */
  char **locked;             /* (owned): sorted */
  gboolean enabled;
  guint accepted_version;
  GHashTable *decisions; /* (owned) id -> TmDecision; those that are not unset, of categories that
                            have no file any more, too */
  GHashTable *since;     /* (owned) id -> gint64 *: when what is active became so */
  char *problem;         /* (owned) (nullable) */
};

/* Off, and nothing decided. */
TmConsent *tm_consent_new (const char *path, TmConfig *config, TmCategorySet *categories);
TmConsent *tm_consent_copy (TmConsent *self);
void tm_consent_note_since (TmConsent *self, const char *category, gint64 since_usec);

G_END_DECLS
