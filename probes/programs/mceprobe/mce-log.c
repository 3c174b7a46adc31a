/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-log.h. */
#include "mce-log.h"

#include <string.h>

#include "mce-edac.h"
#include "tm-hardware-log.h"
#include "tm-probe-journal.h"

/* How many entries are read at most before the question whether to go on. */
#define ASK_ENTRIES 64
/* How long a report may still go on behind its last line: the journal gets it in pieces. */
#define HOLD_USEC G_USEC_PER_SEC
/* Lines about hardware that may come until an open report ends; one has about 30. In a storm
 * nothing waits for longer. */
#define MAX_OPEN_LINES 256

struct _MceLog
{
  TmProbeJournal *journal;
  TmHardwareLog *parser;
  TmProbe *probe;        /* (unowned) */
  MceReporter *reporter; /* (unowned) */
  MceTrace *trace;       /* (unowned) (nullable) */
  char *place;           /* behind what was told */
  GQueue held;           /* (element-type TmFault): behind place, since a report is open there */
  guint n_open_lines;    /* behind place, about hardware */
  gint64 read_usec;      /* when the last of them was read */
  gint64 time_usec;      /* of the line, since boot */
  char *boot_id;         /* (nullable): that it is of */
  gboolean is_this_boot; /* which runs */
};

static const char *const events[] = {
  [TM_FAULT_MCE] = "mce_record",
  [TM_FAULT_MEMORY] = "mc_event",
  [TM_FAULT_PCIE] = "aer_event",
  [TM_FAULT_THERMAL] = NULL,
};

/* What the firmware could not correct in memory is an event only where its driver makes one; of the
 * rest the kernel makes machine checks. */
static gboolean
is_only_here (MceLog *self, const TmFault *fault)
{
  return fault->kind == TM_FAULT_MEMORY && fault->severity != TM_FAULT_CORRECTED &&
         fault->is_of_firmware && !mce_edac_hears_firmware (self->probe);
}

/* Whether the trace has it, too. */
static gboolean
is_covered (MceLog *self, const TmFault *fault)
{
  gint64 begin_usec = mce_reporter_get_trace_begin (self->reporter);

  return self->trace != NULL && events[fault->kind] != NULL && self->is_this_boot &&
         begin_usec >= 0 && self->time_usec >= begin_usec &&
         mce_trace_covers (self->trace, events[fault->kind]) && !is_only_here (self, fault);
}

static void
take (TmFault *fault, gpointer user_data)
{
  MceLog *self = user_data;

  if (is_covered (self, fault))
    tm_fault_free (fault);
  else
    g_queue_push_tail (&self->held, fault);
}

/* The open report, and what came meanwhile: the place is saved together with what was told, so
 * nothing behind it is told before. */
static void
tell_held (MceLog *self)
{
  TmFault *fault;

  tm_hardware_log_flush (self->parser);
  while ((fault = g_queue_pop_head (&self->held)) != NULL)
    mce_reporter_take (self->reporter, fault);
  self->n_open_lines = 0;
}

static void
set_place (MceLog *self)
{
  g_free (self->place);
  self->place = tm_probe_journal_get_place (self->journal);
}

void
mce_log_free (MceLog *self)
{
  g_clear_pointer (&self->journal, tm_probe_journal_free);
  g_clear_pointer (&self->parser, tm_hardware_log_free);
  g_queue_clear_full (&self->held, (GDestroyNotify) tm_fault_free);
  g_free (self->place);
  g_free (self->boot_id);
  g_free (self);
}

MceLog *
mce_log_open (TmProbe *probe, MceReporter *reporter, MceTrace *trace, GError **error)
{
  g_autoptr (MceLog) self = g_new0 (MceLog, 1);
  g_autofree char *place = mce_reporter_get_place (reporter);

  if (place == NULL)
    place = tm_probe_journal_make_place (tm_probe_get_since (probe));
  self->probe = probe;
  self->reporter = reporter;
  self->trace = trace;
  self->parser = tm_hardware_log_new (take, self);
  self->journal = tm_probe_journal_open (tm_probe_get_root (probe), error);
  if (self->journal == NULL ||
      !tm_probe_journal_add_match (self->journal, "_TRANSPORT=kernel", error) ||
      !tm_probe_journal_seek (self->journal, place, error))
    return NULL;

  /* The journal itself knows the way back only behind an entry that it has read. */
  if (place != NULL)
    self->place = g_steal_pointer (&place);
  else
    set_place (self);
  return g_steal_pointer (&self);
}

int
mce_log_get_fd (MceLog *self)
{
  return tm_probe_journal_get_fd (self->journal);
}

short
mce_log_get_events (MceLog *self)
{
  return tm_probe_journal_get_events (self->journal);
}

void
mce_log_after_wait (MceLog *self)
{
  tm_probe_journal_after_wait (self->journal);
}

static gint64
get_number (MceLog *self, const char *field)
{
  g_autofree char *text = tm_probe_journal_get_text (self->journal, field);

  return text != NULL && text[0] != '\0' ? g_ascii_strtoll (text, NULL, 10) : -1;
}

/* A fault does not go on in the next boot. */
static void
check_boot (MceLog *self)
{
  g_autofree char *boot_id = tm_probe_journal_get_text (self->journal, "_BOOT_ID");

  if (g_strcmp0 (boot_id, self->boot_id) != 0)
    tell_held (self);
  self->is_this_boot = g_strcmp0 (boot_id, mce_reporter_get_this_boot (self->reporter)) == 0;
  if (boot_id != NULL)
    mce_reporter_set_boot (self->reporter, boot_id);
  g_free (self->boot_id);
  self->boot_id = g_steal_pointer (&boot_id);
}

static void
feed_entry (MceLog *self)
{
  gint64 before_usec;
  const char *text;
  gsize n_bytes;

  /* The kernel's own lines carry facility 0; one without is not known to be the kernel's. */
  if (get_number (self, "SYSLOG_FACILITY") != 0)
    return;

  check_boot (self);
  before_usec = self->time_usec;
  self->time_usec = get_number (self, "_SOURCE_MONOTONIC_TIMESTAMP");
  /* Asked for last: what the journal returned before is gone then. */
  if (!tm_probe_journal_get_data (self->journal, "MESSAGE", &text, &n_bytes) ||
      !tm_hardware_log_feed (self->parser, text, n_bytes, self->time_usec, 0))
    {
      self->time_usec = before_usec;
      return;
    }

  self->n_open_lines++;
  self->read_usec = g_get_monotonic_time ();
}

static void
read_entry (MceLog *self)
{
  feed_entry (self);
  if (tm_hardware_log_is_open (self->parser) && self->n_open_lines < MAX_OPEN_LINES)
    return;

  tell_held (self);
  set_place (self);
}

gboolean
mce_log_is_holding (MceLog *self)
{
  return tm_hardware_log_is_open (self->parser);
}

gint64
mce_log_get_hold (MceLog *self)
{
  return MAX (self->read_usec + HOLD_USEC - g_get_monotonic_time (), 0);
}

void
mce_log_finish (MceLog *self)
{
  tell_held (self);
  set_place (self);
  mce_reporter_set_place (self->reporter, self->place);
}

gboolean
mce_log_read (MceLog *self,
              gboolean (*go_on) (gpointer user_data),
              gpointer user_data,
              GError **error)
{
  g_autoptr (GError) local_error = NULL;

  for (guint i = 1; tm_probe_journal_next (self->journal, &local_error); i++)
    {
      read_entry (self);
      if (i % ASK_ENTRIES == 0 && !go_on (user_data))
        return FALSE;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  /* Of another boot, nothing more will come. */
  if (!mce_log_is_holding (self) || !self->is_this_boot || tm_probe_is_once (self->probe) ||
      mce_log_get_hold (self) == 0)
    mce_log_finish (self);
  mce_reporter_set_place (self->reporter, self->place);
  mce_reporter_set_boot (self->reporter, mce_reporter_get_this_boot (self->reporter));
  return TRUE;
}
