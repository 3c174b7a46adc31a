/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot error region of ACPI: a row of generic error status blocks. */
#pragma once

#include <gio/gio.h>

#include "tm-cper-event.h"

G_BEGIN_DECLS

/* As tm_cper_parse(). */
GPtrArray *tm_cper_region_parse (const TmCperReader *reader, GError **error);

G_END_DECLS
