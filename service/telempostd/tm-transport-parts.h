/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the transport is made of: from the configuration, the user database and the machine. */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

#include "tm-config.h"
#include "tm-credentials.h"
#include "tm-endpoint.h"

G_BEGIN_DECLS

typedef struct
{
  TmEndpoint *endpoint;       /* (nullable): there is no server, or none that may be used */
  TmCredentials *credentials; /* (nullable): NULL with endpoint */
  char *problem;              /* (nullable): why there is no endpoint */
  gboolean allow_metered;
  GNetworkMonitor *network; /* (owned) */
  uid_t telemetry_uid;      /* (uid_t) -1: there is no such user */
} TmTransportParts;

/* Never fails: a server that cannot be used is a problem that each Deliver() tells of. Blocks: for
 * the start of the program. */
void tm_transport_parts_init (TmTransportParts *self, TmConfig *config);
void tm_transport_parts_clear (TmTransportParts *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmTransportParts, tm_transport_parts_clear)

G_END_DECLS
