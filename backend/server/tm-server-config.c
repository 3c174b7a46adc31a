/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of telemetrics-server; see tm-server-config.h. */
#include "tm-server-config.h"

#include <gio/gio.h>
#include <stddef.h>
#include <stdlib.h>

#define DEFAULT_PATH "/etc/telemetrics/telemetrics-server.conf"
#define ENVIRONMENT_PREFIX "TELEMETRICS_SERVER_"

typedef enum
{
  KIND_TEXT,
  KIND_NUMBER,
  KIND_SWITCH,
} Kind;

typedef struct
{
  const char *group;
  const char *name; /* of the key, and of the environment variable */
  Kind kind;
  gsize offset;
  const char *initial;
  guint min;
  guint max;
} Key;

#define TEXT(group, name, member, initial)                                                         \
  {                                                                                                \
    group, name, KIND_TEXT, offsetof (TmServerConfig, member), initial, 0, 0                       \
  }
#define NUMBER(group, name, member, initial, min, max)                                             \
  {                                                                                                \
    group, name, KIND_NUMBER, offsetof (TmServerConfig, member), initial, min, max                 \
  }
#define SWITCH(group, name, member, initial)                                                       \
  {                                                                                                \
    group, name, KIND_SWITCH, offsetof (TmServerConfig, member), initial, 0, 0                     \
  }

static const Key keys[] = {
  TEXT ("server", "listen", listen, "127.0.0.1:8080"),
  NUMBER ("server", "stop_seconds", stop_seconds, "30", 1, 600),
  TEXT ("database", "connection", database_connection, ""),
  NUMBER ("database", "readers", database_readers, "4", 1, 64),
  NUMBER ("collector", "workers", collector_workers, "2", 2, 8),
  NUMBER ("collector", "queue_batches", collector_queue_batches, "512", 1, 100000),
  NUMBER ("collector", "queue_mib", collector_queue_mib, "256", 4, 65536),
  NUMBER ("collector", "linger_msec", collector_linger_msec, "20", 0, 1000),
  NUMBER ("collector", "patience_seconds", collector_patience_seconds, "10", 0, 300),
  NUMBER ("collector", "rate_burst", rate_burst, "600", 1, 1000000),
  NUMBER ("collector", "rate_per_minute", rate_per_minute, "600", 0, 10000000),
  SWITCH ("collector", "rate_limit_local", rate_limit_local, "false"),
  NUMBER ("collector", "body_kib", request_body_kib, "4096", 1, 1048576),
  NUMBER ("collector", "inflated_mib", request_body_mib, "32", 1, 32),
  NUMBER ("http", "request_seconds", request_seconds, "30", 1, 3600),
  NUMBER ("http", "idle_seconds", idle_seconds, "75", 1, 86400),
  NUMBER ("http", "response_seconds", response_seconds, "60", 1, 3600),
  NUMBER ("http", "max_connections", max_connections, "4096", 1, 1000000),
  NUMBER ("http", "max_received_mib", max_received_mib, "256", 4, 65536),
  SWITCH ("http", "trust_forwarded", trust_forwarded, "false"),
};

static gpointer
member_of (TmServerConfig *self, const Key *key)
{
  return G_STRUCT_MEMBER_P (self, key->offset);
}

static gboolean
set_number (TmServerConfig *self, const Key *key, const char *text, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, key->min, key->max, &number, NULL))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "accepted is a number from %u to %u", key->min, key->max);
      return FALSE;
    }

  *(guint *) member_of (self, key) = (guint) number;

  return TRUE;
}

static gboolean
set_switch (TmServerConfig *self, const Key *key, const char *text, GError **error)
{
  gboolean is_true = g_str_equal (text, "true");

  if (!is_true && !g_str_equal (text, "false"))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "accepted is true or false");
      return FALSE;
    }

  *(gboolean *) member_of (self, key) = is_true;

  return TRUE;
}

static gboolean
set_value (TmServerConfig *self, const Key *key, const char *text, GError **error)
{
  char **member;

  if (key->kind == KIND_NUMBER)
    return set_number (self, key, text, error);
  if (key->kind == KIND_SWITCH)
    return set_switch (self, key, text, error);

  member = member_of (self, key);
  g_free (*member);
  *member = g_strdup (text);

  return TRUE;
}

TmServerConfig *
tm_server_config_new (void)
{
  TmServerConfig *self = g_new0 (TmServerConfig, 1);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!set_value (self, &keys[i], keys[i].initial, NULL))
      g_assert_not_reached ();

  return self;
}

void
tm_server_config_free (TmServerConfig *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].kind == KIND_TEXT)
      g_free (*(char **) member_of (self, &keys[i]));
  g_free (self);
}

static const Key *
find_key (const char *group, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].name, name))
      return &keys[i];

  return NULL;
}

static void G_GNUC_PRINTF (3, 4)
    warn_format (TmConfigWarningFunc warn, gpointer user_data, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  warn (message, user_data);
}

static void
read_group (TmServerConfig *self,
            GKeyFile *file,
            const char *path,
            const char *group,
            TmConfigWarningFunc warn,
            gpointer user_data)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *text = g_key_file_get_string (file, group, names[i], NULL);
      const Key *key = find_key (group, names[i]);
      g_autoptr (GError) error = NULL;

      if (key == NULL)
        warn_format (warn, user_data, "%s: [%s] %s: no such key", path, group, names[i]);
      else if (text == NULL || !set_value (self, key, text, &error))
        warn_format (warn, user_data, "%s: [%s] %s=%s: %s; using %s", path, group, names[i],
                     text != NULL ? text : "", error != NULL ? error->message : "not a text",
                     key->initial);
    }
}

gboolean
tm_server_config_read_file (TmServerConfig *self,
                            const char *path,
                            TmConfigWarningFunc warn,
                            gpointer user_data,
                            GError **error)
{
  const char *root = secure_getenv ("TELEMETRICS_ROOT");
  g_autofree char *default_path = g_strconcat (root != NULL ? root : "", DEFAULT_PATH, NULL);
  const char *name = path != NULL ? path : default_path;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) file_error = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, name, G_KEY_FILE_NONE, &file_error))
    {
      if (path == NULL && g_error_matches (file_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                   "cannot read the configuration “%s”: %s", name, file_error->message);
      return FALSE;
    }

  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    read_group (self, file, name, groups[i], warn, user_data);

  return TRUE;
}

void
tm_server_config_read_environment (TmServerConfig *self,
                                   TmConfigWarningFunc warn,
                                   gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *upper = g_ascii_strup (keys[i].name, -1);
      g_autofree char *variable = g_strconcat (ENVIRONMENT_PREFIX, upper, NULL);
      const char *text = g_getenv (variable);
      g_autoptr (GError) error = NULL;

      if (text != NULL && !set_value (self, &keys[i], text, &error))
        warn_format (warn, user_data, "%s=%s: %s; not used", variable, text, error->message);
    }
}
