/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as what the child that reads cores says. Whatever is believed has a title and comes
 * out as it went in.
 */
#include "fuzz-fail.h"
#include "tm-crash-signature.h"

#include <gio/gio.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  static TmCrashRules *rules;
  g_autoptr (GBytes) bytes = g_bytes_new (data, n_bytes);
  g_autoptr (TmBacktrace) backtrace = tm_backtrace_from_bytes (bytes, NULL);
  g_autoptr (GBytes) again = NULL;
  g_autofree char *title = NULL;
  g_autofree char *exact = NULL;

  if (rules == NULL)
    {
      g_autoptr (GBytes) list =
          g_resources_lookup_data ("/org/telemetrics/crashprobe/crash-frames.list", 0, NULL);

      rules = tm_crash_rules_new (g_bytes_get_data (list, NULL), NULL);
    }
  if (backtrace == NULL)
    return 0;

  again = tm_backtrace_to_bytes (backtrace);
  if (!g_bytes_equal (bytes, again))
    FUZZ_FAIL ("it is another one");
  title = tm_crash_get_title (backtrace, rules);
  exact = tm_crash_get_exact_hash (backtrace);
  if (!g_utf8_validate (title, -1, NULL))
    FUZZ_FAIL ("the title is not UTF-8");
  return 0;
}
