/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a record says of the system it comes from. Immutable and reference counted: thousands of
 * records of one machine share one.
 */
#pragma once

#include "tm-field.h"

G_BEGIN_DECLS

typedef struct _TmSystem TmSystem;

/* values: TM_N_SYSTEM_FIELDS strings in the order of TmSystemFieldId, NULL where unknown; copied.
 * Fails with TELEMETRY_ERROR_INVALID_FIELDS, naming the first field that is not as it must be. */
TmSystem *tm_system_new (const char *const *values, GError **error);
TmSystem *tm_system_ref (TmSystem *self);
void tm_system_unref (TmSystem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmSystem, tm_system_unref)

const char *tm_system_get (TmSystem *self, TmSystemFieldId id); /* NULL if unknown */
gboolean tm_system_equal (TmSystem *a, TmSystem *b);
/* base with the fields that are set in over laid over it. */
TmSystem *tm_system_overlay (TmSystem *base, TmSystem *over);

G_END_DECLS
