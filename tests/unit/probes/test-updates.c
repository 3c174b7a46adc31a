/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves what is a transaction in each log and what is none, that its record counts right and tells
 * nothing else, and which error is of which class.
 */
#include "tm-packagekit.h"
#include "tm-update-log.h"

#include <string.h>

typedef void (*ReadFunc) (const TmUpdateLog *log);

#define RULES "[build]\npackages=base-files;fedora-release-common\n"

static const char apt_log[] =
    "\nStart-Date: 2026-11-22  13:44:18\n"
    "Commandline: apt-get install secret-game\n"
    "Requested-By: alice (1000)\n"
    "Install: libgame0:amd64 (1.0-3, automatic), secret-game:amd64 (4.7-1)\n"
    "Upgrade: base-files:amd64 (12.4, 12.4+u5), libc6:amd64 (2.36, 2.37), tzdata:all (1, 2)\n"
    "Remove: old-game:amd64 (1)\n"
    "End-Date: 2026-11-22  13:45:00\n"
    "\nStart-Date: 2026-11-22  14:00:00\n"
    "Upgrade: linux-image-6.1:amd64 (6.1.1, 6.1.2)\n"
    "Error: Sub-process /usr/bin/dpkg returned an error code (1)\n"
    "End-Date: 2026-11-22  14:00:09\n"
    "\nStart-Date: 2026-11-22  15:00:00\n"
    "Purge: a:amd64 (1)\n"
    "\nStart-Date: 2026-11-22  16:00:00\n"
    "Reinstall: b:amd64 (1)\n";

static const char dnf_log[] =
    "2026-11-22T13:00:00+0000 INFO --- logging initialized ---\n"
    "2026-11-22T13:44:18+0000 INFO --- logging initialized ---\n"
    "2026-11-22T13:44:20+0000 SUBDEBUG Upgrade: fedora-release-common-40-40.noarch\n"
    "2026-11-22T13:44:20+0000 SUBDEBUG Installed: secret-game-1.0-1.fc40.x86_64\n"
    "2026-11-22T13:44:28+0000 SUBDEBUG Upgraded: fedora-release-common-40-39.noarch\n"
    "2026-11-22T14:44:18+0100 INFO --- logging initialized ---\n"
    "2026-11-22T14:44:19+0100 ERROR Error unpacking rpm package bash-5.2-1.x86_64\n";

static const char swupd_output[] =
    "Update started\n"
    "Preparing to update from 41100 to 41110 (in format staging)\n"
    "Statistics for going from version 41100 to version 41110:\n\n"
    "    changed bundles   : 12\n    new bundles       : 1\n    deleted bundles   : 2\n\n"
    "    changed files     : 120\n    new files         : 3\n    deleted files     : 4\n\n"
    "Update was applied\nCalling post-update helper scripts\n"
    "Update took 21.3 seconds, 12 MB transferred\n"
    "Update successful - System updated from version 41100 to version 41110\n";

static void
collect (TmUpdate *update, gpointer user_data)
{
  g_ptr_array_add (user_data, update);
}

/* (transfer full) (element-type TmUpdate) */
static GPtrArray *
read_log (ReadFunc read, const char *text, const char *rules_text, gboolean is_whole)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new (rules_text, &error);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_update_free);
  const TmUpdateLog log = {
    .text = text,
    .n_bytes = strlen (text),
    .is_whole = is_whole,
    .zone = zone,
    .rules = rules,
    .take = collect,
    .user_data = found,
  };

  g_assert_no_error (error);
  read (&log);
  return found;
}

static char *
to_text (TmUpdate *update)
{
  g_autoptr (JsonNode) payload = tm_update_to_payload (update);

  return json_to_string (payload, FALSE);
}

/* Counts, builds, times and ends of apt's paragraphs; the last, which is under way, only when
 * nobody writes any more. */
static void
test_apt (void)
{
  g_autoptr (GPtrArray) found = read_log (tm_update_log_read_apt, apt_log, RULES, FALSE);
  g_autoptr (GPtrArray) whole = read_log (tm_update_log_read_apt, apt_log, RULES, TRUE);
  const TmUpdate *first = g_ptr_array_index (found, 0);
  const TmUpdate *second = g_ptr_array_index (found, 1);
  const TmUpdate *third = g_ptr_array_index (found, 2);

  g_assert_cmpuint (found->len, ==, 3);
  g_assert_cmpuint (whole->len, ==, 4);
  g_assert_cmpstr (first->from, ==, "12.4");
  g_assert_cmpstr (first->to, ==, "12.4+u5");
  g_assert_cmpuint (first->n_installed, ==, 2);
  g_assert_cmpuint (first->n_upgraded, ==, 3);
  g_assert_cmpuint (first->n_removed, ==, 1);
  g_assert_cmpint (first->end_usec - first->begin_usec, ==, 42 * G_USEC_PER_SEC);
  g_assert_cmpint (first->begin_usec / G_USEC_PER_SEC, ==, 1795355058);
  g_assert_cmpint (first->error, ==, TM_UPDATE_ERROR_NONE);
  g_assert_cmpint (second->error, ==, TM_UPDATE_ERROR_PACKAGE);
  g_assert_cmpint (third->error, ==, TM_UPDATE_ERROR_INTERRUPTED);
}

static void
test_dnf (void)
{
  g_autoptr (GPtrArray) found = read_log (tm_update_log_read_dnf, dnf_log, RULES, TRUE);
  g_autoptr (GPtrArray) live = read_log (tm_update_log_read_dnf, dnf_log, RULES, FALSE);
  const TmUpdate *first = g_ptr_array_index (found, 0);
  const TmUpdate *second = g_ptr_array_index (found, 1);

  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpuint (live->len, ==, 1);
  g_assert_cmpstr (first->from, ==, "40-39");
  g_assert_cmpstr (first->to, ==, "40-40");
  g_assert_cmpuint (first->n_installed, ==, 1);
  g_assert_cmpuint (first->n_upgraded, ==, 1);
  g_assert_cmpint (first->end_usec - first->begin_usec, ==, 10 * G_USEC_PER_SEC);
  g_assert_cmpint (second->error, ==, TM_UPDATE_ERROR_PACKAGE);
  g_assert_cmpint (second->begin_usec, ==, first->begin_usec);
}

/* A number and a time behind many blanks are not cut to others. */
static void
test_far_right (void)
{
  static const char apt[] = "Start-Date: 2026-11-22             13:44:18\nUpgrade: a:amd64 (1, 2)\n"
                            "End-Date: 2026-11-22             13:45:00\n";
  static const char swupd[] = "Update started\nPreparing to update from 10 to 20\n"
                              "    changed bundles   :                             12\n"
                              "Update failed\n";
  g_autoptr (GPtrArray) from_apt = read_log (tm_update_log_read_apt, apt, RULES, TRUE);
  g_autoptr (GPtrArray) from_swupd = read_log (tm_update_log_read_swupd, swupd, RULES, TRUE);
  const TmUpdate *of_apt = g_ptr_array_index (from_apt, 0);
  const TmUpdate *of_swupd = g_ptr_array_index (from_swupd, 0);

  g_assert_cmpint (of_apt->end_usec - of_apt->begin_usec, ==, 42 * G_USEC_PER_SEC);
  g_assert_cmpuint (of_swupd->n_upgraded, ==, 12);
}

/* The last one that is found is the one with this error. */
static const struct
{
  const char *text;
  guint n_found;
  TmUpdateError error;
} swupd_vectors[] = {
  { swupd_output, 1, TM_UPDATE_ERROR_NONE },
  /* nothing to do, in all of its words */
  { "Update started\nVersion on server (10) is not newer than system version (10)\n"
    "Update complete - System already up-to-date at version 10\n",
    0, 0 },
  { "Update started\nRequested version (10) is not newer than system version (10)\n", 0, 0 },
  { "Update started\nUpdate complete. System already up-to-date at version 10\n", 0, 0 },
  /* with --download */
  { "Update started\nPreparing to update from 10 to 20\n    changed bundles   : 1\n"
    "No extra files need to be downloaded\nUpdate took 0.4 seconds, 1 MB transferred\n",
    0, 0 },
  { "Update started\nPreparing to update from 10 to 20\n"
    "Error: Curl - Error downloading to local file - 'https://a/20/Manifest.MoM.tar'\n"
    "Error: Curl - Check free space for /var/lib/swupd?\n"
    "Error: Failed to retrieve 20 MoM manifest\nUpdate took 1.0 seconds, 0 MB transferred\n"
    "Update failed\n",
    1, TM_UPDATE_ERROR_DISK_FULL },
  { "Update started\nError: Curl - Could not resolve host - 'https://a'\nUpdate failed\n", 1,
    TM_UPDATE_ERROR_NETWORK },
  { "Update started\nError: Unable to determine the server version\nUpdate failed\n", 1,
    TM_UPDATE_ERROR_NETWORK },
  { "Update started\nPreparing to update from 10 to 20\nError: Failed to retrieve 20 MoM manifest\n"
    "Update failed\n",
    1, TM_UPDATE_ERROR_NETWORK },
  { "Update started\nWarning: Signature check failed\n"
    "Error: Unable to determine the server version as signature verification failed\n"
    "Update failed\n",
    1, TM_UPDATE_ERROR_SIGNATURE },
  { "Update started\nError: Something\nError: Failed to connect to update server: https://a\n"
    "Update failed\n",
    1, TM_UPDATE_ERROR_NETWORK },
  { "Update started\nUpdate failed\n", 1, TM_UPDATE_ERROR_OTHER },
  { "Update started\nPreparing to update from 1 to 2\n", 1, TM_UPDATE_ERROR_INTERRUPTED },
  /* before it starts */
  { "Error: Cannot acquire lock file, another swupd process is already running (possibly "
    "auto-update)\nError: Failed swupd initialization, exiting now\n",
    1, TM_UPDATE_ERROR_LOCKED },
  /* with --quiet */
  { "Error: Curl - Communicating with server timed out\nUpdate failed\n", 1,
    TM_UPDATE_ERROR_NETWORK },
  /* an error that did no harm, and one behind the end */
  { "Update started\nPreparing to update from 10 to 20\nError: Curl - Download failed\n"
    "Update successful - System updated from version 10 to version 20\n"
    "Error: Inconsistency between version files, exiting now\n",
    1, TM_UPDATE_ERROR_NONE },
  /* twice, where the format changes */
  { "Update started\nPreparing to update from 10 to 20\n"
    "Update successful - System updated from version 10 to version 20\n"
    "Update started\nPreparing to update from 30 to 40\nUpdate failed\n",
    2, TM_UPDATE_ERROR_OTHER },
  /* with --3rd-party */
  { "Update started\nUpdate successful - System updated from version 10 to version 20\n\n"
    "Updating content from 3rd-party repositories\n\n 3rd-Party Repository: secret\n"
    "Updates from a 3rd-party repository are forced to run with the --no-scripts flag\n\n"
    "Update started\nPreparing to update from 1 to 2\nError: Curl - a\nUpdate failed\n\n"
    "Updates from a 3rd-party repository are forced to run with the --no-scripts flag\n\n"
    "Update started\nUpdate successful - System updated from version 1 to version 2\n",
    1, TM_UPDATE_ERROR_NONE },
  { "Bundle added\n", 0, 0 },
  { "", 0, 0 },
};

static void
test_swupd (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (swupd_vectors); i++)
    {
      g_autoptr (GPtrArray) found =
          read_log (tm_update_log_read_swupd, swupd_vectors[i].text, RULES, TRUE);
      const TmUpdate *update = found->len == 0 ? NULL : g_ptr_array_index (found, found->len - 1);

      g_test_message ("vector %u", i);
      g_assert_cmpuint (found->len, ==, swupd_vectors[i].n_found);
      if (update != NULL)
        g_assert_cmpint (update->error, ==, swupd_vectors[i].error);
    }
}

static void
test_swupd_counts (void)
{
  g_autoptr (GPtrArray) found = read_log (tm_update_log_read_swupd, swupd_output, RULES, TRUE);
  const TmUpdate *update = g_ptr_array_index (found, 0);

  g_assert_cmpstr (update->from, ==, "41100");
  g_assert_cmpstr (update->to, ==, "41110");
  g_assert_cmpint (update->seconds, ==, 21);
  g_assert_cmpuint (update->n_upgraded, ==, 12);
  g_assert_cmpuint (update->n_installed, ==, 1);
  g_assert_cmpuint (update->n_removed, ==, 2);
}

/* paragraph, at whose end nobody writes any more; its error and builds */
static const struct
{
  const char *text;
  TmUpdateError error;
  const char *from;
  const char *to;
} apt_vectors[] = {
  { "Start-Date: 2026-11-22  13:44:18\nUpgrade: base-files:amd64 (1, 2)\n"
    "Error: Sub-process /usr/bin/dpkg returned an error code (1)\n",
    TM_UPDATE_ERROR_PACKAGE, "1", "2" },
  { "Start-Date: 2026-11-22  13:44:18\nUpgrade: base-files:amd64 (1, 2)",
    TM_UPDATE_ERROR_INTERRUPTED, "1", "2" },
  { "Start-Date: 2026-11-22  13:44:18\nInstall: base-files:amd64 (1, automatic)\n"
    "End-Date: 2026-11-22  13:44:19\n",
    TM_UPDATE_ERROR_NONE, NULL, NULL },
  { "Start-Date: 2026-11-22  13:44:18\nDowngrade: base-files:amd64 (2, 1)\n"
    "End-Date: 2026-11-22  13:44:19\n",
    TM_UPDATE_ERROR_NONE, "2", "1" },
};

static void
test_apt_ends_and_builds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (apt_vectors); i++)
    {
      g_autoptr (GPtrArray) found =
          read_log (tm_update_log_read_apt, apt_vectors[i].text, RULES, TRUE);
      const TmUpdate *update = g_ptr_array_index (found, 0);

      g_test_message ("vector %u", i);
      g_assert_cmpuint (found->len, ==, 1);
      g_assert_cmpint (update->error, ==, apt_vectors[i].error);
      g_assert_cmpstr (update->from, ==, apt_vectors[i].from);
      g_assert_cmpstr (update->to, ==, apt_vectors[i].to);
    }
}

/* No package, user or command line is in a record; with a vendor's rule the names it allows are. */
static void
test_privacy (void)
{
  static const char *const secrets[] = { "secret-game", "libgame", "libc6",
                                         "alice",       "1000",    "apt-get" };
  g_autoptr (GPtrArray) found = read_log (tm_update_log_read_apt, apt_log, RULES, TRUE);
  g_autoptr (GPtrArray) allowed =
      read_log (tm_update_log_read_apt, apt_log, "[names]\nallow=libc*;tzdata\n", TRUE);
  g_autofree char *text = to_text (g_ptr_array_index (found, 0));
  g_autofree char *named = to_text (g_ptr_array_index (allowed, 0));

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_null (strstr (text, secrets[i]));
  g_assert_nonnull (strstr (named, "\"names\":[\"libc6\",\"tzdata\"]"));
  g_assert_null (strstr (named, "secret-game"));
}

/* Each class of errors has a sentence of its own, between title and counts. */
static void
test_words (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint error = TM_UPDATE_ERROR_NONE; error <= TM_UPDATE_ERROR_OTHER; error++)
    {
      g_autoptr (TmUpdate) update = tm_update_new ("apt");

      update->error = error;

      g_autoptr (JsonNode) payload = tm_update_to_payload (update);
      const char *text = json_object_get_string_member (json_node_get_object (payload), "text");
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      g_assert_cmpuint (g_strv_length (lines), ==, error == TM_UPDATE_ERROR_NONE ? 2 : 3);
      g_assert_true (g_str_has_prefix (lines[0], "apt update"));
      g_assert_true (g_hash_table_add (seen, g_strdup (lines[1])));
    }
}

/* A transaction has the same id wherever its text stands, and no other has it. */
static void
test_id (void)
{
  g_autofree char *more = g_strconcat ("\nStart-Date: 2026-01-01  00:00:00\n"
                                       "End-Date: 2026-01-01  00:00:01\n",
                                       apt_log, NULL);
  g_autoptr (GPtrArray) one = read_log (tm_update_log_read_apt, apt_log, RULES, TRUE);
  g_autoptr (GPtrArray) two = read_log (tm_update_log_read_apt, more, RULES, TRUE);
  g_autofree char *id = tm_update_get_id (g_ptr_array_index (one, 0));
  g_autofree char *same = tm_update_get_id (g_ptr_array_index (two, 1));
  g_autofree char *other = tm_update_get_id (g_ptr_array_index (one, 1));

  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpstr (id, ==, same);
  g_assert_cmpstr (id, !=, other);
}

/* A build that cannot be one is none; names stop at their limit; the count does not. */
static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("Start-Date: 2026-11-22  13:44:18\nUpgrade: "
                                           "base-files:amd64 (1, /home/alice)");
  g_autoptr (GPtrArray) found = NULL;
  const TmUpdate *update;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, ", a%u:amd64 (1, 2)", i);
  g_string_append (text, "\nEnd-Date: 2026-11-22  13:44:18\n");
  found = read_log (tm_update_log_read_apt, text->str,
                    "[build]\npackages=base-files\n[names]\nallow=a*\n", TRUE);
  update = g_ptr_array_index (found, 0);

  g_assert_cmpuint (update->n_upgraded, ==, 1001);
  g_assert_cmpuint (update->names->len, ==, TM_UPDATE_MAX_NAMES);
  g_assert_null (update->to);
}

/* A name of 255 bytes may be told, a longer one is none, nor is what is not UTF-8. */
static void
test_names (void)
{
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new ("[names]\nallow=*\n", NULL);
  g_autoptr (TmUpdate) update = tm_update_new ("dnf");
  g_autofree char *longest = g_strnfill (255, 'a');
  g_autofree char *longer = g_strnfill (256, 'a');

  tm_update_rules_note_name (rules, longer, update);
  tm_update_rules_note_name (rules, "a\xff", update);
  tm_update_rules_note_name (rules, longest, update);
  g_assert_cmpuint (update->names->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (update->names, 0), ==, longest);
}

/* role, flags, error code (0: none), exit, back end; what it is reported as */
static const struct
{
  guint role;
  guint64 flags;
  guint code;
  guint exit;
  const char *backend;
  gboolean is_reported;
  TmUpdateError error;
} packagekit_vectors[] = {
  { 22, 0, 0, 1, "zypp", TRUE, TM_UPDATE_ERROR_NONE },
  { 22, 2, 0, 1, "zypp", TRUE, TM_UPDATE_ERROR_NONE },
  { 22, 4, 0, 1, "zypp", FALSE, 0 },                      /* only tried */
  { 22, 8, 0, 1, "zypp", FALSE, 0 },                      /* only downloaded */
  { 21, 0, 0, 1, "zypp", FALSE, 0 },                      /* a search */
  { 22, 0, 0, 1, "apt", FALSE, 0 },                       /* stands in its history */
  { 11, 0, 58, 2, "apt", FALSE, 0 },                      /* so does this */
  { 11, 0, 10, 2, "apt", TRUE, TM_UPDATE_ERROR_NETWORK }, /* this does not */
  { 22, 0, 0, 1, "dnf", FALSE, 0 },                       /* in dnf's */
  { 11, 0, 10, 2, "dnf", TRUE, TM_UPDATE_ERROR_NETWORK },
  { 22, 0, 0, 1, "dnf5", FALSE, 0 },
  { 11, 0, 10, 2, "dnf5", TRUE, TM_UPDATE_ERROR_NETWORK },
  { 11, 0, 58, 2, NULL, TRUE, TM_UPDATE_ERROR_PACKAGE },
  { 11, 0, 17, 3, "zypp", FALSE, 0 }, /* a person cancelled it */
  { 11, 0, 0, 4, "zypp", FALSE, 0 },  /* a person is asked for a key */
  { 33, 0, 0, 6, "zypp", TRUE, TM_UPDATE_ERROR_INTERRUPTED },
  { 33, 0, 999, 2, "zypp", TRUE, TM_UPDATE_ERROR_OTHER },
};

static void
test_packagekit (void)
{
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new (RULES, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (packagekit_vectors); i++)
    {
      g_autoptr (TmPackagekit) transaction = tm_packagekit_new (rules);
      g_autoptr (TmUpdate) update = NULL;

      g_test_message ("vector %u", i);
      tm_packagekit_set_role (transaction, packagekit_vectors[i].role, packagekit_vectors[i].flags);
      if (packagekit_vectors[i].code != 0)
        tm_packagekit_set_error (transaction, packagekit_vectors[i].code);
      g_assert_false (tm_packagekit_is_complete (transaction));
      tm_packagekit_finish (transaction, packagekit_vectors[i].exit, 2500);
      update = tm_packagekit_get_update (transaction, packagekit_vectors[i].backend);
      g_assert_cmpint (update != NULL, ==, packagekit_vectors[i].is_reported);
      if (update != NULL)
        g_assert_cmpint (update->error, ==, packagekit_vectors[i].error);
    }
}

/* Each package counts once, whatever is said of its progress. */
static void
test_packagekit_counts (void)
{
  static const guint infos[] = { 10, 11, 11, 14, 12, 13, 15, 19, 20, 18 };
  static const char *const ids[] = { "a;1;;", "a;1;;", "a;1;;", "a;1;;", "b;1;;",
                                     "c;1;;", "d;1;;", "e;1;;", "f;1;;", "a;1;;" };
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new (RULES, NULL);
  g_autoptr (TmPackagekit) transaction = tm_packagekit_new (rules);
  g_autoptr (TmUpdate) update = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    tm_packagekit_add_package (transaction, infos[i], ids[i]);
  tm_packagekit_set_role (transaction, 22, 0);
  tm_packagekit_finish (transaction, 1, 2500);
  update = tm_packagekit_get_update (transaction, "zypp");

  g_assert_cmpuint (update->n_installed, ==, 1);
  g_assert_cmpuint (update->n_upgraded, ==, 3);
  g_assert_cmpuint (update->n_removed, ==, 2);
  g_assert_cmpint (update->seconds, ==, 2);
}

/* What came and what went, of the package that has it; whatever else is said about it. */
static void
test_packagekit_builds (void)
{
  static const struct
  {
    guint info;
    const char *id;
  } said[] = {
    { 10, "base-files;3;all;repo" }, { 11, "tzdata;9;all;repo" }, { 11, "base-files;2;all;repo" },
    { 11, "base-files;2;all;repo" }, { 14, "tzdata;8;all;repo" }, { 14, "base-files;2;all;repo" },
    { 14, "base-files;1;all;repo" }, { 13, "base-files" },
  };
  g_autoptr (TmUpdateRules) rules = tm_update_rules_new (RULES, NULL);
  g_autoptr (TmPackagekit) transaction = tm_packagekit_new (rules);
  g_autoptr (TmUpdate) update = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    tm_packagekit_add_package (transaction, said[i].info, said[i].id);
  tm_packagekit_set_role (transaction, 22, 0);
  tm_packagekit_finish (transaction, 1, 2500);
  update = tm_packagekit_get_update (transaction, "zypp");

  g_assert_cmpstr (update->from, ==, "1");
  g_assert_cmpstr (update->to, ==, "2");
  g_assert_cmpuint (update->n_upgraded, ==, 2);
}

static void
test_bad_rules (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tm_update_rules_new ("no key file", &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/updates/apt", test_apt);
  g_test_add_func ("/updates/dnf", test_dnf);
  g_test_add_func ("/updates/apt/ends-and-builds", test_apt_ends_and_builds);
  g_test_add_func ("/updates/swupd", test_swupd);
  g_test_add_func ("/updates/far-right", test_far_right);
  g_test_add_func ("/updates/swupd/counts", test_swupd_counts);
  g_test_add_func ("/updates/privacy", test_privacy);
  g_test_add_func ("/updates/words", test_words);
  g_test_add_func ("/updates/id", test_id);
  g_test_add_func ("/updates/bounds", test_bounds);
  g_test_add_func ("/updates/names", test_names);
  g_test_add_func ("/updates/bad-rules", test_bad_rules);
  g_test_add_func ("/updates/packagekit", test_packagekit);
  g_test_add_func ("/updates/packagekit/counts", test_packagekit_counts);
  g_test_add_func ("/updates/packagekit/builds", test_packagekit_builds);
  return g_test_run ();
}
