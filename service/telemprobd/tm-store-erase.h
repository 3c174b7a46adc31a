/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deleting so that nothing stays readable: rows are overwritten (secure_delete), the database is
 * rewritten without free pages, the log is emptied, and a damaged database that was put aside is
 * removed. When these return TRUE, not one byte of what was deleted is left in the files.
 * Threads: see tm-store.h; not in a transaction, so by tm_committer_run_file_async().
 */
#pragma once

#include "tm-category.h"
#include "tm-store-records.h"

G_BEGIN_DECLS

/* Each also deletes the transmission if its body carries a deleted record: the caller stops the
 * transfer first. out_n_records: (out) (optional) */
gboolean tm_store_delete_matching (TmStore *self,
                                   const TmRecordFilter *filter,
                                   guint *out_n_records,
                                   GError **error);
/* Records of the category, in every state, its remembered dedup-keys included. */
gboolean tm_store_delete_category (TmStore *self,
                                   const char *category,
                                   guint *out_n_records,
                                   GError **error);
/* What was counted as lost of the category; categories says which classifications are its. */
gboolean tm_store_delete_category_losses (TmStore *self,
                                          const char *category,
                                          TmCategorySet *categories,
                                          GError **error);
/* Withdrawal: everything but the receipts: records, transmission, ledger, epochs, values. */
gboolean tm_store_delete_everything (TmStore *self, guint *out_n_records, GError **error);

/* What the owner can prove afterwards. */
typedef struct
{
  char *receipt_id;
  char *kind; /* "withdrawal", "erasure" */
  gint64 created_usec;
  guint64 n_records; /* deleted on this machine */
} TmReceipt;

void tm_receipt_free (TmReceipt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmReceipt, tm_receipt_free)

gboolean tm_store_add_receipt (TmStore *self, const TmReceipt *receipt, GError **error);
/* Newest first. (element-type TmReceipt) */
GPtrArray *tm_store_list_receipts (TmStore *self, GError **error);

G_END_DECLS
