/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-unit.h. */
#include "tm-unit.h"

#include <string.h>

#define SIGNATURE_VERSION 1
#define HASH_CHARACTERS 32
#define FAILED "failed"

/* Of the results of services, mounts, sockets, swaps, timers and paths. */
static const char *const results[] = {
  "exit-code",
  "signal",
  "core-dump",
  "timeout",
  "oom-kill",
  "watchdog",
  "protocol",
  "resources",
  "start-limit-hit",
  "exec-condition",
  "trigger-limit-hit",
  "service-start-limit-hit",
  "unit-start-limit-hit",
  NULL,
};

gboolean
tm_unit_is_name (const char *name)
{
  gsize n_bytes = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":_.@\\-");

  return n_bytes > 0 && n_bytes <= TM_UNIT_MAX_NAME && name[n_bytes] == '\0' && name[0] != '.' &&
         strchr (name, '.') != NULL;
}

gboolean
tm_unit_is_shipped (const char *fragment_path)
{
  return g_str_has_prefix (fragment_path, "/usr/lib/systemd/") ||
         g_str_has_prefix (fragment_path, "/lib/systemd/");
}

char *
tm_unit_get_public_name (const char *name)
{
  const char *at = strchr (name, '@');
  const char *suffix = strrchr (name, '.');

  if (at == NULL || suffix == NULL || suffix < at)
    return g_strdup (name);

  return g_strdup_printf ("%.*s%s", (int) (at - name + 1), name, suffix);
}

const char *
tm_unit_get_result (const char *result)
{
  for (guint i = 0; result != NULL && results[i] != NULL; i++)
    if (strcmp (results[i], result) == 0)
      return results[i];

  return FAILED;
}

char *
tm_unit_get_title (const char *public_name, const char *result)
{
  return g_strdup_printf ("%s failed: %s", public_name, result);
}

char *
tm_unit_get_hash (const char *title)
{
  g_autofree char *versioned = g_strdup_printf ("v%d|%s", SIGNATURE_VERSION, title);
  char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, versioned, -1);

  hash[HASH_CHARACTERS] = '\0';
  return hash;
}

void
tm_unit_add_signature (JsonObject *object, const char *title)
{
  JsonObject *signature = json_object_new ();
  g_autofree char *hash = tm_unit_get_hash (title);

  json_object_set_int_member (signature, "version", SIGNATURE_VERSION);
  json_object_set_string_member (signature, "title", title);
  json_object_set_string_member (signature, "hash", hash);
  json_object_set_array_member (signature, "alternatives", json_array_new ());
  json_object_set_object_member (object, "signature", signature);
}

void
tm_unit_add_failure (JsonObject *object, const char *public_name, const char *result)
{
  g_autofree char *title = tm_unit_get_title (public_name, result);

  tm_unit_add_signature (object, title);
  json_object_set_string_member (object, "unit", public_name);
  json_object_set_string_member (object, "result", result);
  json_object_set_string_member (object, "text", title);
}
