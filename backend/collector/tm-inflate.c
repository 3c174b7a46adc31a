/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip bodies, inflated up to a limit; see tm-inflate.h. */
#include "tm-inflate.h"

#include "telemetry-error.h"

/* JSON of records shrinks about fivefold; a first guess that is too small costs one more copy. */
#define USUAL_RATIO 6
#define MIN_STEP_BYTES (64 * 1024)

static gboolean
refuse (const char *reason, GError **error)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "the body is not valid gzip: %s", reason);

  return FALSE;
}

/* Room for the next step; one byte beyond the limit, so that reaching it is seen. */
static void
make_room (GByteArray *output, gsize n_used, gsize max_bytes)
{
  gsize n_wanted = MAX (output->len * 2, n_used + MIN_STEP_BYTES);

  if (output->len < max_bytes + 1 && output->len - n_used < MIN_STEP_BYTES)
    g_byte_array_set_size (output, (guint) MIN (n_wanted, max_bytes + 1));
}

GBytes *
tm_inflate (GBytes *body, gsize max_bytes, GError **error)
{
  g_autoptr (GZlibDecompressor) inflater = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GByteArray) output = g_byte_array_new ();
  gsize n_input;
  const guint8 *input = g_bytes_get_data (body, &n_input);
  gsize n_output = 0;
  GConverterResult result = G_CONVERTER_CONVERTED;

  g_byte_array_set_size (output, (guint) MIN (n_input * USUAL_RATIO + 1, max_bytes + 1));
  while (result != G_CONVERTER_FINISHED)
    {
      g_autoptr (GError) converter_error = NULL;
      gsize n_read, n_written;

      make_room (output, n_output, max_bytes);
      result = g_converter_convert (G_CONVERTER (inflater), input, n_input, output->data + n_output,
                                    output->len - n_output, G_CONVERTER_INPUT_AT_END, &n_read,
                                    &n_written, &converter_error);
      if (result == G_CONVERTER_ERROR)
        return refuse (converter_error->message, error), NULL;

      input += n_read;
      n_input -= n_read;
      n_output += n_written;
      if (n_output > max_bytes)
        {
          g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                       "the body is larger than %" G_GSIZE_FORMAT " bytes when inflated",
                       max_bytes);
          return NULL;
        }
    }
  if (n_input > 0)
    return refuse ("something follows its end", error), NULL;

  g_byte_array_set_size (output, (guint) n_output);

  return g_byte_array_free_to_bytes (g_steal_pointer (&output));
}
