/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip bodies: limits to the byte, broken ones refused. */
#include "telemetry-error.h"
#include "tm-inflate.h"

static GBytes *
compress (const char *text, gsize n_bytes)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream =
      g_converter_output_stream_new (memory, G_CONVERTER (compressor));

  g_assert_true (g_output_stream_write_all (stream, text, n_bytes, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 100, 65535, 65536, 65537, 1000000, 5000000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = g_strnfill (sizes[i], 'x');
      g_autoptr (GBytes) body = compress (text, sizes[i]);
      g_autoptr (GBytes) expected = g_bytes_new (text, sizes[i]);
      g_autoptr (GBytes) exact = tm_inflate (body, sizes[i], NULL);
      g_autoptr (GBytes) roomy = tm_inflate (body, sizes[i] * 2 + 10, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%" G_GSIZE_FORMAT " bytes", sizes[i]);
      g_assert_true (g_bytes_equal (exact, expected));
      g_assert_true (g_bytes_equal (roomy, expected));
      if (sizes[i] == 0)
        continue;
      g_assert_null (tm_inflate (body, sizes[i] - 1, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
    }
}

/* Every way to cut it, and every byte of it changed: refused or right, never wrong or endless. */
static void
test_broken (void)
{
  const char text[] = "a text that repeats, a text that repeats, a text that repeats";
  g_autoptr (GBytes) body = compress (text, sizeof text);
  g_autoptr (GBytes) expected = g_bytes_new (text, sizeof text);

  for (gsize n = 0; n < g_bytes_get_size (body); n++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (body, 0, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_inflate (cut, 1000, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
    }
  for (gsize n = 0; n < g_bytes_get_size (body); n++)
    {
      gsize n_bytes;
      const guint8 *original = g_bytes_get_data (body, &n_bytes);
      g_autofree guint8 *data = g_memdup2 (original, n_bytes);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GBytes) inflated = NULL;

      data[n] ^= 0x5a;
      changed = g_bytes_new (data, n_bytes);
      inflated = tm_inflate (changed, 1000, NULL);
      g_assert_true (inflated == NULL || g_bytes_equal (inflated, expected));
    }
}

static void
test_continued (void)
{
  g_autoptr (GBytes) body = compress ("x", 1);
  g_autoptr (GByteArray) twice = g_byte_array_new ();
  g_autoptr (GBytes) joined = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (twice, g_bytes_get_data (body, NULL), (guint) g_bytes_get_size (body));
  g_byte_array_append (twice, g_bytes_get_data (body, NULL), (guint) g_bytes_get_size (body));
  joined = g_bytes_new (twice->data, twice->len);
  g_assert_null (tm_inflate (joined, 1000, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inflate/sizes", test_sizes);
  g_test_add_func ("/inflate/broken", test_broken);
  g_test_add_func ("/inflate/continued", test_continued);

  return g_test_run ();
}
