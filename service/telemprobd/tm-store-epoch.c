/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Epochs, boots and systems; see tm-store-epoch.h. */
#include "tm-store-epoch.h"

/* A smaller difference is the clocks' drift, and not worth a write. */
#define BOOT_OFFSET_TOLERANCE_USEC G_USEC_PER_SEC

static gboolean
read_epoch (TmStore *self,
            const char *machine_id,
            gint64 *out_epoch_pk,
            gint64 *out_next_sequence,
            GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_GET_EPOCH);
  TmStep step;

  tm_statement_bind_text (statement, 1, machine_id);
  step = tm_statement_step (statement, error);
  *out_epoch_pk = step == TM_STEP_ROW ? tm_statement_get_number (statement, 0) : 0;
  *out_next_sequence = step == TM_STEP_ROW ? tm_statement_get_number (statement, 1) : 0;
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

static gboolean
add_epoch (TmStore *self, const char *machine_id, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_ADD_EPOCH);

  tm_statement_bind_text (statement, 1, machine_id);
  return tm_statement_run (statement, NULL, error);
}

static gboolean
read_or_add_epoch (TmStore *self,
                   const char *machine_id,
                   gint64 *out_epoch_pk,
                   gint64 *out_next_sequence,
                   GError **error)
{
  if (!read_epoch (self, machine_id, out_epoch_pk, out_next_sequence, error))
    return FALSE;
  if (*out_epoch_pk != 0)
    return TRUE;

  return add_epoch (self, machine_id, error) &&
         read_epoch (self, machine_id, out_epoch_pk, out_next_sequence, error);
}

gboolean
tm_store_find_epoch (
    TmStore *self, const char *machine_id, gboolean create, gint64 *out_epoch_pk, GError **error)
{
  gint64 next_sequence;

  if (create)
    return read_or_add_epoch (self, machine_id, out_epoch_pk, &next_sequence, error);

  return read_epoch (self, machine_id, out_epoch_pk, &next_sequence, error);
}

gboolean
tm_store_count_accepted (TmStore *self, const char *machine_id, guint64 *out_n, GError **error)
{
  gint64 epoch_pk, next_sequence;

  if (!read_epoch (self, machine_id, &epoch_pk, &next_sequence, error))
    return FALSE;

  *out_n = epoch_pk != 0 ? (guint64) next_sequence - 1 : 0;
  return TRUE;
}

gboolean
tm_store_select_epoch (TmStore *self, const char *machine_id, GError **error)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  gint64 epoch_pk;
  gint64 next_sequence;

  if (memory->epoch_pk != 0 && g_str_equal (memory->machine_id, machine_id))
    return TRUE;

  if (!tm_store_flush_sequence (self, error) ||
      !read_or_add_epoch (self, machine_id, &epoch_pk, &next_sequence, error))
    return FALSE;

  g_free (memory->machine_id);
  memory->machine_id = g_strdup (machine_id);
  memory->epoch_pk = epoch_pk;
  memory->next_sequence = next_sequence;
  return TRUE;
}

gboolean
tm_store_flush_sequence (TmStore *self, GError **error)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  TmStatement *statement;

  if (memory->epoch_pk == 0)
    return TRUE;

  statement = tm_store_prepare (self, TM_SQL_SET_SEQUENCE);
  tm_statement_bind_number (statement, 1, memory->epoch_pk);
  tm_statement_bind_number (statement, 2, memory->next_sequence);
  return tm_statement_run (statement, NULL, error);
}

static gboolean
read_boot (TmStore *self, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_GET_BOOT);
  TmStep step;

  tm_statement_bind_text (statement, 1, tm_store_get_options (self)->boot_id);
  step = tm_statement_step (statement, error);
  if (step == TM_STEP_ROW)
    tm_store_get_memory (self)->boot_pk = tm_statement_get_number (statement, 0);
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

gboolean
tm_store_select_boot (TmStore *self, GError **error)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  gint64 realtime_usec, boottime_usec, offset_usec;
  TmStatement *statement;

  tm_clock_get_both_usec (tm_store_get_clock (self), &realtime_usec, &boottime_usec);
  offset_usec = realtime_usec - boottime_usec;
  if (memory->boot_pk != 0 &&
      ABS (offset_usec - memory->boot_offset_usec) < BOOT_OFFSET_TOLERANCE_USEC)
    return TRUE;

  statement = tm_store_prepare (self, TM_SQL_SET_BOOT);
  tm_statement_bind_text (statement, 1, tm_store_get_options (self)->boot_id);
  tm_statement_bind_number (statement, 2, offset_usec);
  if (!tm_statement_run (statement, NULL, error))
    return FALSE;

  memory->boot_offset_usec = offset_usec;
  return read_boot (self, error);
}

static void
bind_system (TmStatement *statement, TmSystem *system)
{
  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    tm_statement_bind_text (statement, i + 1, tm_system_get (system, i));
}

static gboolean
read_system (TmStore *self, TmSystem *system, gint64 *out_system_pk, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_GET_SYSTEM);
  TmStep step;

  bind_system (statement, system);
  step = tm_statement_step (statement, error);
  *out_system_pk = step == TM_STEP_ROW ? tm_statement_get_number (statement, 0) : 0;
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

gboolean
tm_store_select_system (TmStore *self, TmSystem *system, GError **error)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  gint64 system_pk;

  if (memory->system_pk != 0 &&
      (memory->system == system || tm_system_equal (memory->system, system)))
    return TRUE;

  if (!read_system (self, system, &system_pk, error))
    return FALSE;

  if (system_pk == 0)
    {
      TmStatement *statement = tm_store_prepare (self, TM_SQL_ADD_SYSTEM);

      bind_system (statement, system);
      if (!tm_statement_run (statement, NULL, error) ||
          !read_system (self, system, &system_pk, error))
        return FALSE;
    }

  g_clear_pointer (&memory->system, tm_system_unref);
  memory->system = tm_system_ref (system);
  memory->system_pk = system_pk;
  return TRUE;
}
