/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration: defaults, ranges to the number, what a warning says. */
#include "tm-server-config.h"

#include <glib/gstdio.h>

static void
add_warning (const char *message, gpointer user_data)
{
  g_string_append_printf (user_data, "%s\n", message);
}

static char *
read_text (TmServerConfig *config, const char *text)
{
  g_autofree char *path = NULL;
  g_autoptr (GString) warnings = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("config-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  tm_server_config_read_file (config, path, add_warning, warnings, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_unlink (path);

  return g_strdup (warnings->str);
}

static void
test_defaults (void)
{
  g_autoptr (TmServerConfig) config = tm_server_config_new ();

  g_assert_cmpstr (config->listen, ==, "127.0.0.1:8080");
  g_assert_cmpuint (config->request_body_kib, ==, 4096);
  g_assert_cmpuint (config->request_body_mib, ==, 32);
  g_assert_cmpuint (config->request_seconds, ==, 30);
  g_assert_cmpuint (config->collector_linger_msec, ==, 20);
}

static void
test_ranges (void)
{
  static const struct
  {
    const char *text;
    guint workers;
    gboolean is_warned;
  } vectors[] = {
    { "2", 2, FALSE },
    { "8", 8, FALSE },
    { "1", 2, TRUE },
    { "9", 2, TRUE },
    { "", 2, TRUE },
    { "x", 2, TRUE },
    { "-3", 2, TRUE },
    { "3.5", 2, TRUE },
    { "3x", 2, TRUE },
    { "0x4", 2, TRUE },
    { "99999999999999999999", 2, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TmServerConfig) config = tm_server_config_new ();
      g_autofree char *text = g_strdup_printf ("[collector]\nworkers=%s\n", vectors[i].text);
      g_autofree char *warnings = read_text (config, text);

      g_test_message ("vector %u: %s", i, vectors[i].text);
      g_assert_cmpuint (config->collector_workers, ==, vectors[i].workers);
      g_assert_cmpint (warnings[0] != '\0', ==, vectors[i].is_warned);
      if (vectors[i].is_warned)
        g_assert_nonnull (g_strstr_len (warnings, -1, "workers"));
    }
}

static void
test_unknown (void)
{
  g_autoptr (TmServerConfig) config = tm_server_config_new ();
  g_autofree char *warnings = read_text (config, "[server]\nnonsense=1\n[other]\na=b\n");

  g_assert_nonnull (g_strstr_len (warnings, -1, "[server] nonsense: no such key"));
  g_assert_nonnull (g_strstr_len (warnings, -1, "[other] a: no such key"));
}

static void
test_missing_file (void)
{
  g_autoptr (TmServerConfig) config = tm_server_config_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (
      tm_server_config_read_file (config, "/nowhere/x.conf", add_warning, NULL, &error));
  g_assert_nonnull (g_strstr_len (error->message, -1, "/nowhere/x.conf"));
}

static void
test_environment (void)
{
  g_autoptr (TmServerConfig) config = tm_server_config_new ();
  g_autoptr (GString) warnings = g_string_new (NULL);

  g_setenv ("TELEMETRICS_SERVER_LINGER_MSEC", "0", TRUE);
  g_setenv ("TELEMETRICS_SERVER_TRUST_FORWARDED", "true", TRUE);
  g_setenv ("TELEMETRICS_SERVER_WORKERS", "100", TRUE);
  tm_server_config_read_environment (config, add_warning, warnings);
  g_assert_cmpuint (config->collector_linger_msec, ==, 0);
  g_assert_true (config->trust_forwarded);
  g_assert_cmpuint (config->collector_workers, ==, 2);
  g_assert_nonnull (g_strstr_len (warnings->str, -1, "from 2 to 8"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-config/defaults", test_defaults);
  g_test_add_func ("/server-config/ranges", test_ranges);
  g_test_add_func ("/server-config/unknown", test_unknown);
  g_test_add_func ("/server-config/missing-file", test_missing_file);
  g_test_add_func ("/server-config/environment", test_environment);

  return g_test_run ();
}
