/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One transaction of PackageKit, put together from what it says on the bus while it runs. The
 * numbers are those of its D-Bus interface, which never change.
 */
#pragma once

#include "tm-update-rules.h"

G_BEGIN_DECLS

typedef struct _TmPackagekit TmPackagekit;

TmPackagekit *tm_packagekit_new (const TmUpdateRules *rules);
void tm_packagekit_free (TmPackagekit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmPackagekit, tm_packagekit_free)

/* What it is for; flags: of the property TransactionFlags. */
void tm_packagekit_set_role (TmPackagekit *self, guint role, guint64 flags);
/* info: what happens to the package; package_id: "name;version;arch;repository". */
void tm_packagekit_add_package (TmPackagekit *self, guint info, const char *package_id);
void tm_packagekit_set_error (TmPackagekit *self, guint code);
void tm_packagekit_finish (TmPackagekit *self, guint exit, guint msec);

/* Both its role and its end are known. */
gboolean tm_packagekit_is_complete (TmPackagekit *self);
/* (transfer full) (nullable): NULL for what changed nothing, was only tried or cancelled, or stands
 * in a history that is read anyway: with the back end "apt" all that reached dpkg does. */
TmUpdate *tm_packagekit_get_update (TmPackagekit *self, const char *backend);

G_END_DECLS
