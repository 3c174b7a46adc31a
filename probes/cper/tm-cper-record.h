/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Common Platform Error Record: a head, descriptors of sections, and the sections. */
#pragma once

#include <gio/gio.h>

#include "tm-cper-event.h"

G_BEGIN_DECLS

/* As tm_cper_parse(). */
GPtrArray *tm_cper_record_parse (const TmCperReader *reader, GError **error);
/* (transfer full): what its head says. */
JsonObject *tm_cper_record_decode_head (const TmCperReader *record, gboolean wants_all);

G_END_DECLS
