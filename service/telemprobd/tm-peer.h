/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer: who is behind a unique name on the bus. Immutable and reference counted; the uid comes
 * from the bus, which has it from the kernel, so nothing in here is a caller's own word.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount ref_count;
  char *unique_name; /* ":1.42" */
  guint32 uid;
  char *app; /* (nullable): app hint */
} TmPeer;

TmPeer *tm_peer_new (const char *unique_name, guint32 uid, const char *app);
TmPeer *tm_peer_ref (TmPeer *self);
void tm_peer_unref (TmPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmPeer, tm_peer_unref)

G_END_DECLS
