/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel says about its trace events, out of a tracefs or a copy of one. */
#pragma once

#include "tm-ras-reader.h"

G_BEGIN_DECLS

/* (nullable) (transfer full): directory: of a tracefs; knows those of our events that are there.
 * NULL without an error: there is none of them. */
TmRasReader *mce_formats_load (const char *directory, GError **error);

G_END_DECLS
