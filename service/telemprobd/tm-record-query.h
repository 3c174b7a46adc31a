/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which records somebody asks for: the filter of Records.List, decoded. */
#pragma once

#include "tm-store-records.h"

G_BEGIN_DECLS

/* Whose records; each one needs another authorization. */
typedef enum
{
  TM_RECORD_SCOPE_OWN,    /* the caller's */
  TM_RECORD_SCOPE_SYSTEM, /* these, and those of the system's own services */
  TM_RECORD_SCOPE_ALL,    /* these, and those of other users */
} TmRecordScope;

typedef struct
{
  gboolean has_scope;
  TmRecordScope scope;
  TmRecordFilter filter; /* its texts live as long as variant */
  GVariant *variant;     /* owned */
} TmRecordQuery;

/* variant: a{sv}. Fails with TELEMETRY_ERROR_INVALID_FIELDS and names the key and what it takes. */
gboolean tm_record_query_init (TmRecordQuery *self, GVariant *variant, GError **error);
void tm_record_query_clear (TmRecordQuery *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmRecordQuery, tm_record_query_clear)

/* The polkit action for the scope. */
const char *tm_record_scope_get_action (TmRecordScope scope);
/* May whoever asks with this scope see a record that owner_uid has submitted? */
gboolean tm_record_scope_covers (TmRecordScope scope, guint32 caller_uid, guint32 owner_uid);
/* The smallest scope that covers it. */
TmRecordScope tm_record_scope_for (guint32 caller_uid, guint32 owner_uid);

G_END_DECLS
