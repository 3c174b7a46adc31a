/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-edac-counts.h. */
#include "tm-edac-counts.h"

#include <string.h>

#include "tm-cper-place.h"
#include "tm-memory-fault.h"

#define GROUP "edac"

struct _TmEdacCounts
{
  GPtrArray *counts; /* (element-type TmEdacCount) */
};

static void
count_free (gpointer data)
{
  TmEdacCount *self = data;

  g_free (self->id);
  g_free (self->label);
  g_free (self);
}

TmEdacCounts *
tm_edac_counts_new (void)
{
  TmEdacCounts *self = g_new0 (TmEdacCounts, 1);

  self->counts = g_ptr_array_new_with_free_func (count_free);
  return self;
}

void
tm_edac_counts_free (TmEdacCounts *self)
{
  g_ptr_array_unref (self->counts);
  g_free (self);
}

static TmEdacCount *
find (const TmEdacCounts *self, const char *id)
{
  for (guint i = 0; i < self->counts->len; i++)
    {
      TmEdacCount *count = g_ptr_array_index (self->counts, i);

      if (strcmp (count->id, id) == 0)
        return count;
    }

  return NULL;
}

void
tm_edac_counts_set (TmEdacCounts *self,
                    const char *id,
                    const char *label,
                    guint64 n_corrected,
                    guint64 n_uncorrected)
{
  TmEdacCount *count = find (self, id);

  if (count == NULL)
    {
      if (self->counts->len == TM_EDAC_MAX_COUNTS)
        return;
      count = g_new0 (TmEdacCount, 1);
      count->id = g_strdup (id);
      g_ptr_array_add (self->counts, count);
    }

  /* As a fault of it has it, which is how the two are found to be of one module. */
  g_free (count->label);
  count->label = tm_cper_place_clean (label);
  count->n_corrected = n_corrected;
  count->n_uncorrected = n_uncorrected;
}

static guint64
get_controller (const char *id)
{
  return g_ascii_strtoull (id + strlen ("mc"), NULL, 10);
}

/* The module that the fault names, else what its controller could not tell to one. NULL: it is of
 * the firmware, which counts for itself. */
static TmEdacCount *
find_for_fault (TmEdacCounts *self, TmFault *fault)
{
  JsonObject *details = tm_fault_get_details (fault);
  gint64 controller = json_object_get_int_member_with_default (details, "controller", -1);
  const char *label = json_object_get_string_member_with_default (details, "label", "");
  g_autofree char *rest = g_strdup_printf ("mc%" G_GINT64_FORMAT, controller);

  if (controller < 0)
    return NULL;

  for (guint i = 0; i < self->counts->len && label[0] != '\0'; i++)
    {
      TmEdacCount *count = g_ptr_array_index (self->counts, i);

      if (get_controller (count->id) == (guint64) controller && strcmp (count->label, label) == 0)
        return count;
    }

  return find (self, rest);
}

void
tm_edac_counts_note (TmEdacCounts *self, TmFault *fault)
{
  TmEdacCount *count = find_for_fault (self, fault);

  if (count == NULL)
    return;
  if (fault->severity == TM_FAULT_CORRECTED)
    count->n_corrected += fault->count;
  else if (fault->severity != TM_FAULT_INFORMATIONAL)
    count->n_uncorrected += fault->count;
}

static void
tell (const TmEdacCount *count,
      TmFaultSeverity severity,
      guint64 n,
      TmFaultFunc func,
      gpointer user_data)
{
  const TmMemoryFault memory = {
    .severity = severity,
    .message = "",
    .label = count->label,
    .controller = (guint) get_controller (count->id),
    .count = n,
  };
  TmFault *fault;

  if (n == 0)
    return;

  fault = tm_memory_fault_to_fault (&memory);
  fault->source = TM_FAULT_FROM_COUNTER;
  func (fault, user_data);
}

static guint64
get_new (guint64 now, guint64 noted)
{
  return now > noted ? now - noted : 0;
}

static gboolean
is_of (const TmEdacCount *count, const char *controller)
{
  gsize n_bytes = strlen (controller);

  return g_str_has_prefix (count->id, controller) &&
         (count->id[n_bytes] == '\0' || count->id[n_bytes] == '/');
}

void
tm_edac_counts_forget (TmEdacCounts *self, const char *controller)
{
  for (guint i = self->counts->len; i > 0; i--)
    if (controller == NULL || is_of (g_ptr_array_index (self->counts, i - 1), controller))
      g_ptr_array_remove_index (self->counts, i - 1);
}

void
tm_edac_counts_update (TmEdacCounts *self,
                       const TmEdacCounts *now,
                       TmFaultFunc func,
                       gpointer user_data)
{
  for (guint i = 0; i < now->counts->len; i++)
    {
      const TmEdacCount *count = g_ptr_array_index (now->counts, i);
      const TmEdacCount *noted = find (self, count->id);
      guint64 n_corrected = noted != NULL ? noted->n_corrected : 0;
      guint64 n_uncorrected = noted != NULL ? noted->n_uncorrected : 0;

      tell (count, TM_FAULT_CORRECTED, get_new (count->n_corrected, n_corrected), func, user_data);
      tell (count, TM_FAULT_UNCORRECTED, get_new (count->n_uncorrected, n_uncorrected), func,
            user_data);
    }

  g_ptr_array_set_size (self->counts, 0);
  for (guint i = 0; i < now->counts->len; i++)
    {
      const TmEdacCount *count = g_ptr_array_index (now->counts, i);

      tm_edac_counts_set (self, count->id, count->label, count->n_corrected, count->n_uncorrected);
    }
}

/* "3 0 CPU_SrcID#0_MC#0_Chan#0_DIMM#0" under the id. */
void
tm_edac_counts_load (TmEdacCounts *self, GKeyFile *file)
{
  g_auto (GStrv) ids = g_key_file_get_keys (file, GROUP, NULL, NULL);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_string (file, GROUP, ids[i], NULL);
      g_auto (GStrv) parts = value != NULL ? g_strsplit (value, " ", 3) : NULL;

      if (parts != NULL && g_strv_length (parts) == 3 && g_str_has_prefix (ids[i], "mc"))
        tm_edac_counts_set (self, ids[i], parts[2], g_ascii_strtoull (parts[0], NULL, 10),
                            g_ascii_strtoull (parts[1], NULL, 10));
    }
}

void
tm_edac_counts_save (const TmEdacCounts *self, GKeyFile *file)
{
  g_key_file_remove_group (file, GROUP, NULL);
  for (guint i = 0; i < self->counts->len; i++)
    {
      const TmEdacCount *count = g_ptr_array_index (self->counts, i);
      g_autofree char *value =
          g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s", count->n_corrected,
                           count->n_uncorrected, count->label);

      g_key_file_set_string (file, GROUP, count->id, value);
    }
}
