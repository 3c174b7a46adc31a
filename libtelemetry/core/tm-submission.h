/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A submission: what a caller hands over on the bus, checked, before the service makes a record of
 * it. Decodes the arguments of Recorder.Submit, SubmitFd and each element of SubmitBatch.
 */
#pragma once

#include "tm-record.h"

G_BEGIN_DECLS

#define TM_BATCH_BUS_MAX 1000 /* records in one SubmitBatch: property MaxBatch */
#define TM_DEDUP_KEY_MAX_BYTES 128

typedef struct
{
  TmRecordBuilder builder; /* classification, severity, payload, version, event id, creation time */
  char *dedup_key;         /* (nullable) */
  TmSystem *system; /* (nullable): option "system"; the service decides whether to honour it */
} TmSubmission;

void tm_submission_clear (TmSubmission *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmSubmission, tm_submission_clear)

/* payload_max_bytes: TM_PAYLOAD_INLINE_MAX_BYTES or TM_PAYLOAD_MAX_BYTES. options: a{sv}; an
 * unknown key or a value of another type is an error that names the key and what is accepted. */
gboolean tm_submission_init (TmSubmission *self,
                             const char *classification,
                             guint32 severity,
                             const char *payload,
                             gsize n_bytes,
                             gsize payload_max_bytes,
                             GVariant *options,
                             GError **error);

/* A record as a{sv}, as Records.List gives it. (transfer floating) */
GVariant *tm_record_to_variant (TmRecord *record, gboolean with_payload);

G_END_DECLS
