/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd says of the start of the system, on the system bus. */
#pragma once

#include <gio/gio.h>

#include "tm-boot.h"
#include "tm-probe.h"

G_BEGIN_DECLS

/* More failed units than that are counted, not named. */
#define BOOT_MAX_UNITS 20

typedef struct
{
  char *name;         /* without an instance */
  const char *result; /* "exit-code", "timeout", ... */
} BootUnit;

void boot_unit_free (BootUnit *self);

/* Waits until nothing is being started any more. FALSE: consent ended before, or there is no
 * systemd. */
gboolean boot_systemd_wait (GDBusConnection *bus, TmProbe *probe);
gboolean boot_systemd_get_times (GDBusConnection *bus, TmBootTimes *out_times, GError **error);
/* The system goes down, in an orderly way. */
gboolean boot_systemd_is_stopping (GDBusConnection *bus);
/* (transfer full) (element-type BootUnit): failed units that the system came with; out_n_failed:
 * all. */
GPtrArray *boot_systemd_get_failed (GDBusConnection *bus, guint *out_n_failed, GError **error);

G_END_DECLS
