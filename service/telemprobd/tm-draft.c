/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record on its way into the store; see tm-draft.h. */
#include "tm-draft.h"

TmDraft *
tm_draft_new (TmRecord *record,
              guint32 uid,
              const char *category,
              const char *machine_id,
              const char *dedup_key)
{
  TmDraft *self = g_new0 (TmDraft, 1);

  self->record = tm_record_ref (record);
  self->uid = uid;
  self->category = g_strdup (category);
  self->machine_id = g_strdup (machine_id);
  self->dedup_key = g_strdup (dedup_key);

  return self;
}

void
tm_draft_free (TmDraft *self)
{
  tm_record_unref (self->record);
  g_free (self->category);
  g_free (self->machine_id);
  g_free (self->dedup_key);
  g_free (self);
}
