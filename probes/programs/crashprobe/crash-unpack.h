/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Core files may come compressed. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a core may have, unpacked: it stays in memory while it is read. */
#define CRASH_MAX_CORE_BYTES (G_GUINT64_CONSTANT (512) * 1024 * 1024)

/* A descriptor of the core as it was before zstd compressed it, or core_fd itself if it is not
 * compressed and can be gone about in; else a copy. -1: error is set, G_IO_ERROR_INVALID_DATA or
 * G_IO_ERROR_NO_SPACE when it is larger than max_bytes. */
int crash_unpack (int core_fd, guint64 max_bytes, GError **error);

G_END_DECLS
