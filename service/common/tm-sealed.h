/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes that travel between processes as a sealed memfd: nobody can change, shorten or lengthen
 * them after they were handed over, so the receiver may map and check them once and then rely on
 * what it saw. A pipe, a file or a memfd without its seals is refused.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A new memfd with the bytes and every seal; name appears in /proc only. -1 with error set. */
int tm_sealed_new (GBytes *bytes, const char *name, GError **error);

/* Maps what fd holds; fd can be closed afterwards. Fails with TELEMETRY_ERROR_NOT_SEALED, or with
 * TELEMETRY_ERROR_TOO_LARGE over max_bytes. */
GBytes *tm_sealed_read (int fd, gsize max_bytes, GError **error);

G_END_DECLS
