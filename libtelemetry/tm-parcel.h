/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A parcel: one call of the service's Recorder interface that is to be made, with its arguments
 * already checked against the table of core, and the place its answer goes to.
 *
 * Its body is immutable; the task is taken exactly once, by whoever is first: the answer, or the
 * caller who cancels.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TM_PARCEL_RECORD, /* Submit (susa{sv}); several may share one SubmitBatch */
  TM_PARCEL_LARGE,  /* SubmitFd (suha{sv}): the payload is a sealed memfd */
  TM_PARCEL_BATCH,  /* SubmitBatch (a(susa{sv})a{sv}) */
} TmParcelKind;

typedef struct
{
  gatomicrefcount ref_count;
  TmParcelKind kind;
  GVariant *body;
  int fd;          /* of TM_PARCEL_LARGE, else -1 */
  gsize n_bytes;   /* about what it needs in memory and on the wire */
  guint n_records; /* 1, but for TM_PARCEL_BATCH */
  gpointer task;   /* (nullable) (owned): a GTask; touched atomically */
  GSource *watch;  /* (nullable) (owned): looks at the task's cancellable */
} TmParcel;

/* A record; LARGE if its payload does not fit into a message. options: (nullable) a{sv}. Fails with
 * TELEMETRY_ERROR_INVALID_FIELDS or TELEMETRY_ERROR_TOO_LARGE. */
TmParcel *tm_parcel_new (const char *classification,
                         guint32 severity,
                         const char *payload,
                         GVariant *options,
                         GError **error);
/* records: a(susa{sv}). */
TmParcel *tm_parcel_new_batch (GVariant *records, GVariant *options, GError **error);
TmParcel *tm_parcel_ref (TmParcel *self);
void tm_parcel_unref (TmParcel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmParcel, tm_parcel_unref)

/* The task is answered by tm_parcel_answer(), or at once when its cancellable is cancelled. To be
 * set before another thread can see the parcel. */
void tm_parcel_set_task (TmParcel *self, GTask *task);
/* Returns the answer, or the error if answer is NULL, to the task, if there is one still. */
void tm_parcel_answer (TmParcel *self, GVariant *answer, const GError *error);

/* The message that makes one call of one parcel, or of several of TM_PARCEL_RECORD. */
GDBusMessage *tm_parcel_to_message (TmParcel *self);
GDBusMessage *tm_parcels_to_message (GPtrArray *parcels);

G_END_DECLS
