/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The register contexts of ARM processors: which registers each kind of context has, in order. */
#pragma once

#include "tm-cper-field.h"

G_BEGIN_DECLS

extern const TmCperName tm_cper_arm_context_names[];

/* (transfer full): name and value of each; where the kind is unknown, the bytes. */
JsonObject *tm_cper_arm_registers_decode (guint64 type, const TmCperReader *registers);

G_END_DECLS
