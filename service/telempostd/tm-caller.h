/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may ask telempostd for anything: root, the telemetry user, and the user it runs as itself.
 * The bus policy says the same; this is the second lock, for a machine whose policy was edited.
 */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

#define TM_TELEMETRY_USER "telemetry"

/* allowed_uid: of the telemetry user, or (uid_t) -1 where there is none. Asks the bus anew each
 * time, so that the calls of one sender are checked in the order in which they came. Fails with
 * G_DBUS_ERROR_ACCESS_DENIED. */
void tm_caller_check_async (GDBusConnection *connection,
                            const char *sender,
                            uid_t allowed_uid,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean tm_caller_check_finish (GAsyncResult *result, GError **error);

/* Reads the user database: for the start of the program. */
uid_t tm_caller_look_up_telemetry_user (void);

G_END_DECLS
