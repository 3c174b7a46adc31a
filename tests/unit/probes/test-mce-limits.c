/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves the limits of what is told of the hardware at both of their sides: what is just accepted,
 * and what is just too much. The numbers stand here once more, so that none changes unnoticed.
 */
#include <string.h>

#include "tm-edac-counts.h"
#include "tm-fault-tally.h"
#include "tm-hardware-log.h"
#include "tm-memory-fault.h"
#include "tm-pcie-fault.h"
#include "tm-trace-event.h"
#include "tm-trace-page.h"

#define HOUR_USEC (3600 * (gint64) G_USEC_PER_SEC)

static char *
get_error (const char *message)
{
  const TmMemoryFault memory = { .message = message, .label = "" };
  g_autoptr (TmFault) fault = tm_memory_fault_to_fault (&memory);

  return g_strdup (fault->error);
}

/* Of a driver's words as many are kept as make up to 120 bytes, the blanks included. */
static void
test_words (void)
{
  g_autofree char *first = g_strnfill (60, 'a');
  g_autofree char *fits = g_strnfill (59, 'b');
  g_autofree char *longer = g_strnfill (60, 'b');
  g_autofree char *both = g_strdup_printf ("%s %s", first, fits);
  g_autofree char *too_long = g_strdup_printf ("%s %s", first, longer);
  g_autofree char *kept = get_error (both);
  g_autofree char *cut = get_error (too_long);

  g_assert_cmpuint (strlen (kept), ==, 120);
  g_assert_cmpstr (kept, ==, both);
  g_assert_cmpstr (cut, ==, first);
}

/* A place on the bus has at most 32 bytes. */
static void
test_place (void)
{
  const char *longer = "0123456789abcdef0123456789abc:0.0";

  g_assert_cmpuint (strlen (longer), ==, 33);
  g_assert_true (tm_pcie_fault_is_place (longer + 1));
  g_assert_false (tm_pcie_fault_is_place (longer));
}

/* A text of an event has at most 1024 bytes. */
static void
test_event (void)
{
  static const char text[] = "name: x\nID: 1\nformat:\n\tfield:__data_loc char[] "
                             "msg;\toffset:0;\tsize:4;\tsigned:0;\n";
  g_autoptr (TmTraceFormat) format = tm_trace_format_parse (text, strlen (text), NULL);

  for (guint32 n = 1023; n <= 1025; n++)
    {
      guint8 data[4 + 1025];
      const guint32 location = 4 | n << 16;
      const TmTraceEvent event = { .format = format, .data = { data, sizeof data, FALSE } };
      g_autofree char *found = NULL;

      memset (data, 'x', sizeof data);
      memcpy (data, &location, sizeof location);
      found = tm_trace_event_get_text (&event, "msg");
      g_assert_cmpuint (strlen (found), ==, MIN (n, 1024));
    }
}

static void
count_fault (TmFault *fault, gpointer user_data)
{
  ++*(guint *) user_data;
  tm_fault_free (fault);
}

static guint
count_hot (gint64 gap_usec)
{
  static const char line[] = "CPU3: Package temperature above threshold, cpu clock throttled";
  guint n = 0;
  g_autoptr (TmHardwareLog) log = tm_hardware_log_new (count_fault, &n);

  tm_hardware_log_feed (log, line, strlen (line), 5, 0);
  tm_hardware_log_feed (log, line, strlen (line), 5 + gap_usec, 0);
  return n;
}

/* What processors of a package say within a second is said by all of them. */
static void
test_thermal (void)
{
  g_assert_cmpuint (count_hot (G_USEC_PER_SEC - 1), ==, 1);
  g_assert_cmpuint (count_hot (G_USEC_PER_SEC), ==, 2);
}

/* Of counters 512 are kept. */
static void
test_counts (void)
{
  for (guint n = 511; n <= 513; n++)
    {
      g_autoptr (TmEdacCounts) counts = tm_edac_counts_new ();
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_auto (GStrv) kept = NULL;

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *id = g_strdup_printf ("mc0/dimm%u", i);

          tm_edac_counts_set (counts, id, "", 0, 0);
        }
      tm_edac_counts_save (counts, file);
      kept = g_key_file_get_keys (file, "edac", NULL, NULL);
      g_assert_cmpuint (g_strv_length (kept), ==, MIN (n, 512));
    }
}

#define FIELD "field:int x;offset:0;size:4;signed:1;\n"

/* The description of an event has at most 64 KiB, and 256 fields in it. */
static void
test_format (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *longest = g_strdup_printf ("%-*s", 65536 + (int) more, FIELD);
      g_autoptr (GString) most = g_string_new (NULL);
      g_autoptr (GPtrArray) of_longest = tm_trace_fields_parse (longest, strlen (longest), NULL);
      g_autoptr (GPtrArray) of_most = NULL;

      for (guint i = 0; i < 256 + more; i++)
        g_string_append (most, FIELD);
      of_most = tm_trace_fields_parse (most->str, most->len, NULL);
      g_assert_cmpint (of_longest != NULL, ==, more == 0);
      g_assert_cmpint (of_most != NULL, ==, more == 0);
    }
}

/* Of a field that cannot be read 80 bytes are shown. */
static void
test_wrong_field (void)
{
  g_autofree char *field = g_strdup_printf ("%-*s", 81, "field:int x;");
  g_autofree char *shown = g_strdup_printf ("“%.80s”", field);
  g_autoptr (GError) error = NULL;

  g_assert_null (tm_trace_fields_parse (field, strlen (field), &error));
  g_assert_nonnull (strstr (error->message, shown));
}

static gboolean
is_layout (guint n_bytes)
{
  g_autofree char *text = g_strdup_printf ("field:u64 timestamp;offset:0;size:8;signed:0;\n"
                                           "field:local_t commit;offset:8;size:8;signed:1;\n"
                                           "field:char data;offset:16;size:%u;signed:1;\n",
                                           n_bytes - 16);
  TmTraceLayout layout;

  return tm_trace_layout_parse (text, strlen (text), &layout, NULL);
}

/* A page has 64 bytes to 1 MiB. */
static void
test_page (void)
{
  g_assert_false (is_layout (63));
  g_assert_true (is_layout (64));
  g_assert_true (is_layout (1024 * 1024));
  g_assert_false (is_layout (1024 * 1024 + 1));
}

/* Of a line 2048 bytes are looked at. */
static void
test_line (void)
{
  for (gsize n = 2047; n <= 2049; n++)
    {
      g_autofree char *line = g_strdup_printf ("%*s", (int) n, "EDAC MC");
      guint n_found = 0;
      g_autoptr (TmHardwareLog) log = tm_hardware_log_new (count_fault, &n_found);

      g_assert_cmpint (tm_hardware_log_feed (log, line, strlen (line), 5, 0), ==, n <= 2048);
    }
}

static TmFault *
make_fault (guint number)
{
  TmFault *fault =
      tm_fault_new (TM_FAULT_MEMORY, TM_FAULT_CORRECTED, g_strdup_printf ("error %u", number));

  fault->count = 1;
  return fault;
}

/* The same again is told after an hour, two, four ... and at last every day. */
static void
test_patience (void)
{
  static const guint hours[] = { 1, 2, 4, 8, 16, 24, 24 };
  g_autoptr (TmFaultTally) tally = tm_fault_tally_new ();
  g_autoptr (TmFault) fault = make_fault (1);
  gint64 now_usec = 0;

  tm_fault_tally_note (tally, fault, now_usec);
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    {
      g_assert_false (tm_fault_tally_judge (tally, fault, now_usec));
      now_usec += hours[i] * HOUR_USEC;
      g_assert_null (tm_fault_tally_find_due (tally, now_usec - 1, FALSE));
      tm_fault_tally_note_told (tally, tm_fault_tally_find_due (tally, now_usec, FALSE), now_usec);
    }
}

/* Of a memory that somebody made longer 33 faults are taken: one for each of the 32 parts that are
 * told, and one for the others. */
static void
test_memory (void)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (TmFaultTally) tally = tm_fault_tally_new ();
  const TmFaultCount *count;
  guint n_found = 0;

  g_key_file_set_string (file, "faults", "boot", "boot");
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *group = g_strdup_printf ("fault %u", i);

      g_key_file_set_string (file, group, "kind", "memory");
      g_key_file_set_string (file, group, "severity", "corrected");
      g_key_file_set_string (file, group, "error", group);
      g_key_file_set_uint64 (file, group, "untold", 1);
    }
  tm_fault_tally_load (tally, file);
  while ((count = tm_fault_tally_find_due (tally, 0, TRUE)) != NULL)
    {
      tm_fault_tally_note_told (tally, count, 0);
      n_found++;
    }
  g_assert_cmpuint (n_found, ==, 33);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mce-limits/words", test_words);
  g_test_add_func ("/mce-limits/place", test_place);
  g_test_add_func ("/mce-limits/event", test_event);
  g_test_add_func ("/mce-limits/thermal", test_thermal);
  g_test_add_func ("/mce-limits/patience", test_patience);
  g_test_add_func ("/mce-limits/memory", test_memory);
  g_test_add_func ("/mce-limits/counts", test_counts);
  g_test_add_func ("/mce-limits/format", test_format);
  g_test_add_func ("/mce-limits/wrong-field", test_wrong_field);
  g_test_add_func ("/mce-limits/page", test_page);
  g_test_add_func ("/mce-limits/line", test_line);

  return g_test_run ();
}
