/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dump as records: one for each report that the reader of kernel logs finds in it; for a panic
 * without one, the end of its text; for a dump that nobody can decode, that there was one.
 */
#pragma once

#include "tm-oops-rules.h"
#include "tm-probe.h"
#include "tm-pstore.h"

G_BEGIN_DECLS

typedef struct _PstoreReport PstoreReport;

/* state: which system ran in which boot, see tm-probe-boot.h. All must outlive it. */
PstoreReport *pstore_report_new (TmProbe *probe, TmOopsRules *rules, GKeyFile *state);
void pstore_report_free (PstoreReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstoreReport, pstore_report_free)

/* out_n_records: how many the service has taken now. */
gboolean pstore_report_hand_over (PstoreReport *self,
                                  const TmPstoreDump *dump,
                                  guint *out_n_records,
                                  GError **error);

G_END_DECLS
