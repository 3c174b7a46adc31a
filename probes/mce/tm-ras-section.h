/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A section of a Common Platform Error Record, as a fault. */
#pragma once

#include "tm-cper-type.h"
#include "tm-fault.h"

G_BEGIN_DECLS

/* As the specification numbers severities: 0 recoverable, 1 fatal, 2 corrected, 3 informational. */
TmFaultSeverity tm_ras_severity_from_cper (guint64 severity);

/* (transfer full) */
TmFault *tm_ras_section_decode (const TmCperType *type,
                                const TmCperReader *section,
                                TmFaultSeverity severity);
/* (transfer full): of a section of which no more than the kind is known. */
TmFault *tm_ras_section_of_guid (const char *guid, TmFaultSeverity severity);
/* What the board's maker calls the place, if that is known. */
void tm_ras_section_set_place (TmFault *fault, const char *text);

G_END_DECLS
