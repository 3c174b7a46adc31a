/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory of its own, a clock that stands still, and records made short: for the tests of what
 * is kept. */
#pragma once

#include "tm-clock-dummy.h"
#include "tm-store-records.h"

G_BEGIN_DECLS

#define KEEP_MACHINE_ID "0123456789abcdef0123456789abcdef"
#define KEEP_OTHER_MACHINE_ID "fedcba9876543210fedcba9876543210"
#define KEEP_BOOT_ID "00112233445566778899aabbccddeeff"

typedef struct
{
  char *directory;
  char *path;
  TmClockDummy *dummy;
  TmClock *clock; /* (unowned): dummy */
  TmStoreOptions options;
  TmStore *store; /* (nullable) */
} KeepFixture;

void keep_fixture_set_up (KeepFixture *self, gconstpointer data);
/* Asserts that nothing of the test's own is left over. */
void keep_fixture_tear_down (KeepFixture *self, gconstpointer data);
/* Closes it if it is open, and opens it with the fixture's options. */
TmStore *keep_fixture_open (KeepFixture *self);

typedef struct
{
  guint32 uid;
  const char *classification;
  guint severity;
  const char *payload;
  const char *category;
  const char *machine_id;
  const char *dedup_key;
} KeepRecord;

/* Zero fields get a value that is valid. */
TmDraft *keep_draft_new (KeepFixture *self, KeepRecord wanted);
/* Inserts one; returns its id. (transfer full) */
char *keep_insert (KeepFixture *self, KeepRecord wanted);
/* A payload of n bytes, without two equal ones. (transfer full) */
char *keep_payload (gsize n_bytes);
/* (element-type TmKeptRecord): everything, newest first */
GPtrArray *keep_list_all (KeepFixture *self);
/* TRUE if the text stands in any file of the directory. */
gboolean keep_disk_contains (KeepFixture *self, const char *text);
/* The count of a loss, 0 if there is none. */
guint64 keep_get_loss (KeepFixture *self, const char *reason, const char *classification);

G_END_DECLS
