/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which system ran in this boot and in the one before: what is found after a boot happened under
 * the build that ran then, not under this one. Kept in the state of a probe, as groups of a key
 * file; noted once a boot, because an update changes os-release under a system that runs.
 */
#pragma once

#include "tm-probe.h"

G_BEGIN_DECLS

/* (transfer full): of this boot, 32 hex digits as in the journal; "unknown" if it has none. */
char *tm_probe_boot_read_id (TmProbe *probe);

/* (transfer full) (nullable): VERSION_ID, else BUILD_ID; as the service says it in "build". */
char *tm_probe_boot_read_build (TmProbe *probe);

/* Notes this boot in state, if that is not done. */
void tm_probe_boot_note (GKeyFile *state, TmProbe *probe);

/* (transfer full): of the boot before, or "unknown". */
char *tm_probe_boot_get_before (GKeyFile *state);

/* (nullable) (transfer floating): the option "system" of a record that came about in this boot;
 * boot_id: NULL: in the one before. kernel_version: (nullable): what the event itself says.
 * NULL: it is the one that runs. What nobody noted is "unknown": it must not be taken for what runs
 * now. */
GVariant *
tm_probe_boot_get_system (GKeyFile *state, const char *boot_id, const char *kernel_version);

G_END_DECLS
