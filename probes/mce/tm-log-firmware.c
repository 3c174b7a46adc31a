/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-firmware.h. */
#include "tm-log-firmware.h"

#include <string.h>

#include "tm-cper-place.h"
#include "tm-log-scan.h"
#include "tm-ras-section.h"

#define MARK "}[Hardware Error]: "
/* Of a report; it says nothing that is needed. */
#define HEAD "Hardware error "
#define UNKNOWN "section type: unknown, "

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
  g_clear_pointer (&self->guid, g_free);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->place, g_free);
}

static TmFault *
finish (TmLogFirmware *self)
{
  gboolean is_memory = g_strcmp0 (self->section, "memory error") == 0;
  TmFault *fault;

  if (self->guid != NULL)
    return tm_ras_section_of_guid (self->guid, self->severity);

  fault = tm_fault_new (is_memory ? TM_FAULT_MEMORY : TM_FAULT_MCE, self->severity,
                        g_strdup (self->error != NULL ? self->error : self->section));
  json_object_set_string_member (tm_fault_get_details (fault), "section", self->section);
  return fault;
}

TmFault *
tm_log_firmware_flush (TmLogFirmware *self)
{
  TmFault *fault = NULL;

  if (self->guid != NULL || (self->section != NULL && strstr (self->section, "PCIe") == NULL))
    {
      fault = finish (self);
      fault->is_of_firmware = TRUE;
      fault->location = self->place != NULL ? tm_cper_place_clean (self->place) : NULL;
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

/* "error_type: 2, single-bit ECC", "error_type: 0x04: TLB error": the number says nothing more.
 * Where it stands alone, the kind of section is a better name. */
static void
set_error (TmLogFirmware *self, const char *text)
{
  const char *words = text + strspn (text, "x0123456789abcdef");

  if (g_str_has_prefix (words, ", ") || g_str_has_prefix (words, ": "))
    set (&self->error, words + 2);
}

/* One section more, or the first of its entry: then the place was said already. */
static TmFault *
begin_section (TmLogFirmware *self)
{
  return self->section != NULL || self->guid != NULL ? tm_log_firmware_flush (self) : NULL;
}

static void
read_word (TmLogFirmware *self, const char *text, const char *value)
{
  if (g_str_has_prefix (text, "error_type: "))
    set_error (self, value);
  else if (g_str_has_prefix (text, "fru_text: ") ||
           (g_str_has_prefix (text, "DIMM location: ") && !g_str_has_prefix (value, "not present")))
    set (&self->place, value);
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
      fault = begin_section (self);
      set (&self->section, value);
    }
  else if (g_str_has_prefix (text, UNKNOWN) && g_uuid_string_is_valid (text + strlen (UNKNOWN)))
    {
      fault = begin_section (self);
      set (&self->guid, text + strlen (UNKNOWN));
    }
  else if (g_str_has_prefix (text, "Error ") && strstr (text, ", type: ") != NULL)
    {
      fault = tm_log_firmware_flush (self);
      self->severity = get_severity (value);
    }
  else
    read_word (self, text, value);

  self->is_open = TRUE;
  return fault;
}
