/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which handler answers which request; see tm-http-router.h. */
#include "tm-http-router.h"

#include <string.h>

typedef struct
{
  const TmHttpRoute *route; /* (unowned) */
  GStrv pattern;            /* split at "/" */
  gpointer user_data;
} Entry;

struct _TmHttpRouter
{
  GArray *entries; /* (element-type Entry) */
};

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_strfreev (entry->pattern);
}

TmHttpRouter *
tm_http_router_new (void)
{
  TmHttpRouter *self = g_new0 (TmHttpRouter, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);

  return self;
}

void
tm_http_router_free (TmHttpRouter *self)
{
  g_array_unref (self->entries);
  g_free (self);
}

void
tm_http_router_add (TmHttpRouter *self,
                    const TmHttpRoute *routes,
                    gsize n_routes,
                    gpointer user_data)
{
  for (gsize i = 0; i < n_routes; i++)
    {
      Entry entry = { &routes[i], g_strsplit (routes[i].pattern, "/", -1), user_data };

      g_array_append_val (self->entries, entry);
    }
}

static gboolean
is_name (const char *part)
{
  return part[0] == '{' && part[strlen (part) - 1] == '}';
}

/* The weight of one part decides before those after it: 3 literal, 2 name, 1 rest of the path.
 * Returns 0 if the pattern does not match. */
static guint
match (const Entry *entry, const char *const *path)
{
  guint weight = 0;
  guint i;

  for (i = 0; entry->pattern[i] != NULL; i++)
    {
      const char *part = entry->pattern[i];

      if (g_str_equal (part, "*") && entry->pattern[i + 1] == NULL)
        return weight * 4 + 1;
      if (path[i] == NULL)
        return 0;
      if (is_name (part) && path[i][0] != '\0')
        weight = weight * 4 + 2;
      else if (g_str_equal (part, path[i]))
        weight = weight * 4 + 3;
      else
        return 0;
    }

  return path[i] == NULL ? weight : 0;
}

static gboolean
takes_method (const Entry *entry, const char *method)
{
  if (g_str_equal (entry->route->method, method))
    return TRUE;

  return g_str_equal (method, "HEAD") && g_str_equal (entry->route->method, "GET");
}

static GHashTable *
extract_parts (const Entry *entry, const char *const *path)
{
  GHashTable *parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; entry->pattern[i] != NULL; i++)
    {
      const char *part = entry->pattern[i];

      if (g_str_equal (part, "*"))
        g_hash_table_insert (parts, g_strdup ("*"), g_strjoinv ("/", (char **) path + i));
      else if (is_name (part))
        g_hash_table_insert (parts, g_strndup (part + 1, strlen (part) - 2), g_strdup (path[i]));
    }

  return parts;
}

/* A pattern that takes everything says nothing about one address: there is nothing at it. */
static gboolean
is_for_everything (const Entry *entry)
{
  return g_str_equal (entry->route->pattern, "/*");
}

static void
add_method (GPtrArray *methods, const char *method)
{
  if (!g_ptr_array_find_with_equal_func (methods, method, g_str_equal, NULL))
    g_ptr_array_add (methods, (gpointer) method);
  if (g_str_equal (method, "GET"))
    add_method (methods, "HEAD");
}

static TmHttpResponse *
not_allowed (GPtrArray *methods)
{
  TmHttpResponse *response;
  g_autofree char *allow = NULL;

  if (methods->len == 0)
    return tm_http_response_new_error (404, "there is nothing at this address");

  g_ptr_array_add (methods, NULL);
  allow = g_strjoinv (", ", (char **) methods->pdata);
  response = tm_http_response_new_error (405, "method not allowed here; allowed: %s", allow);
  tm_http_response_set_header (response, "Allow", allow);

  return response;
}

const TmHttpRoute *
tm_http_router_find (TmHttpRouter *self,
                     const char *method,
                     const char *path,
                     gpointer *out_user_data,
                     GHashTable **out_parts,
                     TmHttpResponse **out_answer)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_autoptr (GPtrArray) other_methods = g_ptr_array_new ();
  const Entry *best = NULL;
  guint best_weight = 0;

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);
      guint weight = match (entry, (const char *const *) parts);

      if (weight == 0)
        continue;
      if (!takes_method (entry, method))
        {
          if (!is_for_everything (entry))
            add_method (other_methods, entry->route->method);
          continue;
        }
      if (weight > best_weight)
        {
          best = entry;
          best_weight = weight;
        }
    }

  if (best == NULL)
    {
      *out_answer = not_allowed (other_methods);
      return NULL;
    }

  *out_user_data = best->user_data;
  *out_parts = extract_parts (best, (const char *const *) parts);

  return best->route;
}
