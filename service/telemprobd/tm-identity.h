/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pseudonym of this machine. Rotating: a random secret of 32 bytes, of which the machine id is
 * the first 16 bytes (hex) of SHA-256; a new one every few days. Past secrets are kept for the time
 * the server keeps records: who can show the secret may erase them. Static: an id that the
 * administrator has set in /etc/telemetrics/static-machine-id; it has no secret.
 *
 * Immutable and reference counted: the functions that change it make another one, and it counts
 * from when it is saved. Saving blocks: do it on the commit thread (tm_committer_run_file_async()).
 *
 * The file (identity.conf, mode 0600) is a key file with one group for each secret, "[secret N]"
 * with N from 1, the last one being the present one: "secret" (64 hex), "created" and "ended"
 * (seconds since 1970; "ended" is absent in the present one), "used" (true in the present one once
 * records may be made under it).
 */
#pragma once

#include "tm-clock.h"

G_BEGIN_DECLS

typedef struct _TmIdentity TmIdentity;

/* Reads the file; a missing or damaged one gives a new secret (the damaged one is a problem, and is
 * kept beside as identity.conf.damaged). static_path: of the static id. */
TmIdentity *tm_identity_load (const char *path,
                              const char *static_path,
                              TmClock *clock,
                              gint64 rotation_days,
                              gint64 secret_days);
TmIdentity *tm_identity_ref (TmIdentity *self);
void tm_identity_unref (TmIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmIdentity, tm_identity_unref)

/* 32 hex. Never over the bus. */
const char *tm_identity_get_machine_id (TmIdentity *self);
gboolean tm_identity_is_static (TmIdentity *self);
gint64 tm_identity_get_created_usec (TmIdentity *self);
gint64 tm_identity_get_expires_usec (TmIdentity *self); /* 0 if static */
/* (nullable) (transfer none): one sentence */
const char *tm_identity_get_problem (TmIdentity *self);
/* FALSE: what is on disk is older than this. */
gboolean tm_identity_is_saved (TmIdentity *self);

/* Records may have been made under the present secret: consent that ends must end it, too.
 * Never of a static identity, which is no secret's. */
gboolean tm_identity_is_used (TmIdentity *self);

/* TRUE when it is time for a new secret; also when the clock was set to before it was made. */
gboolean tm_identity_is_due (TmIdentity *self);
/* Another secret, unused; the present one becomes a past one. Past ones that are old enough are
 * forgotten. A static identity stays as it is. */
TmIdentity *tm_identity_renew (TmIdentity *self);
/* The same, used. */
TmIdentity *tm_identity_use (TmIdentity *self);
/* Secrets, hex, newest first, the present one included: for erasure. (element-type utf8) */
GPtrArray *tm_identity_get_secrets (TmIdentity *self);

/* Blocks. Atomic and synced. */
gboolean tm_identity_save (TmIdentity *self, GError **error);

G_END_DECLS
