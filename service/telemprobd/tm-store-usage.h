/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much is kept, of whom, and what has to go when it is too much. Inside the store only: the
 * account is in TmStoreMemory, read from the database once and kept with every change.
 */
#pragma once

#include "tm-store-engine.h"

G_BEGIN_DECLS

/* What a record takes beside its text: row, indices, part of a page. Measured: see
 * test-store-bounds. */
#define TM_STORE_RECORD_OVERHEAD_BYTES 384

gboolean tm_store_load_usage (TmStore *self, GError **error);
void tm_store_charge (TmStore *self, guint32 uid, gint64 n_bytes);

/* Runs a statement that deletes records and returns what they were; keeps the account, and counts
 * those that were pending in the ledger, unless reason is NULL. out_n_records: (out) (optional) */
gboolean tm_store_remove (TmStore *self,
                          TmStatement *statement,
                          const char *reason,
                          guint *out_n_records,
                          GError **error);

/* Evicts what is too much: of the uid (its part of the bound), or of all (uid < 0). Sent records go
 * first, then rejected ones, then pending ones: lowest severity first, then oldest. */
gboolean tm_store_keep_bound (TmStore *self, gint64 uid, GError **error);

G_END_DECLS
