/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-input.h. */
#include "mce-input.h"

#include <string.h>

#include "mce-formats.h"
#include "tm-hardware-log.h"
#include "tm-klog-line.h"
#include "tm-probe.h"

static void
feed_line (TmHardwareLog *log, const char *raw, gsize n_bytes)
{
  TmKlogLine line;

  tm_klog_line_parse (raw, n_bytes, &line);
  /* With another facility it is what a program wrote into the kernel's buffer. */
  if (line.facility <= 0)
    tm_hardware_log_feed (log, line.text, line.n_bytes, line.time_usec, 0);
}

static gboolean
read_log (const char *name, TmFaultFunc func, gpointer user_data, GError **error)
{
  g_autoptr (GBytes) bytes = tm_probe_map_file (name, error);
  g_autoptr (TmHardwareLog) log = NULL;
  const char *at;
  const char *end;
  gsize n_bytes;

  if (bytes == NULL)
    return FALSE;

  log = tm_hardware_log_new (func, user_data);
  at = g_bytes_get_data (bytes, &n_bytes);
  end = at + n_bytes;
  while (at < end)
    {
      const char *line_end = memchr (at, '\n', end - at);

      if (line_end == NULL)
        line_end = end;
      feed_line (log, at, line_end - at);
      at = line_end + 1;
    }

  tm_hardware_log_flush (log);
  return TRUE;
}

static gboolean
read_processor (TmRasReader *reader,
                const char *file,
                TmFaultFunc func,
                gpointer user_data,
                guint64 *out_n_lost,
                GError **error)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (file, FALSE, error);
  gsize n_page = tm_ras_reader_get_page_bytes (reader);
  const guint8 *data;

  if (mapped == NULL)
    return FALSE;

  data = (const guint8 *) g_mapped_file_get_contents (mapped);
  for (gsize offset = 0; offset < g_mapped_file_get_length (mapped); offset += n_page)
    *out_n_lost += tm_ras_reader_feed (reader, data + offset,
                                       MIN (n_page, g_mapped_file_get_length (mapped) - offset), 0,
                                       func, user_data);
  return TRUE;
}

static gboolean
read_recording (const char *directory,
                TmFaultFunc func,
                gpointer user_data,
                guint64 *out_n_lost,
                GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TmRasReader) reader = mce_formats_load (directory, &local_error);
  g_autofree char *per_cpu = g_build_filename (directory, "per_cpu", NULL);
  g_autoptr (GDir) processors = NULL;
  const char *name;

  if (reader == NULL && local_error == NULL)
    g_set_error (&local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "“%s” has no events/header_page, or no format of an event of the hardware",
                 directory);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  processors = g_dir_open (per_cpu, 0, error);
  if (processors == NULL)
    return FALSE;
  while ((name = g_dir_read_name (processors)) != NULL)
    {
      g_autofree char *file = g_build_filename (per_cpu, name, "trace_pipe_raw", NULL);

      if (!read_processor (reader, file, func, user_data, out_n_lost, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
mce_input_read (
    const char *name, TmFaultFunc func, gpointer user_data, guint64 *out_n_lost, GError **error)
{
  *out_n_lost = 0;
  return g_file_test (name, G_FILE_TEST_IS_DIR)
             ? read_recording (name, func, user_data, out_n_lost, error)
             : read_log (name, func, user_data, error);
}
