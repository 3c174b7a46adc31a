/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-reporter.h. */
#include "crash-reporter.h"

#include <glib/gi18n.h>
#include <string.h>

#include "crash-payload.h"
#include "tm-probe-drops.h"

#define GROUP_SOURCE "source"
#define KEY_PLACE "journal"

#define DAY_USEC (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

struct _CrashReporter
{
  TmProbe *probe;      /* (unowned) */
  TmCrashRules *rules; /* (unowned) */
  GKeyFile *state;
  CrashQuota *quota;
  char *saved; /* (nullable): what the state was when it was loaded */
};

static const struct
{
  const char *classification;
  guint32 severity;
} kinds[CRASH_N_KINDS] = {
  [CRASH_KIND_PROCESS] = { "org.telemetrics/crash/process", 3 },
  [CRASH_KIND_THIRD_PARTY] = { "org.telemetrics/crash/third-party", 2 },
  [CRASH_KIND_UNDECODABLE] = { "org.telemetrics/crash/undecodable", 3 },
};

CrashReporter *
crash_reporter_new (TmProbe *probe, TmCrashRules *rules)
{
  CrashReporter *self = g_new0 (CrashReporter, 1);

  self->probe = probe;
  self->rules = rules;
  self->state = g_key_file_new ();
  self->quota = crash_quota_new ();
  return self;
}

void
crash_reporter_free (CrashReporter *self)
{
  g_key_file_unref (self->state);
  crash_quota_free (self->quota);
  g_free (self->saved);
  g_free (self);
}

static gboolean
is_limited (CrashReporter *self)
{
  return tm_probe_get_input (self->probe) == NULL && !tm_probe_is_dry_run (self->probe);
}

/* From here to save() no other process touches the state. */
static gboolean
load (CrashReporter *self, GError **error)
{
  if (is_limited (self) && !tm_probe_lock_state (self->probe, error))
    return FALSE;

  g_free (self->saved);
  self->saved = tm_probe_load_state (self->probe);
  g_key_file_unref (self->state);
  self->state = g_key_file_new ();
  if (self->saved != NULL)
    g_key_file_load_from_data (self->state, self->saved, strlen (self->saved), G_KEY_FILE_NONE,
                               NULL);
  crash_quota_load (self->quota, self->state);
  return TRUE;
}

static gboolean
save (CrashReporter *self, GError **error)
{
  g_autofree char *text = NULL;
  gboolean done = TRUE;

  crash_quota_save (self->quota, self->state);
  text = g_key_file_to_data (self->state, NULL, NULL);
  if (g_strcmp0 (text, self->saved) != 0)
    done = tm_probe_save_state (self->probe, text, error);
  if (is_limited (self))
    tm_probe_unlock_state (self->probe);
  return done;
}

char *
crash_reporter_get_place (CrashReporter *self)
{
  g_autofree char *text = tm_probe_load_state (self->probe);
  g_autoptr (GKeyFile) state = g_key_file_new ();

  if (text == NULL ||
      !g_key_file_load_from_data (state, text, strlen (text), G_KEY_FILE_NONE, NULL))
    return NULL;

  return g_key_file_get_string (state, GROUP_SOURCE, KEY_PLACE, NULL);
}

static void
note_place (CrashReporter *self, const char *place)
{
  if (place != NULL)
    g_key_file_set_string (self->state, GROUP_SOURCE, KEY_PLACE, place);
}

gboolean
crash_reporter_set_place (CrashReporter *self, const char *place, GError **error)
{
  if (!load (self, error))
    return FALSE;

  note_place (self, place);
  return save (self, error);
}

static gboolean
hand_over (CrashReporter *self,
           CrashKind kind,
           JsonNode *payload,
           const char *key,
           gint64 time_usec,
           GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const TmProbeRecord record = {
    .classification = kinds[kind].classification,
    .severity = kinds[kind].severity,
    .payload = payload,
    .created_at_usec = time_usec,
    .dedup_key = key,
  };

  if (tm_probe_hand_over (self->probe, &record, &local_error))
    return TRUE;
  if (tm_probe_is_final (local_error))
    {
      g_printerr (_ ("crashprobe: %s\n"), local_error->message);
      tm_probe_drop (self->probe, "refused", 1);
      return TRUE;
    }

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The same crash, read again because this process was ended in between, is no second record. */
static char *
get_dedup_key (const CrashCause *cause, gint64 now_usec)
{
  g_autofree char *key = crash_cause_get_key (cause);

  return g_strdup_printf ("crash-%s-%" G_GINT64_FORMAT, key, now_usec / DAY_USEC);
}

static gboolean
tell_counts (CrashReporter *self, gboolean all, GError **error)
{
  const CrashTally *tally;

  while ((tally = crash_quota_find_due (self->quota, g_get_real_time (), all)) != NULL)
    {
      g_autoptr (JsonNode) payload = crash_payload_new_count (&tally->cause, tally->n_untold);
      g_autofree char *key = g_strdup_printf ("crash-%s-%" G_GINT64_FORMAT "-%u", tally->key,
                                              tally->day, tally->n_told);

      if (!hand_over (self, tally->cause.kind, payload, key, tally->last_usec, error))
        return FALSE;
      crash_quota_note_told (self->quota, tally);
    }

  return TRUE;
}

/* All of a case that nobody limits: of one program each is a crash of its own. */
static gboolean
report (CrashReporter *self, const CrashFinding *finding, const CrashCase *crash, GError **error)
{
  g_autoptr (JsonNode) payload =
      crash_finding_to_payload (finding, crash, tm_probe_get_root (self->probe));
  g_autofree char *key = get_dedup_key (&finding->cause, g_get_real_time ());
  gboolean is_same = is_limited (self) || finding->cause.kind == CRASH_KIND_PROCESS;

  return hand_over (self, finding->cause.kind, payload, is_same ? key : NULL, crash->time_usec,
                    error);
}

static gboolean
take_within_limits (CrashReporter *self,
                    const CrashFinding *finding,
                    const CrashCase *crash,
                    GError **error)
{
  gint64 now_usec = g_get_real_time ();
  CrashVerdict verdict;

  /* The day before first: another day begins without its counts. */
  if (!tell_counts (self, FALSE, error))
    return FALSE;

  verdict = crash_quota_judge (self->quota, &finding->cause, now_usec);
  if (verdict == CRASH_VERDICT_OVER_LIMIT)
    tm_probe_drop (self->probe, "quota", 1);
  if (verdict != CRASH_VERDICT_REPORT)
    return TRUE;
  if (!report (self, finding, crash, error))
    return FALSE;

  crash_quota_note_report (self->quota, &finding->cause, now_usec);
  return TRUE;
}

gboolean
crash_reporter_take (CrashReporter *self, const CrashCase *crash, const char *place, GError **error)
{
  g_auto (CrashFinding) finding = { 0 };
  gboolean done;

  crash_finding_init (&finding, crash, self->rules, tm_probe_get_root (self->probe));
  if (!is_limited (self))
    return report (self, &finding, crash, error);
  if (!load (self, error))
    return FALSE;

  done = take_within_limits (self, &finding, crash, error);
  if (done)
    note_place (self, place);
  else if (place == NULL)
    crash_quota_note_loss (self->quota, g_get_real_time ());
  return save (self, done ? error : NULL) && done;
}

gboolean
crash_reporter_tell_counts (CrashReporter *self, gboolean all, GError **error)
{
  gboolean done;

  if (!is_limited (self))
    return TRUE;
  if (!load (self, error))
    return FALSE;

  done = tell_counts (self, all, error);
  return save (self, done ? error : NULL) && done;
}
