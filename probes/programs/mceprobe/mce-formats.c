/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-formats.h. */
#include "mce-formats.h"

#include "tm-probe.h"
#include "tm-trace-format.h"

static gboolean
add_event (TmRasReader *reader, const char *directory, const TmRasEvent *event, GError **error)
{
  g_autofree char *file =
      g_build_filename (directory, "events", event->system, event->name, "format", NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) text = tm_probe_read_file (file, TM_TRACE_FORMAT_MAX_BYTES, &local_error);

  if (text == NULL && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    return TRUE;
  if (text == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (tm_ras_reader_add_format (reader, g_bytes_get_data (text, NULL), g_bytes_get_size (text),
                                error))
    return TRUE;

  g_prefix_error (error, "“%s”: ", file);
  return FALSE;
}

static gboolean
covers_any (TmRasReader *reader)
{
  for (guint i = 0; i < TM_RAS_N_EVENTS; i++)
    if (tm_ras_reader_covers (reader, tm_ras_events[i].name))
      return TRUE;

  return FALSE;
}

TmRasReader *
mce_formats_load (const char *directory, GError **error)
{
  g_autofree char *file = g_build_filename (directory, "events", "header_page", NULL);
  g_autoptr (TmRasReader) reader = NULL;
  g_autoptr (GError) local_error = NULL;
  /* Not asked before: access() knows nothing of the capability that may open it. */
  g_autoptr (GBytes) text = tm_probe_read_file (file, TM_TRACE_FORMAT_MAX_BYTES, &local_error);

  if (text == NULL)
    {
      if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  reader = tm_ras_reader_new (g_bytes_get_data (text, NULL), g_bytes_get_size (text), error);
  if (reader == NULL)
    return NULL;

  for (guint i = 0; i < TM_RAS_N_EVENTS; i++)
    if (!add_event (reader, directory, &tm_ras_events[i], error))
      return NULL;

  return covers_any (reader) ? g_steal_pointer (&reader) : NULL;
}
