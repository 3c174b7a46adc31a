/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known about kernels, as lists that a vendor may replace. */
#pragma once

#include "tm-oops-rules.h"
#include "tm-probe.h"

G_BEGIN_DECLS

#define KLOG_RESOURCES "/org/telemetrics/klogprobe/"

TmOopsRules *klog_rules_load (TmProbe *probe, GError **error);

G_END_DECLS
