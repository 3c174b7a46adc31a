/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Assets out of the program's resources; see tm-assets.h. */
#include "tm-assets.h"

#include <gio/gio.h>
#include <string.h>

#define RESOURCES "/org/telemetrics/server/ui/assets/"
/* Hex digits of SHA-256; enough that two versions never share a URL. */
#define HASH_DIGITS 12

typedef struct
{
  char *url;
  const char *content_type;
  GBytes *bytes;
} Asset;

struct _TmAssets
{
  GHashTable *by_name; /* of char *, Asset; owns them */
  GHashTable *by_url;  /* of the asset's own url, Asset */
};

static void
asset_free (gpointer data)
{
  Asset *self = data;

  g_free (self->url);
  g_bytes_unref (self->bytes);
  g_free (self);
}

static void
add (TmAssets *self, const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCES, name, NULL);
  g_autofree char *hash = NULL;
  Asset *asset = g_new0 (Asset, 1);
  const char *suffix = strrchr (name, '.');

  asset->bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_assert (asset->bytes != NULL && suffix != NULL);
  asset->content_type = g_str_equal (suffix, ".css") ? "text/css; charset=utf-8" : "image/svg+xml";
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, asset->bytes);
  asset->url = g_strdup_printf ("/assets/%.*s.%.*s%s", (int) (suffix - name), name, HASH_DIGITS,
                                hash, suffix);
  g_hash_table_insert (self->by_name, g_strdup (name), asset);
  g_hash_table_insert (self->by_url, asset->url, asset);
}

TmAssets *
tm_assets_new (void)
{
  TmAssets *self = g_new0 (TmAssets, 1);
  g_auto (GStrv) names =
      g_resources_enumerate_children (RESOURCES, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, asset_free);
  self->by_url = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    add (self, names[i]);

  return self;
}

void
tm_assets_free (TmAssets *self)
{
  g_hash_table_unref (self->by_url);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

const char *
tm_assets_get_url (TmAssets *self, const char *name)
{
  const Asset *asset = g_hash_table_lookup (self->by_name, name);

  g_assert (asset != NULL);

  return asset->url;
}

TmHttpResponse *
tm_assets_respond (TmAssets *self, const char *path)
{
  const Asset *asset = g_hash_table_lookup (self->by_url, path);
  TmHttpResponse *response;

  if (asset == NULL)
    return NULL;

  response = tm_http_response_new (200);
  tm_http_response_set_body (response, asset->content_type, asset->bytes);
  tm_http_response_set_header (response, "Cache-Control", "public, max-age=31536000, immutable");
  tm_http_response_set_header (response, "X-Content-Type-Options", "nosniff");

  return response;
}
