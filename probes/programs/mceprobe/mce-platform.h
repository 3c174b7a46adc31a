/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which machine it is, by model: nothing that tells it from another one of the same. */
#pragma once

#include "tm-fault.h"
#include "tm-probe.h"

G_BEGIN_DECLS

/* (transfer full): vendor, product, board, bios, cpu; each as far as it is known. */
JsonObject *mce_platform_read (TmProbe *probe);

/* Completes a fault of a place on the PCI bus with the model that sits there. */
void mce_platform_complete (TmProbe *probe, TmFault *fault);

G_END_DECLS
