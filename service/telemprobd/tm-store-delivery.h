/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What delivery needs of the store: records for a batch, the one transmission that is on its way,
 * and the outcome of each record. Threads: see tm-store.h.
 *
 *   take -> (the caller makes the body) -> begin transmission -> update ... -> settle
 *                                                                         \-> abandon
 *
 * The body is kept byte for byte, so that a retry, also after a restart, sends the same bytes. A
 * record of the transmission is neither evicted nor expired nor taken again until it is settled or
 * the transmission is abandoned; it then waits again. It may be deleted by its owner: then so is
 * the transmission, because its body has the record in it.
 */
#pragma once

#include "tm-batch.h"
#include "tm-store-records.h"

G_BEGIN_DECLS

typedef struct
{
  char *machine_id;   /* one batch, one machine epoch: the oldest that has something to send */
  GPtrArray *records; /* (element-type TmRecord): highest severity first, then oldest */
  GPtrArray *losses;  /* (element-type TmLoss): what the server does not have */
  gboolean more;      /* something is left for another batch */
  gboolean urgent;    /* every record has severity >= TM_SEVERITY_HIGH */
} TmTake;

void tm_take_free (TmTake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmTake, tm_take_free)

/* max_bytes: a batch is closed before the record that would pass it, but has at least one record.
 * Only reads. Returns NULL without an error if there is nothing to send. Losses alone are a batch,
 * too, unless min_severity is above TM_SEVERITY_LOW. */
TmTake *tm_store_take_pending (
    TmStore *self, guint min_severity, guint max_records, gsize max_bytes, GError **error);

/* A body on its way. */
typedef struct
{
  char *batch_id;
  char *machine_id;
  GBytes *body;
  GPtrArray *record_ids; /* (element-type utf8) */
  GPtrArray *losses;     /* (element-type TmLoss) */
  gboolean urgent;
  guint attempt;            /* how many were made */
  gint64 created_usec;      /* wall clock */
  gint64 next_attempt_usec; /* wall clock; 0 = as soon as possible. Who reads it must bound it by
                               the longest wait there is: the clock may have been set back since. */
  gint64 not_before_usec;   /* wall clock; what the server has asked for: for nobody earlier */
  char *hold;               /* (nullable): why everything is held */
} TmTransmission;

TmTransmission *tm_transmission_new (const char *batch_id, TmTake *take, GBytes *body);
void tm_transmission_free (TmTransmission *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmTransmission, tm_transmission_free)

/* Fails with TELEMETRY_ERROR_BUSY if there is one, with TELEMETRY_ERROR_NOT_FOUND if one of its
 * records is not pending any more (deleted, for example): then nothing was changed; take anew. */
gboolean
tm_store_begin_transmission (TmStore *self, const TmTransmission *transmission, GError **error);
/* The one that is on its way. NULL without an error if there is none. */
TmTransmission *tm_store_get_transmission (TmStore *self, GError **error);
/* These three fail with TELEMETRY_ERROR_NOT_FOUND if batch_id is not the one on its way. */
gboolean tm_store_update_transmission (TmStore *self,
                                       const char *batch_id,
                                       guint attempt,
                                       gint64 next_attempt_usec,
                                       gint64 not_before_usec,
                                       const char *hold,
                                       GError **error);
/* results (element-type TmResult): accepted and duplicate ones are sent, rejected ones are rejected
 * and counted in the ledger; results of records that were not in the batch are ignored; records
 * without a result wait again. The losses are delivered. url: where it went, for the owner. */
gboolean tm_store_settle (
    TmStore *self, const char *batch_id, GPtrArray *results, const char *url, GError **error);
/* All its records wait again (413: make a smaller one). */
gboolean tm_store_abandon_transmission (TmStore *self, const char *batch_id, GError **error);

G_END_DECLS
