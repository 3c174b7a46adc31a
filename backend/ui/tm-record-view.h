/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the template of Record needs. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* record: as the API sends it. (transfer full) */
JsonObject *tm_record_view_new (JsonObject *record, gint64 now_usec);

G_END_DECLS
