/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe-quota.h. */
#include "tm-probe-quota.h"

#include <string.h>

#define HOUR_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* From one count of the same to the next, at most. */
#define MAX_PATIENCE_USEC (24 * HOUR_USEC)
/* As many as a vendor may set a limit to: the memory has an end. */
#define MAX_LIMIT 1000
#define GROUP "quota"
#define GROUP_TALLY "tally "
#define OVER_LIMIT ""
/* Each report of a boot, and all that is over the limit. */
#define MAX_TALLIES (MAX_LIMIT + 1)

struct _TmProbeQuota
{
  guint per_boot;
  guint per_hour;
  guint sample;
  char *boot_id;
  guint n_reports;    /* of this boot */
  GArray *times_usec; /* (element-type gint64): of the last reports, at most per_hour */
  GPtrArray *tallies; /* (element-type TmProbeTally) */
};

void
tm_probe_tally_free (TmProbeTally *self)
{
  g_free (self->exact);
  g_free (self->kind);
  g_free (self->title);
  g_free (self->group);
  g_free (self);
}

static gboolean
read_limit (TmProbeQuota *self, const char *line, GError **error)
{
  const struct
  {
    const char *key;
    guint *limit;
  } keys[] = { { "per-boot ", &self->per_boot },
               { "per-hour ", &self->per_hour },
               { "sample ", &self->sample } };
  guint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_has_prefix (line, keys[i].key) &&
        g_ascii_string_to_unsigned (line + strlen (keys[i].key), 10, 1, MAX_LIMIT, &number, NULL))
      {
        *keys[i].limit = (guint) number;
        return TRUE;
      }

  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
               "the limit “%s” is none: accepted are per-boot, per-hour and sample with 1 to %d",
               line, MAX_LIMIT);
  return FALSE;
}

TmProbeQuota *
tm_probe_quota_new (const char *limits, GError **error)
{
  g_autoptr (TmProbeQuota) self = g_new0 (TmProbeQuota, 1);
  g_auto (GStrv) lines = g_strsplit (limits, "\n", -1);

  self->per_boot = 10;
  self->per_hour = 5;
  self->sample = 1;
  self->boot_id = g_strdup ("");
  self->times_usec = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->tallies = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_probe_tally_free);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_strstrip (lines[i])[0] != '\0' && lines[i][0] != '#' &&
        !read_limit (self, lines[i], error))
      return NULL;

  return g_steal_pointer (&self);
}

void
tm_probe_quota_free (TmProbeQuota *self)
{
  g_clear_pointer (&self->times_usec, g_array_unref);
  g_clear_pointer (&self->tallies, g_ptr_array_unref);
  g_free (self->boot_id);
  g_free (self);
}

const char *
tm_probe_quota_get_boot (TmProbeQuota *self)
{
  return self->boot_id;
}

void
tm_probe_quota_set_boot (TmProbeQuota *self, const char *boot_id)
{
  if (strcmp (self->boot_id, boot_id) == 0)
    return;

  g_free (self->boot_id);
  self->boot_id = g_strdup (boot_id);
  self->n_reports = 0;
  g_ptr_array_set_size (self->tallies, 0);
}

static TmProbeTally *
find (TmProbeQuota *self, const char *exact)
{
  for (guint i = 0; i < self->tallies->len; i++)
    {
      TmProbeTally *tally = g_ptr_array_index (self->tallies, i);

      if (strcmp (tally->exact, exact) == 0)
        return tally;
    }

  return NULL;
}

static TmProbeTally *
add (TmProbeQuota *self,
     const char *exact,
     const char *kind,
     const char *title,
     const char *group,
     gint64 now_usec)
{
  TmProbeTally *tally = g_new0 (TmProbeTally, 1);

  tally->exact = g_strdup (exact);
  tally->kind = g_strdup (kind);
  tally->title = g_strdup (title);
  tally->group = g_strdup (group);
  tally->told_usec = now_usec;
  tally->patience_usec = HOUR_USEC;
  g_ptr_array_add (self->tallies, tally);
  return tally;
}

/* Not by chance: a restart must not draw again. */
static gboolean
is_in_sample (TmProbeQuota *self, const char *exact, guint weight)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize n_bytes = sizeof digest;

  g_checksum_update (checksum, (const guchar *) self->boot_id, -1);
  g_checksum_update (checksum, (const guchar *) exact, -1);
  g_checksum_get_digest (checksum, digest, &n_bytes);
  return (digest[0] << 16 | digest[1] << 8 | digest[2]) % weight == 0;
}

/* A time that is still to come was noted by a clock that went wrong. */
static guint
count_last_hour (TmProbeQuota *self, gint64 now_usec)
{
  guint n = 0;

  for (guint i = 0; i < self->times_usec->len; i++)
    {
      gint64 age_usec = now_usec - g_array_index (self->times_usec, gint64, i);

      n += age_usec >= 0 && age_usec < HOUR_USEC;
    }

  return n;
}

guint
tm_probe_quota_get_sample (TmProbeQuota *self)
{
  return self->sample;
}

TmProbeVerdict
tm_probe_quota_judge (TmProbeQuota *self, const char *exact, guint weight, gint64 now_usec)
{
  TmProbeTally *tally = find (self, exact);

  if (tally != NULL)
    {
      tally->n_untold++;
      return TM_PROBE_VERDICT_COUNTED;
    }
  if (weight > 1 && !is_in_sample (self, exact, weight))
    return TM_PROBE_VERDICT_NOT_IN_SAMPLE;
  if (self->n_reports < self->per_boot && count_last_hour (self, now_usec) < self->per_hour)
    return TM_PROBE_VERDICT_REPORT;

  tally = find (self, OVER_LIMIT);
  if (tally == NULL)
    tally = add (self, OVER_LIMIT, OVER_LIMIT, OVER_LIMIT, OVER_LIMIT, now_usec);
  tally->n_untold += weight;
  return TM_PROBE_VERDICT_OVER_LIMIT;
}

void
tm_probe_quota_note_report (TmProbeQuota *self,
                            const char *exact,
                            const char *kind,
                            const char *title,
                            const char *group,
                            gint64 now_usec)
{
  add (self, exact, kind, title, group, now_usec);
  self->n_reports++;
  if (self->times_usec->len == self->per_hour)
    g_array_remove_index (self->times_usec, 0);
  g_array_append_val (self->times_usec, now_usec);
}

const TmProbeTally *
tm_probe_quota_find_due (TmProbeQuota *self, gint64 now_usec, gboolean all)
{
  for (guint i = 0; i < self->tallies->len; i++)
    {
      const TmProbeTally *tally = g_ptr_array_index (self->tallies, i);
      gint64 age_usec = now_usec - tally->told_usec;

      if (tally->n_untold > 0 && (all || age_usec < 0 || age_usec >= tally->patience_usec))
        return tally;
    }

  return NULL;
}

void
tm_probe_quota_note_told (TmProbeQuota *self, const TmProbeTally *tally, gint64 now_usec)
{
  TmProbeTally *ours = find (self, tally->exact);

  ours->n_untold = 0;
  ours->told_usec = now_usec;
  ours->patience_usec = MIN (2 * ours->patience_usec, MAX_PATIENCE_USEC);
}

static void
load_tally (TmProbeQuota *self, GKeyFile *file, const char *group)
{
  g_autofree char *exact = g_key_file_get_string (file, group, "exact", NULL);
  g_autofree char *kind = g_key_file_get_string (file, group, "kind", NULL);
  g_autofree char *title = g_key_file_get_string (file, group, "title", NULL);
  g_autofree char *hash = g_key_file_get_string (file, group, "group", NULL);
  TmProbeTally *tally;

  if (exact == NULL || kind == NULL || title == NULL || hash == NULL || find (self, exact) != NULL)
    return;

  tally = add (self, exact, kind, title, hash, g_key_file_get_int64 (file, group, "told", NULL));
  tally->n_untold = g_key_file_get_uint64 (file, group, "untold", NULL);
  tally->patience_usec =
      CLAMP (g_key_file_get_int64 (file, group, "patience", NULL), HOUR_USEC, MAX_PATIENCE_USEC);
}

void
tm_probe_quota_load (TmProbeQuota *self, GKeyFile *file)
{
  g_autofree char *boot_id = g_key_file_get_string (file, GROUP, "boot", NULL);
  g_auto (GStrv) times = g_key_file_get_string_list (file, GROUP, "times", NULL, NULL);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  if (boot_id == NULL)
    return;

  tm_probe_quota_set_boot (self, boot_id);
  self->n_reports = (guint) g_key_file_get_uint64 (file, GROUP, "reports", NULL);
  for (guint i = 0; times != NULL && times[i] != NULL && i < self->per_hour; i++)
    {
      gint64 time_usec = g_ascii_strtoll (times[i], NULL, 10);

      g_array_append_val (self->times_usec, time_usec);
    }
  for (guint i = 0; groups[i] != NULL && self->tallies->len < MAX_TALLIES; i++)
    if (g_str_has_prefix (groups[i], GROUP_TALLY))
      load_tally (self, file, groups[i]);
}

static void
save_tally (const TmProbeTally *tally, GKeyFile *file)
{
  g_autofree char *group = g_strconcat (GROUP_TALLY, tally->exact, NULL);

  g_key_file_set_string (file, group, "exact", tally->exact);
  g_key_file_set_string (file, group, "kind", tally->kind);
  g_key_file_set_string (file, group, "title", tally->title);
  g_key_file_set_string (file, group, "group", tally->group);
  g_key_file_set_uint64 (file, group, "untold", tally->n_untold);
  g_key_file_set_int64 (file, group, "told", tally->told_usec);
  g_key_file_set_int64 (file, group, "patience", tally->patience_usec);
}

void
tm_probe_quota_save (TmProbeQuota *self, GKeyFile *file)
{
  g_autoptr (GString) times = g_string_new (NULL);

  for (guint i = 0; i < self->times_usec->len; i++)
    g_string_append_printf (times, "%" G_GINT64_FORMAT ";",
                            g_array_index (self->times_usec, gint64, i));

  g_key_file_set_string (file, GROUP, "boot", self->boot_id);
  g_key_file_set_uint64 (file, GROUP, "reports", self->n_reports);
  g_key_file_set_value (file, GROUP, "times", times->str);
  for (guint i = 0; i < self->tallies->len; i++)
    save_tally (g_ptr_array_index (self->tallies, i), file);
}
