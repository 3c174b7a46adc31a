/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bits of the registers that describe a machine check, as their makers' manuals number them. */
#pragma once

#include <glib.h>

#define TM_MCA_BIT(n) (G_GUINT64_CONSTANT (1) << (n))
#define TM_MCA_STATUS_OVERFLOW TM_MCA_BIT (62)
#define TM_MCA_STATUS_UNCORRECTED TM_MCA_BIT (61)
#define TM_MCA_STATUS_CONTEXT_CORRUPT TM_MCA_BIT (57)
/* Intel, where the processor can recover from uncorrected errors. */
#define TM_MCA_STATUS_SIGNALLED TM_MCA_BIT (56)
#define TM_MCA_STATUS_ACTION TM_MCA_BIT (55)
/* AMD. */
#define TM_MCA_STATUS_TASK_CORRUPT TM_MCA_BIT (55)
#define TM_MCA_STATUS_DEFERRED TM_MCA_BIT (44)
#define TM_MCA_STATUS_POISON TM_MCA_BIT (43)

/* MCG_CAP: the status has a count of corrected errors; says how far they are beyond a threshold;
 * and tells which uncorrected errors can be recovered from. */
#define TM_MCA_CAPABILITY_COUNT TM_MCA_BIT (10)
#define TM_MCA_CAPABILITY_THRESHOLD TM_MCA_BIT (11)
#define TM_MCA_CAPABILITY_RECOVERY TM_MCA_BIT (24)
/* MCG_STATUS: it came as an exception, not at a look around. */
#define TM_MCA_GLOBAL_IN_PROGRESS TM_MCA_BIT (2)
