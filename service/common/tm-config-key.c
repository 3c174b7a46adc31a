/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every key of telemetrics.conf with its unit, range and default; see tm-config-key.h. Names and
 * units of [settings] are those of Clear Linux's client, so that its files go on working; the
 * defaults are ours.
 */
#include "tm-config-key.h"

#include <string.h>

#define NUMBER(g, n, u, lo, hi, d)                                                                 \
  {                                                                                                \
    .group = g, .name = n, .type = TM_CONFIG_TYPE_NUMBER, .unit = u, .min = lo, .max = hi,         \
    .default_value = d                                                                             \
  }
#define LIMIT(g, n, u, lo, hi, d)                                                                  \
  {                                                                                                \
    .group = g, .name = n, .type = TM_CONFIG_TYPE_NUMBER, .unit = u, .min = lo, .max = hi,         \
    .takes_minus_one = TRUE, .default_value = d                                                    \
  }
#define BOOLEAN(g, n, d)                                                                           \
  {                                                                                                \
    .group = g, .name = n, .type = TM_CONFIG_TYPE_BOOLEAN, .default_value = d                      \
  }
#define WORDS(g, n, t, d)                                                                          \
  {                                                                                                \
    .group = g, .name = n, .type = t, .default_value = d                                           \
  }

static const TmConfigKeyInfo keys[TM_N_CONFIG_KEYS] = {
  [TM_CONFIG_SERVER] = WORDS ("settings", "server", TM_CONFIG_TYPE_URL, ""),
  [TM_CONFIG_SPOOL_MAX_SIZE] =
      LIMIT ("settings", "spool_max_size", "KiB", 64, 16 * 1024 * 1024, "16384"),
  [TM_CONFIG_RECORD_EXPIRY] =
      NUMBER ("settings", "record_expiry", "minutes", 1, 366 * 24 * 60, "43200"),
  [TM_CONFIG_RATE_LIMIT_ENABLED] = BOOLEAN ("settings", "rate_limit_enabled", "true"),
  [TM_CONFIG_RECORD_BURST_LIMIT] =
      LIMIT ("settings", "record_burst_limit", "records", 0, 1000000, "100"),
  [TM_CONFIG_RECORD_WINDOW_LENGTH] =
      NUMBER ("settings", "record_window_length", "minutes", 0, 24 * 60, "0"),
  [TM_CONFIG_BYTE_BURST_LIMIT] =
      LIMIT ("settings", "byte_burst_limit", "bytes", 0, G_MAXUINT32, "5242880"),
  [TM_CONFIG_BYTE_WINDOW_LENGTH] =
      NUMBER ("settings", "byte_window_length", "minutes", 1, 24 * 60, "1440"),
  [TM_CONFIG_RATE_LIMIT_STRATEGY] = { .group = "settings",
                                      .name = "rate_limit_strategy",
                                      .type = TM_CONFIG_TYPE_CHOICE,
                                      .choices = "drop;spool",
                                      .default_value = "drop" },
  [TM_CONFIG_RECORD_RETENTION_ENABLED] = BOOLEAN ("settings", "record_retention_enabled", "false"),
  [TM_CONFIG_RECORD_SERVER_DELIVERY_ENABLED] =
      BOOLEAN ("settings", "record_server_delivery_enabled", "true"),
  [TM_CONFIG_CAINFO] = WORDS ("settings", "cainfo", TM_CONFIG_TYPE_PATH, ""),
  [TM_CONFIG_TIDHEADER] = WORDS ("settings",
                                 "tidheader",
                                 TM_CONFIG_TYPE_TEXT,
                                 "X-Telemetry-TID: 6907c830-eed9-4ce9-81ae-76daf8d88f0f"),

  [TM_CONFIG_DELIVERY_INTERVAL] = NUMBER ("delivery", "interval", "seconds", 1, 86400, "900"),
  [TM_CONFIG_DELIVERY_JITTER] = NUMBER ("delivery", "jitter", "seconds", 0, 86400, "300"),
  [TM_CONFIG_DELIVERY_TIMEOUT] = NUMBER ("delivery", "timeout", "seconds", 1, 3600, "60"),
  [TM_CONFIG_DELIVERY_ALLOW_METERED] = BOOLEAN ("delivery", "allow_metered", "false"),
  [TM_CONFIG_DELIVERY_ALLOW_PLAIN_HTTP] = BOOLEAN ("delivery", "allow_plain_http", "false"),
  [TM_CONFIG_DELIVERY_BATCH_MAX_RECORDS] =
      NUMBER ("delivery", "batch_max_records", "records", 1, 1000, "100"),
  [TM_CONFIG_DELIVERY_BATCH_MAX_BYTES] =
      NUMBER ("delivery", "batch_max_bytes", "bytes", 4096, 8 * 1024 * 1024, "1048576"),
  [TM_CONFIG_DELIVERY_TOKEN_FILE] = WORDS ("delivery", "token_file", TM_CONFIG_TYPE_PATH, ""),
  [TM_CONFIG_DELIVERY_CLIENT_CERTIFICATE] =
      WORDS ("delivery", "client_certificate", TM_CONFIG_TYPE_PATH, ""),
  [TM_CONFIG_DELIVERY_CLIENT_KEY] = WORDS ("delivery", "client_key", TM_CONFIG_TYPE_PATH, ""),

  [TM_CONFIG_LIMITS_RECORD_RATE] =
      NUMBER ("limits", "record_rate", "records a second", 1, 100000, "1"),
  [TM_CONFIG_LIMITS_SYSTEM_FACTOR] = NUMBER ("limits", "system_factor", "times", 1, 1000, "1"),

  [TM_CONFIG_IDENTITY_ROTATION_DAYS] = NUMBER ("identity", "rotation_days", "days", 1, 366, "3"),
  /* The server keeps records for 90 days. */
  [TM_CONFIG_IDENTITY_SECRET_DAYS] = NUMBER ("identity", "secret_days", "days", 1, 3660, "90"),

  [TM_CONFIG_POLICY_VERSION] = { .group = "policy",
                                 .name = "version",
                                 .type = TM_CONFIG_TYPE_NUMBER,
                                 .min = 1,
                                 .max = G_MAXUINT32,
                                 .default_value = "1",
                                 .guards_consent = TRUE },
  [TM_CONFIG_POLICY_URI] = WORDS ("policy", "uri", TM_CONFIG_TYPE_TEXT, ""),
  [TM_CONFIG_CONSENT_LOCKED] = { .group = "consent",
                                 .name = "locked",
                                 .type = TM_CONFIG_TYPE_IDS,
                                 .default_value = "",
                                 .guards_consent = TRUE },
};

/* Where Clear Linux's client keeps its socket and spool, and how often it looks there. */
static const char *const obsolete_settings[] = { "socket_path", "spool_dir", "spool_process_time",
                                                 NULL };

const TmConfigKeyInfo *
tm_config_key_get_info (TmConfigKey key)
{
  g_return_val_if_fail ((guint) key < TM_N_CONFIG_KEYS, NULL);

  return &keys[key];
}

gboolean
tm_config_key_lookup (const char *group, const char *name, TmConfigKey *out_key)
{
  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    if (strcmp (keys[i].group, group) == 0 && strcmp (keys[i].name, name) == 0)
      {
        *out_key = i;
        return TRUE;
      }

  return FALSE;
}

gboolean
tm_config_key_is_obsolete (const char *group, const char *name)
{
  return strcmp (group, "settings") == 0 && g_strv_contains (obsolete_settings, name);
}

static char *
describe_number (const TmConfigKeyInfo *info)
{
  g_autofree char *range = g_strdup_printf (
      "a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, info->min, info->max);

  return g_strconcat (range, info->unit != NULL ? " " : "", info->unit != NULL ? info->unit : "",
                      info->takes_minus_one ? ", or -1 for no limit" : "", NULL);
}

char *
tm_config_key_describe (TmConfigKey key)
{
  const TmConfigKeyInfo *info = tm_config_key_get_info (key);

  switch (info->type)
    {
    case TM_CONFIG_TYPE_BOOLEAN:
      return g_strdup ("\"true\" or \"false\"");
    case TM_CONFIG_TYPE_NUMBER:
      return describe_number (info);
    case TM_CONFIG_TYPE_CHOICE:
      return g_strdup_printf ("one of %s", info->choices);
    case TM_CONFIG_TYPE_URL:
      return g_strdup ("an http:// or https:// address, or nothing");
    case TM_CONFIG_TYPE_PATH:
      return g_strdup ("an absolute path, or nothing");
    case TM_CONFIG_TYPE_IDS:
      return g_strdup ("ids of categories ([a-z0-9-]{1,40}), separated by ';'");
    case TM_CONFIG_TYPE_TEXT:
    default:
      return g_strdup ("one line of UTF-8 text");
    }
}

static gboolean
accepts_number (const TmConfigKeyInfo *info, const char *value)
{
  gint64 number;

  if (info->takes_minus_one && strcmp (value, "-1") == 0)
    return TRUE;

  return g_ascii_string_to_signed (value, 10, info->min, info->max, &number, NULL);
}

static gboolean
is_url (const char *value)
{
  g_autoptr (GUri) uri = g_uri_parse (value, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return FALSE;

  return g_str_equal (g_uri_get_scheme (uri), "https") ||
         g_str_equal (g_uri_get_scheme (uri), "http");
}

static gboolean
is_id (const char *id)
{
  gsize n_bytes = strlen (id);

  return n_bytes >= 1 && n_bytes <= 40 &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n_bytes;
}

static gboolean
are_ids (const char *value)
{
  g_auto (GStrv) ids = g_strsplit (value, ";", -1);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_strstrip (ids[i]);
      if (!is_id (ids[i]) && !(*ids[i] == '\0' && ids[i + 1] == NULL))
        return FALSE;
    }

  return TRUE;
}

gboolean
tm_config_key_accepts (TmConfigKey key, const char *value)
{
  const TmConfigKeyInfo *info = tm_config_key_get_info (key);
  g_auto (GStrv) words = NULL;

  switch (info->type)
    {
    case TM_CONFIG_TYPE_BOOLEAN:
      return strcmp (value, "true") == 0 || strcmp (value, "false") == 0;
    case TM_CONFIG_TYPE_NUMBER:
      return accepts_number (info, value);
    case TM_CONFIG_TYPE_CHOICE:
      words = g_strsplit (info->choices, ";", -1);
      return g_strv_contains ((const char *const *) words, value);
    case TM_CONFIG_TYPE_URL:
      return *value == '\0' || is_url (value);
    case TM_CONFIG_TYPE_PATH:
      return *value == '\0' || g_path_is_absolute (value);
    case TM_CONFIG_TYPE_IDS:
      return are_ids (value);
    case TM_CONFIG_TYPE_TEXT:
    default:
      return g_utf8_validate (value, -1, NULL);
    }
}
