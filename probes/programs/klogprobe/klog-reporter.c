/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See klog-reporter.h. */
#include "klog-reporter.h"

#include <string.h>

#include "klog-rules.h"
#include "tm-oops-record.h"

static const TmProbeReporterInfo info = {
  .classification = "org.telemetrics/kernel/",
  .signature_version = TM_OOPS_SIGNATURE_VERSION,
  .over_kind = "other",
  .over_title = "kernel reports over the limit",
};

TmProbeReporter *
klog_reporter_new (TmProbe *probe, GError **error)
{
  g_autofree char *limits = tm_probe_load_list (probe, KLOG_RESOURCES "kernel-limits.list", error);

  return limits != NULL ? tm_probe_reporter_new (probe, &info, limits, error) : NULL;
}

gboolean
klog_reporter_report_oops (TmProbeReporter *reporter,
                           const TmOops *oops,
                           void (*amend) (JsonObject *payload, gconstpointer amend_data),
                           gconstpointer amend_data)
{
  g_autofree char *exact = tm_oops_get_hash (oops, TM_OOPS_EXACT_FRAMES);
  g_autofree char *group = NULL;
  g_autofree char *title = NULL;
  g_autoptr (JsonNode) payload = NULL;
  gboolean is_warning = strcmp (oops->format->kind, "warning") == 0;
  TmProbeReport report = {
    .kind = oops->format->kind,
    .exact = exact,
    .severity = tm_oops_get_severity (oops),
    .kernel_version = oops->kernel_version,
    /* Of warnings a sample: there are the most of them. */
    .weight = is_warning ? tm_probe_reporter_get_sample (reporter) : 1,
  };

  if (!tm_probe_reporter_wants (reporter, exact, report.weight))
    return TRUE;

  report.title = title = tm_oops_get_title (oops);
  report.group = group = tm_oops_get_hash (oops, TM_OOPS_GROUP_FRAMES);
  report.payload = payload = tm_oops_to_payload (oops);
  if (amend != NULL)
    amend (json_node_get_object (payload), amend_data);
  return tm_probe_reporter_report (reporter, &report);
}

void
klog_reporter_take (TmOops *oops, gpointer user_data)
{
  TmProbeReporter *reporter = user_data;
  g_autoptr (TmOops) owned = oops;

  /* What comes behind a record that was not taken is read again with it. */
  if (!tm_probe_reporter_has_failed (reporter))
    klog_reporter_report_oops (reporter, owned, NULL, NULL);
}
