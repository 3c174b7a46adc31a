/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of TelemetryClient share. */
#pragma once

#include "telemetry-client.h"
#include "tm-outbox.h"

G_BEGIN_DECLS

/* (transfer none): the outbox of this process. */
TmOutbox *tm_client_get_outbox (TelemetryClient *self);

G_END_DECLS
