/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The counters of memory controllers, from /sys/devices/system/edac/mc. */
#pragma once

#include "tm-edac-counts.h"
#include "tm-probe.h"

G_BEGIN_DECLS

/* (transfer full): what they say now. A controller whose counters were set to zero after
 * looked_usec (of the boot's clock) is forgotten in noted. */
TmEdacCounts *mce_edac_read (TmProbe *probe, TmEdacCounts *noted, gint64 looked_usec);

/* Whether a driver makes events of the errors of memory that the firmware tells of. */
gboolean mce_edac_hears_firmware (TmProbe *probe);

/* Microseconds since boot, suspend included. */
gint64 mce_edac_get_clock (void);

G_END_DECLS
