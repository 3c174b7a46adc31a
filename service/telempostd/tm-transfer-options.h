/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The a{sv} of Deliver(), checked. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_TRANSFER_TIMEOUT_MAX_SECONDS 3600
#define TM_TRANSFER_TIMEOUT_DEFAULT_SECONDS 60

typedef struct
{
  gboolean urgent;       /* may use a metered network */
  guint timeout_seconds; /* for the whole transfer */
} TmTransferOptions;

/* Fails with TELEMETRY_ERROR_INVALID_FIELDS on an unknown key, another type or a value out of
 * range. */
gboolean tm_transfer_options_init (TmTransferOptions *self, GVariant *variant, GError **error);

G_END_DECLS
