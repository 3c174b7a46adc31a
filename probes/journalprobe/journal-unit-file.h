/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose a unit is: what the maker of the system shipped may be named, all else is private. */
#pragma once

#include "tm-probe.h"

G_BEGIN_DECLS

/* (transfer full) (nullable): the name of the unit without its instance, if it may be said. */
char *journal_unit_file_get_public_name (TmProbe *probe, const char *unit);

G_END_DECLS
