/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves each limit of the reader of kernel reports at both of its sides: what is just accepted,
 * and what is just too much. The numbers stand here once more, so that none changes unnoticed.
 */
#include <gio/gio.h>
#include <string.h>

#include "oops-fixture.h"
#include "tm-oops-record.h"

#define BUG "[   10.000001] kernel BUG at mm/one.c:1!"
#define PC "[   10.000002] RIP: 0010:one_free+0x1/0x2"
#define END_MARK "[   10.000003] ---[ end trace 0000000000000000 ]---"
#define PANIC "[   10.000005] Kernel panic - not syncing: Fatal exception"

static void
feed (OopsFixture *self, const char *text)
{
  TmKlogLine line;

  tm_klog_line_parse (text, strlen (text), &line);
  tm_oops_reader_feed (self->reader, &line);
}

static void
feed_times (OopsFixture *self, guint n, const char *text)
{
  for (guint i = 0; i < n; i++)
    feed (self, text);
}

/* The reports so far, the open ones too; they are forgotten with the next call. */
static guint
flush (OopsFixture *self)
{
  tm_oops_reader_flush (self->reader);
  return self->found->len;
}

static const TmOops *
get (OopsFixture *self, guint i)
{
  return g_ptr_array_index (self->found, i);
}

static void
forget (OopsFixture *self)
{
  tm_oops_reader_flush (self->reader);
  g_ptr_array_set_size (self->found, 0);
}

/* Of a line 1024 bytes are kept. */
static void
test_line (OopsFixture *self, gconstpointer data)
{
  for (gsize n_bytes = 1023; n_bytes <= 1025; n_bytes++)
    {
      g_autofree char *line = g_strnfill (n_bytes, 'x');

      feed (self, BUG);
      feed (self, line);
      g_assert_cmpuint (flush (self), ==, 1);
      g_assert_cmpuint (((TmOopsLine *) g_ptr_array_index (get (self, 0)->lines, 1))->n_bytes, ==,
                        MIN (n_bytes, 1024));
      forget (self);
    }
}

/* The 300th line is the last one of a report. */
static void
test_lines (OopsFixture *self, gconstpointer data)
{
  feed (self, BUG);
  feed_times (self, 298, "more");
  g_assert_cmpuint (self->found->len, ==, 0);
  feed (self, "more");
  g_assert_cmpuint (self->found->len, ==, 1);
}

/* A report ends with the line that fills 32 KiB, line feeds included. */
static void
test_bytes (OopsFixture *self, gconstpointer data)
{
  const gsize n_first = strlen ("kernel BUG at mm/one.c:1!") + 1;
  g_autofree char *full = g_strnfill (1023, 'x');
  g_autofree char *last = g_strnfill (1024 - n_first - 2, 'x');

  feed (self, BUG);
  feed_times (self, 31, full);
  feed (self, last);
  g_assert_cmpuint (self->found->len, ==, 0);
  feed (self, "");
  g_assert_cmpuint (self->found->len, ==, 1);
}

/* Four callers may have one open at a time. */
static void
test_reports (OopsFixture *self, gconstpointer data)
{
  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *line =
          g_strdup_printf ("[   10.000001][   T%u] kernel BUG at mm/one.c:1!", i);

      feed (self, line);
    }
  g_assert_cmpuint (flush (self), ==, 4);
}

/* A panic may stand in the 20th line behind the end mark of what led to it. */
static void
test_closing_lines (OopsFixture *self, gconstpointer data)
{
  for (guint n = 19; n <= 20; n++)
    {
      feed (self, BUG);
      feed (self, PC);
      feed (self, END_MARK);
      feed_times (self, n, "[   10.000004] RAX: 0000000000000001");
      feed (self, PANIC);
      g_assert_cmpuint (flush (self), ==, n == 19 ? 1 : 2);
      g_assert_cmpint (get (self, 0)->has_panicked, ==, n == 19);
      forget (self);
    }
}

/* Three seconds without a line are still no end, a microsecond more is one. */
static void
test_gap (OopsFixture *self, gconstpointer data)
{
  feed (self, BUG);
  feed (self, PC);
  feed (self, "[   13.000002] RIP: 0010:two_free+0x1/0x2");
  g_assert_cmpuint (self->found->len, ==, 0);
  feed (self, "[   16.000003] RIP: 0010:three_free+0x1/0x2");
  g_assert_cmpuint (self->found->len, ==, 1);
  g_assert_cmpuint (get (self, 0)->frames->len, ==, 2);
}

/* The line of "=" that ends a sanitizer's block has 60 of them or more. */
static void
test_ruler (OopsFixture *self, gconstpointer data)
{
  for (gsize n_bytes = 59; n_bytes <= 60; n_bytes++)
    {
      g_autofree char *ruler = g_strnfill (n_bytes, '=');

      feed (self, "[   10.000001] BUG: KASAN: use-after-free in gear_turn+0x1/0x2");
      feed (self, " gear_turn+0x1/0x2");
      feed (self, ruler);
      g_assert_cmpuint (flush (self), ==, 1);
      g_assert_cmpint (get (self, 0)->is_complete, ==, n_bytes == 60);
      forget (self);
    }
}

/* Names of functions have at most 256 bytes, those of versions 64. */
static void
test_names (OopsFixture *self, gconstpointer data)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *name = g_strnfill (256 + more, 'f');
      g_autofree char *taken = tm_oops_function_take (name);
      g_autofree char *frame = g_strdup_printf (" %s+0x1/0x2", name);
      g_autofree char *version = g_strnfill (64 + more, '6');
      g_autofree char *line =
          g_strdup_printf ("CPU: 3 PID: 77 Comm: gears Not tainted %s #1", version);

      feed (self, BUG);
      feed (self, frame);
      feed (self, line);
      g_assert_cmpuint (flush (self), ==, 1);
      g_assert_cmpstr (taken, ==, more == 0 ? name : NULL);
      g_assert_cmpuint (get (self, 0)->frames->len, ==, 1 - more);
      g_assert_cmpstr (get (self, 0)->kernel_version, ==, more == 0 ? version : NULL);
      forget (self);
    }
}

/* 500 modules are kept. */
static void
test_modules (OopsFixture *self, gconstpointer data)
{
  for (guint n = 499; n <= 501; n++)
    {
      feed (self, BUG);
      feed (self, "Modules linked in: gear");
      feed_times (self, (n - 1) / 10, "gear gear gear gear gear gear gear gear gear gear");
      feed_times (self, (n - 1) % 10, "gear");
      g_assert_cmpuint (flush (self), ==, 1);
      g_assert_cmpuint (get (self, 0)->modules->len, ==, MIN (n, 500));
      forget (self);
    }
}

/* Feeds a report of n frames; the one at changed, counted from 1, has another name. */
static JsonObject *
make_payload (OopsFixture *self, guint n, guint changed)
{
  g_autoptr (JsonNode) payload = NULL;

  feed (self, BUG);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *frame = g_strdup_printf (" gear%u%s+0x1/0x2", i, i == changed ? "b" : "");

      feed (self, frame);
    }
  g_assert_cmpuint (flush (self), ==, 1);
  payload = tm_oops_to_payload (get (self, 0));
  forget (self);
  return json_object_ref (json_node_get_object (payload));
}

/* 64 frames go into a record. */
static void
test_frames (OopsFixture *self, gconstpointer data)
{
  for (guint n = 63; n <= 65; n++)
    {
      g_autoptr (JsonObject) payload = make_payload (self, n, 0);

      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (payload, "frames")),
                        ==, MIN (n, 64));
    }
}

static const char *
get_hash (JsonObject *payload, const char *name)
{
  return json_object_get_string_member (json_object_get_object_member (payload, "signature"), name);
}

/* Three frames tell groups apart, 16 tell duplicates. */
static void
test_hashes (OopsFixture *self, gconstpointer data)
{
  static const struct
  {
    guint changed;
    gboolean is_same_group;
    gboolean is_same;
  } frames[] = { { 3, FALSE, FALSE }, { 4, TRUE, FALSE }, { 16, TRUE, FALSE }, { 17, TRUE, TRUE } };
  g_autoptr (JsonObject) plain = make_payload (self, 20, 0);

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autoptr (JsonObject) other = make_payload (self, 20, frames[i].changed);

      g_test_message ("frame %u", frames[i].changed);
      g_assert_cmpint (strcmp (get_hash (plain, "hash"), get_hash (other, "hash")) == 0, ==,
                       frames[i].is_same_group);
      g_assert_cmpint (strcmp (get_hash (plain, "exact"), get_hash (other, "exact")) == 0, ==,
                       frames[i].is_same);
    }
}

/* What a console or syslog wrote in front has at most 120 bytes. */
static void
test_head_of_line (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *host = g_strnfill (120 - strlen (" kernel: ") + more, 'h');
      g_autofree char *syslog = g_strconcat (host, " kernel: text", NULL);
      g_autofree char *prompt = g_strnfill (119 + more, 'p');
      g_autofree char *console = g_strconcat (prompt, "[   10.000001] text", NULL);
      TmKlogLine line;

      tm_klog_line_parse (syslog, strlen (syslog), &line);
      g_assert_cmpuint (line.n_bytes, ==, more == 0 ? strlen ("text") : strlen (syslog));
      tm_klog_line_parse (console, strlen (console), &line);
      g_assert_cmpint (line.time_usec, ==, more == 0 ? 10000001 : TM_KLOG_UNKNOWN);
    }
}

/* How many digits a number may have: what has more is no head of a line. */
static void
test_digits (void)
{
  static const struct
  {
    const char *front;
    guint n;
    const char *back;
  } heads[] = {
    { "", 5, ",1,1,-;x" },
    { "6,", 18, ",1,-;x" },
    { "6,1,", 18, ",-;x" },
    { "<", 3, ">x" },
    { "[", 10, ".000001] x" },
    { "[    1.", 6, "] x" },
    { "[    1.000001][T", 10, "] x" },
    { "2026-11-29T12:00:00,", 9, "+01:00 x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    for (guint more = 0; more <= 1; more++)
      {
        g_autofree char *digits = g_strnfill (heads[i].n + more, '1');
        g_autofree char *text = g_strconcat (heads[i].front, digits, heads[i].back, NULL);
        TmKlogLine line;

        g_test_message ("%s", text);
        tm_klog_line_parse (text, strlen (text), &line);
        g_assert_cmpint (line.n_bytes == strlen ("x"), ==, more == 0);
      }
}

/* Of a caller that the buffer itself names ten digits are read. */
static void
test_caller (void)
{
  for (guint n = 9; n <= 11; n++)
    {
      g_autofree char *digits = g_strnfill (n, '1');
      g_autofree char *text = g_strdup_printf ("6,1,1,-,caller=T%s;x", digits);
      TmKlogLine line;

      tm_klog_line_parse (text, strlen (text), &line);
      g_assert_cmpuint (line.caller, ==,
                        n == 9 ? 111111112 * 2 : G_GUINT64_CONSTANT (1111111112) * 2);
    }
}

static gboolean
is_frame (const char *front, gsize n, char c, const char *back)
{
  g_autofree char *middle = g_strnfill (n, c);
  g_autofree char *text = g_strconcat (front, middle, back, "gear_turn+0x1/0x40", NULL);
  TmOopsFrame *frame = NULL;
  TmOopsLineType type = tm_oops_frame_parse (text, strlen (text), &frame);

  g_test_message ("%s", text);
  g_clear_pointer (&frame, tm_oops_frame_free);
  return type == TM_OOPS_LINE_FRAME;
}

/* In front of a function stand up to three marks of up to ten letters, and addresses of 8 to 19
 * digits. */
static void
test_front_of_frame (void)
{
  g_assert_true (is_frame ("<IRQ> <EOI> <", 10, 'A', "> "));
  g_assert_false (is_frame ("<IRQ> <EOI> <", 11, 'A', "> "));
  g_assert_false (is_frame ("<NMI> <IRQ> <EOI> <", 4, 'A', "> "));
  g_assert_false (is_frame ("[", 7, 'f', "] "));
  g_assert_true (is_frame ("[", 8, 'f', "] "));
  g_assert_true (is_frame ("[", 19, 'f', "] "));
  g_assert_false (is_frame ("[", 20, 'f', "] "));
}

/* An offset has at most 16 hexadecimal digits. */
static void
test_offset (void)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *digits = g_strnfill (16 + more, 'f');
      g_autofree char *text = g_strdup_printf ("gear_turn+0x%s/0x40", digits);
      TmOopsFrame *frame = tm_oops_frame_find (text, strlen (text));

      g_assert_cmpint (frame != NULL, ==, more == 0);
      g_clear_pointer (&frame, tm_oops_frame_free);
    }
}

#define ADD(name, func)                                                                            \
  g_test_add ("/probes/oops-limits/" name, OopsFixture, NULL, oops_fixture_set_up, func,           \
              oops_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("line", test_line);
  ADD ("lines", test_lines);
  ADD ("bytes", test_bytes);
  ADD ("reports", test_reports);
  ADD ("closing-lines", test_closing_lines);
  ADD ("gap", test_gap);
  ADD ("ruler", test_ruler);
  ADD ("names", test_names);
  ADD ("modules", test_modules);
  ADD ("frames", test_frames);
  ADD ("hashes", test_hashes);
  g_test_add_func ("/probes/oops-limits/head-of-line", test_head_of_line);
  g_test_add_func ("/probes/oops-limits/digits", test_digits);
  g_test_add_func ("/probes/oops-limits/caller", test_caller);
  g_test_add_func ("/probes/oops-limits/front-of-frame", test_front_of_frame);
  g_test_add_func ("/probes/oops-limits/offset", test_offset);
  return g_test_run ();
}
