/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-reporter.h. */
#include "mce-reporter.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mce-edac.h"
#include "mce-platform.h"
#include "tm-edac-counts.h"
#include "tm-fault-tally.h"
#include "tm-probe-boot.h"
#include "tm-probe-drops.h"

/* What is told of one fault by different parts of the kernel comes within this time. */
#define SAME_EVENT_USEC (G_USEC_PER_SEC / 10)

#define GROUP_LOG "log"
#define GROUP_TRACE "trace"
#define GROUP_LOOK "look"

struct _MceReporter
{
  TmProbe *probe; /* (unowned) */
  JsonObject *platform;
  TmFaultTally *tally;
  TmEdacCounts *counts; /* of memory controllers, as noted last */
  GKeyFile *state;
  char *saved;       /* (nullable): the state as it was saved last */
  char *this_boot;   /* that runs */
  char *event_id;    /* of the fault that came last by the trace */
  gint64 event_usec; /* when that was */
  gboolean has_looked;
  gboolean has_failed;
};

void
mce_reporter_free (MceReporter *self)
{
  json_object_unref (self->platform);
  tm_fault_tally_free (self->tally);
  tm_edac_counts_free (self->counts);
  g_key_file_unref (self->state);
  g_free (self->saved);
  g_free (self->this_boot);
  g_free (self->event_id);
  g_free (self);
}

/* Noted in this boot? */
static gboolean
is_of_this_boot (MceReporter *self, const char *group)
{
  g_autofree char *boot_id = g_key_file_get_string (self->state, group, "boot", NULL);

  return g_strcmp0 (boot_id, self->this_boot) == 0;
}

MceReporter *
mce_reporter_new (TmProbe *probe)
{
  MceReporter *self = g_new0 (MceReporter, 1);
  g_autofree char *text = tm_probe_load_state (probe);

  self->probe = probe;
  self->platform = mce_platform_read (probe);
  self->tally = tm_fault_tally_new ();
  self->counts = tm_edac_counts_new ();
  self->state = g_key_file_new ();
  self->this_boot = tm_probe_boot_read_id (probe);
  if (text != NULL &&
      g_key_file_load_from_data (self->state, text, strlen (text), G_KEY_FILE_NONE, NULL))
    {
      self->has_looked = g_key_file_has_group (self->state, GROUP_LOOK);
      tm_fault_tally_load (self->tally, self->state);
      /* Of another boot: its counters are gone, these began at zero. */
      if (is_of_this_boot (self, GROUP_LOOK))
        tm_edac_counts_load (self->counts, self->state);
    }

  tm_probe_boot_note (self->state, probe);
  return self;
}

char *
mce_reporter_get_place (MceReporter *self)
{
  return g_key_file_get_string (self->state, GROUP_LOG, "place", NULL);
}

void
mce_reporter_set_place (MceReporter *self, const char *place)
{
  g_key_file_set_string (self->state, GROUP_LOG, "place", place);
}

gint64
mce_reporter_get_trace_begin (MceReporter *self)
{
  if (!is_of_this_boot (self, GROUP_TRACE))
    return -1;

  return g_key_file_get_int64 (self->state, GROUP_TRACE, "begin", NULL);
}

void
mce_reporter_set_trace_begin (MceReporter *self, gint64 begin_usec)
{
  g_key_file_set_string (self->state, GROUP_TRACE, "boot", self->this_boot);
  g_key_file_set_int64 (self->state, GROUP_TRACE, "begin", begin_usec);
}

const char *
mce_reporter_get_this_boot (MceReporter *self)
{
  return self->this_boot;
}

static gboolean
is_limited (MceReporter *self)
{
  return tm_probe_get_input (self->probe) == NULL && !tm_probe_is_dry_run (self->probe);
}

/* One fault of memory is a machine check and, a moment later, what the driver of the controller
 * makes of it: two records of one event. */
static const char *
get_event (MceReporter *self, const TmFault *fault)
{
  gint64 gap_usec = fault->time_usec - self->event_usec;
  g_autofree char *uuid = NULL;
  g_auto (GStrv) parts = NULL;

  if (fault->source != TM_FAULT_FROM_TRACE || fault->time_usec == 0)
    return NULL;
  if (self->event_id != NULL && ABS (gap_usec) < SAME_EVENT_USEC)
    return self->event_id;

  uuid = g_uuid_string_random ();
  parts = g_strsplit (uuid, "-", -1);
  g_free (self->event_id);
  self->event_id = g_strjoinv ("", parts);
  self->event_usec = fault->time_usec;
  return self->event_id;
}

/* told_usec: when it was told before, as a part of the key. FALSE: try again. What is wrong in the
 * record itself stays wrong. */
static gboolean
hand_over (MceReporter *self, const TmFault *fault, gint64 told_usec)
{
  const char *boot_id = tm_fault_tally_get_boot (self->tally);
  g_autofree char *exact = tm_fault_get_exact (fault);
  g_autofree char *key = g_strdup_printf ("%s-%s-%" G_GINT64_FORMAT, boot_id, exact, told_usec);
  g_autoptr (JsonNode) payload = tm_fault_to_payload (fault, self->platform);
  g_autoptr (GError) error = NULL;
  TmProbeRecord record = {
    .classification = tm_fault_get_classification (fault->kind),
    .severity = tm_fault_get_severity (fault),
    .payload = payload,
    /* The clock of a trace may be ahead of ours by a moment. */
    .created_at_usec = MIN (fault->time_usec, g_get_real_time ()),
    .dedup_key = is_limited (self) ? key : NULL,
    .event_id = get_event (self, fault),
    .system = boot_id[0] != '\0' ? tm_probe_boot_get_system (self->state, boot_id, NULL) : NULL,
  };

  if (tm_probe_hand_over (self->probe, &record, &error))
    return TRUE;

  g_printerr (_ ("mceprobe: the report was not taken: %s\n"), error->message);
  if (!tm_probe_is_final (error))
    return FALSE;
  if (is_limited (self))
    tm_probe_drop (self->probe, "refused", 1);
  return TRUE;
}

static void
tell_counts (MceReporter *self, gboolean all)
{
  gint64 now_usec = g_get_real_time ();
  const TmFaultCount *count;

  while (!self->has_failed &&
         (count = tm_fault_tally_find_due (self->tally, now_usec, all)) != NULL)
    if (hand_over (self, count->fault, count->told_usec))
      tm_fault_tally_note_told (self->tally, count, now_usec);
    else
      self->has_failed = TRUE;
}

/* What is still to be counted of the boot before is told first. */
void
mce_reporter_set_boot (MceReporter *self, const char *boot_id)
{
  if (strcmp (tm_fault_tally_get_boot (self->tally), boot_id) == 0)
    return;

  tell_counts (self, TRUE);
  tm_fault_tally_set_boot (self->tally, boot_id);
}

static void
report (MceReporter *self, TmFault *fault)
{
  gint64 now_usec = g_get_real_time ();

  if (!tm_fault_tally_judge (self->tally, fault, now_usec))
    {
      guint64 n_dropped = tm_fault_tally_take_dropped (self->tally);

      if (n_dropped > 0)
        tm_probe_drop (self->probe, "quota", n_dropped);
      return;
    }

  if (!self->has_failed && hand_over (self, fault, 0))
    {
      tm_fault_tally_note (self->tally, fault, now_usec);
      return;
    }

  self->has_failed = TRUE;
  tm_fault_tally_note_untold (self->tally, fault);
}

/* What the driver of a memory controller told, by the trace or in the log, it has counted, too. */
static gboolean
is_counted (MceReporter *self, const TmFault *fault)
{
  return fault->kind == TM_FAULT_MEMORY && fault->source != TM_FAULT_FROM_COUNTER &&
         strcmp (tm_fault_tally_get_boot (self->tally), self->this_boot) == 0;
}

void
mce_reporter_take (MceReporter *self, TmFault *fault)
{
  g_autoptr (TmFault) owned = fault;

  mce_platform_complete (self->probe, owned);
  if (is_counted (self, owned))
    tm_edac_counts_note (self->counts, owned);
  if (is_limited (self))
    report (self, owned);
  else if (!hand_over (self, owned, 0))
    self->has_failed = TRUE;
}

void
mce_reporter_take_lost (MceReporter *self, guint64 n_lost)
{
  TmFault *fault;

  if (n_lost == 0)
    return;

  fault = tm_fault_new (TM_FAULT_MCE, TM_FAULT_INFORMATIONAL,
                        g_strdup ("events that the kernel could not keep until they were read"));
  fault->count = n_lost;
  tm_probe_drop (self->probe, "overrun", n_lost);
  mce_reporter_take (self, fault);
}

static void
take_count (TmFault *fault, gpointer user_data)
{
  mce_reporter_take (user_data, fault);
}

static void
pass_over (TmFault *fault, gpointer user_data)
{
  tm_fault_free (fault);
}

/* At the first look under an agreement all that is there was before it. */
void
mce_reporter_look (MceReporter *self)
{
  gint64 looked_usec = is_of_this_boot (self, GROUP_LOOK)
                           ? g_key_file_get_int64 (self->state, GROUP_LOOK, "time", NULL)
                           : 0;
  g_autoptr (TmEdacCounts) now = mce_edac_read (self->probe, self->counts, looked_usec);

  tm_edac_counts_update (self->counts, now, self->has_looked ? take_count : pass_over, self);
  self->has_looked = TRUE;
  g_key_file_set_string (self->state, GROUP_LOOK, "boot", self->this_boot);
  g_key_file_set_int64 (self->state, GROUP_LOOK, "time", mce_edac_get_clock ());
}

static void
save (MceReporter *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  tm_fault_tally_save (self->tally, self->state);
  tm_edac_counts_save (self->counts, self->state);
  text = g_key_file_to_data (self->state, NULL, NULL);
  if (g_strcmp0 (text, self->saved) == 0)
    return;

  if (!tm_probe_save_state (self->probe, text, &error))
    g_printerr (_ ("mceprobe: %s\n"), error->message);
  g_free (self->saved);
  self->saved = g_steal_pointer (&text);
}

gboolean
mce_reporter_pause (MceReporter *self)
{
  tell_counts (self, FALSE);
  save (self);
  return !self->has_failed;
}

gint64
mce_reporter_get_patience (MceReporter *self)
{
  gint64 next_usec = tm_fault_tally_get_next (self->tally);

  return next_usec == G_MAXINT64 ? G_MAXINT64 : MAX (next_usec - g_get_real_time (), 0);
}
