/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The store: what this machine keeps until it is delivered, in one SQLite database. This header is
 * the database's life; what can be done with it is in tm-store-records.h, tm-store-delivery.h,
 * tm-store-ledger.h and tm-store-erase.h.
 *
 * THREADS: a TmStore belongs to one thread at a time: the commit thread (tm-committer.h), or the
 * thread that opens it before the commit thread starts. Nothing else may touch it, and every call
 * here blocks on the disk.
 *
 * DURABILITY: WAL and synchronous=FULL: a call that has returned TRUE survives a crash, of the
 * process and of the machine. Calls change all or nothing. They may be put into one transaction
 * with tm_store_begin().
 *
 * A database that is damaged is moved aside (store.db.damaged; the one before it is removed) and a
 * fresh one opened: tm_store_was_reset() then says so, and the caller must begin a new machine
 * epoch (tm_identity_renew()), because the sequence starts again.
 *
 * All functions fail with TELEMETRY_ERROR_STORAGE unless they say otherwise.
 */
#pragma once

#include "tm-clock.h"

G_BEGIN_DECLS

/* One uid may hold this part of the bound. */
#define TM_STORE_UID_PERCENT 25
/* The bound of DESIGN: 16 MiB. */
#define TM_STORE_DEFAULT_MAX_BYTES (16 * 1024 * 1024)
/* A caller's dedup-key is remembered so long. */
#define TM_STORE_DEDUP_DAYS 7

typedef struct
{
  const char *path;    /* of the database */
  const char *boot_id; /* 32 hex: of this boot */
  gint64 max_bytes;    /* of all records kept; -1 = no bound */
  gint64 expiry_usec;  /* a pending record leaves after so long */
  gboolean retention;  /* sent records and transmissions stay, for their owner to read */
} TmStoreOptions;

typedef struct _TmStore TmStore;

TmStore *tm_store_open (const TmStoreOptions *options, TmClock *clock, GError **error);
/* An empty one in memory, for whoever wants to read where there is no database: it leaves nothing
 * on the disk. */
TmStore *tm_store_open_nothing (const TmStoreOptions *options, TmClock *clock, GError **error);
void tm_store_close (TmStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmStore, tm_store_close)

/* Removes the database and what belongs to it, for withdrawal when it cannot be opened. */
gboolean tm_store_unlink (const char *path, GError **error);

/* TRUE if tm_store_open() found a damaged database. */
gboolean tm_store_was_reset (TmStore *self);

/* Puts what follows into one transaction. Nested pairs join the outermost one; commit is the only
 * point where the disk is waited for. A failed commit has rolled back. */
gboolean tm_store_begin (TmStore *self, GError **error);
gboolean tm_store_commit (TmStore *self, GError **error);
void tm_store_rollback (TmStore *self);

/* Moves what was committed from the log into the database: about 20 ms, never before a reply. */
gboolean tm_store_checkpoint (TmStore *self, GError **error);
/* Pages in the log that wait for a checkpoint. */
guint tm_store_get_n_log_pages (TmStore *self);

/* Small values with a name that survive a restart: [a-z-]{1,40}. */
gboolean tm_store_set_value (TmStore *self, const char *name, const char *value, GError **error);
/* (transfer full) (nullable): NULL without an error if there is none */
char *tm_store_get_value (TmStore *self, const char *name, GError **error);

G_END_DECLS
