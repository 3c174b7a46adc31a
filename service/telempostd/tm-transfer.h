/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One transfer from a body to its outcome: compress, post, judge. It always has an outcome: what
 * goes wrong on the way is one, too.
 */
#pragma once

#include "tm-http.h"
#include "tm-transfer-options.h"

G_BEGIN_DECLS

void tm_transfer_run_async (TmHttp *http,
                            const char *batch_id,
                            GBytes *body,
                            guint attempt,
                            const TmTransferOptions *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
TmTransferOutcome *tm_transfer_run_finish (GAsyncResult *result);

G_END_DECLS
