/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the parts are put together; see tm-keep.h. */
#include "tm-keep.h"

#include "tm-clock-system.h"
#include "tm-paths.h"
#include "tm-system-info.h"

#include <unistd.h>

static TmCategorySet *
load_categories (void)
{
  g_autofree char *shipped = tm_path (TM_PATH_CATEGORIES_D);
  g_autofree char *own = tm_path (TM_PATH_CATEGORIES_D_ETC);
  const char *const directories[] = { shipped, own, NULL };

  return tm_category_set_load (directories);
}

static TmIdentity *
load_identity (TmKeep *self)
{
  g_autofree char *path = tm_path (TM_PATH_IDENTITY);
  g_autofree char *static_path = tm_path (TM_PATH_STATIC_MACHINE_ID);

  return tm_identity_load (path, static_path, self->clock,
                           tm_config_get_number (self->config, TM_CONFIG_IDENTITY_ROTATION_DAYS),
                           tm_config_get_number (self->config, TM_CONFIG_IDENTITY_SECRET_DAYS));
}

static gint64
expiry_usec (TmKeep *self)
{
  return tm_config_get_number (self->config, TM_CONFIG_RECORD_EXPIRY) * 60 * G_USEC_PER_SEC;
}

static TmCommitter *
make_committer (TmKeep *self, const char *path, const char *boot_id)
{
  gint64 max_kib = tm_config_get_number (self->config, TM_CONFIG_SPOOL_MAX_SIZE);
  const TmStoreOptions options = {
    .path = path,
    .boot_id = boot_id,
    .max_bytes = max_kib < 0 ? -1 : max_kib * 1024,
    .expiry_usec = expiry_usec (self),
    .retention = tm_config_get_boolean (self->config, TM_CONFIG_RECORD_RETENTION_ENABLED),
  };

  return tm_committer_new (&options, self->clock);
}

static TmIntake *
make_intake (TmKeep *self, const char *boot_id)
{
  const TmIntakeMachine machine = { .system = self->system,
                                    .boot_id = boot_id,
                                    .service_uid = geteuid () };

  return tm_intake_new (&machine, self->clock, self->standing,
                        tm_limits_new (self->config, geteuid (), self->clock), self->committer);
}

static TmStanding *
make_standing (TmKeep *self)
{
  g_autofree char *path = tm_path (TM_PATH_CONSENT);
  g_autoptr (TmConsent) consent = tm_consent_load (path, self->config, self->categories);
  g_autoptr (TmIdentity) identity = load_identity (self);

  return tm_standing_new (self->clock, consent, identity);
}

TmKeep *
tm_keep_open (void)
{
  TmKeep *self = g_new0 (TmKeep, 1);
  g_autofree char *store_path = tm_path (TM_PATH_STORE);
  g_autofree char *boot_id = tm_system_info_read_boot_id ("");

  self->clock = tm_clock_system_new ();
  self->config = tm_config_load ();
  self->categories = load_categories ();
  self->system = tm_system_info_read ("");
  self->standing = make_standing (self);
  self->committer = make_committer (self, store_path, boot_id);
  self->rotation = tm_rotation_new (self->clock, self->standing, self->committer);
  self->cleaner = tm_cleaner_new (self->clock, self->standing, self->categories, self->committer,
                                  store_path, expiry_usec (self));
  self->intake = make_intake (self, boot_id);

  return self;
}

void
tm_keep_close (TmKeep *self)
{
  tm_committer_stop (self->committer);
  g_object_unref (self->intake);
  g_object_unref (self->cleaner);
  g_object_unref (self->rotation);
  g_object_unref (self->committer);
  g_object_unref (self->standing);
  tm_system_unref (self->system);
  tm_category_set_unref (self->categories);
  tm_config_unref (self->config);
  g_object_unref (self->clock);
  g_free (self);
}

char **
tm_keep_list_problems (TmKeep *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) tm_config_get_problems (self->config));
  g_strv_builder_addv (builder, (const char **) tm_category_set_get_problems (self->categories));

  return g_strv_builder_end (builder);
}
