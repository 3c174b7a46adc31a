/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory with category files, a consent file beside it, and a configuration: for the tests of
 * categories and consent. */
#pragma once

#include "tm-consent.h"

G_BEGIN_DECLS

typedef struct
{
  char *directory;
  char *categories_path;
  char *override_path;
  char *consent_path;
  char *config_path;
} CategoryFixture;

void category_fixture_set_up (CategoryFixture *self, gconstpointer data);
void category_fixture_tear_down (CategoryFixture *self, gconstpointer data);

/* A sound file with these globs; directory: of the fixture. */
void category_fixture_add (CategoryFixture *self,
                           const char *directory,
                           const char *id,
                           const char *globs,
                           const char *more);
TmCategorySet *category_fixture_load (CategoryFixture *self);
/* crashes, kernel and custom, config: text of telemetrics.conf. Loads consent.conf. */
TmConsent *category_fixture_load_consent (CategoryFixture *self, const char *config);

G_END_DECLS
