/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A start of the system: how long each stage of it took, from the timestamps that systemd keeps.
 * A library without I/O.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  /* Microseconds, by systemd's names; 0: there was no such stage, or nobody knows. */
  guint64 firmware; /* before the kernel */
  guint64 loader;   /* before the kernel */
  guint64 kernel;   /* since 1970; the three below count from it */
  guint64 initrd;
  guint64 userspace;
  guint64 finish;
} TmBootTimes;

/* name: as in "FinishTimestampMonotonic". What is none of them is left alone. */
void tm_boot_times_set (TmBootTimes *self, const char *name, guint64 usec);
/* Lines NAME=USEC, as of "systemctl show"; anything else is skipped. */
void tm_boot_times_parse (TmBootTimes *self, const char *text, gsize n_bytes);
/* firmware_ms, loader_ms, kernel_ms, initrd_ms, userspace_ms; only what there was. Times that
 * contradict each other are left out. */
void tm_boot_times_add_stages (const TmBootTimes *self, JsonObject *object);

G_END_DECLS
