/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip bodies, inflated up to a limit and no further: a bomb costs at most that much memory. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Fails with TELEMETRY_ERROR_TOO_LARGE beyond max_bytes, TELEMETRY_ERROR_INVALID_FIELDS if body is
 * not gzip, or ends too early, or goes on behind its end. Blocks: for a worker thread. */
GBytes *tm_inflate (GBytes *body, gsize max_bytes, GError **error);

G_END_DECLS
