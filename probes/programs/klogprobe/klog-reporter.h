/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way of a report of the kernel out of klogprobe and pstoreprobe: what a fault means to
 * tm-probe-reporter.h, which has the limits and the state.
 */
#pragma once

#include "tm-oops.h"
#include "tm-probe-reporter.h"

G_BEGIN_DECLS

/* With the limits of kernel-limits.list. */
TmProbeReporter *klog_reporter_new (TmProbe *probe, GError **error);

/* For TmOopsReader and KlogFollower; user_data is the reporter. */
void klog_reporter_take (TmOops *oops, gpointer user_data);
/* amend: (nullable): adds to the payload of a report that is wanted. FALSE: it was not taken. */
gboolean klog_reporter_report_oops (TmProbeReporter *reporter,
                                    const TmOops *oops,
                                    void (*amend) (JsonObject *payload, gconstpointer amend_data),
                                    gconstpointer amend_data);

G_END_DECLS
