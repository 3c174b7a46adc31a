/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of categories and consent share; see category-fixture.h. */
#include "category-fixture.h"

#include <glib/gstdio.h>

void
category_fixture_set_up (CategoryFixture *self, gconstpointer data)
{
  self->directory = g_dir_make_tmp ("tm-category-XXXXXX", NULL);
  self->categories_path = g_build_filename (self->directory, "usr", NULL);
  self->override_path = g_build_filename (self->directory, "etc", NULL);
  self->consent_path = g_build_filename (self->directory, "state", "consent.conf", NULL);
  self->config_path = g_build_filename (self->directory, "telemetrics.conf", NULL);
  g_assert_cmpint (g_mkdir (self->categories_path, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (self->override_path, 0700), ==, 0);
}

void
category_fixture_tear_down (CategoryFixture *self, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", self->directory);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (self->directory);
  g_free (self->categories_path);
  g_free (self->override_path);
  g_free (self->consent_path);
  g_free (self->config_path);
}

void
category_fixture_add (CategoryFixture *self,
                      const char *directory,
                      const char *id,
                      const char *globs,
                      const char *more)
{
  g_autofree char *name = g_strconcat (id, ".category", NULL);
  g_autofree char *file = g_build_filename (directory, name, NULL);
  g_autofree char *text =
      g_strdup_printf ("[Category]\nTitle=Title of %s\nTitle[de]=Titel\nExplanation=e\n"
                       "Purpose=p\nRetention=30\nClassifications=%s\nExample=x\n%s",
                       id, globs, more);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

TmCategorySet *
category_fixture_load (CategoryFixture *self)
{
  const char *directories[] = { self->categories_path, self->override_path, NULL };

  return tm_category_set_load (directories);
}

TmConsent *
category_fixture_load_consent (CategoryFixture *self, const char *config_text)
{
  const char *paths[] = { self->config_path, NULL };
  g_autoptr (TmCategorySet) categories = NULL;
  g_autoptr (TmConfig) config = NULL;

  category_fixture_add (self, self->categories_path, "crashes", "org.x/crash/*;", "");
  category_fixture_add (self, self->categories_path, "kernel", "org.x/kernel/*;", "");
  category_fixture_add (self, self->categories_path, "custom", "*/*/*;", "");
  g_assert_true (g_file_set_contents (self->config_path, config_text, -1, NULL));

  categories = category_fixture_load (self);
  config = tm_config_load_files (paths);
  return tm_consent_load (self->consent_path, config, categories);
}
