/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves how the stages of a start are told from systemd's timestamps, and whose names are private.
 */
#include "tm-boot.h"
#include "tm-unit.h"

#include <string.h>

static const struct
{
  const char *title;
  const char *text;
  const char *stages;
} vectors[] = {
  { "UEFI without an initrd",
    "FirmwareTimestampMonotonic=5230000\nLoaderTimestampMonotonic=1020000\nKernelTimestamp=Sun\n"
    "UserspaceTimestampMonotonic=1830000\nFinishTimestampMonotonic=7950000\n",
    "{\"firmware_ms\":4210,\"loader_ms\":1020,\"kernel_ms\":1830,\"userspace_ms\":6120}" },
  { "an initrd",
    "KernelTimestamp=1700000000000000\nInitRDTimestampMonotonic=1000000\n"
    "UserspaceTimestampMonotonic=3000000\nFinishTimestampMonotonic=4000000",
    "{\"kernel_ms\":1000,\"initrd_ms\":2000,\"userspace_ms\":1000}" },
  { "a container: somebody else's kernel, up for a year",
    "KernelTimestamp=\nUserspaceTimestampMonotonic=31536000000000\n"
    "FinishTimestampMonotonic=31536002000000\n",
    "{\"userspace_ms\":2000}" },
  { "not finished", "KernelTimestamp=1\nUserspaceTimestampMonotonic=3000000\n",
    "{\"kernel_ms\":3000}" },
  { "a broken clock",
    "KernelTimestamp=1\nUserspaceTimestampMonotonic=3000000\n"
    "FinishTimestampMonotonic=18446744073709551615\n",
    "{\"kernel_ms\":3000}" },
  { "backwards", "UserspaceTimestampMonotonic=3000000\nFinishTimestampMonotonic=1\n", "{}" },
  { "nothing", "", "{}" },
  { "noise", "=\n==\nFoo=1\nFinishTimestampMonotonic\n", "{}" },
};

static void
test_stages (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      TmBootTimes times = { 0 };
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();
      g_autofree char *text = NULL;

      g_test_message ("%s", vectors[i].title);
      tm_boot_times_parse (&times, vectors[i].text, strlen (vectors[i].text));
      tm_boot_times_add_stages (&times, object);
      json_node_take_object (node, object);
      text = json_to_string (node, FALSE);
      g_assert_cmpstr (text, ==, vectors[i].stages);
    }
}

static void
test_names (void)
{
  static const char *const names[][2] = {
    { "bluetooth.service", "bluetooth.service" },
    { "user@1000.service", "user@.service" },
    { "systemd-fsck@dev-disk-by\\x2duuid.service", "systemd-fsck@.service" },
    { "odd@", "odd@" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = tm_unit_get_public_name (names[i][0]);

      g_assert_cmpstr (name, ==, names[i][1]);
    }
}

static void
test_shipped (void)
{
  g_assert_true (tm_unit_is_shipped ("/usr/lib/systemd/system/a.service"));
  g_assert_true (tm_unit_is_shipped ("/lib/systemd/system/a.service"));
  g_assert_false (tm_unit_is_shipped ("/etc/systemd/system/a.service"));
  g_assert_false (tm_unit_is_shipped ("/run/systemd/generator/home-alice.mount"));
  g_assert_false (tm_unit_is_shipped (""));
}

static void
add_stages (TmBootTimes *times, const char *text, const char *stages)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *said = NULL;

  tm_boot_times_parse (times, text, strlen (text));
  tm_boot_times_add_stages (times, object);
  json_node_take_object (node, object);
  said = json_to_string (node, FALSE);
  g_assert_cmpstr (said, ==, stages);
}

/* A stage takes at most a day, a line has at most 256 bytes, the name of a unit 255. */
static void
test_limits (void)
{
  TmBootTimes day = { .userspace = 1 };
  TmBootTimes longer = { .userspace = 1 };
  g_autofree char *zeros = g_strnfill (257 - strlen ("LoaderTimestampMonotonic=7000"), '0');
  g_autofree char *line = g_strdup_printf ("LoaderTimestampMonotonic=%s7000\n", zeros + 1);
  g_autofree char *long_line = g_strdup_printf ("LoaderTimestampMonotonic=%s7000\n", zeros);
  g_autofree char *name = g_strnfill (256, 'a');

  add_stages (&day, "FinishTimestampMonotonic=86400000001", "{\"userspace_ms\":86400000}");
  add_stages (&longer, "FinishTimestampMonotonic=86400000002", "{}");
  add_stages (&longer, long_line, "{}");
  add_stages (&longer, line, "{\"loader_ms\":7}");
  name[100] = '.';
  g_assert_false (tm_unit_is_name (name));
  g_assert_true (tm_unit_is_name (name + 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boot/stages", test_stages);
  g_test_add_func ("/boot/names", test_names);
  g_test_add_func ("/boot/shipped", test_shipped);
  g_test_add_func ("/boot/limits", test_limits);
  return g_test_run ();
}
