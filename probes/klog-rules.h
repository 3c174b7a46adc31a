/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known about kernels, as lists that a vendor may replace. */
#pragma once

#include "tm-oops-rules.h"
#include "tm-probe.h"

G_BEGIN_DECLS

/* (transfer full): the text of /etc/telemetrics/probes/NAME, else of the list that the program
 * brings. */
char *klog_rules_load_list (TmProbe *probe, const char *name, GError **error);

TmOopsRules *klog_rules_load (TmProbe *probe, GError **error);

G_END_DECLS
