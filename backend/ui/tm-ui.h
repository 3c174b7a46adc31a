/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * TelemetryUI: the pages for people and the API for programs, over what the database holds. It only
 * reads.
 */
#pragma once

#include "tm-database-pool.h"
#include "tm-http-router.h"

G_BEGIN_DECLS

typedef struct _TmUi TmUi;

TmUi *tm_ui_new (TmDatabasePool *pool);
/* No request may be under way any more. */
void tm_ui_free (TmUi *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmUi, tm_ui_free)

/* The routes take the TmUi as their user data. */
const TmHttpRoute *tm_ui_get_routes (gsize *out_n_routes);

G_END_DECLS
