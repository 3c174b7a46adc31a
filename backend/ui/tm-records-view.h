/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the template of Records needs beside the answer of the API. */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-record-filter.h"

G_BEGIN_DECLS

/* Adds to the answer: a view of every record, the form as it was filled in, what is asked for as
 * removable marks, facets with their links, and the links to other pages and formats. */
void tm_records_view_dress (JsonObject *answer, const TmRecordFilter *filter, gint64 now_usec);

G_END_DECLS
