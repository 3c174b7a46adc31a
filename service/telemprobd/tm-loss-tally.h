/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Losses that wait to be written to the ledger: a flood that is refused must not cost a commit for
 * each record. Bounded: strangers choose the classifications. Not thread-safe.
 */
#pragma once

#include "tm-store.h"

G_BEGIN_DECLS

typedef struct _TmLossTally TmLossTally;

TmLossTally *tm_loss_tally_new (void);
void tm_loss_tally_free (TmLossTally *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmLossTally, tm_loss_tally_free)

gboolean tm_loss_tally_is_empty (TmLossTally *self);
void tm_loss_tally_count (TmLossTally *self,
                          const char *machine_id,
                          const char *reason,
                          const char *classification,
                          guint64 count);
/* Adds what other has counted. */
void tm_loss_tally_merge (TmLossTally *self, TmLossTally *other);
/* On the commit thread. */
gboolean tm_loss_tally_write (TmLossTally *self, TmStore *store, GError **error);

G_END_DECLS
