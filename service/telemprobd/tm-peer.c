/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value behind tm-peers.h; see tm-peer.h. */
#include "tm-peer.h"

TmPeer *
tm_peer_new (const char *unique_name, guint32 uid, const char *app)
{
  TmPeer *self = g_new0 (TmPeer, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->unique_name = g_strdup (unique_name);
  self->uid = uid;
  self->app = g_strdup (app);

  return self;
}

TmPeer *
tm_peer_ref (TmPeer *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_peer_unref (TmPeer *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->unique_name);
  g_free (self->app);
  g_free (self);
}
