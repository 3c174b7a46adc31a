/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves what formats and pages of the trace do that are not as they should be. How events are read
 * is proved with recordings of several kernels (test_mceprobe.py).
 */
#include <string.h>

#include "tm-trace-format.h"
#include "tm-trace-page.h"

static void
count_event (const TmCperReader *event, guint64 time_nsec, gpointer user_data)
{
  guint64 *sum = user_data;

  *sum += 1000000 * event->n_bytes + time_nsec;
}

static const char head[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
                           "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
                           "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

/* Returns what count_event() adds up; 0xffff words are what follows the head. */
static guint64
read_page (guint64 commit, const guint32 *words, gsize n_words, guint64 *out_n_lost)
{
  TmTraceLayout layout;
  guint8 page[256] = { 100 };
  const TmCperReader reader = { page, sizeof page, FALSE };
  guint64 sum = 0;

  g_assert_true (tm_trace_layout_parse (head, strlen (head), &layout, NULL));
  memcpy (page + 8, &commit, sizeof commit);
  memcpy (page + 16, words, n_words * sizeof *words);
  *out_n_lost = tm_trace_page_read (&layout, &reader, count_event, &sum);
  return sum;
}

/* Every kind of entry, and lengths that lead nowhere. */
static void
test_page (void)
{
  const guint32 entries[] = {
    1 | 5 << 5,  0xaaaaaaaa,                /* an event of four bytes, 5 later */
    30 | 1 << 5, 1,                         /* 1 + 2^27 later */
    0 | 0 << 5,  12,         0,          0, /* one of eight bytes with a length of its own */
    29 | 1 << 5, 8,          0xffffffff,    /* padding within */
    31 | 7 << 5, 0,                         /* the time is 7 */
    1,           0xbbbbbbbb, 29,            /* nothing any more */
    1,           0xcccccccc,
  };
  const guint32 endless[] = { 29 | 1 << 5, 0xfffffff0, 1, 0 };
  const guint32 lost[] = { 1, 0, 42, 0 };
  guint64 n_lost;

  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    {
      g_test_skip ("the entries are written for the other order of bytes");
      return;
    }

  g_assert_cmpuint (read_page (sizeof entries, entries, G_N_ELEMENTS (entries), &n_lost), ==,
                    4000105 + 8000106 + (1 << 27) + 4000007);
  g_assert_cmpuint (n_lost, ==, 0);
  g_assert_cmpuint (read_page (sizeof endless, endless, 4, &n_lost), ==, 0);
  g_assert_cmpuint (read_page (8 | 1u << 31 | 1u << 30, lost, 4, &n_lost), ==, 4000100);
  g_assert_cmpuint (n_lost, ==, 42);
  read_page (8 | 1u << 31, lost, 4, &n_lost);
  g_assert_cmpuint (n_lost, ==, 1);
  g_assert_cmpuint (read_page (4000, entries, 4, &n_lost), ==, 0);
}

/* What is no format says what it lacks. */
static void
test_bad_formats (void)
{
  static const char *const bad[] = {
    "",
    "name: x\nID: 1\nformat:\n",
    "name: x\nformat:\n\tfield:u8 a;\toffset:0;\tsize:1;\tsigned:0;\n",
    "name: x\nID: 1\nformat:\n\tfield:u8 a;\tsize:1;\tsigned:0;\n",
    "name: x\nID: 1\nformat:\n\tfield:u8 a;\toffset:70000;\tsize:1;\tsigned:0;\n",
    "name: x\nID: 66000\nformat:\n\tfield:u8 a;\toffset:0;\tsize:1;\tsigned:0;\n",
    "name: x\nID: 1\nformat:\n\tfield:;\toffset:0;\tsize:1;\tsigned:0;\n",
  };
  g_autofree char *many = g_strnfill (TM_TRACE_FORMAT_MAX_BYTES + 1, '\n');
  g_autoptr (GError) too_long = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_trace_format_parse (bad[i], strlen (bad[i]), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }

  g_assert_null (tm_trace_format_parse (many, strlen (many), &too_long));
  g_assert_nonnull (strstr (too_long->message, "65536"));
}

/* 256 fields are read, and pages of 64 bytes to 1 MiB. */
static void
test_format_limits (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) fields = NULL;
  g_autoptr (GError) error = NULL;
  TmTraceLayout layout;

  for (guint i = 0; i < TM_TRACE_FORMAT_MAX_FIELDS; i++)
    g_string_append_printf (text, "field:u8 f%u; offset:%u; size:1;\n", i, i);
  fields = tm_trace_fields_parse (text->str, text->len, NULL);
  g_assert_cmpuint (fields->len, ==, TM_TRACE_FORMAT_MAX_FIELDS);
  g_string_append (text, "field:u8 g; offset:0; size:1;\n");
  g_assert_null (tm_trace_fields_parse (text->str, text->len, &error));
  g_assert_nonnull (strstr (error->message, "256"));

  g_string_printf (text,
                   "field: u64 timestamp; offset:0; size:8;\nfield: local_t commit; offset:8; "
                   "size:8;\nfield: char data; offset:16; size:%d;\n",
                   TM_TRACE_PAGE_MAX_BYTES - 16);
  g_assert_true (tm_trace_layout_parse (text->str, text->len, &layout, NULL));
  g_string_replace (text, "offset:16", "offset:17", 1);
  g_assert_false (tm_trace_layout_parse (text->str, text->len, &layout, NULL));

  g_string_printf (text,
                   "field: u64 timestamp; offset:0; size:8;\nfield: local_t commit; offset:8; "
                   "size:8;\nfield: char data; offset:16; size:%d;\n",
                   TM_TRACE_PAGE_MIN_BYTES - 16);
  g_assert_true (tm_trace_layout_parse (text->str, text->len, &layout, NULL));
  g_string_replace (text, "offset:16", "offset:15", 1);
  g_assert_false (tm_trace_layout_parse (text->str, text->len, &layout, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mce/trace/format-limits", test_format_limits);
  g_test_add_func ("/mce/trace/page", test_page);
  g_test_add_func ("/mce/trace/bad-formats", test_bad_formats);

  return g_test_run ();
}
