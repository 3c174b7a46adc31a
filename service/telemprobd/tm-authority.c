/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seam itself; see tm-authority.h. */
#include "tm-authority.h"

static const GDBusErrorEntry error_entries[] = {
  { TM_AUTHORITY_ERROR_INTERACTION_REQUIRED,
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" },
};

G_DEFINE_INTERFACE (TmAuthority, tm_authority, G_TYPE_OBJECT)

GQuark
tm_authority_error_quark (void)
{
  static gsize quark;

  g_dbus_error_register_error_domain ("tm-authority-error-quark", &quark, error_entries,
                                      G_N_ELEMENTS (error_entries));

  return (GQuark) quark;
}

static void
tm_authority_default_init (TmAuthorityInterface *iface)
{
}

void
tm_authority_check_async (TmAuthority *self,
                          const char *action,
                          TmPeer *peer,
                          gboolean may_interact,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  TM_AUTHORITY_GET_IFACE (self)->check_async (self, action, peer, may_interact, cancellable,
                                              callback, user_data);
}

gboolean
tm_authority_check_finish (TmAuthority *self, GAsyncResult *result, GError **error)
{
  return TM_AUTHORITY_GET_IFACE (self)->check_finish (self, result, error);
}
