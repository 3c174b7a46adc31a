/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Categories: what a glob matches, which category a classification belongs to, and that a broken
 * file never makes more be recorded. */
#include <string.h>
#include <time.h>

#include "category-fixture.h"

static const struct
{
  const char *glob;
  const char *text;
  gboolean matches;
} globs[] = {
  { "*/*/*", "a/b/c", TRUE },
  { "a/b/*", "a/b/c", TRUE },
  { "a/b/*", "a/b/", TRUE },
  { "a/b/*", "a/bb/c", FALSE },
  { "a/*/c", "a/b/c", TRUE },
  { "a/*/c", "a/b/b/c", FALSE },
  { "a/*", "a/b/c", FALSE },
  { "org.*/x/y", "org.telemetrics/x/y", TRUE },
  { "org.*/x/y", "com.telemetrics/x/y", FALSE },
  { "*ab*/x/y", "aab/x/y", TRUE },
  { "*ab/x/y", "ababab/x/y", TRUE },
  { "*ab/x/y", "ababa/x/y", FALSE },
  { "*a*b*c/x/y", "abbcabc/x/y", TRUE },
  { "a**/x/y", "a/x/y", TRUE },
  { "a/b/c", "a/b/c", TRUE },
  { "a/b/c", "a/b/cd", FALSE },
  { "a/b/cd", "a/b/c", FALSE },
  { "", "", TRUE },
  { "*", "", TRUE },
  { "*", "/", FALSE },
};

static void
test_match (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (globs); i++)
    {
      g_test_message ("vector %u: %s %s", i, globs[i].glob, globs[i].text);
      g_assert_true (tm_category_glob_match (globs[i].glob, globs[i].text) == globs[i].matches);
    }
}

static gint64
get_cpu_usec (void)
{
  struct timespec used;

  g_assert_cmpint (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used), ==, 0);
  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* The worst a pattern of legal length can do takes no noticeable time. */
static void
test_match_is_not_exponential (void)
{
  const char *glob = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab/x/y";
  const char *text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/x/y";
  gint64 start = get_cpu_usec ();

  g_assert_true (tm_category_glob_is_valid (glob));
  for (guint i = 0; i < 1000; i++)
    g_assert_false (tm_category_glob_match (glob, text));
  g_assert_cmpint (get_cpu_usec () - start, <, G_USEC_PER_SEC);
}

static void
test_validity (void)
{
  static const char *const valid[] = { "*/*/*", "a/b/c", "a.b-c_d+e:f/*x*/1" };
  static const char *const invalid[] = {
    "",      "*",       "a/b",          "a/b/c/d",
    "a//c",  "/b/c",    "a/b/",         "a/b/c d",
    "a/b/?", "a/[b]/c", "a/b/\xc3\xa4", "a/b/ccccccccccccccccccccccccccccccccccccccccc"
  };

  for (guint i = 0; i < G_N_ELEMENTS (valid); i++)
    g_assert_true (tm_category_glob_is_valid (valid[i]));
  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_test_message ("invalid %u: %s", i, invalid[i]);
      g_assert_false (tm_category_glob_is_valid (invalid[i]));
    }
}

static const char *
lookup (TmCategorySet *set, const char *classification)
{
  const TmCategory *category = tm_category_set_lookup (set, classification);

  return category != NULL ? category->id : NULL;
}

/* The longest glob wins; what nobody claims belongs to nobody. */
static void
test_lookup (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmCategorySet) set = NULL;

  category_fixture_add (fixture, fixture->categories_path, "crashes", "org.x/crash/*;", "");
  category_fixture_add (fixture, fixture->categories_path, "special", "org.x/crash/special;", "");
  category_fixture_add (fixture, fixture->categories_path, "vendor", "org.x/*/*; org.y/*/*", "");
  set = category_fixture_load (fixture);

  g_assert_null (tm_category_set_get_problems (set)[0]);
  g_assert_cmpstr (lookup (set, "org.x/crash/process"), ==, "crashes");
  g_assert_cmpstr (lookup (set, "org.x/crash/special"), ==, "special");
  g_assert_cmpstr (lookup (set, "org.x/boot/a"), ==, "vendor");
  g_assert_cmpstr (lookup (set, "org.y/boot/a"), ==, "vendor");
  g_assert_null (lookup (set, "org.z/boot/a"));
}

/* All fields, in the order of ids; /etc takes the place of /usr. */
static void
test_load (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmCategorySet) set = NULL;
  const TmCategory *crashes;

  category_fixture_add (fixture, fixture->categories_path, "kernel", "org.x/kernel/*;", "");
  category_fixture_add (fixture, fixture->categories_path, "crashes", "org.x/crash/*;", "");
  category_fixture_add (fixture, fixture->override_path, "crashes", "org.y/crash/*;",
                        "Expires=2026-01-02\n");
  set = category_fixture_load (fixture);

  g_assert_cmpuint (tm_category_set_get_n (set), ==, 2);
  crashes = tm_category_set_get (set, 0);
  g_assert_cmpstr (crashes->id, ==, "crashes");
  g_assert_cmpstr (crashes->title, ==, "Title of crashes");
  g_assert_cmpuint (crashes->retention_days, ==, 30);
  g_assert_cmpstr (crashes->globs[0], ==, "org.y/crash/*");
  g_assert_false (tm_category_is_expired (crashes, crashes->expires_usec - 1));
  g_assert_true (tm_category_is_expired (crashes, crashes->expires_usec));
  g_assert_cmpint (crashes->expires_usec, ==, G_GINT64_CONSTANT (1767312000000000));
  g_assert_true (tm_category_set_find (set, "crashes") == crashes);
  g_assert_null (tm_category_set_find (set, "boot"));
}

static const struct
{
  const char *text;
  const char *problem;
} broken[] = {
  { "nothing", "crashes.category" },
  { "[Category]\nTitle=t\nExplanation=e\nPurpose=p\nRetention=1\n", "Classifications is missing" },
  { "[Category]\nTitle=t\nExplanation=e\nPurpose=p\nRetention=1\nClassifications=a/b\n",
    "three parts" },
  { "[Category]\nTitle=t\nExplanation=e\nPurpose=p\nRetention=0\nClassifications=a/b/c\n",
    "from 1 to 3660 days" },
  { "[Category]\nTitle=t\nExplanation=e\nPurpose=p\nRetention=1\nClassifications=a/b/c\n"
    "Expires=soon\n",
    "YYYY-MM-DD" },
  { "[Category]\nExplanation=e\nPurpose=p\nRetention=1\nClassifications=a/b/c\n",
    "Title is missing" },
};

/* Each broken file is reported with what is accepted; its category stays known, claims nothing, and
 * what it might have claimed does not fall to the category that claims everything. */
static void
test_broken (CategoryFixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->override_path, "crashes.category", NULL);

  category_fixture_add (fixture, fixture->categories_path, "custom", "*/*/*;", "");
  category_fixture_add (fixture, fixture->categories_path, "crashes", "org.x/crash/*;", "");
  category_fixture_add (fixture, fixture->categories_path, "kernel", "org.x/kernel/*;", "");
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (TmCategorySet) set = NULL;

      g_assert_true (g_file_set_contents (file, broken[i].text, -1, NULL));
      set = category_fixture_load (fixture);
      g_test_message ("vector %u: %s", i, tm_category_set_get_problems (set)[0]);
      g_assert_nonnull (strstr (tm_category_set_get_problems (set)[0], broken[i].problem));
      g_assert_true (tm_category_set_find (set, "crashes")->is_broken);
      g_assert_null (lookup (set, "org.x/crash/process"));
      g_assert_null (lookup (set, "a/b/c"));
      g_assert_true (tm_category_set_find (set, "custom")->is_broken);
      g_assert_nonnull (strstr (tm_category_set_get_problems (set)[1], "\"custom\" claims"));
      g_assert_cmpstr (lookup (set, "org.x/kernel/oops"), ==, "kernel");
    }
}

/* The categories of the contract, without a problem; what no other claims is custom. */
static void
test_shipped (void)
{
  static const char *const ids[] = { "boot",      "crashes", "custom", "hardware",
                                     "heartbeat", "journal", "kernel", "updates" };
  const char *directories[] = { g_test_get_filename (G_TEST_BUILT, "data", "categories", NULL),
                                NULL };
  g_autoptr (TmCategorySet) set = tm_category_set_load (directories);

  g_assert_null (tm_category_set_get_problems (set)[0]);
  g_assert_cmpuint (tm_category_set_get_n (set), ==, G_N_ELEMENTS (ids));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpstr (tm_category_set_get (set, i)->id, ==, ids[i]);

  g_assert_cmpstr (lookup (set, "org.telemetrics/crash/process"), ==, "crashes");
  g_assert_cmpstr (lookup (set, "org.telemetrics/kernel/oops"), ==, "kernel");
  g_assert_cmpstr (lookup (set, "org.telemetrics/heartbeat/ping"), ==, "heartbeat");
  g_assert_cmpstr (lookup (set, "com.example/app/started"), ==, "custom");
}

#define ADD(path, func)                                                                            \
  g_test_add (path, CategoryFixture, NULL, category_fixture_set_up, func,                          \
              category_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "C", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/category/match", test_match);
  g_test_add_func ("/category/match-is-not-exponential", test_match_is_not_exponential);
  g_test_add_func ("/category/validity", test_validity);
  ADD ("/category/lookup", test_lookup);
  ADD ("/category/load", test_load);
  ADD ("/category/broken", test_broken);
  g_test_add_func ("/category/shipped", test_shipped);

  return g_test_run ();
}
