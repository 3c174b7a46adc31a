/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dump as records: one for each report that the reader of kernel logs finds in it; for a panic
 * without one, the end of its text; for a dump that nobody can decode, that there was one. All of
 * them are within the limits of a boot, or a part of a count.
 */
#pragma once

#include "klog-reporter.h"
#include "tm-oops-rules.h"
#include "tm-pstore.h"

G_BEGIN_DECLS

typedef struct _PstoreReport PstoreReport;

/* Both must outlive it. */
PstoreReport *pstore_report_new (TmProbeReporter *reporter, TmOopsRules *rules);
void pstore_report_free (PstoreReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstoreReport, pstore_report_free)

/* Whether all that it tells was taken or counted: then it may be removed. What the dump of a
 * panic had is not told again: panics come first, since they know how it ended. */
gboolean pstore_report_take (PstoreReport *self, const TmPstoreDump *dump);

G_END_DECLS
