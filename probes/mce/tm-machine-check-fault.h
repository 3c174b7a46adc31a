/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine check means to people: the fault that it tells of. */
#pragma once

#include "tm-fault.h"
#include "tm-machine-check.h"

G_BEGIN_DECLS

/* (transfer full) */
TmFault *tm_machine_check_to_fault (const TmMachineCheck *self);

G_END_DECLS
