/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cuts out of a line of a log what must not leave the machine: addresses, names of programs, paths
 * of people, numbers of devices. What was there is said in brackets. The patterns are compiled
 * once, which costs more than a whole report.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TmOopsScrubber TmOopsScrubber;

TmOopsScrubber *tm_oops_scrubber_new (void);
void tm_oops_scrubber_free (TmOopsScrubber *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmOopsScrubber, tm_oops_scrubber_free)

/* (transfer full): valid UTF-8, whatever text is. */
char *tm_oops_scrubber_clean (TmOopsScrubber *self, const char *text);

G_END_DECLS
