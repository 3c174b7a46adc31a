/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The loss ledger: how many records were dropped, by reason and classification. The counters of a
 * machine epoch only grow; each is delivered as its whole value, so that a batch that arrives twice
 * changes nothing, and the value that the server has is remembered. Threads: see tm-store.h.
 */
#pragma once

#include "tm-batch.h"
#include "tm-store.h"

G_BEGIN_DECLS

#define TM_LOSS_EVICTED "evicted"
#define TM_LOSS_EXPIRED "expired"
#define TM_LOSS_REJECTED "rejected"
#define TM_LOSS_RATE_LIMITED "rate-limited"
#define TM_LOSS_QUOTA "quota-exceeded"
/* What is counted under when an epoch has 900 counters: strangers choose classifications, so there
 * must be an end, and a batch takes TM_BATCH_MAX_LEDGER. */
#define TM_LOSS_OTHER_CLASSIFICATION "org.telemetrics/ledger/other"

gboolean tm_store_count_loss (TmStore *self,
                              const char *machine_id,
                              const char *reason,
                              const char *classification,
                              guint64 count,
                              GError **error);

/* All counters of the epoch, or only those the server does not have. (element-type TmLoss) */
GPtrArray *
tm_store_list_losses (TmStore *self, const char *machine_id, gboolean undelivered, GError **error);
/* The server has these values. */
gboolean tm_store_mark_losses_delivered (TmStore *self,
                                         const char *machine_id,
                                         GPtrArray *losses,
                                         GError **error);

G_END_DECLS
