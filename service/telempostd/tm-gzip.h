/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gzip, always with the same bytes for the same input: no time, no name in the header. Level 1:
 * level 6 costs four times as much for a fifth fewer bytes.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Compresses in a thread, so that Cancel() is answered also during a large body. */
void tm_gzip_async (GBytes *bytes,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data);
GBytes *tm_gzip_finish (GAsyncResult *result, GError **error);

G_END_DECLS
