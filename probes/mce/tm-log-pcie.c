/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-pcie.h. */
#include "tm-log-pcie.h"

#include <string.h>

#include "tm-log-scan.h"
#include "tm-pcie-fault.h"

void
tm_log_pcie_clear (TmLogPcie *self)
{
  g_clear_pointer (&self->device, g_free);
}

/* "pcieport 0000:00:1c.0: ...": the second word, without its colon. */
static char *
get_device (const char *line)
{
  const char *blank = strchr (line, ' ');
  const char *end = blank != NULL ? strstr (blank, ": ") : NULL;
  g_autofree char *device = end != NULL ? g_strndup (blank + 1, end - blank - 1) : NULL;

  return device != NULL && tm_pcie_fault_is_place (device) ? g_steal_pointer (&device) : NULL;
}

static TmFaultSeverity
get_severity (const char *words)
{
  if (g_str_has_prefix (words, "Correct"))
    return TM_FAULT_CORRECTED;

  return strstr (words, "(Fatal)") != NULL ? TM_FAULT_FATAL : TM_FAULT_UNCORRECTED;
}

static void
begin (TmLogPcie *self, char *device, const char *severity)
{
  tm_log_pcie_clear (self);
  self->device = device;
  self->severity = get_severity (severity);
}

/* "device [8086:9d14] error status/mask=00000001/00002000" */
static TmFault *
finish (TmLogPcie *self, const char *line)
{
  guint64 vendor;
  guint64 device;
  guint64 status;
  guint64 mask = 0;
  g_autofree char *model = tm_log_scan_between (line, "device [", "]");
  TmPcieFault pcie = { .severity = self->severity, .device = self->device };
  TmFault *fault;

  if (model == NULL || !tm_log_scan_number (line, "status/mask=", 16, &status))
    return NULL;

  tm_log_scan_number (tm_log_scan_behind (line, "status/mask="), "/", 16, &mask);
  pcie.status = (guint32) (status & ~mask);
  fault = tm_pcie_fault_to_fault (&pcie);
  if (tm_log_scan_number (line, "device [", 16, &vendor) &&
      tm_log_scan_number (model, ":", 16, &device))
    tm_pcie_fault_set_model (fault, vendor & 0xffff, device & 0xffff, 0);
  tm_log_pcie_clear (self);
  return fault;
}

TmFault *
tm_log_pcie_feed (TmLogPcie *self, const char *line)
{
  const char *severity = tm_log_scan_behind (line, "PCIe Bus Error: severity=");
  g_autofree char *device = NULL;

  if (severity == NULL && self->device == NULL)
    return NULL;

  device = get_device (line);
  if (device == NULL)
    return NULL;
  if (severity != NULL)
    begin (self, g_steal_pointer (&device), severity);
  else if (strcmp (device, self->device) == 0)
    return finish (self, line);

  return NULL;
}
