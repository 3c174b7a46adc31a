/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-event.h. */
#include "tm-cper-event.h"

#include <string.h>

TmCperEvent *
tm_cper_event_new (void)
{
  TmCperEvent *self = g_new0 (TmCperEvent, 1);

  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_cper_section_free);
  self->n_events = 1;
  return self;
}

void
tm_cper_event_free (TmCperEvent *self)
{
  g_ptr_array_unref (self->sections);
  g_free (self);
}

/* Firmware says which section is the primary one, though not always, and not always one that tells
 * what happened: a mere reference to its own log is worth less than a section that says it. */
static guint
rate (const TmCperSection *section)
{
  guint points = section->flags & TM_CPER_SECTION_PRIMARY ? 1 : 0;

  if (section->type->fields != NULL)
    points += 2;
  if (strcmp (section->type->kind, "firmware") != 0)
    points += 2;

  return points;
}

const TmCperSection *
tm_cper_event_get_primary (const TmCperEvent *self)
{
  const TmCperSection *best = NULL;

  for (guint i = 0; i < self->sections->len; i++)
    {
      const TmCperSection *section = g_ptr_array_index (self->sections, i);

      if (best == NULL || rate (section) > rate (best))
        best = section;
    }

  return best;
}
