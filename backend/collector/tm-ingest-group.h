/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The jobs that share one transaction, and the rows that come of them: in the order of their ids
 * (two transactions with the same ids then wait for each other instead of locking up), each id
 * once.
 */
#pragma once

#include "tm-ingest-row.h"
#include "tm-redate.h"

G_BEGIN_DECLS

typedef struct
{
  TmIngestRow row; /* created_usec is the new date */
  gint64 claimed_usec;
  TmRedate redate;
} TmQuarantineRow;

/* How many new records a batch has of one day, class, build and severity. */
typedef struct
{
  TmIngestJob *job; /* (unowned) */
  gint32 day;
  gint32 class_pk;
  gint32 build_pk;
  gint16 severity;
  gint32 n;
} TmIngestDelta;

typedef struct
{
  GPtrArray *jobs; /* (element-type TmIngestJob) (unowned) */
  guint n_records;
  gsize n_bytes;       /* of the inflated bodies */
  GArray *rows;        /* (element-type TmIngestRow) */
  GArray *quarantine;  /* (element-type TmQuarantineRow) */
  guint n_quarantined; /* those of quarantine that are new */
  GArray *deltas;      /* (element-type TmIngestDelta): made by tm_ingest_group_count() */
} TmIngestGroup;

TmIngestGroup *tm_ingest_group_new (void);
void tm_ingest_group_free (TmIngestGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmIngestGroup, tm_ingest_group_free)
void tm_ingest_group_clear (TmIngestGroup *self);
/* job: decoded. */
void tm_ingest_group_add (TmIngestGroup *self, TmIngestJob *job);

void tm_ingest_group_want (TmIngestGroup *self, TmDictionary *dictionary);
/* Makes rows of the records of all jobs that are not known; each counts as accepted, but for one
 * that stands in the group twice. */
void tm_ingest_group_build (TmIngestGroup *self, TmDictionary *dictionary);
/* Rows whose id is not among ids (element-type utf8) were there before. */
void tm_ingest_group_keep_new (TmIngestGroup *self, GHashTable *ids);
void tm_ingest_group_keep_new_quarantine (TmIngestGroup *self, GHashTable *ids);
/* Counts the new records: n_new of each job, and deltas. */
void tm_ingest_group_count (TmIngestGroup *self);

G_END_DECLS
