/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-oops-reader.h. */
#include "tm-oops-reader.h"

#include <string.h>

/* Behind the end mark the panic, if there is one, comes within this many lines: x86 prints the
 * registers once more, in 13 lines and up to three for those of the debugger. */
#define CLOSING_LINES 20
/* What WARN() is given to say stands between the cut and the first line of the report. */
#define MESSAGE_MAX_LINES 8
/* What a line says behind these is no matter of a report. */
#define LINE_MAX_BYTES 1024
/* A sanitizer's block ends with a line of at least as many "=". */
#define RULER_BYTES 60

typedef enum
{
  STATE_OPEN,    /* lines belong to the report */
  STATE_CLOSING, /* its end mark was seen; only a panic may follow */
  STATE_DONE,    /* to be handed over, after those that began before */
} State;

/* Reports of two CPUs come interleaved, each under its own caller; more at once is noise. */
#define MAX_REPORTS 4

typedef struct
{
  State state;
  const TmOopsFormat *format;
  GPtrArray *message; /* (element-type utf8) (nullable) */
  GPtrArray *lines;   /* (element-type TmOopsLine) */
  gsize n_bytes;
  guint n_frames;
  guint n_closing;
  guint64 caller; /* 0: the log does not say */
  gint64 last_usec;
  gboolean has_panicked;
  gboolean has_ended; /* nothing of it can follow */
} Report;

struct _TmOopsReader
{
  TmOopsRules *rules; /* (unowned) */
  TmOopsFunc func;
  gpointer user_data;
  GPtrArray
      *reports; /* (element-type Report): open ones, and done ones that wait for an older one */
  GPtrArray *message; /* (element-type utf8) (nullable): said since the mark of a cut */
  guint64 message_caller;
};

static void
report_free (gpointer data)
{
  Report *self = data;

  g_clear_pointer (&self->message, g_ptr_array_unref);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
  g_free (self);
}

TmOopsReader *
tm_oops_reader_new (TmOopsRules *rules, TmOopsFunc func, gpointer user_data)
{
  TmOopsReader *self = g_new0 (TmOopsReader, 1);

  self->rules = rules;
  self->func = func;
  self->user_data = user_data;
  self->reports = g_ptr_array_new_with_free_func (report_free);
  return self;
}

void
tm_oops_reader_free (TmOopsReader *self)
{
  g_ptr_array_unref (self->reports);
  g_clear_pointer (&self->message, g_ptr_array_unref);
  g_free (self);
}

static void
hand_over (TmOopsReader *self, Report *report)
{
  TmOops *oops = tm_oops_new (self->rules, report->format, g_steal_pointer (&report->lines));

  if (oops == NULL)
    return;

  oops->message = g_steal_pointer (&report->message);
  oops->has_panicked = report->has_panicked || strcmp (report->format->kind, "panic") == 0;
  oops->is_complete = report->n_closing > 0 || report->has_ended;
  self->func (oops, self->user_data);
}

/* In the order in which they began: the first is the cause, the others may be its consequences. */
static void
hand_over_done (TmOopsReader *self)
{
  while (self->reports->len > 0)
    {
      Report *first = g_ptr_array_index (self->reports, 0);

      if (first->state != STATE_DONE)
        return;
      hand_over (self, first);
      g_ptr_array_remove_index (self->reports, 0);
    }
}

void
tm_oops_reader_flush (TmOopsReader *self)
{
  for (guint i = 0; i < self->reports->len; i++)
    ((Report *) g_ptr_array_index (self->reports, i))->state = STATE_DONE;

  hand_over_done (self);
}

static void
report_add_line (Report *self, const TmKlogLine *line)
{
  /* It says its name in front of each frame. */
  static const char speaker[] = "kmemleak: ";
  gsize n_bytes = MIN (line->n_bytes, LINE_MAX_BYTES);
  const char *text = line->text;

  if (n_bytes > strlen (speaker) && memcmp (text, speaker, strlen (speaker)) == 0)
    {
      text += strlen (speaker);
      n_bytes -= strlen (speaker);
    }

  g_ptr_array_add (self->lines, tm_oops_line_new (text, n_bytes, line->time_usec));
  self->n_bytes += n_bytes + 1;
  if (memmem (text, n_bytes, "+0x", 3) != NULL)
    self->n_frames++;
  if (line->time_usec != TM_KLOG_UNKNOWN)
    self->last_usec = line->time_usec;
}

static void
begin (TmOopsReader *self, const TmOopsFormat *format, const TmKlogLine *line)
{
  Report *report = g_new0 (Report, 1);

  report->format = format;
  report->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_oops_line_free);
  report->caller = line->caller;
  report->last_usec = line->time_usec;
  if (self->message_caller == line->caller)
    report->message = g_steal_pointer (&self->message);
  report_add_line (report, line);
  g_ptr_array_add (self->reports, report);
}

static gboolean
has_prefix (const TmKlogLine *line, const char *prefix)
{
  gsize n_bytes = line->n_bytes;
  const char *text = tm_oops_skip_speaker (line->text, &n_bytes);
  gsize n = strlen (prefix);

  return n_bytes >= n && memcmp (text, prefix, n) == 0;
}

/* In front of every line that is no first line, so the quick way out comes first. */
static void
note_message (TmOopsReader *self, const TmKlogLine *line)
{
  static const char mark[] = "------------[ cut here ]";

  if (line->n_bytes >= strlen (mark) && memcmp (line->text, mark, strlen (mark)) == 0)
    {
      g_clear_pointer (&self->message, g_ptr_array_unref);
      self->message = g_ptr_array_new_with_free_func (g_free);
      self->message_caller = line->caller;
      return;
    }

  if (self->message == NULL || line->caller != self->message_caller)
    return;
  if (self->message->len == MESSAGE_MAX_LINES)
    g_clear_pointer (&self->message, g_ptr_array_unref);
  else
    g_ptr_array_add (self->message, g_strndup (line->text, MIN (line->n_bytes, LINE_MAX_BYTES)));
}

static gboolean
is_ruler (const TmKlogLine *line)
{
  gsize n = 0;

  while (n < line->n_bytes && line->text[n] == '=')
    n++;

  return n >= RULER_BYTES && n == line->n_bytes;
}

static gboolean
is_end_mark (Report *self, const TmKlogLine *line)
{
  if (has_prefix (line, "---[ end trace"))
    return TRUE;

  return is_ruler (line) && self->n_frames > 0 && strcmp (self->format->kind, "sanitizer") == 0;
}

static gboolean
is_last_word (const TmKlogLine *line)
{
  return has_prefix (line, "---[ end Kernel panic") || has_prefix (line, "Rebooting in ");
}

/* A clock that steps back is two consoles in one file, no end. */
static gboolean
is_too_late (Report *self, const TmKlogLine *line)
{
  return line->time_usec != TM_KLOG_UNKNOWN && self->last_usec != TM_KLOG_UNKNOWN &&
         line->time_usec > self->last_usec + TM_OOPS_MAX_GAP_USEC;
}

/* Stalls show what every CPU does, and each CPU speaks for itself. */
static gboolean
report_takes (Report *self, const TmKlogLine *line)
{
  return self->state != STATE_DONE &&
         (self->caller == 0 || line->caller == 0 || line->caller == self->caller ||
          (self->format->options & TM_OOPS_OPTION_STALL) != 0);
}

static Report *
find_report (TmOopsReader *self, const TmKlogLine *line)
{
  for (guint i = self->reports->len; i > 0; i--)
    {
      Report *report = g_ptr_array_index (self->reports, i - 1);

      if (report_takes (report, line))
        return report;
    }

  return NULL;
}

static void
report_feed (Report *self, const TmKlogLine *line)
{
  if (has_prefix (line, "Kernel panic - not syncing"))
    self->has_panicked = TRUE;

  if (self->state == STATE_CLOSING)
    {
      if (++self->n_closing > CLOSING_LINES || self->has_panicked)
        self->state = STATE_DONE;
      return;
    }

  report_add_line (self, line);
  if (is_end_mark (self, line))
    {
      self->state = STATE_CLOSING;
      self->n_closing = 1;
    }
  if (is_last_word (line))
    self->has_ended = TRUE;
  if (self->has_ended || self->lines->len >= TM_OOPS_MAX_LINES ||
      self->n_bytes >= TM_OOPS_MAX_BYTES)
    self->state = STATE_DONE;
}

/* Its first line alone is no report, and no stack has come yet. */
static gboolean
is_doubtful (Report *self)
{
  return (self->format->options & TM_OOPS_OPTION_STACK) != 0 && self->n_frames == 0;
}

/* Whether a line that could begin a report begins one although its caller has one open. */
static gboolean
report_gives_way (Report *self, const TmOopsFormat *format)
{
  if (is_doubtful (self) && (format->options & TM_OOPS_OPTION_IGNORE) == 0 &&
      strcmp (self->format->kind, format->kind) != 0)
    return TRUE;
  if ((format->options & (TM_OOPS_OPTION_INNER | TM_OOPS_OPTION_IGNORE)) != 0)
    return FALSE;

  /* The watcher of hung tasks speaks for itself; a stall whose stacks were not shown does not. */
  if ((self->format->options & TM_OOPS_OPTION_STALL) != 0 &&
      (format->options & TM_OOPS_OPTION_HUNG) != 0)
    return TRUE;

  return self->state == STATE_CLOSING || self->n_frames > 1 || is_doubtful (self) ||
         (self->format->options & TM_OOPS_OPTION_NOFN) != 0;
}

static void
end_late_reports (TmOopsReader *self, const TmKlogLine *line)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = g_ptr_array_index (self->reports, i);

      if (is_too_late (report, line))
        report->state = STATE_DONE;
    }
}

void
tm_oops_reader_feed (TmOopsReader *self, const TmKlogLine *line)
{
  const TmOopsFormat *format;
  Report *report;

  if (line->facility > 0)
    return;

  format = tm_oops_rules_match (self->rules, line->text, MIN (line->n_bytes, LINE_MAX_BYTES));
  if (format == NULL)
    note_message (self, line);
  if (format == NULL && self->reports->len == 0)
    return;

  end_late_reports (self, line);
  report = find_report (self, line);
  if (report != NULL && format != NULL && report_gives_way (report, format))
    {
      report->state = STATE_DONE;
      report = NULL;
    }

  if (report != NULL)
    report_feed (report, line);
  else if (format != NULL && (format->options & TM_OOPS_OPTION_IGNORE) == 0 &&
           self->reports->len < MAX_REPORTS)
    begin (self, format, line);
  if (format != NULL)
    g_clear_pointer (&self->message, g_ptr_array_unref);

  hand_over_done (self);
}
