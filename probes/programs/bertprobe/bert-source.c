/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See bert-source.h. */
#include "bert-source.h"

#include <gio/gio.h>
#include <string.h>

#include "tm-cper-parse.h"
#include "tm-cper-text.h"
#include "tm-klog-line.h"
#include "tm-probe-boot.h"
#include "tm-probe-journal.h"

#define TABLE "/sys/firmware/acpi/tables/BERT"
#define REGION "/sys/firmware/acpi/tables/data/BERT"
/* Text with two digits for each byte, and as many line ends; or a log. */
#define MAX_INPUT_BYTES (3 * TM_CPER_MAX_BYTES)

void
bert_region_clear (BertRegion *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

static void
finish_text (TmCperText *text, BertRegion *out_region)
{
  out_region->bytes = tm_cper_text_finish (text);
  out_region->n_unprinted = tm_cper_text_get_skipped (text);
  out_region->is_text = out_region->bytes != NULL;
}

/* Only what journald knows to be the kernel's own, of this boot. */
static gboolean
read_journal (TmProbe *probe, BertRegion *out_region, GError **error)
{
  g_autoptr (TmProbeJournal) journal = tm_probe_journal_open (tm_probe_get_root (probe), error);
  g_autoptr (TmCperText) text = tm_cper_text_new ();
  g_autoptr (GError) local_error = NULL;
  g_autofree char *boot_id = tm_probe_boot_read_id (probe);
  g_autofree char *this_boot = g_strconcat ("_BOOT_ID=", boot_id, NULL);
  const char *const matches[] = { "_TRANSPORT=kernel", "SYSLOG_FACILITY=0", this_boot };
  const char *line;
  gsize n_bytes;

  if (journal == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (matches); i++)
    if (!tm_probe_journal_add_match (journal, matches[i], error))
      return FALSE;

  while (tm_probe_journal_next (journal, &local_error))
    if (tm_probe_journal_get_data (journal, "MESSAGE", &line, &n_bytes) &&
        !tm_cper_text_feed (text, line, n_bytes))
      break;

  finish_text (text, out_region);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* A log of the kernel, in any form. */
static void
read_log (GBytes *log, BertRegion *out_region)
{
  g_autoptr (TmCperText) text = tm_cper_text_new ();
  gsize n_bytes;
  const char *at = g_bytes_get_data (log, &n_bytes);
  const char *end = at + n_bytes;

  while (at < end)
    {
      const char *line_end = memchr (at, '\n', end - at);
      TmKlogLine line;

      if (line_end == NULL)
        line_end = end;
      tm_klog_line_parse (at, line_end - at, &line);
      at = line_end + 1;
      /* What a program wrote to /dev/kmsg is not the kernel's. */
      if (line.facility <= 0 && !tm_cper_text_feed (text, line.text, line.n_bytes))
        break;
    }

  finish_text (text, out_region);
}

static gboolean
is_log (GBytes *input)
{
  gsize n_bytes;
  const char *text = g_bytes_get_data (input, &n_bytes);

  return n_bytes > 0 && memmem (text, n_bytes, TM_CPER_TEXT_BEGIN, strlen (TM_CPER_TEXT_BEGIN));
}

static gboolean
read_input (const char *input, BertRegion *out_region, GError **error)
{
  g_autoptr (GBytes) bytes = tm_probe_read_file (input, MAX_INPUT_BYTES, error);

  if (bytes == NULL)
    return FALSE;

  if (is_log (bytes))
    read_log (bytes, out_region);
  else
    out_region->bytes = tm_cper_unhex (bytes);
  return TRUE;
}

gboolean
bert_source_read (TmProbe *probe, BertRegion *out_region, GError **error)
{
  const char *input = tm_probe_get_input (probe);
  g_autofree char *file = tm_probe_get_path (probe, REGION);
  g_autofree char *table = tm_probe_get_path (probe, TABLE);
  g_autoptr (GError) local_error = NULL;

  if (input != NULL)
    return read_input (input, out_region, error);

  out_region->bytes = tm_probe_read_file (file, TM_CPER_MAX_BYTES, &local_error);
  if (out_region->bytes != NULL)
    return TRUE;
  /* Old kernels do not show it, and a locked one does not let it be read; they print it. */
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return !g_file_test (table, G_FILE_TEST_EXISTS) || read_journal (probe, out_region, error);
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return read_journal (probe, out_region, error);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
