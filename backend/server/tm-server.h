/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server as a whole: its rooms put together, from the first socket to the graceful end. */
#pragma once

#include "tm-server-config.h"
#include "tm-server-options.h"

G_BEGIN_DECLS

/* Answers requests until SIGTERM or SIGINT; then no new ones are taken, and those in flight are
 * answered first. */
gboolean
tm_server_serve (const TmServerConfig *config, const TmServerOptions *options, GError **error);

/* Brings the schema to the newest version and makes the partitions of the next days. */
gboolean tm_server_migrate (const TmServerConfig *config, GError **error);

G_END_DECLS
