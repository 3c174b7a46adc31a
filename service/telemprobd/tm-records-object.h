/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.telemetrics.TelemetryManager1.Records: what is kept, for its owner to read. */
#pragma once

#include "tm-committer.h"
#include "tm-dbus.h"
#include "tm-permits.h"

G_BEGIN_DECLS

#define TM_TYPE_RECORDS_OBJECT (tm_records_object_get_type ())
G_DECLARE_FINAL_TYPE (TmRecordsObject, tm_records_object, TM, RECORDS_OBJECT, TmDBusRecordsSkeleton)

TmRecordsObject *tm_records_object_new (TmPermits *permits, TmCommitter *committer, TmClock *clock);

/* Records have come or gone: announced within a second, with what else comes until then. */
void tm_records_object_touch (TmRecordsObject *self);

G_END_DECLS
