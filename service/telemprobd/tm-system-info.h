/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What this machine is, as a record says it: from uname, os-release, DMI and /proc/cpuinfo. What is
 * unknown is left out; what has characters a label must not have gets '?' for each of them, and
 * what is longer than its limit is left out.
 */
#pragma once

#include "tm-system.h"

G_BEGIN_DECLS

/* root: "" for this machine (TELEMETRICS_ROOT is for the caller to pass). Blocks, shortly. */
TmSystem *tm_system_info_read (const char *root);
/* 32 hex of this boot; random for this process where the kernel does not tell. (transfer full) */
char *tm_system_info_read_boot_id (const char *root);

G_END_DECLS
