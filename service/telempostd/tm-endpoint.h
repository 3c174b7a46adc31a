/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one server this machine sends to. It comes from the configuration only: no message on the bus
 * and no answer of a server can make telempostd talk to another one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TmEndpoint TmEndpoint;

/* server: the base URL. Plain http is accepted for this machine itself, or with allow_plain_http.
 * Fails with G_URI_ERROR or TELEMETRY_ERROR_INVALID_FIELDS and says what is accepted. */
TmEndpoint *tm_endpoint_new (const char *server, gboolean allow_plain_http, GError **error);
TmEndpoint *tm_endpoint_ref (TmEndpoint *self);
void tm_endpoint_unref (TmEndpoint *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmEndpoint, tm_endpoint_unref)

/* The server is this machine: reachable without a network and never metered. */
gboolean tm_endpoint_is_loopback (TmEndpoint *self);

/* {server}/api/v1/records */
GUri *tm_endpoint_get_records_uri (TmEndpoint *self);

/* Where a redirect leads, if it stays on this server (same scheme, host and port), else NULL. */
GUri *tm_endpoint_follow (TmEndpoint *self, GUri *from, const char *location);

G_END_DECLS
