/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The default configuration is documentation, because every key in it is commented out. This proves
 * that it tells the truth: it has every key of the table that the services read by, under the right
 * group, with the default, the unit and the range of the table, and no other key; and that the
 * manual says the same.
 */
#include <string.h>

#include "tm-config-key.h"

typedef struct
{
  char *group;
  char *name;
  char *value;
  char *comment; /* the paragraph above the key */
} Entry;

static void
entry_free (Entry *entry)
{
  g_free (entry->group);
  g_free (entry->name);
  g_free (entry->value);
  g_free (entry->comment);
  g_free (entry);
}

static Entry *
entry_new (const char *group, const char *line, const char *comment)
{
  const char *equals = strchr (line, '=');
  Entry *entry = g_new0 (Entry, 1);

  entry->group = g_strdup (group);
  entry->name = g_strndup (line + 1, (gsize) (equals - line) - 1);
  entry->value = g_strdup (equals + 1);
  entry->comment = g_strdup (comment);

  return entry;
}

/* "#name=value" is a key, "# text" is a line of a comment. */
static GPtrArray *
read_entries (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "telemetrics.conf", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *group = g_strdup ("");
  g_autoptr (GString) comment = g_string_new (NULL);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] == '\0')
        g_string_truncate (comment, 0);
      else if (*lines[i] == '[')
        {
          g_free (group);
          group = g_strndup (lines[i] + 1, strlen (lines[i]) - 2);
        }
      else if (g_str_has_prefix (lines[i], "# ") || g_str_equal (lines[i], "#"))
        g_string_append (comment, lines[i] + 1);
      else
        g_ptr_array_add (entries, entry_new (group, lines[i], comment->str));
    }

  return g_steal_pointer (&entries);
}

static const Entry *
find_entry (GPtrArray *entries, const TmConfigKeyInfo *info)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);

      if (g_str_equal (entry->group, info->group) && g_str_equal (entry->name, info->name))
        return entry;
    }

  return NULL;
}

static void
assert_says (const Entry *entry, const char *text)
{
  if (strstr (entry->comment, text) == NULL)
    g_error ("the comment of %s doesn't say “%s”: %s", entry->name, text, entry->comment);
}

static void
test_every_key (void)
{
  g_autoptr (GPtrArray) entries = read_entries ();

  for (guint key = 0; key < TM_N_CONFIG_KEYS; key++)
    {
      const TmConfigKeyInfo *info = tm_config_key_get_info (key);
      const Entry *entry = find_entry (entries, info);

      if (entry == NULL)
        g_error ("[%s] %s is not in telemetrics.conf", info->group, info->name);
      g_assert_cmpstr (entry->value, ==, info->default_value);
      assert_says (entry, " Default: ");
    }
}

static void
test_numbers (void)
{
  g_autoptr (GPtrArray) entries = read_entries ();

  for (guint key = 0; key < TM_N_CONFIG_KEYS; key++)
    {
      const TmConfigKeyInfo *info = tm_config_key_get_info (key);
      const Entry *entry = find_entry (entries, info);
      g_autofree char *range = NULL;
      g_autofree char *unit = NULL;

      if (info->type != TM_CONFIG_TYPE_NUMBER)
        continue;

      range = g_strdup_printf (" Range: %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s", info->min,
                               info->max, info->takes_minus_one ? ", or -1 for no " : ".");
      assert_says (entry, range);
      if (info->unit == NULL)
        continue;
      unit = g_strdup_printf (" Unit: %s.", info->unit);
      assert_says (entry, unit);
    }
}

static void
test_no_other_key (void)
{
  g_autoptr (GPtrArray) entries = read_entries ();

  g_assert_cmpuint (entries->len, ==, TM_N_CONFIG_KEYS);
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);
      TmConfigKey key;

      g_assert_true (tm_config_key_lookup (entry->group, entry->name, &key));
    }
}

/* The part of telemetrics.conf(5) about one key. (transfer full) (nullable) */
static char *
find_in_manual (const char *manual, const char *name)
{
  g_autofree char *heading = g_strdup_printf ("\n.B %s=\n", name);
  const char *begin = strstr (manual, heading);
  const char *end;

  if (begin == NULL)
    return NULL;

  begin += strlen (heading);
  end = strstr (begin, "\n.TP");

  return end != NULL ? g_strndup (begin, (gsize) (end - begin)) : g_strdup (begin);
}

static void
test_manual (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "docs", "man", "telemetrics.conf.5", NULL);
  g_autofree char *manual = NULL;
  g_autoptr (GPtrArray) entries = read_entries ();

  g_assert_true (g_file_get_contents (path, &manual, NULL, NULL));
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);
      g_autofree char *part = find_in_manual (manual, entry->name);
      const char *limits = strstr (entry->comment, " Range: ");

      if (part == NULL)
        g_error ("telemetrics.conf(5) lacks %s", entry->name);
      g_assert_nonnull (strstr (part, " Default: "));
      if (limits != NULL && strstr (part, limits + 1) == NULL)
        g_error ("telemetrics.conf(5) doesn't say “%s” of %s", limits + 1, entry->name);
    }
}

/* As shipped, the file sets nothing and has nothing to complain about. */
static void
test_sets_nothing (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "telemetrics.conf", NULL);
  const char *const paths[] = { path, NULL };
  g_autoptr (TmConfig) config = tm_config_load_files (paths);

  g_assert_cmpuint (g_strv_length ((char **) tm_config_get_problems (config)), ==, 0);
  g_assert_true (tm_config_consent_is_sound (config));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/data/default-conf/every-key", test_every_key);
  g_test_add_func ("/data/default-conf/numbers", test_numbers);
  g_test_add_func ("/data/default-conf/no-other-key", test_no_other_key);
  g_test_add_func ("/data/default-conf/manual", test_manual);
  g_test_add_func ("/data/default-conf/sets-nothing", test_sets_nothing);

  return g_test_run ();
}
