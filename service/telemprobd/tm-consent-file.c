/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent.conf and the marker beside it; see tm-consent.h.
 *
 * Any error in the file means that nothing is agreed to: what is half right is not read half. The
 * file is left as it is until the next decision is saved, for whoever wants to look.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "telemetry-error.h"
#include "tm-consent-private.h"

#define GROUP_CONSENT "Consent"
#define GROUP_DECISIONS "Decisions"
#define GROUP_SINCE "Since"
#define KEY_ENABLED "Enabled"
#define KEY_VERSION "AcceptedPolicyVersion"
#define MARKER "enabled"

static const char *const decision_texts[] = {
  [TM_DECISION_DENIED] = "denied",
  [TM_DECISION_GRANTED] = "granted",
};

static gboolean
refuse (GError **error, const char *group, const char *key, const char *value)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS, "[%s] %s=%s is not valid",
               group, key, value != NULL ? value : "");
  return FALSE;
}

static gboolean
read_switch (TmConsent *self, GKeyFile *file, GError **error)
{
  g_autofree char *enabled = g_key_file_get_value (file, GROUP_CONSENT, KEY_ENABLED, NULL);
  g_autofree char *version = g_key_file_get_value (file, GROUP_CONSENT, KEY_VERSION, NULL);
  guint64 number;

  if (enabled == NULL || (!g_str_equal (enabled, "true") && !g_str_equal (enabled, "false")))
    return refuse (error, GROUP_CONSENT, KEY_ENABLED, enabled);
  if (version == NULL || !g_ascii_string_to_unsigned (version, 10, 0, G_MAXUINT32, &number, NULL))
    return refuse (error, GROUP_CONSENT, KEY_VERSION, version);

  self->enabled = g_str_equal (enabled, "true");
  self->accepted_version = number;
  return TRUE;
}

static gboolean
read_decision (TmConsent *self, GKeyFile *file, const char *id, GError **error)
{
  g_autofree char *value = g_key_file_get_value (file, GROUP_DECISIONS, id, NULL);

  for (guint i = TM_DECISION_DENIED; i < G_N_ELEMENTS (decision_texts); i++)
    if (g_strcmp0 (value, decision_texts[i]) == 0 && tm_category_id_is_valid (id))
      {
        g_hash_table_insert (self->decisions, g_strdup (id), GUINT_TO_POINTER (i));
        return TRUE;
      }

  return refuse (error, GROUP_DECISIONS, id, value);
}

static gboolean
read_since (TmConsent *self, GKeyFile *file, const char *id, GError **error)
{
  g_autofree char *value = g_key_file_get_value (file, GROUP_SINCE, id, NULL);
  guint64 since_usec;

  if (value == NULL || !tm_category_id_is_valid (id) ||
      !g_ascii_string_to_unsigned (value, 10, 1, G_MAXINT64, &since_usec, NULL))
    return refuse (error, GROUP_SINCE, id, value);

  tm_consent_note_since (self, id, (gint64) since_usec);
  return TRUE;
}

static gboolean
read_file (TmConsent *self, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) ids = NULL;
  g_auto (GStrv) times = NULL;

  if (!g_key_file_load_from_file (file, self->path, G_KEY_FILE_NONE, error) ||
      !read_switch (self, file, error))
    return FALSE;

  ids = g_key_file_get_keys (file, GROUP_DECISIONS, NULL, NULL);
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (!read_decision (self, file, ids[i], error))
      return FALSE;

  times = g_key_file_get_keys (file, GROUP_SINCE, NULL, NULL);
  for (guint i = 0; times != NULL && times[i] != NULL; i++)
    if (!read_since (self, file, times[i], error))
      return FALSE;

  return TRUE;
}

TmConsent *
tm_consent_load (const char *path, TmConfig *config, TmCategorySet *categories)
{
  g_autoptr (TmConsent) self = tm_consent_new (path, config, categories);
  g_autoptr (GError) error = NULL;
  TmConsent *off;

  if (read_file (self, &error))
    return g_steal_pointer (&self);

  off = tm_consent_new (path, config, categories);
  if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    off->problem = g_strdup_printf ("%s: %s; nothing counts as agreed to", path, error->message);
  return off;
}

static char *
make_text (TmConsent *self, gsize *out_n_bytes)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GList) ids =
      g_list_sort (g_hash_table_get_keys (self->decisions), (GCompareFunc) strcmp);

  g_key_file_set_boolean (file, GROUP_CONSENT, KEY_ENABLED, self->enabled);
  g_key_file_set_uint64 (file, GROUP_CONSENT, KEY_VERSION, self->accepted_version);
  for (GList *l = ids; l != NULL; l = l->next)
    {
      gint64 since_usec = tm_consent_get_since (self, l->data);

      g_key_file_set_value (file, GROUP_DECISIONS, l->data,
                            decision_texts[tm_consent_get_decision (self, l->data)]);
      if (since_usec > 0)
        g_key_file_set_int64 (file, GROUP_SINCE, l->data, since_usec);
    }

  return g_key_file_to_data (file, out_n_bytes, NULL);
}

static gboolean
save_marker (TmConsent *self, gboolean enabled, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (self->path);
  g_autofree char *marker = g_build_filename (directory, MARKER, NULL);

  if (enabled)
    return g_file_set_contents_full (
        marker, "", 0, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);

  if (g_unlink (marker) == 0 || errno == ENOENT)
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot remove \"%s\": %s", marker,
               g_strerror (errno));
  return FALSE;
}

static gboolean
save_text (TmConsent *self, GError **error)
{
  gsize n_bytes;
  g_autofree char *text = make_text (self, &n_bytes);

  return g_file_set_contents_full (self->path, text, n_bytes,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

/* The file decides, the marker only starts the service: so the file is written first when it says
 * no. A refusal that cannot be written over the old file (no room) is made by removing that. */
static gboolean
save (TmConsent *self, GError **error)
{
  if (save_text (self, error))
    return save_marker (self, self->enabled, error);

  if (self->enabled)
    return FALSE;

  if (g_unlink (self->path) != 0 && errno != ENOENT)
    return FALSE;
  g_clear_error (error);
  return save_marker (self, FALSE, error);
}

gboolean
tm_consent_save (TmConsent *self, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (self->path);
  g_autoptr (GError) local_error = NULL;

  g_mkdir_with_parents (directory, 0700);
  if (save (self, &local_error))
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot save \"%s\": %s",
               self->path, local_error->message);
  return FALSE;
}
