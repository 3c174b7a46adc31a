/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every statement of the store by name, and the steps of its schema. The text is in tm-store-sql.c;
 * only tm-store.c hands it to SQLite.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_SQL_BEGIN,
  TM_SQL_COMMIT,
  TM_SQL_ROLLBACK,
  TM_SQL_VACUUM,

  TM_SQL_SET_VALUE, /* name, value */
  TM_SQL_GET_VALUE, /* name -> value */
  TM_SQL_UNSET_VALUE,

  TM_SQL_ADD_EPOCH,     /* machine_id */
  TM_SQL_GET_EPOCH,     /* machine_id -> epoch_pk, next_sequence */
  TM_SQL_SET_SEQUENCE,  /* epoch_pk, next_sequence */
  TM_SQL_FORGET_EPOCHS, /* those that have nothing to send any more; the newest stays */
  TM_SQL_FORGET_LOSSES, /* of forgotten epochs */
  TM_SQL_SET_BOOT,      /* boot_id, offset_usec */
  TM_SQL_GET_BOOT,      /* boot_id -> boot_pk */
  TM_SQL_FORGET_BOOTS,  /* boot_id that stays */
  TM_SQL_ADD_SYSTEM,    /* fields of the system */
  TM_SQL_GET_SYSTEM,    /* fields of the system -> system_pk */
  TM_SQL_FORGET_SYSTEMS,

  TM_SQL_ADD_RECORD,     /* fields, state, uid, category, cost, epoch_pk, system_pk, boot_pk,
                            kept_boottime */
  TM_SQL_LIST_RECORDS,   /* cursor, limits of the filter -> a record */
  TM_SQL_FIND_RECORD,    /* record_id -> a record */
  TM_SQL_LIST_CURSORS,   /* as TM_SQL_LIST_RECORDS -> cursor, classification */
  TM_SQL_DELETE_RECORD,  /* cursor -> what was removed */
  TM_SQL_SUM_BY_UID,     /* -> uid, sum of cost */
  TM_SQL_SUM_BY_STATE,   /* -> state, number, sum of cost */
  TM_SQL_OLDEST_PENDING, /* -> wall clock */
  TM_SQL_LIST_EVICTABLE, /* state, severity, uid or -1 -> cursor, cost */
  TM_SQL_EVICT,          /* state, severity, uid or -1, last cursor -> what was removed */
  TM_SQL_EXPIRE,         /* wall clock before which a record is too old -> what was removed */

  TM_SQL_ADD_DEDUP,    /* digest, uid, category, record_id, made_usec */
  TM_SQL_GET_DEDUP,    /* digest, oldest made_usec -> record_id */
  TM_SQL_EXPIRE_DEDUP, /* oldest made_usec, newest made_usec */
  TM_SQL_BOUND_DEDUP,  /* most keys */
  TM_SQL_DELETE_DEDUP, /* category, or NULL for all */

  TM_SQL_ADD_LOSS,            /* epoch_pk, reason, classification, count */
  TM_SQL_HAS_LOSS,            /* epoch_pk, reason, classification -> 1 */
  TM_SQL_COUNT_LOSSES,        /* epoch_pk -> number of counters */
  TM_SQL_LIST_LOSS_CLASSES,   /* -> classification */
  TM_SQL_DELETE_LOSS_CLASS,   /* classification */
  TM_SQL_LIST_LOSSES,         /* epoch_pk, only undelivered -> reason, classification, count */
  TM_SQL_MARK_LOSS_DELIVERED, /* epoch_pk, reason, classification, count */

  TM_SQL_NEXT_EPOCH,   /* least severity -> epoch_pk, machine_id */
  TM_SQL_LATER_EPOCH,  /* least severity, epoch_pk -> 1 if another one has something */
  TM_SQL_LOSS_EPOCH,   /* -> epoch_pk, machine_id */
  TM_SQL_TAKE_PENDING, /* epoch_pk, least severity, limit -> a record */
  TM_SQL_TAKE_RECORD,  /* record_id, epoch_pk -> cursor */

  TM_SQL_ADD_TRANSMISSION,          /* batch_id, epoch_pk, body, urgent, created, number, bytes */
  TM_SQL_ADD_TRANSMISSION_RECORD,   /* transmission_pk, record_id */
  TM_SQL_ADD_TRANSMISSION_LOSS,     /* transmission_pk, reason, classification, count */
  TM_SQL_GET_TRANSMISSION,          /* -> the one on its way */
  TM_SQL_LIST_TRANSMISSION_RECORDS, /* transmission_pk -> record_id */
  TM_SQL_LIST_TRANSMISSION_LOSSES,  /* transmission_pk -> reason, classification, count */
  TM_SQL_UPDATE_TRANSMISSION, /* batch_id, attempt, next_attempt_usec, not_before_usec, hold */
  TM_SQL_SETTLE_TRANSMISSION, /* transmission_pk, settled_usec, url, keep the body */
  TM_SQL_FORGET_TRANSMISSION_RECORDS, /* transmission_pk */
  TM_SQL_FORGET_TRANSMISSION_LOSSES,  /* transmission_pk */
  TM_SQL_DELETE_TRANSMISSION,         /* transmission_pk */
  TM_SQL_BOUND_TRANSMISSIONS,         /* most that are kept */
  TM_SQL_FORGET_LINKS,                /* of transmissions that are no more */
  TM_SQL_BOUND_BODIES,                /* bytes of bodies that are kept */
  TM_SQL_BLANK_TRANSMISSIONS,         /* cursor of a record: bodies that carry it */
  TM_SQL_RECORD_IS_SENT,              /* cursor -> 1 if it is on its way */
  TM_SQL_SETTLE_KEEP,                 /* record_id, state, reason, settled_usec -> classification */
  TM_SQL_SETTLE_DELETE,               /* record_id -> what was removed */
  TM_SQL_RELEASE_RECORDS,             /* those on their way wait again */

  TM_SQL_DELETE_RECORDS,
  TM_SQL_DELETE_TRANSMISSIONS,
  TM_SQL_DELETE_TRANSMISSION_RECORDS,
  TM_SQL_DELETE_TRANSMISSION_LOSSES,
  TM_SQL_DELETE_LOSSES,
  TM_SQL_DELETE_EPOCHS,
  TM_SQL_DELETE_BOOTS,
  TM_SQL_DELETE_SYSTEMS,
  TM_SQL_DELETE_VALUES,

  TM_SQL_ADD_RECEIPT, /* receipt_id, kind, created_usec, n_records */
  TM_SQL_LIST_RECEIPTS,
} TmSql;

#define TM_N_SQL (TM_SQL_LIST_RECEIPTS + 1)

/* The statement's text, the tables of fields filled in. (transfer full) */
char *tm_sql_get_text (TmSql id);

/* What takes the schema from version n (its index) to n + 1. NULL-terminated. */
extern const char *const tm_sql_schema_steps[];

G_END_DECLS
