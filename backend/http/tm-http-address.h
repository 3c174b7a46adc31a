/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a server listens, as people write it: "127.0.0.1:8080", "[::1]:8080", ":8080",
 * "unix:/path".
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Fails with G_IO_ERROR_INVALID_ARGUMENT and says what is accepted. (transfer full) */
GSocketAddress *tm_http_address_parse (const char *text, GError **error);
/* "http://127.0.0.1:8080/" or "unix:/path". (transfer full) */
char *tm_http_address_to_uri (GSocketAddress *address);

G_END_DECLS
