/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files as they are: mapped, not read, so that a log of any size costs no memory; see
 * klog-source.h. */
#include <string.h>

#include "klog-source.h"
#include "tm-probe.h"

static void
feed_line (TmOopsReader *reader, const char *raw, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      gsize n_first = tm_klog_line_find_joint (raw, n_bytes);
      TmKlogLine line;

      tm_klog_line_parse (raw, n_first, &line);
      tm_oops_reader_feed (reader, &line);
      raw += n_first;
      n_bytes -= n_first;
    }
}

void
klog_read_text (const char *text, gsize n_bytes, TmOopsReader *reader)
{
  const char *at = text;
  const char *end = text + n_bytes;

  while (at < end)
    {
      const char *line_end = memchr (at, '\n', end - at);

      if (line_end == NULL)
        line_end = end;
      feed_line (reader, at, line_end - at);
      at = line_end + 1;
    }

  tm_oops_reader_flush (reader);
}

gboolean
klog_read_file (const char *file, TmOopsReader *reader, GError **error)
{
  g_autoptr (GBytes) bytes = tm_probe_map_file (file, error);
  const char *text;
  gsize n_bytes;

  if (bytes == NULL)
    return FALSE;

  text = g_bytes_get_data (bytes, &n_bytes);
  klog_read_text (text, n_bytes, reader);
  return TRUE;
}
