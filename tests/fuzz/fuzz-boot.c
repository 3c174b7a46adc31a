/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what systemd says of a start: every stage is within a day, and any name is a name.
 */
#include "fuzz-fail.h"
#include "tm-boot.h"
#include "tm-unit.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  static const char *const stages[] = { "firmware_ms", "loader_ms", "kernel_ms", "initrd_ms",
                                        "userspace_ms" };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *unit = g_strndup ((const char *) data, n_bytes);
  g_autofree char *name = tm_unit_get_public_name (unit);
  TmBootTimes times = { 0 };

  tm_boot_times_parse (&times, (const char *) data, n_bytes);
  tm_boot_times_add_stages (&times, object);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      gint64 msec = json_object_get_int_member_with_default (object, stages[i], 0);

      if (msec < 0 || msec > 24 * 3600 * 1000)
        FUZZ_FAIL ("a stage of %" G_GINT64_FORMAT " ms", msec);
    }

  return name == NULL;
}
