/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Categories: what a person decides about. Each is a key file ID.category with one group
 * [Category]:
 *
 *   Title, Explanation, Purpose   text for people, localised (Title[de]=...)
 *   Retention                     days the server keeps such records
 *   Classifications               globs, separated by ';': three parts, '*' within a part
 *   Example                       what such a record looks like
 *   Expires                       (optional) YYYY-MM-DD: from that day on nothing is recorded
 *
 * A file in /etc takes the place of the one of the same name in /usr/share. A classification
 * belongs to the category with the longest glob that matches it; among equally long ones to the id
 * that sorts first.
 *
 * A file that is not as it must be is a problem, and its category cannot be granted. Since nobody
 * knows then what it would have claimed, a glob that matches everything ("*" as first part) claims
 * nothing any more, and a category that has no other cannot be granted either: an error never makes
 * more be recorded, and what is said to be active is.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *id;
  char *title;
  char *explanation;
  char *purpose;
  char *example;
  guint retention_days;
  GVariant *translations; /* (nullable): see tm-category-translations.h */
  char **globs;
  gint64 expires_usec; /* 0 = never */
  gboolean is_broken;  /* its file, or it claims everything and another's file is */
} TmCategory;

gboolean tm_category_is_expired (const TmCategory *self, gint64 now_usec);

/* [a-z0-9-]{1,40} */
gboolean tm_category_id_is_valid (const char *id);
/* Three parts between slashes, each 1..40 of what a classification's part may have, or '*'. */
gboolean tm_category_glob_is_valid (const char *glob);
gboolean tm_category_glob_match (const char *glob, const char *classification);

typedef struct _TmCategorySet TmCategorySet;

/* Reads the directories, later ones override earlier ones (NULL-terminated).
 * Never fails. Blocks, shortly. */
TmCategorySet *tm_category_set_load (const char *const *directories);
TmCategorySet *tm_category_set_ref (TmCategorySet *self);
void tm_category_set_unref (TmCategorySet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCategorySet, tm_category_set_unref)

guint tm_category_set_get_n (TmCategorySet *self);
/* In the order of their ids. */
const TmCategory *tm_category_set_get (TmCategorySet *self, guint index);
/* NULL: there is none */
const TmCategory *tm_category_set_find (TmCategorySet *self, const char *id);
/* The category a classification belongs to. NULL: none claims it */
const TmCategory *tm_category_set_lookup (TmCategorySet *self, const char *classification);
const char *const *tm_category_set_get_problems (TmCategorySet *self);

G_END_DECLS
