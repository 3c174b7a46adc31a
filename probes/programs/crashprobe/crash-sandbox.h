/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes from this process whatever reading a core file does not need. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CRASH_MAX_CPU_SECONDS 10
#define CRASH_MAX_ADDRESS_BYTES (G_GUINT64_CONSTANT (512) * 1024 * 1024)

/* No other user's rights, no network, no new files, no other processes; memory, processor time and
 * files have limits; of files only those where programs are, and those below root, if the kernel
 * can do that. To be called before anything else runs: there must be one thread. */
gboolean crash_sandbox_enter (const char *root, GError **error);

G_END_DECLS
