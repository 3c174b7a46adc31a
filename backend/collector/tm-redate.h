/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of a machine whose clock was wrong. The id of a record carries the time at which it was
 * accepted on its machine; outside a window around now that time cannot be right, and the record
 * gets another one:
 *
 * - boottime: another record of the same boot in the batch has a time inside the window; the clock
 *   since boot, which does not step, says how far apart the two are;
 * - sent-at: the machine said what its clock showed when it sent; the difference to ours is added;
 * - received: neither is there, or leads outside the window again: the time of reception.
 */
#pragma once

#include "tm-batch.h"

G_BEGIN_DECLS

#define TM_REDATE_PAST_USEC (35 * G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define TM_REDATE_FUTURE_USEC (25 * G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef enum
{
  TM_REDATE_BOOTTIME,
  TM_REDATE_SENT_AT,
  TM_REDATE_RECEIVED,
} TmRedate;

const char *tm_redate_to_text (TmRedate redate);

gboolean tm_redate_is_in_window (gint64 usec, gint64 now_usec);

/* sent_usec: 0 if the machine did not say. */
TmRedate tm_redate (
    TmBatch *batch, TmRecord *record, gint64 received_usec, gint64 sent_usec, gint64 *out_usec);

G_END_DECLS
