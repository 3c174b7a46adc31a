/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as lines of the kernel's log, and their beginning as the registers of a machine check.
 * Whatever is found makes a payload that is UTF-8, and survives being noted and read again.
 */
#include <stdint.h>
#include <string.h>

#include "tm-fault-tally.h"
#include "tm-hardware-log.h"
#include "tm-machine-check-fault.h"
#include "tm-machine-check.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (TmFault *fault, gpointer user_data)
{
  TmFaultTally *tally = user_data;
  g_autoptr (TmFault) owned = fault;
  g_autoptr (JsonNode) payload = tm_fault_to_payload (owned, NULL);
  g_autofree char *text = json_to_string (payload, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    g_error ("the payload is not UTF-8");
  if (tm_fault_tally_judge (tally, owned, 0))
    tm_fault_tally_note (tally, owned, 0);
}

static void
check_registers (const uint8_t *data, size_t n_bytes, TmFaultTally *tally)
{
  TmMachineCheck machine_check = { 0 };

  memcpy (&machine_check, data, MIN (n_bytes, sizeof machine_check));
  check (tm_machine_check_to_fault (&machine_check), tally);
}

static void
check_lines (const char *text, size_t n_bytes, TmFaultTally *tally)
{
  g_autoptr (TmHardwareLog) log = tm_hardware_log_new (check, tally);
  const char *end = text + n_bytes;

  for (const char *at = text; at < end;)
    {
      const char *line_end = memchr (at, '\n', end - at);

      if (line_end == NULL)
        line_end = end;
      tm_hardware_log_feed (log, at, line_end - at, 0, 0);
      at = line_end + 1;
    }

  tm_hardware_log_flush (log);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (TmFaultTally) tally = tm_fault_tally_new ();
  g_autoptr (TmFaultTally) again = tm_fault_tally_new ();
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_autoptr (GKeyFile) read = g_key_file_new ();
  g_autofree char *text = NULL;

  check_registers (data, n_bytes, tally);
  check_lines ((const char *) data, n_bytes, tally);
  tm_fault_tally_save (tally, state);
  text = g_key_file_to_data (state, NULL, NULL);
  if (!g_key_file_load_from_data (read, text, strlen (text), G_KEY_FILE_NONE, NULL))
    g_error ("what was noted cannot be read");
  tm_fault_tally_load (again, read);
  return 0;
}
