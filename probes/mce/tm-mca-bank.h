/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which part of a processor reports through a bank of registers, and what its own codes mean. */
#pragma once

#include "tm-machine-check.h"

G_BEGIN_DECLS

/* (nullable): where nobody knows. */
const char *tm_mca_bank_get_name (const TmMachineCheck *check);
/* (nullable): what AMD's extended error code says, for the kinds of bank that are known. */
const char *tm_mca_bank_get_error (const TmMachineCheck *check);

/* (nullable): what Intel's model-specific code says of a memory controller, where a manual has it.
 */
const char *tm_mca_bank_get_model_error (const TmMachineCheck *check);

/* The same for AMD's scalable architecture: hardware id and type, bits 32 to 63 of IPID. */
const char *tm_mca_smca_get_name (guint64 ipid);
const char *tm_mca_smca_get_error (guint64 ipid, guint extended_code);

G_END_DECLS
