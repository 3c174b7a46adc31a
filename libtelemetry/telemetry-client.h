/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door for programs that report something; see telemetry-client.c. */
#pragma once

#include "telemetry-counter.h"
#include "telemetry-error.h"
#include "telemetry-export.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TelemetrySeverity:
 * @TELEMETRY_SEVERITY_LOW: worth knowing: a heartbeat, an update that went well
 * @TELEMETRY_SEVERITY_MEDIUM: something did not work as it should
 * @TELEMETRY_SEVERITY_HIGH: a program or a part of the system failed
 * @TELEMETRY_SEVERITY_CRITICAL: the machine or its data are in danger
 *
 * How much a record matters. Where space or the network is short, lower ones wait or go first.
 *
 * Since: 0.1
 */
typedef enum
{
  TELEMETRY_SEVERITY_LOW = 1,
  TELEMETRY_SEVERITY_MEDIUM = 2,
  TELEMETRY_SEVERITY_HIGH = 3,
  TELEMETRY_SEVERITY_CRITICAL = 4,
} TelemetrySeverity;

#define TELEMETRY_TYPE_CLIENT telemetry_client_get_type ()
TELEMETRY_EXPORT
G_DECLARE_FINAL_TYPE (TelemetryClient, telemetry_client, TELEMETRY, CLIENT, GObject)

TELEMETRY_EXPORT
TelemetryClient *telemetry_client_new (void);

TELEMETRY_EXPORT
gboolean telemetry_client_is_active (TelemetryClient *self);

TELEMETRY_EXPORT
gboolean telemetry_client_record (TelemetryClient *self,
                                  const char *classification,
                                  guint severity,
                                  const char *payload,
                                  GVariant *options);
TELEMETRY_EXPORT
gboolean telemetry_client_flush (TelemetryClient *self, guint timeout_msec, GError **error);
TELEMETRY_EXPORT
guint64 telemetry_client_get_count (TelemetryClient *self, TelemetryCounter counter);

TELEMETRY_EXPORT
char *telemetry_client_submit (TelemetryClient *self,
                               const char *classification,
                               guint severity,
                               const char *payload,
                               GVariant *options,
                               GCancellable *cancellable,
                               GError **error);
TELEMETRY_EXPORT
void telemetry_client_submit_async (TelemetryClient *self,
                                    const char *classification,
                                    guint severity,
                                    const char *payload,
                                    GVariant *options,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
TELEMETRY_EXPORT
char *telemetry_client_submit_finish (TelemetryClient *self, GAsyncResult *result, GError **error);

TELEMETRY_EXPORT
GVariant *telemetry_client_submit_batch (TelemetryClient *self,
                                         GVariant *records,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GError **error);
TELEMETRY_EXPORT
void telemetry_client_submit_batch_async (TelemetryClient *self,
                                          GVariant *records,
                                          GVariant *options,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
TELEMETRY_EXPORT
GVariant *
telemetry_client_submit_batch_finish (TelemetryClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
