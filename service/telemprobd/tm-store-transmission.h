/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transmission from inside the store: for whoever deletes what it carries. */
#pragma once

#include "tm-store-delivery.h"
#include "tm-store-engine.h"

G_BEGIN_DECLS

/* Its body is gone and its records wait again; also if there is none. In a transaction. */
gboolean tm_store_drop_transmission (TmStore *self, GError **error);

G_END_DECLS
