/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-firmware.h. */
#include "tm-log-firmware.h"

#include <string.h>

#include "tm-log-scan.h"

#define MARK "}[Hardware Error]: "
/* Of a report; it says nothing that is needed. */
#define HEAD "Hardware error "

static TmFaultSeverity
get_severity (const char *word)
{
  if (g_str_has_prefix (word, "corrected"))
    return TM_FAULT_CORRECTED;
  if (g_str_has_prefix (word, "fatal"))
    return TM_FAULT_FATAL;
  if (g_str_has_prefix (word, "info"))
    return TM_FAULT_INFORMATIONAL;

  return TM_FAULT_UNCORRECTED;
}

void
tm_log_firmware_clear (TmLogFirmware *self)
{
  self->is_open = FALSE;
  g_clear_pointer (&self->section, g_free);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->place, g_free);
}

TmFault *
tm_log_firmware_flush (TmLogFirmware *self)
{
  TmFault *fault = NULL;

  if (self->section != NULL && strstr (self->section, "PCIe") == NULL)
    {
      gboolean is_memory = strcmp (self->section, "memory error") == 0;

      fault = tm_fault_new (is_memory ? TM_FAULT_MEMORY : TM_FAULT_MCE, self->severity,
                            g_strdup (self->error != NULL ? self->error : self->section));
      fault->is_of_firmware = TRUE;
      fault->location = g_steal_pointer (&self->place);
      json_object_set_string_member (tm_fault_get_details (fault), "section", self->section);
      g_string_append (fault->text, "The firmware told of it.\n");
    }

  tm_log_firmware_clear (self);
  return fault;
}

static void
set (char **target, const char *text)
{
  g_free (*target);
  *target = g_strstrip (g_utf8_make_valid (text, -1));
}

/* "error_type: 2, single-bit ECC": the number says nothing more. */
static void
set_error (TmLogFirmware *self, const char *text)
{
  const char *comma = strstr (text, ", ");

  set (&self->error, comma != NULL ? comma + 2 : text);
}

TmFault *
tm_log_firmware_feed (TmLogFirmware *self, const char *line)
{
  const char *text = line[0] == '{' ? tm_log_scan_behind (line, MARK) : NULL;
  const char *value;
  TmFault *fault = NULL;

  if (text == NULL)
    return tm_log_firmware_flush (self);

  text += strspn (text, " ");
  if (g_str_has_prefix (text, HEAD))
    return tm_log_firmware_flush (self);

  value = tm_log_scan_behind (text, ": ");
  if (value == NULL)
    return NULL;

  if (g_str_has_prefix (text, "event severity: "))
    {
      fault = tm_log_firmware_flush (self);
      self->severity = get_severity (value);
    }
  else if (g_str_has_prefix (text, "section_type: "))
    {
      fault = tm_log_firmware_flush (self);
      set (&self->section, value);
    }
  else if (g_str_has_prefix (text, "Error ") && strstr (text, ", type: ") != NULL)
    {
      fault = tm_log_firmware_flush (self);
      self->severity = get_severity (value);
    }
  else if (g_str_has_prefix (text, "error_type: "))
    set_error (self, value);
  else if (g_str_has_prefix (text, "DIMM location: ") || g_str_has_prefix (text, "fru_text: "))
    set (&self->place, value);

  self->is_open = TRUE;
  return fault;
}
