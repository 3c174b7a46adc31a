/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gets the bytes of a file. Plain ones are mapped: memory does not grow with them. */
#include "tm-probe.h"
#include "update-history.h"

static GBytes *
read_all (GInputStream *stream, const char *file, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 buffer[65536];
  gssize n_bytes;

  while ((n_bytes = g_input_stream_read (stream, buffer, sizeof buffer, NULL, error)) > 0)
    {
      g_byte_array_append (all, buffer, (guint) n_bytes);
      if (all->len <= UPDATE_FILE_MAX_BYTES)
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "“%s” has more than %d bytes",
                   file, UPDATE_FILE_MAX_BYTES);
      return NULL;
    }

  return n_bytes < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static GBytes *
read_packed (const char *file, GError **error)
{
  g_autoptr (GFile) place = g_file_new_for_path (file);
  g_autoptr (GFileInputStream) packed = g_file_read (place, NULL, error);
  g_autoptr (GZlibDecompressor) unpack = NULL;
  g_autoptr (GInputStream) stream = NULL;

  if (packed == NULL)
    return NULL;

  unpack = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  stream = g_converter_input_stream_new (G_INPUT_STREAM (packed), G_CONVERTER (unpack));
  return read_all (stream, file, error);
}

GBytes *
update_read_file (const char *file, GError **error)
{
  return g_str_has_suffix (file, ".gz") ? read_packed (file, error)
                                        : tm_probe_map_file (file, error);
}
