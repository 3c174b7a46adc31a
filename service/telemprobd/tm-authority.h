/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may do what: the seam between the objects on the bus and the machine's policy. Unknown is no,
 * and every error is no.
 */
#pragma once

#include "tm-peer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_ACTION_PREFIX "org.telemetrics.telemetry."
#define TM_ACTION_SET_CONSENT TM_ACTION_PREFIX "set-consent"
#define TM_ACTION_WITHDRAW TM_ACTION_PREFIX "withdraw"
#define TM_ACTION_READ_OWN_RECORDS TM_ACTION_PREFIX "read-own-records"
#define TM_ACTION_READ_SYSTEM_RECORDS TM_ACTION_PREFIX "read-system-records"
#define TM_ACTION_READ_ALL_RECORDS TM_ACTION_PREFIX "read-all-records"
#define TM_ACTION_UPLOAD_NOW TM_ACTION_PREFIX "upload-now"
#define TM_ACTION_MANAGE_IDENTITY TM_ACTION_PREFIX "manage-identity"

/* GLib 2.74 has no code for org.freedesktop.DBus.Error.InteractiveAuthorizationRequired: a person
 * would have to be asked, and the caller's message does not allow it. Crosses the bus by that name.
 * A plain no is G_DBUS_ERROR_AUTH_FAILED. */
typedef enum
{
  TM_AUTHORITY_ERROR_INTERACTION_REQUIRED,
} TmAuthorityError;

#define TM_AUTHORITY_ERROR (tm_authority_error_quark ())
GQuark tm_authority_error_quark (void);

#define TM_TYPE_AUTHORITY (tm_authority_get_type ())
G_DECLARE_INTERFACE (TmAuthority, tm_authority, TM, AUTHORITY, GObject)

/* What a real authority fills in. check_finish returns TRUE for yes, or FALSE and an error. */
struct _TmAuthorityInterface
{
  GTypeInterface parent_interface;

  void (*check_async) (TmAuthority *self,
                       const char *action,
                       TmPeer *peer,
                       gboolean may_interact,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*check_finish) (TmAuthority *self, GAsyncResult *result, GError **error);
};

/* may_interact: whether somebody may be asked for a password. Cancelling takes the question back.
 */
void tm_authority_check_async (TmAuthority *self,
                               const char *action,
                               TmPeer *peer,
                               gboolean may_interact,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean tm_authority_check_finish (TmAuthority *self, GAsyncResult *result, GError **error);

G_END_DECLS
