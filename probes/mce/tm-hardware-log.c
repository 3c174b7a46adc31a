/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-hardware-log.h. */
#include "tm-hardware-log.h"

#include <string.h>

#include "tm-log-firmware.h"
#include "tm-log-mce.h"
#include "tm-log-memory.h"
#include "tm-log-pcie.h"
#include "tm-log-thermal.h"

/* Every processor of a package says that the package is hot. */
#define THERMAL_GAP_USEC G_USEC_PER_SEC

struct _TmHardwareLog
{
  TmFaultFunc func;
  gpointer user_data;
  TmLogMce mce;
  TmLogPcie pcie;
  TmLogFirmware firmware;
  char *thermal_error;  /* (nullable): what was too hot last */
  gint64 thermal_usec;  /* when, since boot */
  gint64 realtime_usec; /* of the line */
};

TmHardwareLog *
tm_hardware_log_new (TmFaultFunc func, gpointer user_data)
{
  TmHardwareLog *self = g_new0 (TmHardwareLog, 1);

  self->func = func;
  self->user_data = user_data;
  return self;
}

void
tm_hardware_log_free (TmHardwareLog *self)
{
  tm_log_pcie_clear (&self->pcie);
  tm_log_firmware_clear (&self->firmware);
  g_free (self->thermal_error);
  g_free (self);
}

static void
emit (TmHardwareLog *self, TmFault *fault)
{
  if (fault == NULL)
    return;

  fault->source = TM_FAULT_FROM_LOG;
  fault->time_usec = self->realtime_usec;
  self->func (fault, self->user_data);
}

static void
emit_thermal (TmHardwareLog *self, TmFault *fault, gint64 time_usec)
{
  gint64 gap_usec = time_usec - self->thermal_usec;

  if (fault != NULL && time_usec >= 0 && g_strcmp0 (self->thermal_error, fault->error) == 0 &&
      gap_usec >= 0 && gap_usec < THERMAL_GAP_USEC)
    {
      tm_fault_free (fault);
      return;
    }
  if (fault != NULL)
    {
      g_free (self->thermal_error);
      self->thermal_error = g_strdup (fault->error);
      self->thermal_usec = time_usec;
    }

  emit (self, fault);
}

/* What every line of interest has; most lines have none of it. */
static gboolean
is_candidate (const char *line)
{
  static const char *const marks[] = { "[Hardware Error]", "EDAC MC",
                                       "PCIe Bus Error",   "error status/mask=",
                                       "above threshold",  "critical temperature" };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (strstr (line, marks[i]) != NULL)
      return TRUE;

  return FALSE;
}

gboolean
tm_hardware_log_feed (
    TmHardwareLog *self, const char *text, gsize n_bytes, gint64 time_usec, gint64 realtime_usec)
{
  g_autofree char *raw = g_strndup (text, MIN (n_bytes, TM_HARDWARE_LOG_MAX_BYTES));
  g_autofree char *line = g_utf8_make_valid (raw, -1);

  if (!is_candidate (line))
    return FALSE;

  self->realtime_usec = realtime_usec;
  emit (self, tm_log_firmware_feed (&self->firmware, line));
  emit (self, tm_log_mce_feed (&self->mce, line));
  emit (self, tm_log_memory_parse (line));
  emit (self, tm_log_pcie_feed (&self->pcie, line));
  emit_thermal (self, tm_log_thermal_parse (line), time_usec);
  return TRUE;
}

gboolean
tm_hardware_log_is_open (TmHardwareLog *self)
{
  return self->firmware.is_open || self->mce.is_open || self->pcie.device != NULL;
}

void
tm_hardware_log_flush (TmHardwareLog *self)
{
  emit (self, tm_log_mce_flush (&self->mce));
  emit (self, tm_log_firmware_flush (&self->firmware));
  tm_log_pcie_clear (&self->pcie);
}
