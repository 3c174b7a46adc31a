/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads what the configuration names; see tm-credentials.h. */
#include "tm-credentials.h"

#include <string.h>

#include "telemetry-error.h"

static gboolean
is_set (const char *value)
{
  return value != NULL && *value != '\0';
}

static gboolean
refuse (GError **error, const char *key, const char *accepted)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS, "%s must be %s", key,
               accepted);
  return FALSE;
}

/* Visible ASCII: what a header may carry without being read as two headers. */
static gboolean
is_visible (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return FALSE;

  return *text != '\0';
}

static gboolean
load_token (TmCredentials *self, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  char token[TM_TOKEN_MAX_BYTES + 2];
  gsize n_read;

  if (stream == NULL)
    return FALSE;
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), token, TM_TOKEN_MAX_BYTES + 1, &n_read,
                                NULL, error))
    return FALSE;

  token[n_read] = '\0';
  if (n_read > TM_TOKEN_MAX_BYTES || strlen (token) != n_read || !is_visible (g_strstrip (token)))
    return refuse (error, "token_file", "a file with one word of visible ASCII, up to 4096 bytes");

  self->authorization = g_strconcat ("Bearer ", token, NULL);
  memset (token, 0, sizeof token);
  return TRUE;
}

static gboolean
is_header_name (const char *name)
{
  return is_visible (name) && strpbrk (name, "()<>@,;:\\\"/[]?={}") == NULL;
}

static gboolean
is_header_value (const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (!g_ascii_isprint (*at))
      return FALSE;

  return *value != '\0';
}

static gboolean
load_tidheader (TmCredentials *self, const char *line, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (line, ":", 2);

  if (g_strv_length (parts) != 2 || !is_header_name (g_strstrip (parts[0])) ||
      !is_header_value (g_strstrip (parts[1])))
    return refuse (error, "tidheader", "one header line, “Name: value”, in ASCII");

  self->tid_name = g_strdup (parts[0]);
  self->tid_value = g_strdup (parts[1]);
  return TRUE;
}

static gboolean
load_authorities (TmCredentials *self, const char *path, GError **error)
{
  self->authorities = g_tls_file_database_new (path, error);
  return self->authorities != NULL;
}

static gboolean
load_client_certificate (TmCredentials *self, const TmCredentialSources *sources, GError **error)
{
  const char *key =
      is_set (sources->client_key) ? sources->client_key : sources->client_certificate;

  self->client_certificate =
      g_tls_certificate_new_from_files (sources->client_certificate, key, error);
  return self->client_certificate != NULL;
}

static gboolean
fail (GError **error, const char *key, const char *path)
{
  g_prefix_error (error, "%s “%s”: ", key, path);
  return FALSE;
}

static gboolean
load (TmCredentials *self, const TmCredentialSources *sources, GError **error)
{
  if (is_set (sources->cainfo) && !load_authorities (self, sources->cainfo, error))
    return fail (error, "cainfo", sources->cainfo);
  if (is_set (sources->token_file) && !load_token (self, sources->token_file, error))
    return fail (error, "token_file", sources->token_file);
  if (is_set (sources->client_certificate) && !load_client_certificate (self, sources, error))
    return fail (error, "client_certificate", sources->client_certificate);

  return !is_set (sources->tidheader) || load_tidheader (self, sources->tidheader, error);
}

TmCredentials *
tm_credentials_new (const TmCredentialSources *sources, GError **error)
{
  g_autoptr (TmCredentials) self = g_new0 (TmCredentials, 1);

  g_atomic_ref_count_init (&self->ref_count);
  if (!load (self, sources, error))
    return NULL;

  return g_steal_pointer (&self);
}

TmCredentials *
tm_credentials_ref (TmCredentials *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_credentials_unref (TmCredentials *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->authorities);
  g_clear_object (&self->client_certificate);
  g_free (self->authorization);
  g_free (self->tid_name);
  g_free (self->tid_value);
  g_free (self);
}
