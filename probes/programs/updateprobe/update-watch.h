/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waits for whatever tells of updates, and for the end of consent. Nothing of it wakes up while
 * nothing happens.
 */
#pragma once

#include "tm-probe.h"
#include "update-history.h"

G_BEGIN_DECLS

typedef struct
{
  TmProbe *probe;
  const TmUpdateRules *rules;
  gboolean (*on_change) (gpointer user_data); /* a history may have; FALSE: end */
  UpdateNewFunc on_update;                    /* PackageKit has made one; FALSE: end */
  gpointer user_data;
} UpdateWatch;

/* Calls on_change once, then waits. Returns when a callback says so, or consent ended. */
void update_watch_run (const UpdateWatch *self);

G_END_DECLS
