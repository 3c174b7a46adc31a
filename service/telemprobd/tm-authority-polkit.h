/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's policy: polkit. The only file that speaks to it is tm-authority-polkit.c. */
#pragma once

#include "tm-authority.h"

G_BEGIN_DECLS

#define TM_TYPE_AUTHORITY_POLKIT (tm_authority_polkit_get_type ())
G_DECLARE_FINAL_TYPE (TmAuthorityPolkit, tm_authority_polkit, TM, AUTHORITY_POLKIT, GObject)

TmAuthority *tm_authority_polkit_new (GDBusConnection *connection);

G_END_DECLS
