/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: which file wins, what a bad value does, and that every key is documented by
 * its own table. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tm-config-key.h"

typedef struct
{
  char *directory;
  char *first;
  char *second;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("tm-config-XXXXXX", NULL);
  fixture->first = g_build_filename (fixture->directory, "first.conf", NULL);
  fixture->second = g_build_filename (fixture->directory, "second.conf", NULL);
}

static void
teardown (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->first);
  g_unlink (fixture->second);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->first);
  g_free (fixture->second);
  g_free (fixture->directory);
}

static TmConfig *
load (Fixture *fixture, const char *first, const char *second)
{
  const char *paths[] = { fixture->first, fixture->second, NULL };

  if (first != NULL)
    g_assert_true (g_file_set_contents (fixture->first, first, -1, NULL));
  if (second != NULL)
    g_assert_true (g_file_set_contents (fixture->second, second, -1, NULL));

  return tm_config_load_files (paths);
}

/* Without a file every default holds, and is what the contract says. */
static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmConfig) config = load (fixture, NULL, NULL);

  g_assert_cmpstr (tm_config_get_text (config, TM_CONFIG_SERVER), ==, "");
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_SPOOL_MAX_SIZE), ==, 16 * 1024);
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_RECORD_EXPIRY), ==, 30 * 24 * 60);
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_RECORD_BURST_LIMIT), ==, 100);
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_BYTE_BURST_LIMIT), ==, 5 << 20);
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_IDENTITY_ROTATION_DAYS), ==, 3);
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_DELIVERY_INTERVAL), ==, 900);
  g_assert_false (tm_config_get_boolean (config, TM_CONFIG_RECORD_RETENTION_ENABLED));
  g_assert_cmpuint (g_strv_length ((char **) tm_config_get_list (config, TM_CONFIG_CONSENT_LOCKED)),
                    ==, 0);
  g_assert_true (tm_config_consent_is_sound (config));
  g_assert_null (tm_config_get_problems (config)[0]);
}

/* The table keeps its own rules: each default is accepted and each key can be found. */
static void
test_table (void)
{
  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    {
      const TmConfigKeyInfo *info = tm_config_key_get_info (i);
      g_autofree char *text = tm_config_key_describe (i);
      TmConfigKey key;

      g_test_message ("[%s] %s: %s", info->group, info->name, text);
      g_assert_true (tm_config_key_accepts (i, info->default_value));
      g_assert_true (tm_config_key_lookup (info->group, info->name, &key));
      g_assert_cmpuint (key, ==, i);
    }
}

/* Key by key, the later file wins; keys it does not have stay. */
static void
test_merge (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmConfig) config =
      load (fixture, "[settings]\nserver=https://a.example\nrecord_expiry=60\n",
            "[settings]\nserver=https://b.example/t\n[consent]\nlocked=crashes; boot;\n");

  g_assert_cmpstr (tm_config_get_text (config, TM_CONFIG_SERVER), ==, "https://b.example/t");
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_RECORD_EXPIRY), ==, 60);
  g_assert_cmpstr (tm_config_get_list (config, TM_CONFIG_CONSENT_LOCKED)[0], ==, "crashes");
  g_assert_cmpstr (tm_config_get_list (config, TM_CONFIG_CONSENT_LOCKED)[1], ==, "boot");
  g_assert_null (tm_config_get_problems (config)[0]);
}

typedef struct
{
  const char *text;
  const char *problem; /* part of it, or NULL for none */
  gboolean is_sound;
} Vector;

static const Vector vectors[] = {
  { "[settings]\nrecord_expiry=-3\n", "[settings] record_expiry=-3", TRUE },
  { "[settings]\nrecord_expiry=60 \n", NULL, TRUE },
  { "[settings]\nrecord_expiry=1e3\n", "from 1 to 527040 minutes", TRUE },
  { "[settings]\nrecord_expiry=99999999999999999999\n", "the default \"43200\"", TRUE },
  { "[settings]\nspool_max_size=-1\n", NULL, TRUE },
  { "[settings]\nspool_max_size=-2\n", "or -1 for no limit", TRUE },
  { "[settings]\nrate_limit_enabled=yes\n", "\"true\" or \"false\"", TRUE },
  { "[settings]\nrate_limit_strategy=keep\n", "drop;spool", TRUE },
  { "[settings]\nserver=ftp://x\n", "http:// or https://", TRUE },
  { "[settings]\nserver=https://\n", "http:// or https://", TRUE },
  { "[settings]\nspool_dir=/var/spool/telemetry\n", NULL, TRUE },
  { "[settings]\nsever=https://x\n", "sever is not a key that is known", TRUE },
  { "[settings]\ncainfo=ca.pem\n", "an absolute path", TRUE },
  { "[policy]\nversion=0\n", "nothing counts as agreed to", FALSE },
  { "[policy]\nversion=4294967296\n", "nothing counts as agreed to", FALSE },
  { "[consent]\nlocked=Crashes\n", "nothing counts as agreed to", FALSE },
  { "[consent]\nlocked=a;;b\n", "nothing counts as agreed to", FALSE },
  { "[consent\nlocked=a\n", "cannot be read", FALSE },
  { "locked=a\n", "cannot be read", FALSE },
};

/* Each bad value is reported with file, key and what is accepted; only consent is not lenient. */
static void
test_bad_values (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TmConfig) config = load (fixture, vectors[i].text, NULL);
      const char *problem = tm_config_get_problems (config)[0];

      g_test_message ("vector %u: %s", i, problem);
      g_assert_true (tm_config_consent_is_sound (config) == vectors[i].is_sound);
      g_assert_true ((problem != NULL) == (vectors[i].problem != NULL));
      if (problem == NULL)
        continue;
      g_assert_nonnull (strstr (problem, vectors[i].problem));
      g_assert_nonnull (strstr (problem, fixture->first));
    }
}

/* A bad value gives the built-in default, not what an earlier file said. */
static void
test_bad_value_gives_default (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmConfig) config =
      load (fixture, "[settings]\nrecord_burst_limit=7\n", "[settings]\nrecord_burst_limit=many\n");

  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_RECORD_BURST_LIMIT), ==, 100);
}

/* The contract's files under TELEMETRICS_ROOT, conf.d in the order of names, other names ignored.
 */
static void
test_contract_paths (void)
{
  g_autofree char *root = g_dir_make_tmp ("tm-config-XXXXXX", NULL);
  g_autofree char *conf_d = g_build_filename (root, "etc/telemetrics/telemetrics.conf.d", NULL);
  g_autofree char *ten = g_build_filename (conf_d, "10-a.conf", NULL);
  g_autofree char *twenty = g_build_filename (conf_d, "20-b.conf", NULL);
  g_autofree char *backup = g_build_filename (conf_d, "30-c.conf.bak", NULL);
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", root);
  g_autoptr (TmConfig) config = NULL;

  g_assert_cmpint (g_mkdir_with_parents (conf_d, 0700), ==, 0);
  g_assert_true (g_file_set_contents (ten, "[delivery]\ninterval=10\njitter=1\n", -1, NULL));
  g_assert_true (g_file_set_contents (twenty, "[delivery]\ninterval=20\n", -1, NULL));
  g_assert_true (g_file_set_contents (backup, "[delivery]\ninterval=30\n", -1, NULL));

  g_setenv ("TELEMETRICS_ROOT", root, TRUE);
  config = tm_config_load ();
  g_unsetenv ("TELEMETRICS_ROOT");

  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_DELIVERY_INTERVAL), ==, 20);
  g_assert_cmpint (tm_config_get_number (config, TM_CONFIG_DELIVERY_JITTER), ==, 1);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

/* What is shipped documents every key, with the default that holds, and has no problem itself. */
static void
test_shipped (void)
{
  const char *file = g_test_get_filename (G_TEST_DIST, "data", "telemetrics.conf", NULL);
  const char *paths[] = { file, NULL };
  g_autoptr (TmConfig) config = tm_config_load_files (paths);
  g_autofree char *text = NULL;

  g_assert_null (tm_config_get_problems (config)[0]);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    {
      const TmConfigKeyInfo *info = tm_config_key_get_info (i);
      g_autofree char *line = g_strdup_printf ("\n#%s=%s\n", info->name, info->default_value);

      g_test_message ("[%s] %s", info->group, info->name);
      g_assert_nonnull (strstr (text, line));
      g_assert_cmpstr (tm_config_get_text (config, i), ==, info->default_value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/config/defaults", Fixture, NULL, setup, test_defaults, teardown);
  g_test_add_func ("/config/table", test_table);
  g_test_add ("/config/merge", Fixture, NULL, setup, test_merge, teardown);
  g_test_add ("/config/bad-values", Fixture, NULL, setup, test_bad_values, teardown);
  g_test_add ("/config/bad-value-gives-default", Fixture, NULL, setup, test_bad_value_gives_default,
              teardown);
  g_test_add_func ("/config/contract-paths", test_contract_paths);
  g_test_add_func ("/config/shipped", test_shipped);

  return g_test_run ();
}
