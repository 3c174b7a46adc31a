/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the template of Overview needs beside the answer of the API. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void tm_overview_view_dress (JsonObject *answer, gint64 now_usec);

G_END_DECLS
