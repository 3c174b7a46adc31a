/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Templates out of the program's resources; see tm-templates.h. */
#include "tm-templates.h"

#include <gio/gio.h>
#include <string.h>

#define RESOURCES "/org/telemetrics/server/ui/templates/"
#define SUFFIX ".mustache"
/* Most pages fit. */
#define TYPICAL_PAGE_BYTES (64 * 1024)

struct _TmTemplates
{
  GHashTable *by_name; /* of char *, TmMustache */
};

static void
add (TmTemplates *self, const char *file_name)
{
  g_autofree char *path = g_strconcat (RESOURCES, file_name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GError) error = NULL;
  gsize n_bytes;
  const char *text = g_bytes_get_data (bytes, &n_bytes);
  TmMustache *template = tm_mustache_new (text, n_bytes, &error);

  if (template == NULL)
    g_error ("template \"%s\": %s", file_name, error->message);

  g_assert (g_str_has_suffix (file_name, SUFFIX));
  g_hash_table_insert (self->by_name, g_strndup (file_name, strlen (file_name) - strlen (SUFFIX)),
                       template);
}

TmTemplates *
tm_templates_new (void)
{
  TmTemplates *self = g_new0 (TmTemplates, 1);
  g_auto (GStrv) names =
      g_resources_enumerate_children (RESOURCES, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  self->by_name =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tm_mustache_unref);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    add (self, names[i]);

  return self;
}

void
tm_templates_free (TmTemplates *self)
{
  g_hash_table_unref (self->by_name);
  g_free (self);
}

static const TmMustache *
look_up (const char *name, gpointer user_data)
{
  TmTemplates *self = user_data;

  return g_hash_table_lookup (self->by_name, name);
}

GBytes *
tm_templates_render (
    TmTemplates *self, const char *name, JsonNode *data, gsize max_bytes, GError **error)
{
  g_autoptr (GString) page = g_string_sized_new (TYPICAL_PAGE_BYTES);
  const TmMustache *template = look_up (name, self);

  g_assert (template != NULL);
  if (!tm_mustache_render (template, data, look_up, self, max_bytes, page, error))
    return NULL;

  return g_string_free_to_bytes (g_steal_pointer (&page));
}
