/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-update.h. */
#include "tm-update.h"

#include <string.h>

/* Raise it when titles or what goes into the hash change. */
#define SIGNATURE_VERSION 1
#define ID_DIGITS 32

static const char *const error_names[] = {
  [TM_UPDATE_ERROR_NONE] = NULL,
  [TM_UPDATE_ERROR_INTERRUPTED] = "interrupted",
  [TM_UPDATE_ERROR_PACKAGE] = "package",
  [TM_UPDATE_ERROR_DISK_FULL] = "disk-full",
  [TM_UPDATE_ERROR_NETWORK] = "network",
  [TM_UPDATE_ERROR_SIGNATURE] = "signature",
  [TM_UPDATE_ERROR_DEPENDENCY] = "dependency",
  [TM_UPDATE_ERROR_LOCKED] = "locked",
  [TM_UPDATE_ERROR_CANCELLED] = "cancelled",
  [TM_UPDATE_ERROR_OTHER] = "other",
};

/* The same, for people. */
static const char *const error_words[] = {
  [TM_UPDATE_ERROR_INTERRUPTED] = "It was interrupted, and has no end.",
  [TM_UPDATE_ERROR_PACKAGE] = "A package could not be put in place, or a script of it failed.",
  [TM_UPDATE_ERROR_DISK_FULL] = "The disk is full.",
  [TM_UPDATE_ERROR_NETWORK] = "Something could not be downloaded.",
  [TM_UPDATE_ERROR_SIGNATURE] = "A signature or a checksum is not right.",
  [TM_UPDATE_ERROR_DEPENDENCY] = "Dependencies of packages contradict each other.",
  [TM_UPDATE_ERROR_LOCKED] = "Another package manager was at work.",
  [TM_UPDATE_ERROR_CANCELLED] = "Somebody cancelled it.",
  [TM_UPDATE_ERROR_OTHER] = "The package manager says no more than that.",
};

/* The first that occurs counts: a full disk is the cause also where a script failed of it. */
static const struct
{
  const char *text;
  TmUpdateError error;
} phrases[] = {
  { "no space left", TM_UPDATE_ERROR_DISK_FULL },
  { "not enough space", TM_UPDATE_ERROR_DISK_FULL },
  { "disk space", TM_UPDATE_ERROR_DISK_FULL },
  { "free space", TM_UPDATE_ERROR_DISK_FULL },
  { "signature", TM_UPDATE_ERROR_SIGNATURE },
  { "gpg", TM_UPDATE_ERROR_SIGNATURE },
  { "certificate", TM_UPDATE_ERROR_SIGNATURE },
  { "could not get lock", TM_UPDATE_ERROR_LOCKED },
  { "another process", TM_UPDATE_ERROR_LOCKED },
  { "lock file", TM_UPDATE_ERROR_LOCKED },
  { "sub-process", TM_UPDATE_ERROR_PACKAGE },
  { "scriptlet", TM_UPDATE_ERROR_PACKAGE },
  { "unpack", TM_UPDATE_ERROR_PACKAGE },
  { "unmet dependencies", TM_UPDATE_ERROR_DEPENDENCY },
  { "dependency", TM_UPDATE_ERROR_DEPENDENCY },
  { "conflict", TM_UPDATE_ERROR_DEPENDENCY },
  { "download", TM_UPDATE_ERROR_NETWORK },
  { "fetch", TM_UPDATE_ERROR_NETWORK },
  { "network", TM_UPDATE_ERROR_NETWORK },
  { "connect", TM_UPDATE_ERROR_NETWORK },
  { "curl", TM_UPDATE_ERROR_NETWORK },
  { "retrieve", TM_UPDATE_ERROR_NETWORK },
  { "server version", TM_UPDATE_ERROR_NETWORK },
};

TmUpdate *
tm_update_new (const char *source)
{
  TmUpdate *self = g_new0 (TmUpdate, 1);

  self->source = source;
  self->seconds = -1;
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->digest = g_checksum_new (G_CHECKSUM_SHA256);
  tm_update_mix (self, source, strlen (source));
  return self;
}

void
tm_update_free (TmUpdate *self)
{
  g_checksum_free (self->digest);
  g_ptr_array_unref (self->names);
  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

void
tm_update_mix (TmUpdate *self, const char *text, gsize n_bytes)
{
  g_checksum_update (self->digest, (const guchar *) text, n_bytes);
  g_checksum_update (self->digest, (const guchar *) "\n", 1);
}

char *
tm_update_get_id (TmUpdate *self)
{
  g_autoptr (GChecksum) digest = g_checksum_copy (self->digest);

  return g_strndup (g_checksum_get_string (digest), ID_DIGITS);
}

const char *
tm_update_error_to_text (TmUpdateError error)
{
  return error_names[error];
}

TmUpdateError
tm_update_error_join (TmUpdateError first, TmUpdateError next)
{
  return first == TM_UPDATE_ERROR_NONE || first == TM_UPDATE_ERROR_OTHER ||
                 next == TM_UPDATE_ERROR_DISK_FULL
             ? next
             : first;
}

TmUpdateError
tm_update_error_from_text (const char *text, gsize n_bytes)
{
  /* What matters of a message stands at its beginning. */
  g_autofree char *copy = g_strndup (text, MIN (n_bytes, 1024));
  g_autofree char *lower = g_ascii_strdown (copy, -1);

  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (strstr (lower, phrases[i].text) != NULL)
      return phrases[i].error;

  return TM_UPDATE_ERROR_OTHER;
}

const char *
tm_update_get_classification (const TmUpdate *self)
{
  return self->error == TM_UPDATE_ERROR_NONE ? "org.telemetrics/update/success"
                                             : "org.telemetrics/update/failure";
}

guint32
tm_update_get_severity (const TmUpdate *self)
{
  return self->error == TM_UPDATE_ERROR_NONE ? 1 : 3;
}

static JsonObject *
get_signature (const TmUpdate *self, const char *title)
{
  JsonObject *object = json_object_new ();
  g_autofree char *versioned = g_strdup_printf ("v%d|%s", SIGNATURE_VERSION, title);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, versioned, -1);

  hash[ID_DIGITS] = '\0';
  json_object_set_int_member (object, "version", SIGNATURE_VERSION);
  json_object_set_string_member (object, "title", title);
  json_object_set_string_member (object, "hash", hash);
  json_object_set_array_member (object, "alternatives", json_array_new ());
  return object;
}

static char *
get_title (const TmUpdate *self)
{
  if (self->error == TM_UPDATE_ERROR_NONE)
    return g_strdup_printf ("%s update", self->source);

  return g_strdup_printf ("%s update failed: %s", self->source, error_names[self->error]);
}

static char *
get_text (const TmUpdate *self, const char *title)
{
  GString *text = g_string_new (title);

  if (self->error != TM_UPDATE_ERROR_NONE)
    g_string_append_printf (text, "\n%s", error_words[self->error]);
  if (self->from != NULL && self->to != NULL)
    g_string_append_printf (text, "\nfrom %s to %s", self->from, self->to);
  g_string_append_printf (text, "\n%u installed, %u upgraded, %u removed", self->n_installed,
                          self->n_upgraded, self->n_removed);
  return g_string_free (text, FALSE);
}

static void
set_seconds (const TmUpdate *self, JsonObject *object)
{
  gint64 seconds = self->seconds;

  /* A clock that was set back in between tells nothing about how long it took. */
  if (seconds < 0 && self->begin_usec != 0 && self->end_usec >= self->begin_usec)
    seconds = (self->end_usec - self->begin_usec) / G_USEC_PER_SEC;
  if (seconds >= 0)
    json_object_set_int_member (object, "seconds", seconds);
}

static void
set_counts (const TmUpdate *self, JsonObject *object)
{
  guint64 n_packages = (guint64) self->n_installed + self->n_upgraded + self->n_removed;

  json_object_set_int_member (object, "packages", (gint64) n_packages);
  json_object_set_int_member (object, "installed", self->n_installed);
  json_object_set_int_member (object, "upgraded", self->n_upgraded);
  json_object_set_int_member (object, "removed", self->n_removed);
}

static void
set_names (const TmUpdate *self, JsonObject *object)
{
  JsonArray *names;

  if (self->names->len == 0)
    return;

  names = json_array_new ();
  for (guint i = 0; i < self->names->len; i++)
    json_array_add_string_element (names, g_ptr_array_index (self->names, i));
  json_object_set_array_member (object, "names", names);
}

JsonNode *
tm_update_to_payload (TmUpdate *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *title = get_title (self);
  g_autofree char *text = get_text (self, title);

  json_object_set_object_member (object, "signature", get_signature (self, title));
  json_object_set_string_member (object, "source", self->source);
  if (self->from != NULL)
    json_object_set_string_member (object, "from", self->from);
  if (self->to != NULL)
    json_object_set_string_member (object, "to", self->to);
  set_seconds (self, object);
  json_object_set_string_member (object, "result",
                                 self->error == TM_UPDATE_ERROR_NONE ? "success" : "failure");
  if (self->error == TM_UPDATE_ERROR_NONE)
    json_object_set_null_member (object, "error");
  else
    json_object_set_string_member (object, "error", error_names[self->error]);
  set_counts (self, object);
  set_names (self, object);
  json_object_set_string_member (object, "text", text);
  json_node_take_object (node, object);
  return g_steal_pointer (&node);
}
