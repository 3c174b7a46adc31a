/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What records share in the database: the machine epoch with its sequence, the boot with its clock
 * offset, the system. Inside the store only; each is remembered in TmStoreMemory, because nearly
 * every record has the same as the one before it.
 */
#pragma once

#include "tm-store-engine.h"

G_BEGIN_DECLS

/* Makes the epoch the remembered one: its epoch_pk and next_sequence are in the memory then. */
gboolean tm_store_select_epoch (TmStore *self, const char *machine_id, GError **error);
/* Writes the sequence of the remembered epoch; before the end of the transaction. */
gboolean tm_store_flush_sequence (TmStore *self, GError **error);
/* Without touching the memory. *out_epoch_pk is 0 if there is none and create is FALSE. */
gboolean tm_store_find_epoch (
    TmStore *self, const char *machine_id, gboolean create, gint64 *out_epoch_pk, GError **error);

/* Makes this boot known with the present difference of its clocks. */
gboolean tm_store_select_boot (TmStore *self, GError **error);
gboolean tm_store_select_system (TmStore *self, TmSystem *system, GError **error);

/* Counters of one epoch. Each reason can have one more, for all other classifications. */
#define TM_STORE_MAX_LOSSES 900

/* The rows of a statement that gives reason, classification, count. (element-type TmLoss) */
GPtrArray *tm_store_read_losses (TmStatement *statement, GError **error);
/* tm_store_count_loss() by the key of the epoch. */
gboolean tm_store_count_epoch_loss (TmStore *self,
                                    gint64 epoch_pk,
                                    const char *reason,
                                    const char *classification,
                                    guint64 count,
                                    GError **error);

/* How many records were ever accepted under the id: their sequence begins at 1. */
gboolean
tm_store_count_accepted (TmStore *self, const char *machine_id, guint64 *out_n, GError **error);

G_END_DECLS
