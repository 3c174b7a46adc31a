/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * telemprobd as a whole: builds its parts, opens its two doors, and knows when to leave.
 *
 *   STARTING --> RUNNING --> LEAVING --> STOPPED
 *                   ^----------'
 *
 * Off means not a process: with telemetry off and nobody calling for TM_SERVICE_IDLE_SECONDS it
 * releases its names. If a call slipped in meanwhile it takes them back, else it ends; the bus
 * starts it again for the next call. After tm_service_quit() it answers what it has accepted and
 * ends.
 *
 * Signals: "stopped": nothing is left to do; see tm_service_get_exit_status().
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TM_SERVICE_IDLE_SECONDS 10

#define TM_TYPE_SERVICE (tm_service_get_type ())
G_DECLARE_FINAL_TYPE (TmService, tm_service, TM, SERVICE, GObject)

TmService *tm_service_new (void);
void tm_service_start (TmService *self);
/* Ends in good order; calling it again does nothing. */
void tm_service_quit (TmService *self);
int tm_service_get_exit_status (TmService *self);

G_END_DECLS
