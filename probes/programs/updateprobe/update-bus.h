/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listens to PackageKit's transactions on the system bus; never starts PackageKit. */
#pragma once

#include <gio/gio.h>

#include "update-history.h"

G_BEGIN_DECLS

typedef struct _UpdateBus UpdateBus;

/* NULL: there is no bus. take: what has become of a transaction. */
UpdateBus *update_bus_new (const TmUpdateRules *rules, TmUpdateFunc take, gpointer user_data);
void update_bus_free (UpdateBus *self);

G_END_DECLS
