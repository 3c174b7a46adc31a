/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the kernel sent a signal. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer none) (nullable): "SEGV_MAPERR"; NULL where the code has no name. */
const char *crash_signal_get_reason (int signal, int code);

G_END_DECLS
