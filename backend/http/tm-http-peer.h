/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who asks. A connection says where it comes from; behind a proxy on this machine that is the
 * proxy, and the client is the last address that the proxy has added to X-Forwarded-For. That
 * header is believed only where the configuration says so. It is never ignored: who comes through a
 * proxy is not on this machine, and must not see what only this machine may see.
 */
#pragma once

#include "tm-http-connection.h"
#include "tm-http-request.h"

G_BEGIN_DECLS

/* The headers of request must be there. */
void tm_http_peer_identify (TmHttpRequest *request,
                            TmHttpConnection *connection,
                            gboolean trust_forwarded);

G_END_DECLS
