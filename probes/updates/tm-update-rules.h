/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a vendor says about updates: a key file.
 *
 *   [build]
 *   packages=base-files;         # whose version is the build of the system
 *   [names]
 *   allow=linux-image-*;acme-*   # packages whose names may be sent; as shipped none
 */
#pragma once

#include "tm-update.h"

G_BEGIN_DECLS

typedef struct _TmUpdateRules TmUpdateRules;

TmUpdateRules *tm_update_rules_new (const char *text, GError **error);
void tm_update_rules_free (TmUpdateRules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmUpdateRules, tm_update_rules_free)

gboolean tm_update_rules_is_build (const TmUpdateRules *self, const char *package);
/* Keeps the name, if it may be sent. */
void tm_update_rules_note_name (const TmUpdateRules *self, const char *package, TmUpdate *update);

G_END_DECLS
