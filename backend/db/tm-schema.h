/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The schema and its history: numbered steps, up only. Each step is one transaction; an advisory
 * lock lets several servers start at once, and the second finds the work done.
 */
#pragma once

#include "tm-database.h"

G_BEGIN_DECLS

/* The newest version this program knows. */
guint tm_schema_get_newest (void);
/* What is wrong, for people, with a version that is not the newest, and what to do. */
char *tm_schema_explain (guint version);
/* 0 for an empty database. */
gboolean tm_schema_get_version (TmDatabase *database, guint *out_version, GError **error);
/* Brings the schema to version (0: the newest). A database that is newer already is left alone and
 * is an error: an older program must not write to it. out_n_steps: (nullable) */
gboolean
tm_schema_migrate (TmDatabase *database, guint version, guint *out_n_steps, GError **error);
/* Fails with TM_DATABASE_ERROR_SCHEMA, because somebody may be about to change that, unless the
 * schema has the newest version. */
gboolean tm_schema_check (TmDatabase *database, GError **error);

/* Partitions for every day whose records are accepted at now_usec, and three days ahead. */
gboolean tm_schema_make_partitions (TmDatabase *database, gint64 now_usec, GError **error);

G_END_DECLS
