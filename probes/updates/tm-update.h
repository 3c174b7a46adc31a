/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One transaction of whatever updates the system: what the package managers have in common. Counts,
 * not names; names only where a vendor's rules allow them. Never who asked for it, nor how.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Names that a record may have at most; the counts tell that there are more. */
#define TM_UPDATE_MAX_NAMES 100

/* Why it failed. */
typedef enum
{
  TM_UPDATE_ERROR_NONE,
  TM_UPDATE_ERROR_INTERRUPTED, /* it began and never ended: power, a crash, a kill */
  TM_UPDATE_ERROR_PACKAGE,     /* a package could not be put on the disk, or its script failed */
  TM_UPDATE_ERROR_DISK_FULL,
  TM_UPDATE_ERROR_NETWORK,
  TM_UPDATE_ERROR_SIGNATURE,  /* something was not signed by whom it should be */
  TM_UPDATE_ERROR_DEPENDENCY, /* what is wanted does not go together */
  TM_UPDATE_ERROR_LOCKED,     /* another one was at it */
  TM_UPDATE_ERROR_CANCELLED,  /* by a person; not reported as a failure */
  TM_UPDATE_ERROR_OTHER,
} TmUpdateError;

typedef struct
{
  const char *source; /* "apt", "dnf", "swupd", "packagekit" */
  char *from;         /* (nullable): build */
  char *to;           /* (nullable): build */
  gint64 begin_usec;  /* since 1970 UTC; 0: not known */
  gint64 end_usec;
  gint64 seconds; /* it took, where that is said; -1: take the difference */
  TmUpdateError error;
  guint n_installed;
  guint n_upgraded; /* also downgraded, and installed again */
  guint n_removed;
  GPtrArray *names; /* (element-type utf8): what the rules allow */
  GChecksum *digest;
} TmUpdate;

TmUpdate *tm_update_new (const char *source);
void tm_update_free (TmUpdate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmUpdate, tm_update_free)

/* Takes ownership of the update. */
typedef void (*TmUpdateFunc) (TmUpdate *update, gpointer user_data);

/* What it was read from tells it apart from all others: 32 hexadecimal digits. */
void tm_update_mix (TmUpdate *self, const char *text, gsize n_bytes);
char *tm_update_get_id (TmUpdate *self);

/* "package", "disk-full", ...; NULL for none. */
const char *tm_update_error_to_text (TmUpdateError error);
/* Of two that one update failed of: the first, unless it is none or "other"; a full disk is the
 * cause of whatever else fails. */
TmUpdateError tm_update_error_join (TmUpdateError first, TmUpdateError next);
/* The class of a message that a program wrote for people. */
TmUpdateError tm_update_error_from_text (const char *text, gsize n_bytes);

const char *tm_update_get_classification (const TmUpdate *self);
guint32 tm_update_get_severity (const TmUpdate *self);
JsonNode *tm_update_to_payload (TmUpdate *self);

G_END_DECLS
