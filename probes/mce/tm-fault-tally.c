/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-fault-tally.h. */
#include "tm-fault-tally.h"

#include <string.h>

#define HOUR_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* From one count of the same to the next, at most. */
#define MAX_PATIENCE_USEC (24 * HOUR_USEC)
#define GROUP "faults"
#define GROUP_FAULT "fault "
#define OVER_LIMIT ""

struct _TmFaultTally
{
  char *boot_id;
  GPtrArray *counts; /* (element-type TmFaultCount) */
  guint64 n_dropped;
};

static void
count_free (gpointer data)
{
  TmFaultCount *self = data;

  tm_fault_free (self->fault);
  g_free (self->exact);
  g_free (self);
}

TmFaultTally *
tm_fault_tally_new (void)
{
  TmFaultTally *self = g_new0 (TmFaultTally, 1);

  self->boot_id = g_strdup ("");
  self->counts = g_ptr_array_new_with_free_func (count_free);
  return self;
}

void
tm_fault_tally_free (TmFaultTally *self)
{
  g_ptr_array_unref (self->counts);
  g_free (self->boot_id);
  g_free (self);
}

const char *
tm_fault_tally_get_boot (TmFaultTally *self)
{
  return self->boot_id;
}

void
tm_fault_tally_set_boot (TmFaultTally *self, const char *boot_id)
{
  if (strcmp (self->boot_id, boot_id) == 0)
    return;

  g_free (self->boot_id);
  self->boot_id = g_strdup (boot_id);
  g_ptr_array_set_size (self->counts, 0);
}

static TmFaultCount *
find (TmFaultTally *self, const char *exact)
{
  for (guint i = 0; i < self->counts->len; i++)
    {
      TmFaultCount *count = g_ptr_array_index (self->counts, i);

      if (strcmp (count->exact, exact) == 0)
        return count;
    }

  return NULL;
}

/* fault: (transfer full) */
static TmFaultCount *
add (TmFaultTally *self, const char *exact, TmFault *fault, gint64 now_usec)
{
  TmFaultCount *count = g_new0 (TmFaultCount, 1);

  count->exact = g_strdup (exact);
  count->fault = fault;
  count->told_usec = now_usec;
  count->patience_usec = HOUR_USEC;
  fault->count = 0;
  g_ptr_array_add (self->counts, count);
  return count;
}

static TmFaultCount *
add_over_limit (TmFaultTally *self, gint64 now_usec)
{
  TmFault *fault = tm_fault_new (TM_FAULT_MCE, TM_FAULT_INFORMATIONAL,
                                 g_strdup ("faults of more parts than are told of one boot"));

  return add (self, OVER_LIMIT, fault, now_usec);
}

gboolean
tm_fault_tally_judge (TmFaultTally *self, const TmFault *fault, gint64 now_usec)
{
  g_autofree char *exact = tm_fault_get_exact (fault);
  TmFaultCount *count = find (self, exact);

  if (count == NULL && self->counts->len < TM_FAULT_TALLY_MAX_FAULTS)
    return TRUE;
  if (count == NULL)
    {
      self->n_dropped += fault->count;
      count = find (self, OVER_LIMIT);
    }
  if (count == NULL)
    count = add_over_limit (self, now_usec);

  count->fault->count += fault->count;
  return FALSE;
}

static TmFault *
copy (const TmFault *fault)
{
  TmFault *self = tm_fault_new (fault->kind, fault->severity, g_strdup (fault->error));

  self->source = fault->source;
  self->unit = g_strdup (fault->unit);
  self->location = g_strdup (fault->location);
  return self;
}

void
tm_fault_tally_note (TmFaultTally *self, const TmFault *fault, gint64 now_usec)
{
  g_autofree char *exact = tm_fault_get_exact (fault);

  add (self, exact, copy (fault), now_usec);
}

void
tm_fault_tally_note_untold (TmFaultTally *self, const TmFault *fault)
{
  g_autofree char *exact = tm_fault_get_exact (fault);
  TmFaultCount *count = add (self, exact, copy (fault), 0);

  count->fault->count = fault->count;
}

const TmFaultCount *
tm_fault_tally_find_due (TmFaultTally *self, gint64 now_usec, gboolean all)
{
  for (guint i = 0; i < self->counts->len; i++)
    {
      const TmFaultCount *count = g_ptr_array_index (self->counts, i);
      gint64 age_usec = now_usec - count->told_usec;

      /* A time that is still to come was noted by a clock that went wrong. */
      if (count->fault->count > 0 && (all || age_usec < 0 || age_usec >= count->patience_usec))
        return count;
    }

  return NULL;
}

void
tm_fault_tally_note_told (TmFaultTally *self, const TmFaultCount *count, gint64 now_usec)
{
  TmFaultCount *ours = find (self, count->exact);

  ours->fault->count = 0;
  ours->told_usec = now_usec;
  ours->patience_usec = MIN (2 * ours->patience_usec, MAX_PATIENCE_USEC);
}

gint64
tm_fault_tally_get_next (TmFaultTally *self)
{
  gint64 next_usec = G_MAXINT64;

  for (guint i = 0; i < self->counts->len; i++)
    {
      const TmFaultCount *count = g_ptr_array_index (self->counts, i);

      if (count->fault->count > 0)
        next_usec = MIN (next_usec, count->told_usec + count->patience_usec);
    }

  return next_usec;
}

guint64
tm_fault_tally_take_dropped (TmFaultTally *self)
{
  guint64 n_dropped = self->n_dropped;

  self->n_dropped = 0;
  return n_dropped;
}

static TmFault *
load_fault (GKeyFile *file, const char *group)
{
  g_autofree char *kind = g_key_file_get_string (file, group, "kind", NULL);
  g_autofree char *severity = g_key_file_get_string (file, group, "severity", NULL);
  g_autofree char *error = g_key_file_get_string (file, group, "error", NULL);
  int source = g_key_file_get_integer (file, group, "source", NULL);
  TmFaultKind kind_value;
  TmFaultSeverity severity_value;
  TmFault *fault;

  if (kind == NULL || severity == NULL || error == NULL ||
      !tm_fault_kind_from_name (kind, &kind_value) ||
      !tm_fault_severity_from_name (severity, &severity_value))
    return NULL;

  fault = tm_fault_new (kind_value, severity_value, g_steal_pointer (&error));
  fault->source = (TmFaultSource) CLAMP (source, TM_FAULT_FROM_TRACE, TM_FAULT_FROM_COUNTER);
  fault->unit = g_key_file_get_string (file, group, "unit", NULL);
  fault->location = g_key_file_get_string (file, group, "location", NULL);
  return fault;
}

static void
load_count (TmFaultTally *self, GKeyFile *file, const char *group)
{
  const char *exact = group + strlen (GROUP_FAULT);
  TmFault *fault = find (self, exact) == NULL ? load_fault (file, group) : NULL;
  TmFaultCount *count;

  if (fault == NULL)
    return;

  count = add (self, exact, fault, g_key_file_get_int64 (file, group, "told", NULL));
  fault->count = g_key_file_get_uint64 (file, group, "untold", NULL);
  count->patience_usec =
      CLAMP (g_key_file_get_int64 (file, group, "patience", NULL), HOUR_USEC, MAX_PATIENCE_USEC);
}

void
tm_fault_tally_load (TmFaultTally *self, GKeyFile *file)
{
  g_autofree char *boot_id = g_key_file_get_string (file, GROUP, "boot", NULL);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  if (boot_id == NULL)
    return;

  tm_fault_tally_set_boot (self, boot_id);
  for (guint i = 0; groups[i] != NULL && self->counts->len <= TM_FAULT_TALLY_MAX_FAULTS; i++)
    if (g_str_has_prefix (groups[i], GROUP_FAULT))
      load_count (self, file, groups[i]);
}

static void
save_count (const TmFaultCount *count, GKeyFile *file)
{
  const TmFault *fault = count->fault;
  g_autofree char *group = g_strconcat (GROUP_FAULT, count->exact, NULL);

  g_key_file_set_string (file, group, "kind", tm_fault_kind_to_name (fault->kind));
  g_key_file_set_string (file, group, "severity", tm_fault_severity_to_name (fault->severity));
  g_key_file_set_string (file, group, "error", fault->error);
  if (fault->unit != NULL)
    g_key_file_set_string (file, group, "unit", fault->unit);
  if (fault->location != NULL)
    g_key_file_set_string (file, group, "location", fault->location);
  g_key_file_set_integer (file, group, "source", (int) fault->source);
  g_key_file_set_uint64 (file, group, "untold", fault->count);
  g_key_file_set_int64 (file, group, "told", count->told_usec);
  g_key_file_set_int64 (file, group, "patience", count->patience_usec);
}

void
tm_fault_tally_save (const TmFaultTally *self, GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], GROUP_FAULT))
      g_key_file_remove_group (file, groups[i], NULL);

  g_key_file_set_string (file, GROUP, "boot", self->boot_id);
  for (guint i = 0; i < self->counts->len; i++)
    save_count (g_ptr_array_index (self->counts, i), file);
}
