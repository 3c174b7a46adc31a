/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One HTTP request as the rooms of the server see it; see tm-http-request.h. */
#include "tm-http-request.h"

#include <string.h>

typedef struct
{
  char *name;
  char *value;
} Parameter;

struct _TmHttpRequest
{
  gatomicrefcount ref_count;
  char *method;
  char *path;
  char *query;         /* (nullable) */
  GHashTable *headers; /* (element-type utf8 utf8): names in lower case */
  GHashTable *parts;   /* (nullable) (element-type utf8 utf8) */
  GArray *parameters;  /* (nullable) (element-type Parameter): made when first asked for */
  GBytes *body;
  char *network;
  gboolean is_local;
  gint64 received_usec;
  gpointer message;          /* (nullable) (unowned): the server's own, NULL when it has gone */
  TmHttpRespondFunc respond; /* (nullable) */
  gboolean is_answered;
};

static void
parameter_clear (gpointer data)
{
  Parameter *parameter = data;

  g_free (parameter->name);
  g_free (parameter->value);
}

TmHttpRequest *
tm_http_request_new (const char *method, const char *path, const char *query)
{
  TmHttpRequest *self = g_new0 (TmHttpRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->method = g_strdup (method);
  self->path = g_strdup (path);
  self->query = g_strdup (query);
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->body = g_bytes_new_static ("", 0);
  self->network = g_strdup ("local");
  self->received_usec = g_get_real_time ();

  return self;
}

TmHttpRequest *
tm_http_request_ref (TmHttpRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
tm_http_request_unref (TmHttpRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_hash_table_unref (self->headers);
  g_clear_pointer (&self->parts, g_hash_table_unref);
  g_clear_pointer (&self->parameters, g_array_unref);
  g_bytes_unref (self->body);
  g_free (self->network);
  g_free (self);
}

/* A form's way of writing: "+" is a space, "%XX" a byte. What is no UTF-8 is repaired. */
static char *
decode (const char *text, gsize n_bytes)
{
  g_autofree char *raw = g_strndup (text, n_bytes);
  g_autoptr (GBytes) bytes = NULL;

  for (char *p = raw; *p != '\0'; p++)
    if (*p == '+')
      *p = ' ';

  bytes = g_uri_unescape_bytes (raw, -1, NULL, NULL);
  if (bytes == NULL)
    return g_utf8_make_valid (raw, -1);

  return g_utf8_make_valid (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
parse_parameters (TmHttpRequest *self)
{
  const char *rest = self->query;

  self->parameters = g_array_new (FALSE, FALSE, sizeof (Parameter));
  g_array_set_clear_func (self->parameters, parameter_clear);

  while (rest != NULL && *rest != '\0' && self->parameters->len < TM_HTTP_MAX_PARAMETERS)
    {
      gsize n_bytes = strcspn (rest, "&");
      const char *equals = memchr (rest, '=', n_bytes);
      gsize n_name = equals != NULL ? (gsize) (equals - rest) : n_bytes;
      gsize n_value = equals != NULL ? n_bytes - n_name - 1 : 0;

      if (n_bytes > 0)
        {
          Parameter parameter = { decode (rest, n_name),
                                  decode (equals != NULL ? equals + 1 : "", n_value) };

          g_array_append_val (self->parameters, parameter);
        }
      rest += n_bytes;
      if (*rest == '&')
        rest++;
    }
}

static GArray *
ensure_parameters (TmHttpRequest *self)
{
  if (self->parameters == NULL)
    parse_parameters (self);

  return self->parameters;
}

const char *
tm_http_request_get_method (TmHttpRequest *self)
{
  return self->method;
}

const char *
tm_http_request_get_path (TmHttpRequest *self)
{
  return self->path;
}

const char *
tm_http_request_get_part (TmHttpRequest *self, const char *name)
{
  return self->parts != NULL ? g_hash_table_lookup (self->parts, name) : NULL;
}

const char *
tm_http_request_get_query (TmHttpRequest *self)
{
  return self->query;
}

gboolean
tm_http_request_has_too_many_parameters (TmHttpRequest *self)
{
  guint n = 1;

  for (const char *c = self->query; c != NULL && *c != '\0'; c++)
    n += *c == '&';

  return n > TM_HTTP_MAX_PARAMETERS;
}

const char *
tm_http_request_get_parameter (TmHttpRequest *self, const char *name)
{
  GArray *parameters = ensure_parameters (self);

  for (guint i = 0; i < parameters->len; i++)
    {
      Parameter *parameter = &g_array_index (parameters, Parameter, i);

      if (g_str_equal (parameter->name, name))
        return parameter->value;
    }

  return NULL;
}

GPtrArray *
tm_http_request_get_parameters (TmHttpRequest *self, const char *name)
{
  GArray *parameters = ensure_parameters (self);
  GPtrArray *values = g_ptr_array_new ();

  for (guint i = 0; i < parameters->len; i++)
    {
      Parameter *parameter = &g_array_index (parameters, Parameter, i);

      if (g_str_equal (parameter->name, name))
        g_ptr_array_add (values, parameter->value);
    }

  return values;
}

GPtrArray *
tm_http_request_get_parameter_names (TmHttpRequest *self)
{
  GArray *parameters = ensure_parameters (self);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < parameters->len; i++)
    {
      Parameter *parameter = &g_array_index (parameters, Parameter, i);

      if (!g_ptr_array_find_with_equal_func (names, parameter->name, g_str_equal, NULL))
        g_ptr_array_add (names, parameter->name);
    }

  return names;
}

const char *
tm_http_request_get_header (TmHttpRequest *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->headers, lower);
}

char *
tm_http_request_dup_cookie (TmHttpRequest *self, const char *name)
{
  const char *header = tm_http_request_get_header (self, "Cookie");
  gsize n_name = strlen (name);
  g_auto (GStrv) cookies = NULL;

  if (header == NULL)
    return NULL;

  cookies = g_strsplit (header, ";", -1);
  for (guint i = 0; cookies[i] != NULL; i++)
    {
      const char *cookie = g_strstrip (cookies[i]);

      if (strncmp (cookie, name, n_name) == 0 && cookie[n_name] == '=')
        return g_strdup (cookie + n_name + 1);
    }

  return NULL;
}

GBytes *
tm_http_request_get_body (TmHttpRequest *self)
{
  return self->body;
}

const char *
tm_http_request_get_network (TmHttpRequest *self)
{
  return self->network;
}

gboolean
tm_http_request_is_local (TmHttpRequest *self)
{
  return self->is_local;
}

gint64
tm_http_request_get_received_usec (TmHttpRequest *self)
{
  return self->received_usec;
}

void
tm_http_request_respond (TmHttpRequest *self, TmHttpResponse *response)
{
  g_autoptr (TmHttpResponse) owned = response;

  g_return_if_fail (!self->is_answered);

  self->is_answered = TRUE;
  if (self->message != NULL && self->respond != NULL)
    self->respond (self->message, owned);
}

void
tm_http_request_set_header (TmHttpRequest *self, const char *name, const char *value)
{
  char *lower = g_ascii_strdown (name, -1);
  const char *old = g_hash_table_lookup (self->headers, lower);

  g_hash_table_replace (self->headers, lower,
                        old != NULL ? g_strconcat (old, ", ", value, NULL) : g_strdup (value));
}

void
tm_http_request_set_peer (TmHttpRequest *self, const char *network, gboolean is_local)
{
  g_free (self->network);
  self->network = g_strdup (network);
  self->is_local = is_local;
}

void
tm_http_request_set_parts (TmHttpRequest *self, GHashTable *parts)
{
  g_clear_pointer (&self->parts, g_hash_table_unref);
  self->parts = parts;
}

void
tm_http_request_set_body (TmHttpRequest *self, GBytes *body)
{
  g_bytes_ref (body);
  g_bytes_unref (self->body);
  self->body = body;
}

void
tm_http_request_set_message (TmHttpRequest *self, gpointer message, TmHttpRespondFunc respond)
{
  self->message = message;
  self->respond = respond;
}

gboolean
tm_http_request_is_answered (TmHttpRequest *self)
{
  return self->is_answered;
}
