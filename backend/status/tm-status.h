/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What machines ask a server: /healthz (the process answers), /readyz (it can do its work: the
 * database is there with the right schema), /metrics (counters in Prometheus' text format).
 */
#pragma once

#include "tm-database-pool.h"
#include "tm-http-server.h"

G_BEGIN_DECLS

/* Adds lines "name value\n" to text. */
typedef void (*TmMetricsFunc) (GString *text, gpointer user_data);

typedef struct _TmStatus TmStatus;

/* Adds its routes to server, which must live as long. */
TmStatus *tm_status_new (TmHttpServer *server, TmDatabasePool *pool);
void tm_status_free (TmStatus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmStatus, tm_status_free)

/* More metrics, from another room. */
void tm_status_add_metrics (TmStatus *self, TmMetricsFunc func, gpointer user_data);
/* Appends one metric with its help and type ("counter" or "gauge"). */
void tm_metrics_append (
    GString *text, const char *name, const char *type, const char *help, guint64 value);

G_END_DECLS
