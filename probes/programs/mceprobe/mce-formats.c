/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-formats.h. */
#include "mce-formats.h"

static gboolean
add_event (TmRasReader *reader, const char *directory, const TmRasEvent *event, GError **error)
{
  g_autofree char *file =
      g_build_filename (directory, "events", event->system, event->name, "format", NULL);
  g_autofree char *text = NULL;
  gsize n_bytes;

  if (!g_file_get_contents (file, &text, &n_bytes, NULL))
    return TRUE;
  if (tm_ras_reader_add_format (reader, text, n_bytes, error))
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
  g_autofree char *text = NULL;
  g_autoptr (TmRasReader) reader = NULL;
  g_autoptr (GError) local_error = NULL;
  gsize n_bytes;

  /* Not asked before: access() knows nothing of the capability that may open it. */
  if (!g_file_get_contents (file, &text, &n_bytes, &local_error))
    {
      if (!g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  reader = tm_ras_reader_new (text, n_bytes, error);
  if (reader == NULL)
    return NULL;

  for (guint i = 0; i < TM_RAS_N_EVENTS; i++)
    if (!add_event (reader, directory, &tm_ras_events[i], error))
      return NULL;

  return covers_any (reader) ? g_steal_pointer (&reader) : NULL;
}
