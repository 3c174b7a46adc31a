/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A door: one connection to the system bus, the objects on it and the one name it owns. telemprobd
 * has two, because a rule of the bus policy that admits a caller for one name admits it to
 * everything on that connection.
 *
 * In order: connect, export everything, own the name. To leave: release the name, after which every
 * call that the bus had given us is in the main loop's queue, before the answer to the release.
 *
 * Signals: "closed": the bus is gone; nothing works any more.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_TYPE_DOOR (tm_door_get_type ())
G_DECLARE_FINAL_TYPE (TmDoor, tm_door, TM, DOOR, GObject)

TmDoor *tm_door_new (const char *name, const char *object_path);

void tm_door_connect_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_door_connect_finish (TmDoor *self, GAsyncResult *result, GError **error);

/* (transfer none); NULL before it is connected */
GDBusConnection *tm_door_get_connection (TmDoor *self);

gboolean tm_door_export (TmDoor *self, GDBusInterfaceSkeleton *skeleton, GError **error);

void tm_door_own_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_door_own_finish (TmDoor *self, GAsyncResult *result, GError **error);

void tm_door_release_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_door_release_finish (TmDoor *self, GAsyncResult *result, GError **error);

/* The bus has read all that was sent before; fails when it does not within 10 s. */
void tm_door_drain_async (TmDoor *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tm_door_drain_finish (TmDoor *self, GAsyncResult *result, GError **error);

/* Calls that have been read and not been answered yet. */
guint tm_door_get_n_calls (TmDoor *self);
/* When the last call was read, on the monotonic clock; 0 if never. */
gint64 tm_door_get_last_call_usec (TmDoor *self);

G_END_DECLS
