/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the server answers; see tm-http-response.h. */
#include "tm-http-response.h"

#include <string.h>

typedef struct
{
  char *name;
  char *value;
} Header;

struct _TmHttpResponse
{
  guint status;
  GArray *headers; /* (element-type Header) */
  GBytes *body;
};

static void
header_clear (gpointer data)
{
  Header *header = data;

  g_free (header->name);
  g_free (header->value);
}

TmHttpResponse *
tm_http_response_new (guint status)
{
  TmHttpResponse *self = g_new0 (TmHttpResponse, 1);

  self->status = status;
  self->headers = g_array_new (FALSE, FALSE, sizeof (Header));
  g_array_set_clear_func (self->headers, header_clear);
  self->body = g_bytes_new_static ("", 0);

  return self;
}

void
tm_http_response_free (TmHttpResponse *self)
{
  g_array_unref (self->headers);
  g_bytes_unref (self->body);
  g_free (self);
}

TmHttpResponse *
tm_http_response_new_json (guint status, JsonNode *root)
{
  TmHttpResponse *self = tm_http_response_new (status);
  g_autofree char *text = json_to_string (root, FALSE);

  tm_http_response_set_text (self, "application/json", text);

  return self;
}

TmHttpResponse *
tm_http_response_new_error (guint status, const char *format, ...)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* A message may quote what a stranger sent. */
  valid = g_utf8_make_valid (message, -1);
  json_object_set_string_member (object, "message", valid);
  json_node_set_object (root, object);

  return tm_http_response_new_json (status, root);
}

TmHttpResponse *
tm_http_response_new_redirect (guint status, const char *location)
{
  TmHttpResponse *self = tm_http_response_new (status);

  tm_http_response_set_header (self, "Location", location);

  return self;
}

static Header *
find_header (TmHttpResponse *self, const char *name)
{
  for (guint i = 0; i < self->headers->len; i++)
    {
      Header *header = &g_array_index (self->headers, Header, i);

      if (g_ascii_strcasecmp (header->name, name) == 0)
        return header;
    }

  return NULL;
}

void
tm_http_response_set_header (TmHttpResponse *self, const char *name, const char *value)
{
  Header *old = find_header (self, name);
  Header header;

  g_return_if_fail (strpbrk (name, "\r\n:") == NULL);
  g_return_if_fail (strpbrk (value, "\r\n") == NULL);

  if (old != NULL)
    {
      g_free (old->value);
      old->value = g_strdup (value);
      return;
    }

  header.name = g_strdup (name);
  header.value = g_strdup (value);
  g_array_append_val (self->headers, header);
}

void
tm_http_response_set_retry_after (TmHttpResponse *self, guint seconds)
{
  g_autofree char *text = g_strdup_printf ("%u", seconds);

  tm_http_response_set_header (self, "Retry-After", text);
}

void
tm_http_response_set_body (TmHttpResponse *self, const char *content_type, GBytes *body)
{
  g_bytes_ref (body);
  g_bytes_unref (self->body);
  self->body = body;
  tm_http_response_set_header (self, "Content-Type", content_type);
}

void
tm_http_response_set_text (TmHttpResponse *self, const char *content_type, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  tm_http_response_set_body (self, content_type, body);
}

guint
tm_http_response_get_status (TmHttpResponse *self)
{
  return self->status;
}

GBytes *
tm_http_response_get_body (TmHttpResponse *self)
{
  return self->body;
}

const char *
tm_http_response_get_header (TmHttpResponse *self, const char *name)
{
  Header *header = find_header (self, name);

  return header != NULL ? header->value : NULL;
}

void
tm_http_response_foreach_header (TmHttpResponse *self, TmHttpHeaderFunc func, gpointer user_data)
{
  for (guint i = 0; i < self->headers->len; i++)
    {
      Header *header = &g_array_index (self->headers, Header, i);

      func (header->name, header->value, user_data);
    }
}

static void
add_line (const char *name, const char *value, gpointer user_data)
{
  g_string_append_printf (user_data, "%s: %s\r\n", name, value);
}

GBytes *
tm_http_response_to_text (TmHttpResponse *self)
{
  GString *text = g_string_new (NULL);
  gsize n_bytes = g_bytes_get_size (self->body);

  /* The standard lets the words behind the number be empty. */
  g_string_append_printf (text, "HTTP/1.1 %u \r\n", self->status);
  tm_http_response_foreach_header (self, add_line, text);
  g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n",
                          n_bytes);
  g_string_append_len (text, g_bytes_get_data (self->body, NULL), (gssize) n_bytes);

  return g_string_free_to_bytes (text);
}
