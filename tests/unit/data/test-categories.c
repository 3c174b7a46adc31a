/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The categories as they are shipped, read by the code that decides with them: each is sound and
 * translated, and what each probe sends belongs to the category whose text announces it.
 */
#include "tm-category.h"

static const char *const ids[] = { "boot",      "crashes", "custom", "hardware",
                                   "heartbeat", "journal", "kernel", "updates" };

/* What the probes send, and what clients of Clear Linux send. */
static const struct
{
  const char *classification;
  const char *category;
} vectors[] = {
  { "org.telemetrics/hello/world", "heartbeat" },
  { "org.telemetrics/heartbeat/ping", "heartbeat" },
  { "org.telemetrics/kernel/warning", "kernel" },
  { "org.telemetrics/kernel/oops", "kernel" },
  { "org.telemetrics/kernel/hung-task", "kernel" },
  { "org.telemetrics/crash/process", "crashes" },
  { "org.telemetrics/crash/third-party", "crashes" },
  { "org.telemetrics/crash/undecodable", "crashes" },
  { "org.telemetrics/hardware/bert", "hardware" },
  { "org.telemetrics/hardware/mce", "hardware" },
  { "org.telemetrics/hardware/thermal", "hardware" },
  { "org.telemetrics/update/success", "updates" },
  { "org.telemetrics/update/failure", "updates" },
  { "org.telemetrics/boot/finished", "boot" },
  { "org.telemetrics/boot/unclean", "boot" },
  { "org.telemetrics/journal/unit-failed", "journal" },
  { "org.telemetrics/journal/match", "journal" },
  { "org.clearlinux/hello/world", "heartbeat" },
  { "org.clearlinux/heartbeat/ping", "heartbeat" },
  { "org.clearlinux/crash/clr", "crashes" },
  { "org.clearlinux/crash/unknown", "crashes" },
  { "org.clearlinux/kernel/bug", "kernel" },
  { "org.clearlinux/kernel/stackoverflow", "kernel" },
  { "org.clearlinux/mce/corrected", "hardware" },
  { "org.clearlinux/mce/UCNA", "hardware" },
  { "org.clearlinux/bert/debug", "hardware" },
  { "org.clearlinux/journal/error", "journal" },
  { "org.clearlinux/swupd-client/update", "updates" },
  { "org.telemetrics/other/thing", "custom" },
  { "org.clearlinux/other/thing", "custom" },
  { "com.example.App/index/broken", "custom" },
  { "a/b/c", "custom" },
};

static TmCategorySet *
load (void)
{
  g_autofree char *directory = g_test_build_filename (G_TEST_BUILT, "data", "categories", NULL);
  const char *const directories[] = { directory, NULL };

  return tm_category_set_load (directories);
}

static void
test_sound (void)
{
  g_autoptr (TmCategorySet) set = load ();

  g_assert_cmpuint (g_strv_length ((char **) tm_category_set_get_problems (set)), ==, 0);
  g_assert_cmpuint (tm_category_set_get_n (set), ==, G_N_ELEMENTS (ids));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const TmCategory *category = tm_category_set_get (set, i);

      g_assert_cmpstr (category->id, ==, ids[i]);
      g_assert_false (category->is_broken);
      g_assert_cmpuint (category->expires_usec, ==, 0);
    }
}

static void
test_classifications (void)
{
  g_autoptr (TmCategorySet) set = load ();

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const TmCategory *category = tm_category_set_lookup (set, vectors[i].classification);

      g_test_message ("%u: %s", i, vectors[i].classification);
      g_assert_nonnull (category);
      g_assert_cmpstr (category->id, ==, vectors[i].category);
    }
}

/* A person is asked in their language, and the English text is not replaced by it. */
static void
test_translations (void)
{
  const char *const names[] = { "title", "explanation", "purpose" };
  g_autoptr (TmCategorySet) set = load ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const TmCategory *category = tm_category_set_get (set, i);
      const char *const english[] = { category->title, category->explanation, category->purpose };
      g_autoptr (GVariant) german = NULL;

      g_assert_nonnull (category->translations);
      german = g_variant_lookup_value (category->translations, "de", G_VARIANT_TYPE ("a{ss}"));
      g_assert_nonnull (german);
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        {
          const char *text = NULL;

          g_assert_true (g_variant_lookup (german, names[j], "&s", &text));
          g_assert_cmpstr (text, !=, english[j]);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/data/categories/sound", test_sound);
  g_test_add_func ("/data/categories/classifications", test_classifications);
  g_test_add_func ("/data/categories/translations", test_translations);

  return g_test_run ();
}
