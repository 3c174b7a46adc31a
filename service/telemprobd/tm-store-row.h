/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as the columns of a row: inside the store only. */
#pragma once

#include "tm-store-engine.h"
#include "tm-store-records.h"

G_BEGIN_DECLS

/* The columns of every statement that gives records, in this order. */
enum
{
  TM_ROW_FIELDS,
  TM_ROW_CURSOR = TM_N_FIELDS,
  TM_ROW_STATE,
  TM_ROW_UID,
  TM_ROW_CATEGORY,
  TM_ROW_REASON,
  TM_ROW_SETTLED,
  TM_ROW_SYSTEM,
  TM_ROW_END = TM_ROW_SYSTEM + TM_N_SYSTEM_FIELDS,
};

/* Of a record that is on its way; to everybody outside it is pending. */
#define TM_RECORD_STATE_ON_ITS_WAY 4

/* Each fails with TELEMETRY_ERROR_INVALID_FIELDS if the row does not hold a record. */
TmRecord *tm_row_read_record (TmStatement *statement, GError **error);
TmKeptRecord *tm_row_read_kept (TmStatement *statement, GError **error);

/* Parameters 1 to 8 of a statement with a filter. The classification is not among them: it is a
 * glob, which SQLite does not know. */
void tm_row_bind_filter (TmStatement *statement, const TmRecordFilter *filter, guint64 cursor);

G_END_DECLS
