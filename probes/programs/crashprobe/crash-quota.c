/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-quota.h. */
#include "crash-quota.h"

#include <string.h>

#define DAY_USEC (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define GROUP "quota"
#define GROUP_TALLY "tally "
/* Each report of a day, the third-party programs, and all that is over the limit. */
#define MAX_TALLIES (CRASH_QUOTA_MAX_REPORTS + 2)
#define N_KEY_DIGITS 32

struct _CrashQuota
{
  gint64 day;
  guint n_reports; /* of this day */
  GArray *tallies; /* (element-type CrashTally) */
};

void
crash_cause_clear (CrashCause *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->exact, g_free);
  g_clear_pointer (&self->program, g_free);
}

char *
crash_cause_get_key (const CrashCause *self)
{
  g_autofree char *text = g_strdup_printf ("%d|%s|%s|%s", self->kind, self->title,
                                           self->exact != NULL ? self->exact : "",
                                           self->program != NULL ? self->program : "");
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (digest, N_KEY_DIGITS);
}

static void
tally_clear (gpointer data)
{
  CrashTally *self = data;

  crash_cause_clear (&self->cause);
  g_free (self->key);
}

CrashQuota *
crash_quota_new (void)
{
  CrashQuota *self = g_new0 (CrashQuota, 1);

  self->tallies = g_array_new (FALSE, TRUE, sizeof (CrashTally));
  g_array_set_clear_func (self->tallies, tally_clear);
  return self;
}

void
crash_quota_free (CrashQuota *self)
{
  g_array_unref (self->tallies);
  g_free (self);
}

static CrashCause
get_over_limit (void)
{
  return (CrashCause){ .kind = CRASH_KIND_PROCESS, .title = (char *) "crashes over the limit" };
}

/* (transfer none) (nullable) */
static CrashTally *
find (CrashQuota *self, const char *key)
{
  for (guint i = 0; i < self->tallies->len; i++)
    {
      CrashTally *tally = &g_array_index (self->tallies, CrashTally, i);

      if (strcmp (tally->key, key) == 0)
        return tally;
    }

  return NULL;
}

/* (transfer none) */
static CrashTally *
find_or_add (CrashQuota *self, const CrashCause *cause)
{
  g_autofree char *key = crash_cause_get_key (cause);
  CrashTally *found = find (self, key);
  CrashTally tally = {
    .cause = { .kind = cause->kind,
               .title = g_strdup (cause->title),
               .exact = g_strdup (cause->exact),
               .program = g_strdup (cause->program) },
    .key = g_strdup (key),
    .day = self->day,
  };

  if (found != NULL)
    {
      tally_clear (&tally);
      return found;
    }

  g_array_append_val (self->tallies, tally);
  return &g_array_index (self->tallies, CrashTally, self->tallies->len - 1);
}

static void
count (CrashTally *tally, gint64 now_usec)
{
  tally->n_untold++;
  tally->last_usec = now_usec;
}

/* Also if the clock went back: a day that was noted while it was wrong must not last until then. */
static void
go_to_day (CrashQuota *self, gint64 now_usec)
{
  gint64 day = now_usec / DAY_USEC;

  if (day == self->day)
    return;

  self->day = day;
  self->n_reports = 0;
  g_array_set_size (self->tallies, 0);
}

CrashVerdict
crash_quota_judge (CrashQuota *self, const CrashCause *cause, gint64 now_usec)
{
  g_autofree char *key = crash_cause_get_key (cause);
  CrashTally *tally;

  go_to_day (self, now_usec);
  tally = find (self, key);
  if (tally != NULL)
    {
      count (tally, now_usec);
      return CRASH_VERDICT_COUNTED;
    }
  if (cause->kind == CRASH_KIND_THIRD_PARTY || self->n_reports < CRASH_QUOTA_MAX_REPORTS)
    return CRASH_VERDICT_REPORT;

  crash_quota_note_loss (self, now_usec);
  return CRASH_VERDICT_OVER_LIMIT;
}

void
crash_quota_note_report (CrashQuota *self, const CrashCause *cause, gint64 now_usec)
{
  go_to_day (self, now_usec);
  find_or_add (self, cause);
  if (cause->kind != CRASH_KIND_THIRD_PARTY)
    self->n_reports++;
}

void
crash_quota_note_loss (CrashQuota *self, gint64 now_usec)
{
  const CrashCause over_limit = get_over_limit ();

  count (find_or_add (self, &over_limit), now_usec);
}

const CrashTally *
crash_quota_find_due (CrashQuota *self, gint64 now_usec, gboolean all)
{
  for (guint i = 0; i < self->tallies->len; i++)
    {
      const CrashTally *tally = &g_array_index (self->tallies, CrashTally, i);

      if (tally->n_untold > 0 && (all || tally->day != now_usec / DAY_USEC))
        return tally;
    }

  return NULL;
}

void
crash_quota_note_told (CrashQuota *self, const CrashTally *tally)
{
  CrashTally *ours = find (self, tally->key);

  ours->n_untold = 0;
  ours->n_told++;
}

static void
load_tally (CrashQuota *self, GKeyFile *file, const char *group)
{
  g_auto (CrashCause) cause = {
    .kind = (CrashKind) g_key_file_get_integer (file, group, "kind", NULL),
    .title = g_key_file_get_string (file, group, "title", NULL),
    .exact = g_key_file_get_string (file, group, "exact", NULL),
    .program = g_key_file_get_string (file, group, "program", NULL),
  };
  CrashTally *tally;

  if (cause.title == NULL || (int) cause.kind < 0 || cause.kind >= CRASH_N_KINDS)
    return;

  tally = find_or_add (self, &cause);
  tally->n_told = (guint) g_key_file_get_uint64 (file, group, "told", NULL);
  tally->n_untold = g_key_file_get_uint64 (file, group, "untold", NULL);
  tally->last_usec = g_key_file_get_int64 (file, group, "last", NULL);
}

void
crash_quota_load (CrashQuota *self, GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  g_array_set_size (self->tallies, 0);
  self->day = g_key_file_get_int64 (file, GROUP, "day", NULL);
  self->n_reports = (guint) g_key_file_get_uint64 (file, GROUP, "reports", NULL);
  for (guint i = 0; groups[i] != NULL && self->tallies->len < MAX_TALLIES; i++)
    if (g_str_has_prefix (groups[i], GROUP_TALLY))
      load_tally (self, file, groups[i]);
}

static void
set_text (GKeyFile *file, const char *group, const char *key, const char *text)
{
  if (text != NULL)
    g_key_file_set_string (file, group, key, text);
}

static void
save_tally (const CrashTally *tally, GKeyFile *file)
{
  g_autofree char *group = g_strconcat (GROUP_TALLY, tally->key, NULL);

  g_key_file_set_integer (file, group, "kind", (int) tally->cause.kind);
  set_text (file, group, "title", tally->cause.title);
  set_text (file, group, "exact", tally->cause.exact);
  set_text (file, group, "program", tally->cause.program);
  g_key_file_set_uint64 (file, group, "told", tally->n_told);
  g_key_file_set_uint64 (file, group, "untold", tally->n_untold);
  g_key_file_set_int64 (file, group, "last", tally->last_usec);
}

void
crash_quota_save (CrashQuota *self, GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], GROUP_TALLY))
      g_key_file_remove_group (file, groups[i], NULL);

  g_key_file_set_int64 (file, GROUP, "day", self->day);
  g_key_file_set_uint64 (file, GROUP, "reports", self->n_reports);
  for (guint i = 0; i < self->tallies->len; i++)
    save_tally (&g_array_index (self->tallies, CrashTally, i), file);
}
