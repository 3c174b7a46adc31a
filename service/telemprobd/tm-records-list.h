/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One page of what is kept, and records in full: work on the commit thread for Records.List and
 * Records.Read, with its input and its result. */
#pragma once

#include "tm-record-query.h"

G_BEGIN_DECLS

#define TM_RECORDS_LIST_DEFAULT_LIMIT 100
#define TM_RECORDS_LIST_MAX_LIMIT 1000

typedef struct
{
  TmRecordQuery query;
  guint32 caller_uid;
  TmRecordScope scope;
  guint64 cursor;
  guint limit;
  GPtrArray *records; /* (element-type TmKeptRecord): the result */
  guint64 next;       /* cursor of the next page; 0: there is none */
} TmRecordsPage;

void tm_records_page_free (TmRecordsPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRecordsPage, tm_records_page_free)

/* A TmCommitterFunc; data is a TmRecordsPage. */
gboolean tm_records_page_read (TmStore *store, gpointer data, GError **error);
/* (aa{sv}t), as Records.List answers. (transfer floating) */
GVariant *tm_records_page_to_variant (TmRecordsPage *self);

typedef struct
{
  char **record_ids;
  guint32 caller_uid;
  TmRecordScope scope; /* the result: the smallest one that covers them all */
  GBytes *lines;       /* the result: one record as JSON on each line */
} TmRecordsText;

void tm_records_text_free (TmRecordsText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRecordsText, tm_records_text_free)

/* A TmCommitterFunc; data is a TmRecordsText. Fails with TELEMETRY_ERROR_NOT_FOUND. */
gboolean tm_records_text_read (TmStore *store, gpointer data, GError **error);

G_END_DECLS
