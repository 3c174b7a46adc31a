/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the registers in an error of an IA32 or X64 processor are called. They say what the machine
 * was computing with: never part of a record. */
#pragma once

#include "tm-cper-field.h"

G_BEGIN_DECLS

/* (transfer full): registers of a context, by its kind. */
JsonObject *tm_cper_x86_registers_decode (guint64 type, const TmCperReader *registers);

G_END_DECLS
