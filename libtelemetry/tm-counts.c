/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-counts.h. */
#include "tm-counts.h"

void
tm_counts_init (TmCounts *self)
{
  *self = (TmCounts){ 0 };
  g_mutex_init (&self->lock);
}

void
tm_counts_clear (TmCounts *self)
{
  g_mutex_clear (&self->lock);
}

void
tm_counts_add (TmCounts *self, TelemetryCounter counter, guint64 n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->values[counter] += n;
}

guint64
tm_counts_get (TmCounts *self, TelemetryCounter counter)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->values[counter];
}
