/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-mce.h. */
#include "tm-log-mce.h"

#include <string.h>

#include "tm-log-scan.h"
#include "tm-machine-check-fault.h"

#define MARK "[Hardware Error]: "

static TmFault *
finish (TmLogMce *self)
{
  self->is_open = FALSE;
  return tm_machine_check_to_fault (&self->check);
}

TmFault *
tm_log_mce_flush (TmLogMce *self)
{
  return self->is_open ? finish (self) : NULL;
}

/* "CPU 1: Machine Check: 0 Bank 5: be00000000800400"; an exception is a "Machine Check Exception".
 */
static gboolean
parse_registers (const char *line, TmMachineCheck *check)
{
  const char *behind = tm_log_scan_behind (line, ": Machine Check");
  guint64 cpu;
  guint64 bank;
  guint64 global_status;
  g_autofree char *key = NULL;

  if (behind == NULL || !g_str_has_prefix (line, "CPU ") ||
      !tm_log_scan_number (line, "CPU ", 10, &cpu) ||
      !tm_log_scan_number (behind, ": ", 16, &global_status) ||
      !tm_log_scan_number (behind, "Bank ", 10, &bank) || bank > G_MAXUINT8)
    return FALSE;

  key = g_strdup_printf ("Bank %u: ", (guint) bank);
  *check = (TmMachineCheck){ .vendor = TM_MCA_VENDOR_UNKNOWN,
                             .cpu = (guint) cpu,
                             .bank = (guint) bank,
                             .global_status = global_status };
  return tm_log_scan_number (behind, key, 16, &check->status);
}

/* Family, model and stepping, as CPUID packs them. */
static guint
pack_signature (guint64 family, guint64 model, guint64 stepping)
{
  guint base = (guint) MIN (family, 0xf);
  guint extended = (guint) (family - base) & 0xff;

  return extended << 20 | ((guint) model >> 4 & 0xf) << 16 | base << 8 |
         ((guint) model & 0xf) << 4 | ((guint) stepping & 0xf);
}

/* "CPU:2 (17:31:0) MC17_STATUS[-|CE|...]: 0x9c2040000000011b" */
static gboolean
parse_decoded (const char *line, TmMachineCheck *check)
{
  g_autofree char *processor = tm_log_scan_between (line, "(", ")");
  g_auto (GStrv) parts = processor != NULL ? g_strsplit (processor, ":", -1) : NULL;
  guint64 cpu;
  guint64 bank;

  if (!g_str_has_prefix (line, "CPU:") || parts == NULL || g_strv_length (parts) != 3 ||
      !tm_log_scan_number (line, "CPU:", 10, &cpu) ||
      !tm_log_scan_number (line, ") MC", 10, &bank) || bank > G_MAXUINT8)
    return FALSE;

  *check =
      (TmMachineCheck){ .vendor = TM_MCA_VENDOR_AMD, .cpu = (guint) cpu, .bank = (guint) bank };
  check->signature =
      pack_signature (g_ascii_strtoull (parts[0], NULL, 16), g_ascii_strtoull (parts[1], NULL, 16),
                      g_ascii_strtoull (parts[2], NULL, 16));
  return tm_log_scan_number (line, "]: ", 16, &check->status);
}

/* "PROCESSOR 0:306a9 TIME 1400000000 SOCKET 0 APIC 0 microcode 1b" */
static void
parse_processor (const char *line, TmMachineCheck *check)
{
  guint64 number;

  if (tm_log_scan_number (line, "PROCESSOR ", 10, &number))
    check->vendor = (guint) MIN (number, TM_MCA_VENDOR_UNKNOWN);
  if (tm_log_scan_number (strchr (line, ' '), ":", 16, &number))
    check->signature = (guint) number;
  if (tm_log_scan_number (line, "SOCKET ", 10, &number))
    check->socket = (guint) number;
  if (tm_log_scan_number (line, "microcode ", 16, &number))
    check->microcode = (guint) number;
}

static TmFault *
begin (TmLogMce *self, const TmMachineCheck *check)
{
  TmFault *before = tm_log_mce_flush (self);

  self->check = *check;
  self->is_open = TRUE;
  return before;
}

TmFault *
tm_log_mce_feed (TmLogMce *self, const char *line)
{
  const char *text = tm_log_scan_behind (line, MARK);
  TmMachineCheck check;

  if (text == NULL)
    return NULL;
  if (parse_registers (text, &check) || parse_decoded (text, &check))
    return begin (self, &check);
  if (!self->is_open)
    return NULL;

  tm_log_scan_number (text, "IPID: ", 16, &self->check.ipid);
  tm_log_scan_number (text, "IPID ", 16, &self->check.ipid);
  if (g_str_has_prefix (text, "PROCESSOR "))
    {
      parse_processor (text, &self->check);
      return finish (self);
    }

  return g_str_has_prefix (text, "cache level: ") ? finish (self) : NULL;
}
