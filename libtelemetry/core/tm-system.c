/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-system.h. */
#include "tm-system.h"

#include <string.h>

struct _TmSystem
{
  gatomicrefcount ref_count;
  char *values[TM_N_SYSTEM_FIELDS]; /* (nullable) (owned) */
};

TmSystem *
tm_system_new (const char *const *values, GError **error)
{
  TmSystem *self;

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    if (values[i] != NULL &&
        !tm_field_check_text (tm_system_field_get (i), values[i], strlen (values[i]), error))
      {
        g_prefix_error (error, "system.");
        return NULL;
      }

  self = g_new0 (TmSystem, 1);
  g_atomic_ref_count_init (&self->ref_count);
  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    self->values[i] = g_strdup (values[i]);

  return self;
}

TmSystem *
tm_system_ref (TmSystem *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_system_unref (TmSystem *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    g_free (self->values[i]);
  g_free (self);
}

const char *
tm_system_get (TmSystem *self, TmSystemFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_SYSTEM_FIELDS, NULL);

  return self->values[id];
}

gboolean
tm_system_equal (TmSystem *a, TmSystem *b)
{
  if (a == b)
    return TRUE;

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    if (g_strcmp0 (a->values[i], b->values[i]) != 0)
      return FALSE;

  return TRUE;
}

TmSystem *
tm_system_overlay (TmSystem *base, TmSystem *over)
{
  const char *values[TM_N_SYSTEM_FIELDS];

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    values[i] = over->values[i] != NULL ? over->values[i] : base->values[i];

  return tm_system_new (values, NULL);
}
