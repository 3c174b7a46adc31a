/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports what became of updates of the system: one record for each transaction of apt, dnf,
 * swupd and PackageKit, as counts, builds, the time it took and the class of its error.
 *
 * It stays and is told of changes by the kernel and the bus, so that it costs nothing in between;
 * with --once it reads what is there, with --input one file.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "tm-probe-drops.h"
#include "update-build.h"
#include "update-state.h"
#include "update-watch.h"

#define RULES "/org/telemetrics/updateprobe/updates.rules"
/* With its NUL. */
static const char database_head[] = "SQLite format 3";

typedef struct
{
  TmProbe *probe;
  TmUpdateRules *rules;
  UpdateState state;
  guint history;       /* index of the one that is being read */
  gboolean has_failed; /* a record was not taken; the place stays in front of it */
} Updateprobe;

static gboolean
hand_over (Updateprobe *self, TmUpdate *update, const char *dedup_key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) payload = tm_update_to_payload (update);
  gint64 usec = update_get_usec (update);
  const TmProbeRecord record = {
    .classification = tm_update_get_classification (update),
    .severity = tm_update_get_severity (update),
    .payload = payload,
    /* A wall clock that was set back: then it counts as now. */
    .created_at_usec = usec <= g_get_real_time () ? usec : 0,
    .dedup_key = dedup_key,
  };

  if (tm_probe_hand_over (self->probe, &record, &error))
    return TRUE;

  g_printerr (_ ("updateprobe: the record was not taken: %s\n"), error->message);
  /* What is wrong in the record itself stays wrong: nothing waits behind it. */
  if (tm_probe_is_final (error) && tm_probe_get_input (self->probe) == NULL)
    {
      tm_probe_drop (self->probe, "refused", 1);
      return TRUE;
    }

  self->has_failed = TRUE;
  return FALSE;
}

static gboolean
save (Updateprobe *self)
{
  g_autoptr (GError) error = NULL;

  if (update_state_save (&self->state, self->probe, &error))
    return TRUE;

  g_printerr (_ ("updateprobe: %s\n"), error->message);
  self->has_failed = TRUE;
  return FALSE;
}

static gboolean
take_new (TmUpdate *update, gpointer user_data)
{
  Updateprobe *self = user_data;
  g_autoptr (TmUpdate) owned = update;
  g_autofree char *id = tm_update_get_id (owned);
  g_autofree char *key = g_strdup_printf ("%s-%s", owned->source, id);
  gint64 usec = update_get_usec (owned);

  if (usec != 0 && usec < self->state.began_usec)
    return TRUE;
  if (!tm_probe_may_continue (self->probe) || !hand_over (self, owned, key))
    return FALSE;

  update_place_set (&self->state.places[self->history], owned);
  return save (self);
}

/* As the histories say it: in whole seconds. */
static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC * G_USEC_PER_SEC;
}

/* The first run under an agreement notes where it begins, and reports nothing. */
static gboolean
note_beginning (Updateprobe *self)
{
  const char *root = tm_probe_get_root (self->probe);

  self->state.began_usec = get_now ();
  self->state.build = update_build_read (root);
  for (guint i = 0; i < UPDATE_N_HISTORIES; i++)
    update_history_find_end (&update_histories[i], root, self->rules, &self->state.places[i]);
  return save (self);
}

static gboolean
read_histories (gpointer user_data)
{
  Updateprobe *self = user_data;
  const char *root = tm_probe_get_root (self->probe);

  if (self->state.began_usec == 0)
    return note_beginning (self);

  /* The clock was ahead when it began: it would tell nothing until then. */
  self->state.began_usec = MIN (self->state.began_usec, get_now ());
  for (self->history = 0; self->history < UPDATE_N_HISTORIES; self->history++)
    if (!update_history_read (&update_histories[self->history], root, self->rules,
                              &self->state.places[self->history], take_new, self))
      return FALSE;

  return TRUE;
}

/* What swupd's hook says after it has put another build in place: that it is done. */
static gboolean
report_build (Updateprobe *self)
{
  g_autofree char *build = update_build_read (tm_probe_get_root (self->probe));
  g_autoptr (TmUpdate) update = NULL;

  if (self->state.began_usec == 0)
    return note_beginning (self);
  if (build == NULL || g_strcmp0 (build, self->state.build) == 0)
    return TRUE;

  update = tm_update_new ("swupd");
  update->from = g_steal_pointer (&self->state.build);
  update->to = g_strdup (build);
  self->state.build = g_steal_pointer (&build);
  return hand_over (self, update, NULL) && save (self);
}

static void
take_input (TmUpdate *update, gpointer user_data)
{
  Updateprobe *self = user_data;
  g_autoptr (TmUpdate) owned = update;

  if (!self->has_failed)
    hand_over (self, owned, NULL);
}

static gboolean
is_database (const TmUpdateLog *log)
{
  return log->n_bytes >= sizeof database_head &&
         memcmp (log->text, database_head, sizeof database_head) == 0;
}

/* What the input is, by how it begins. */
static const char *
guess_format (const TmUpdateLog *log)
{
  if (is_database (log) ||
      (log->n_bytes >= 5 && g_ascii_isdigit (log->text[0]) && log->text[4] == '-'))
    return "dnf";

  return memmem (log->text, MIN (log->n_bytes, 4096), "Start-Date: ", 12) != NULL ? "apt" : "swupd";
}

static const UpdateHistory *
find_history (const char *format)
{
  for (guint i = 0; i < UPDATE_N_HISTORIES; i++)
    if (strcmp (format, update_histories[i].name) == 0)
      return &update_histories[i];

  return NULL;
}

static gboolean
is_format (const char *name)
{
  return strcmp (name, "swupd") == 0 || find_history (name) != NULL;
}

static gboolean
read_input (Updateprobe *self, const char *file, const char *format, GError **error)
{
  g_autoptr (GBytes) bytes = update_read_file (file, error);
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  TmUpdateLog log = {
    .is_whole = TRUE,
    .zone = zone,
    .rules = self->rules,
    .take = take_input,
    .user_data = self,
  };
  const UpdateHistory *history;

  if (bytes == NULL)
    return FALSE;

  log.text = g_bytes_get_data (bytes, &log.n_bytes);
  if (format == NULL)
    format = guess_format (&log);
  history = find_history (format);
  if (history == NULL)
    tm_update_log_read_swupd (&log);
  else if (history->read_text != NULL && !is_database (&log))
    history->read_text (&log);
  else
    return update_dnf_read (file, self->rules, take_input, self, error);
  return TRUE;
}

static gboolean
take_heard (TmUpdate *update, gpointer user_data)
{
  Updateprobe *self = user_data;
  g_autoptr (TmUpdate) owned = update;
  g_autoptr (GError) error = NULL;

  if (!tm_probe_may_continue (self->probe))
    return FALSE;
  if (hand_over (self, owned, NULL))
    return TRUE;

  /* Nobody says it a second time. */
  tm_probe_drop (self->probe, "lost", 1);
  if (!tm_probe_save_drops (self->probe, &error))
    g_printerr (_ ("updateprobe: %s\n"), error->message);
  return FALSE;
}

static void
observe (Updateprobe *self)
{
  const UpdateWatch watch = {
    .probe = self->probe,
    .rules = self->rules,
    .on_change = read_histories,
    .on_update = take_heard,
    .user_data = self,
  };

  /* An agreement may end and another begin while a record is handed over. */
  while (!self->has_failed && tm_probe_may_observe (self->probe))
    {
      /* What was noted under another agreement is none. */
      update_state_load (&self->state, self->probe);
      if (tm_probe_is_once (self->probe))
        {
          read_histories (self);
          return;
        }
      update_watch_run (&watch);
    }
}

static gboolean
run (Updateprobe *self, const char *format, gboolean is_hook, GError **error)
{
  const char *input = tm_probe_get_input (self->probe);
  g_autofree char *text = NULL;

  text = tm_probe_load_list (self->probe, RULES, error);
  if (text == NULL)
    return FALSE;
  self->rules = tm_update_rules_new (text, error);
  if (self->rules == NULL)
    return FALSE;
  if (input != NULL)
    return read_input (self, input, format, error);

  update_state_load (&self->state, self->probe);
  if (is_hook)
    report_build (self);
  else
    observe (self);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *format = NULL;
  gboolean is_hook = FALSE;
  const GOptionEntry options[] = {
    { "format", 0, 0, G_OPTION_ARG_STRING, &format,
      N_ ("What the input is: apt, dnf, dnf5 or swupd; else it is guessed"), N_ ("NAME") },
    { "post-update", 0, 0, G_OPTION_ARG_NONE, &is_hook,
      N_ ("Report that the system is another build than before, if it is, then end"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "updateprobe",
    .category = "updates",
    .summary = N_ ("Report whether updates of the system worked."),
    .options = options,
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  Updateprobe self = { 0 };
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (format != NULL && !is_format (format))
    {
      g_printerr (_ ("updateprobe: “%s” is no format; apt, dnf, dnf5 and swupd are\n"), format);
      return TM_PROBE_EXIT_USAGE;
    }
  if ((format != NULL && !tm_probe_check_input (probe, "--format", TRUE)) ||
      (is_hook && !tm_probe_check_input (probe, "--post-update", FALSE)))
    return TM_PROBE_EXIT_USAGE;
  if (!tm_probe_may_observe (probe))
    return TM_PROBE_EXIT_OK;

  self.probe = probe;
  if (!run (&self, format, is_hook, &error))
    {
      g_printerr (_ ("updateprobe: %s\n"), error->message);
      self.has_failed = TRUE;
    }

  update_state_clear (&self.state);
  g_clear_pointer (&self.rules, tm_update_rules_free);
  return self.has_failed ? TM_PROBE_EXIT_FAILED : TM_PROBE_EXIT_OK;
}
