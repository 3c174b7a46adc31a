/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-packagekit.h. */
#include "tm-packagekit.h"

#include <string.h>

#include "tm-update-log.h"

/* Of a transaction that goes through more, the rest is not counted. */
#define MAX_PACKAGES 20000
/* "name;version;architecture;repository"; what is longer is none. */
#define PACKAGE_ID_MAX_BYTES 512

#define FLAG_SIMULATE (G_GUINT64_CONSTANT (1) << 2)
#define FLAG_ONLY_DOWNLOAD (G_GUINT64_CONSTANT (1) << 3)

enum
{
  INFO_UPDATING = 11,
  INFO_INSTALLING = 12,
  INFO_REMOVING = 13,
  INFO_CLEANUP = 14, /* of the old one, after an update */
  INFO_OBSOLETING = 15,
  INFO_REINSTALLING = 19,
  INFO_DOWNGRADING = 20,
};

enum
{
  EXIT_SUCCESS_ = 1,
  EXIT_FAILED = 2,
  EXIT_KILLED = 6,
};

struct _TmPackagekit
{
  const TmUpdateRules *rules; /* (unowned) */
  TmUpdate *update;
  GHashTable *seen; /* (element-type utf8): packages that are counted */
  guint role;
  guint64 flags;
  guint exit;
  gboolean has_role;
  gboolean has_finished;
};

/* install-files, install-packages, remove-packages, update-packages, repair-system, upgrade-system
 */
static const guint changing_roles[] = { 10, 11, 14, 22, 29, 33 };

static const struct
{
  guint code;
  TmUpdateError error;
} error_codes[] = {
  { 2, TM_UPDATE_ERROR_NETWORK },     { 5, TM_UPDATE_ERROR_SIGNATURE },
  { 9, TM_UPDATE_ERROR_CANCELLED },   { 10, TM_UPDATE_ERROR_NETWORK },
  { 13, TM_UPDATE_ERROR_DEPENDENCY }, { 16, TM_UPDATE_ERROR_PACKAGE },
  { 17, TM_UPDATE_ERROR_CANCELLED },  { 18, TM_UPDATE_ERROR_NETWORK },
  { 26, TM_UPDATE_ERROR_LOCKED },     { 27, TM_UPDATE_ERROR_CANCELLED },
  { 29, TM_UPDATE_ERROR_PACKAGE },    { 30, TM_UPDATE_ERROR_SIGNATURE },
  { 31, TM_UPDATE_ERROR_SIGNATURE },  { 35, TM_UPDATE_ERROR_DEPENDENCY },
  { 36, TM_UPDATE_ERROR_DEPENDENCY }, { 37, TM_UPDATE_ERROR_NETWORK },
  { 38, TM_UPDATE_ERROR_PACKAGE },    { 40, TM_UPDATE_ERROR_PACKAGE },
  { 41, TM_UPDATE_ERROR_CANCELLED },  { 43, TM_UPDATE_ERROR_NETWORK },
  { 46, TM_UPDATE_ERROR_DISK_FULL },  { 48, TM_UPDATE_ERROR_CANCELLED },
  { 50, TM_UPDATE_ERROR_SIGNATURE },  { 51, TM_UPDATE_ERROR_SIGNATURE },
  { 56, TM_UPDATE_ERROR_PACKAGE },    { 57, TM_UPDATE_ERROR_PACKAGE },
  { 58, TM_UPDATE_ERROR_PACKAGE },    { 59, TM_UPDATE_ERROR_PACKAGE },
  { 60, TM_UPDATE_ERROR_LOCKED },     { 64, TM_UPDATE_ERROR_NETWORK },
  { 65, TM_UPDATE_ERROR_CANCELLED },  { 66, TM_UPDATE_ERROR_INTERRUPTED },
  { 67, TM_UPDATE_ERROR_LOCKED },
};

TmPackagekit *
tm_packagekit_new (const TmUpdateRules *rules)
{
  TmPackagekit *self = g_new0 (TmPackagekit, 1);

  self->rules = rules;
  self->update = tm_update_new ("packagekit");
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
tm_packagekit_free (TmPackagekit *self)
{
  g_clear_pointer (&self->update, tm_update_free);
  g_hash_table_unref (self->seen);
  g_free (self);
}

void
tm_packagekit_set_role (TmPackagekit *self, guint role, guint64 flags)
{
  self->role = role;
  self->flags = flags;
  self->has_role = TRUE;
}

static guint *
get_count (TmPackagekit *self, guint info)
{
  switch (info)
    {
    case INFO_INSTALLING:
      return &self->update->n_installed;
    case INFO_UPDATING:
    case INFO_REINSTALLING:
    case INFO_DOWNGRADING:
      return &self->update->n_upgraded;
    case INFO_REMOVING:
    case INFO_OBSOLETING:
      return &self->update->n_removed;
    default:
      return NULL;
    }
}

/* version: "1.2;noarch;repository" */
static void
note_build (TmPackagekit *self, guint info, const char *version)
{
  gboolean is_old = info == INFO_REMOVING || info == INFO_OBSOLETING || info == INFO_CLEANUP;
  const TmUpdateSlice build = { version, strcspn (version, ";") };
  char **place = is_old ? &self->update->from : &self->update->to;
  g_autofree char *found = tm_update_slice_to_build (&build);

  /* Some clean up under the name of the new one. */
  if (*place == NULL && !(is_old && g_strcmp0 (found, self->update->to) == 0))
    *place = g_steal_pointer (&found);
}

void
tm_packagekit_add_package (TmPackagekit *self, guint info, const char *package_id)
{
  g_autofree char *name = NULL;
  guint *count;

  if (self->update == NULL || g_hash_table_size (self->seen) >= MAX_PACKAGES ||
      strlen (package_id) > PACKAGE_ID_MAX_BYTES)
    return;
  count = get_count (self, info);
  if (count == NULL && info != INFO_CLEANUP)
    return;
  name = g_strndup (package_id, strcspn (package_id, ";"));
  if (tm_update_rules_is_build (self->rules, name))
    note_build (self, info, package_id + strlen (name) + (package_id[strlen (name)] == ';'));
  /* The same is said again for each step of its progress. */
  if (count == NULL || !g_hash_table_add (self->seen, g_strdup (package_id)))
    return;

  (*count)++;
  tm_update_rules_note_name (self->rules, name, self->update);
}

void
tm_packagekit_set_error (TmPackagekit *self, guint code)
{
  if (self->update == NULL || self->update->error != TM_UPDATE_ERROR_NONE)
    return;

  self->update->error = TM_UPDATE_ERROR_OTHER;
  for (guint i = 0; i < G_N_ELEMENTS (error_codes); i++)
    if (error_codes[i].code == code)
      self->update->error = error_codes[i].error;
}

void
tm_packagekit_finish (TmPackagekit *self, guint exit, guint msec)
{
  self->exit = exit;
  self->has_finished = TRUE;
  if (self->update == NULL)
    return;

  self->update->seconds = msec / 1000;
  if (exit == EXIT_SUCCESS_)
    self->update->error = TM_UPDATE_ERROR_NONE;
  else if (self->update->error == TM_UPDATE_ERROR_NONE)
    self->update->error = exit == EXIT_KILLED ? TM_UPDATE_ERROR_INTERRUPTED : TM_UPDATE_ERROR_OTHER;
}

gboolean
tm_packagekit_is_complete (TmPackagekit *self)
{
  return self->has_role && self->has_finished;
}

static gboolean
is_change (TmPackagekit *self)
{
  if ((self->flags & (FLAG_SIMULATE | FLAG_ONLY_DOWNLOAD)) != 0)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (changing_roles); i++)
    if (changing_roles[i] == self->role)
      return TRUE;

  return FALSE;
}

/* Also updateprobe's own histories have it: what reached dpkg, or rpm through the libraries of dnf.
 */
static gboolean
is_in_history (TmUpdateError error, const char *backend)
{
  static const char *const with_history[] = { "apt", "aptcc", "dnf", "dnf5", NULL };

  if (backend == NULL || !g_strv_contains (with_history, backend))
    return FALSE;

  return error == TM_UPDATE_ERROR_NONE || error == TM_UPDATE_ERROR_PACKAGE ||
         error == TM_UPDATE_ERROR_INTERRUPTED;
}

TmUpdate *
tm_packagekit_get_update (TmPackagekit *self, const char *backend)
{
  if (!tm_packagekit_is_complete (self) || !is_change (self) || self->update == NULL)
    return NULL;
  /* The others ask a person for something, and then there is another transaction. */
  if (self->exit != EXIT_SUCCESS_ && self->exit != EXIT_FAILED && self->exit != EXIT_KILLED)
    return NULL;
  if (self->update->error == TM_UPDATE_ERROR_CANCELLED ||
      is_in_history (self->update->error, backend))
    return NULL;

  return g_steal_pointer (&self->update);
}
