/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What updateprobe knows from one run to the next: when it began, up to where each history is
 * known, and which build ran last.
 */
#pragma once

#include "tm-probe.h"
#include "update-history.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 began_usec; /* what ended before is never reported; 0: this is the first run */
  char *build;       /* (nullable): of the system, when it was last looked at */
  UpdatePlace places[UPDATE_N_HISTORIES];
} UpdateState;

void update_state_load (UpdateState *self, TmProbe *probe);
gboolean update_state_save (const UpdateState *self, TmProbe *probe, GError **error);
void update_state_clear (UpdateState *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UpdateState, update_state_clear)

G_END_DECLS
