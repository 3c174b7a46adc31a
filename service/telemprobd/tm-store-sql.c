/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of the store's statements and of its schema; see tm-store-sql.h.
 *
 * {fields} stands for the columns of a record in the order of the field table, {?fields} for as
 * many parameters, {system} and {?system} for those of a system: a new field is a line in that
 * table and a step in the schema here.
 *
 * A record's state is TmRecordState, and 4 while it is part of the transmission that is on its way:
 * so the one index serves eviction, expiry, batches and sums, and leaves such records alone.
 *
 * The age of a record: "kept_boottime" of its boot plus that boot's "offset_usec", the difference
 * of wall clock and boot-time clock as it was last known in that boot. A wall clock that is set
 * right an hour after boot so repairs what was kept before.
 */
#include "tm-store-sql.h"

#include "tm-field.h"

const char *const tm_sql_schema_steps[] = {
  /* 0 -> 1 */
  "CREATE TABLE epoch (epoch_pk INTEGER PRIMARY KEY AUTOINCREMENT, machine_id TEXT NOT NULL UNIQUE,"
  "  next_sequence INTEGER NOT NULL DEFAULT 1);"
  "CREATE TABLE boot (boot_pk INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE,"
  "  offset_usec INTEGER NOT NULL);"
  "CREATE TABLE system (system_pk INTEGER PRIMARY KEY, arch TEXT, host_type TEXT, system_name TEXT,"
  "  build TEXT, kernel_version TEXT, board_name TEXT, cpu_model TEXT, bios_version TEXT);"
  "CREATE TABLE record (cursor INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  state INTEGER NOT NULL, uid INTEGER NOT NULL, category TEXT NOT NULL, cost INTEGER NOT NULL,"
  "  epoch_pk INTEGER NOT NULL, system_pk INTEGER NOT NULL, boot_pk INTEGER NOT NULL,"
  "  kept_boottime INTEGER NOT NULL, settled_usec INTEGER NOT NULL DEFAULT 0, reason TEXT,"
  "  record_id TEXT NOT NULL UNIQUE, classification TEXT NOT NULL, severity INTEGER NOT NULL,"
  "  payload_format_version INTEGER NOT NULL, event_id TEXT NOT NULL, created_at INTEGER NOT NULL,"
  "  boot_id TEXT, boottime_us INTEGER, sequence INTEGER NOT NULL, origin TEXT NOT NULL, app TEXT,"
  "  payload TEXT NOT NULL);"
  "CREATE INDEX record_order ON record (state, severity DESC, cursor, epoch_pk, uid, cost);"
  "CREATE TABLE dedup (digest BLOB PRIMARY KEY, uid INTEGER NOT NULL, category TEXT NOT NULL,"
  "  record_id TEXT NOT NULL, made_usec INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE loss (epoch_pk INTEGER NOT NULL, reason TEXT NOT NULL, classification TEXT NOT "
  "NULL,"
  "  count INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0,"
  "  PRIMARY KEY (epoch_pk, reason, classification)) WITHOUT ROWID;"
  "CREATE TABLE transmission (transmission_pk INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  batch_id TEXT NOT NULL UNIQUE, epoch_pk INTEGER NOT NULL, on_its_way INTEGER NOT NULL DEFAULT "
  "1,"
  "  urgent INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, created_usec INTEGER NOT NULL,"
  "  next_attempt_usec INTEGER NOT NULL DEFAULT 0,"
  "  not_before_usec INTEGER NOT NULL DEFAULT 0, hold TEXT, settled_usec INTEGER NOT NULL "
  "DEFAULT 0,"
  "  url TEXT, n_records INTEGER NOT NULL, n_bytes INTEGER NOT NULL, body BLOB);"
  "CREATE UNIQUE INDEX transmission_on_its_way ON transmission (on_its_way) WHERE on_its_way;"
  "CREATE TABLE transmission_record (transmission_pk INTEGER NOT NULL, cursor INTEGER NOT NULL,"
  "  record_id TEXT NOT NULL, PRIMARY KEY (transmission_pk, cursor)) WITHOUT ROWID;"
  "CREATE INDEX transmission_record_cursor ON transmission_record (cursor);"
  "CREATE TABLE transmission_loss (transmission_pk INTEGER NOT NULL, reason TEXT NOT NULL,"
  "  classification TEXT NOT NULL, count INTEGER NOT NULL,"
  "  PRIMARY KEY (transmission_pk, reason, classification)) WITHOUT ROWID;"
  "CREATE TABLE receipt (receipt_id TEXT PRIMARY KEY, kind TEXT NOT NULL,"
  "  created_usec INTEGER NOT NULL, n_records INTEGER NOT NULL);"
  "CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",

  NULL
};

#define RECORD_COLUMNS                                                                             \
  "{fields}, cursor, state, uid, category, reason, record.settled_usec, {system}"
/* 1: cursor; then what may be NULL for any: 2 uid, 3 state, 4 least severity, 5 category, 6 event
 * id, 7 since, 8 until. Those on their way (4) are pending ones (1) to whoever asks. */
#define FILTER                                                                                     \
  "(?1 = 0 OR cursor < ?1) AND (?2 IS NULL OR uid = ?2)"                                           \
  " AND (?3 IS NULL OR state = ?3 OR (?3 = 1 AND state = 4)) AND (?4 IS NULL OR severity >= ?4)"   \
  " AND (?5 IS NULL OR category = ?5) AND (?6 IS NULL OR event_id = ?6)"                           \
  " AND (?7 IS NULL OR created_at >= ?7) AND (?8 IS NULL OR created_at < ?8)"
#define REMOVED "RETURNING uid, cost, state, epoch_pk, classification"

static const char *const texts[TM_N_SQL] = {
  [TM_SQL_BEGIN] = "BEGIN IMMEDIATE",
  [TM_SQL_COMMIT] = "COMMIT",
  [TM_SQL_ROLLBACK] = "ROLLBACK",
  [TM_SQL_VACUUM] = "VACUUM",

  [TM_SQL_SET_VALUE] = "INSERT INTO value (name, value) VALUES (?1, ?2)"
                       " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  [TM_SQL_GET_VALUE] = "SELECT value FROM value WHERE name = ?1",
  [TM_SQL_UNSET_VALUE] = "DELETE FROM value WHERE name = ?1",

  [TM_SQL_ADD_EPOCH] = "INSERT INTO epoch (machine_id) VALUES (?1)",
  [TM_SQL_GET_EPOCH] = "SELECT epoch_pk, next_sequence FROM epoch WHERE machine_id = ?1",
  [TM_SQL_SET_SEQUENCE] = "UPDATE epoch SET next_sequence = ?2 WHERE epoch_pk = ?1",
  [TM_SQL_FORGET_EPOCHS] =
      "DELETE FROM epoch WHERE epoch_pk < (SELECT max (epoch_pk) FROM epoch)"
      " AND epoch_pk NOT IN (SELECT epoch_pk FROM record)"
      " AND epoch_pk NOT IN (SELECT epoch_pk FROM transmission WHERE on_its_way)"
      " AND epoch_pk NOT IN (SELECT epoch_pk FROM loss WHERE count > delivered)",
  [TM_SQL_FORGET_LOSSES] = "DELETE FROM loss WHERE epoch_pk NOT IN (SELECT epoch_pk FROM epoch)",
  [TM_SQL_SET_BOOT] = "INSERT INTO boot (boot_id, offset_usec) VALUES (?1, ?2)"
                      " ON CONFLICT (boot_id) DO UPDATE SET offset_usec = excluded.offset_usec",
  [TM_SQL_GET_BOOT] = "SELECT boot_pk FROM boot WHERE boot_id = ?1",
  [TM_SQL_FORGET_BOOTS] = "DELETE FROM boot WHERE boot_id <> ?1"
                          " AND boot_pk NOT IN (SELECT boot_pk FROM record)",
  [TM_SQL_ADD_SYSTEM] = "INSERT INTO system ({system}) VALUES ({?system})",
  [TM_SQL_GET_SYSTEM] = "SELECT system_pk FROM system WHERE ({system}) IS ({?system})",
  [TM_SQL_FORGET_SYSTEMS] =
      "DELETE FROM system WHERE system_pk NOT IN (SELECT system_pk FROM record)",

  [TM_SQL_ADD_RECORD] = "INSERT INTO record ({fields}, state, uid, category, cost, epoch_pk,"
                        " system_pk, boot_pk, kept_boottime)"
                        " VALUES ({?fields}, 1, ?, ?, ?, ?, ?, ?, ?)",
  [TM_SQL_LIST_RECORDS] =
      "SELECT " RECORD_COLUMNS " FROM record CROSS JOIN system USING (system_pk)"
      " WHERE " FILTER " ORDER BY cursor DESC",
  [TM_SQL_FIND_RECORD] = "SELECT " RECORD_COLUMNS " FROM record CROSS JOIN system USING (system_pk)"
                         " WHERE record_id = ?1",
  [TM_SQL_LIST_CURSORS] = "SELECT cursor, classification FROM record WHERE " FILTER
                          " AND (?9 IS NULL OR record_id = ?9)",
  [TM_SQL_DELETE_RECORD] = "DELETE FROM record WHERE cursor = ?1 " REMOVED,
  [TM_SQL_SUM_BY_UID] = "SELECT uid, sum (cost) FROM record GROUP BY uid",
  [TM_SQL_SUM_BY_STATE] = "SELECT state, count (*), sum (cost) FROM record GROUP BY state",
  [TM_SQL_OLDEST_PENDING] = "SELECT min (kept_boottime + offset_usec) FROM record"
                            " JOIN boot USING (boot_pk) WHERE state IN (1, 4)",
  [TM_SQL_LIST_EVICTABLE] = "SELECT cursor, cost FROM record WHERE state = ?1 AND severity = ?2"
                            " AND (?3 < 0 OR uid = ?3) ORDER BY cursor",
  [TM_SQL_EVICT] = "DELETE FROM record WHERE state = ?1 AND severity = ?2"
                   " AND (?3 < 0 OR uid = ?3) AND cursor <= ?4 " REMOVED,
  [TM_SQL_EXPIRE] = "DELETE FROM record WHERE state <> 4 AND kept_boottime + (SELECT offset_usec"
                    " FROM boot WHERE boot.boot_pk = record.boot_pk) < ?1 " REMOVED,

  [TM_SQL_ADD_DEDUP] = "INSERT OR REPLACE INTO dedup (digest, uid, category, record_id, made_usec)"
                       " VALUES (?1, ?2, ?3, ?4, ?5)",
  [TM_SQL_GET_DEDUP] = "SELECT record_id FROM dedup WHERE digest = ?1 AND made_usec > ?2",
  [TM_SQL_EXPIRE_DEDUP] = "DELETE FROM dedup WHERE made_usec <= ?1 OR made_usec > ?2",
  [TM_SQL_BOUND_DEDUP] = "DELETE FROM dedup WHERE digest IN (SELECT digest FROM dedup"
                         " ORDER BY made_usec DESC LIMIT -1 OFFSET ?1)",
  [TM_SQL_DELETE_DEDUP] = "DELETE FROM dedup WHERE ?1 IS NULL OR category = ?1",

  [TM_SQL_ADD_LOSS] = "INSERT INTO loss (epoch_pk, reason, classification, count)"
                      " VALUES (?1, ?2, ?3, ?4)"
                      " ON CONFLICT (epoch_pk, reason, classification)"
                      " DO UPDATE SET count = count + excluded.count",
  [TM_SQL_HAS_LOSS] = "SELECT 1 FROM loss WHERE epoch_pk = ?1 AND reason = ?2"
                      " AND classification = ?3",
  [TM_SQL_COUNT_LOSSES] = "SELECT count (*) FROM loss WHERE epoch_pk = ?1",
  [TM_SQL_LIST_LOSS_CLASSES] = "SELECT DISTINCT classification FROM loss"
                               " UNION SELECT classification FROM transmission_loss",
  [TM_SQL_DELETE_LOSS_CLASS] = "DELETE FROM loss WHERE classification = ?1",
  [TM_SQL_LIST_LOSSES] = "SELECT reason, classification, count FROM loss WHERE epoch_pk = ?1"
                         " AND (?2 = 0 OR count > delivered) ORDER BY reason, classification",
  [TM_SQL_MARK_LOSS_DELIVERED] = "UPDATE loss SET delivered = max (delivered, ?4)"
                                 " WHERE epoch_pk = ?1 AND reason = ?2 AND classification = ?3",

  [TM_SQL_NEXT_EPOCH] = "SELECT epoch_pk, machine_id FROM epoch WHERE epoch_pk ="
                        " (SELECT min (epoch_pk) FROM record WHERE state = 1 AND severity >= ?1)",
  [TM_SQL_LATER_EPOCH] = "SELECT 1 FROM record WHERE state = 1 AND severity >= ?1"
                         " AND epoch_pk <> ?2 LIMIT 1",
  [TM_SQL_LOSS_EPOCH] = "SELECT epoch_pk, machine_id FROM epoch WHERE epoch_pk ="
                        " (SELECT min (epoch_pk) FROM loss WHERE count > delivered)",
  [TM_SQL_TAKE_PENDING] = "SELECT " RECORD_COLUMNS ", cost FROM record"
                          " CROSS JOIN system USING (system_pk)"
                          " WHERE state = 1 AND epoch_pk = ?1 AND severity >= ?2"
                          " ORDER BY severity DESC, cursor",
  [TM_SQL_TAKE_RECORD] = "UPDATE record SET state = 4 WHERE record_id = ?1 AND state = 1"
                         " AND epoch_pk = ?2 RETURNING cursor",

  [TM_SQL_ADD_TRANSMISSION] = "INSERT INTO transmission (batch_id, epoch_pk, body, urgent,"
                              " created_usec, n_records, n_bytes, attempt, next_attempt_usec, hold)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
                              " RETURNING transmission_pk",
  [TM_SQL_ADD_TRANSMISSION_RECORD] = "INSERT INTO transmission_record (transmission_pk, cursor,"
                                     " record_id) VALUES (?1, ?2, ?3)",
  [TM_SQL_ADD_TRANSMISSION_LOSS] = "INSERT INTO transmission_loss (transmission_pk, reason,"
                                   " classification, count) VALUES (?1, ?2, ?3, ?4)",
  [TM_SQL_GET_TRANSMISSION] = "SELECT transmission_pk, batch_id, machine_id, body, urgent, attempt,"
                              " created_usec, next_attempt_usec, not_before_usec, hold, epoch_pk"
                              " FROM transmission JOIN epoch USING (epoch_pk) WHERE on_its_way",
  [TM_SQL_LIST_TRANSMISSION_RECORDS] = "SELECT record_id FROM transmission_record"
                                       " WHERE transmission_pk = ?1 ORDER BY cursor",
  [TM_SQL_LIST_TRANSMISSION_LOSSES] = "SELECT reason, classification, count FROM transmission_loss"
                                      " WHERE transmission_pk = ?1",
  [TM_SQL_UPDATE_TRANSMISSION] = "UPDATE transmission SET attempt = ?2, next_attempt_usec = ?3,"
                                 " not_before_usec = ?4, hold = ?5"
                                 " WHERE on_its_way AND batch_id = ?1",
  [TM_SQL_SETTLE_TRANSMISSION] = "UPDATE transmission SET on_its_way = 0, settled_usec = ?2,"
                                 " url = ?3, body = iif (?4, body, NULL), hold = NULL"
                                 " WHERE transmission_pk = ?1",
  [TM_SQL_FORGET_TRANSMISSION_RECORDS] = "DELETE FROM transmission_record"
                                         " WHERE transmission_pk = ?1",
  [TM_SQL_FORGET_TRANSMISSION_LOSSES] = "DELETE FROM transmission_loss WHERE transmission_pk = ?1",
  [TM_SQL_DELETE_TRANSMISSION] = "DELETE FROM transmission WHERE transmission_pk = ?1",
  [TM_SQL_BOUND_TRANSMISSIONS] = "DELETE FROM transmission WHERE transmission_pk IN"
                                 " (SELECT transmission_pk FROM transmission WHERE NOT on_its_way"
                                 "  ORDER BY transmission_pk DESC LIMIT -1 OFFSET ?1)",
  [TM_SQL_FORGET_LINKS] = "DELETE FROM transmission_record WHERE transmission_pk NOT IN"
                          " (SELECT transmission_pk FROM transmission)",
  [TM_SQL_BOUND_BODIES] = "UPDATE transmission SET body = NULL WHERE transmission_pk IN"
                          " (SELECT transmission_pk FROM (SELECT transmission_pk, sum (n_bytes)"
                          "  OVER (ORDER BY transmission_pk DESC) AS total FROM transmission"
                          "  WHERE body IS NOT NULL AND NOT on_its_way) WHERE total > ?1)",
  [TM_SQL_BLANK_TRANSMISSIONS] = "UPDATE transmission SET body = NULL WHERE transmission_pk IN"
                                 " (SELECT transmission_pk FROM transmission_record"
                                 "  WHERE cursor = ?1)",
  [TM_SQL_RECORD_IS_SENT] = "SELECT 1 FROM record WHERE cursor = ?1 AND state = 4",
  [TM_SQL_SETTLE_KEEP] = "UPDATE record SET state = ?2, reason = ?3, settled_usec = ?4"
                         " WHERE record_id = ?1 AND state = 4 RETURNING epoch_pk, classification",
  [TM_SQL_SETTLE_DELETE] = "DELETE FROM record WHERE record_id = ?1 AND state = 4 " REMOVED,
  [TM_SQL_RELEASE_RECORDS] = "UPDATE record SET state = 1 WHERE state = 4",

  [TM_SQL_DELETE_RECORDS] = "DELETE FROM record",
  [TM_SQL_DELETE_TRANSMISSIONS] = "DELETE FROM transmission",
  [TM_SQL_DELETE_TRANSMISSION_RECORDS] = "DELETE FROM transmission_record",
  [TM_SQL_DELETE_TRANSMISSION_LOSSES] = "DELETE FROM transmission_loss",
  [TM_SQL_DELETE_LOSSES] = "DELETE FROM loss",
  [TM_SQL_DELETE_EPOCHS] = "DELETE FROM epoch",
  [TM_SQL_DELETE_BOOTS] = "DELETE FROM boot",
  [TM_SQL_DELETE_SYSTEMS] = "DELETE FROM system",
  [TM_SQL_DELETE_VALUES] = "DELETE FROM value",

  [TM_SQL_ADD_RECEIPT] = "INSERT INTO receipt (receipt_id, kind, created_usec, n_records)"
                         " VALUES (?1, ?2, ?3, ?4)",
  [TM_SQL_LIST_RECEIPTS] = "SELECT receipt_id, kind, created_usec, n_records FROM receipt"
                           " ORDER BY created_usec DESC, rowid DESC",
};

static const char *
get_field_name (guint i)
{
  return tm_field_get (i)->name;
}

static const char *
get_system_field_name (guint i)
{
  return tm_system_field_get (i)->name;
}

static void
expand (GString *text, const char *name, guint n_columns, const char *(*get_name) (guint))
{
  g_autoptr (GString) columns = g_string_new (NULL);
  g_autoptr (GString) parameters = g_string_new (NULL);
  g_autofree char *column_mark = g_strconcat ("{", name, "}", NULL);
  g_autofree char *parameter_mark = g_strconcat ("{?", name, "}", NULL);

  for (guint i = 0; i < n_columns; i++)
    {
      g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", get_name (i));
      g_string_append (parameters, i > 0 ? ", ?" : "?");
    }

  g_string_replace (text, column_mark, columns->str, 0);
  g_string_replace (text, parameter_mark, parameters->str, 0);
}

char *
tm_sql_get_text (TmSql id)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail ((guint) id < TM_N_SQL, NULL);

  text = g_string_new (texts[id]);
  expand (text, "fields", TM_N_FIELDS, get_field_name);
  expand (text, "system", TM_N_SYSTEM_FIELDS, get_system_field_name);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
