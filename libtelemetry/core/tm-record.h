/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record: what happened once on one machine. Immutable and atomically reference counted, so that
 * it can be handed between threads; made by a builder on the stack that checks each field as it is
 * set.
 */
#pragma once

#include "tm-field.h"
#include "tm-system.h"

G_BEGIN_DECLS

typedef struct _TmRecord TmRecord;

TmRecord *tm_record_ref (TmRecord *self);
void tm_record_unref (TmRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmRecord, tm_record_unref)

const char *tm_record_get_text (TmRecord *self, TmFieldId id); /* NULL if unset */
gsize tm_record_get_n_bytes (TmRecord *self, TmFieldId id);    /* of that text, without NUL */
gboolean tm_record_has (TmRecord *self, TmFieldId id);
guint64 tm_record_get_number (TmRecord *self, TmFieldId id); /* 0 if unset */
TmSystem *tm_record_get_system (TmRecord *self);             /* (transfer none), never NULL */

/* The fields are private. Use: TmRecordBuilder builder; tm_record_builder_init (&builder); ... */
typedef struct
{
  TmRecord *record;
} TmRecordBuilder;

void tm_record_builder_init (TmRecordBuilder *self);
void tm_record_builder_clear (TmRecordBuilder *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmRecordBuilder, tm_record_builder_clear)

/* Each copies its argument and fails as tm_field_check_text()/tm_field_check_number() do. */
gboolean tm_record_builder_set_text (
    TmRecordBuilder *self, TmFieldId id, const char *text, gsize n_bytes, GError **error);
gboolean
tm_record_builder_set_number (TmRecordBuilder *self, TmFieldId id, guint64 number, GError **error);
void tm_record_builder_set_system (TmRecordBuilder *self, TmSystem *system);
gboolean tm_record_builder_has (TmRecordBuilder *self, TmFieldId id);
const char *tm_record_builder_get_text (TmRecordBuilder *self, TmFieldId id);
guint64 tm_record_builder_get_number (TmRecordBuilder *self, TmFieldId id); /* 0 if unset */

/* Ends the building; the builder is empty afterwards, whatever the result. Fails with
 * TELEMETRY_ERROR_INVALID_FIELDS, naming the first required field that was not set. */
TmRecord *tm_record_builder_end (TmRecordBuilder *self, GError **error);

G_END_DECLS
