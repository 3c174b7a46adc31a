/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One error as firmware tells it: a block of the boot error region, or a whole record. Made by
 * tm-cper-parse.c; its sections point into the bytes that were parsed.
 */
#pragma once

#include "tm-cper-section.h"

G_BEGIN_DECLS

typedef struct
{
  guint severity; /* of the whole */
  guint index;    /* among those that came together */
  guint n_events; /* how many came together, also those beyond the limit */
  gboolean is_truncated;
  guint n_omitted;     /* sections beyond the limit */
  GPtrArray *sections; /* (element-type TmCperSection) */
  TmCperReader record; /* no bytes: not a record but a block */
} TmCperEvent;

TmCperEvent *tm_cper_event_new (void);
void tm_cper_event_free (TmCperEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCperEvent, tm_cper_event_free)

/* The section that the others accompany; NULL if there are none. */
const TmCperSection *tm_cper_event_get_primary (const TmCperEvent *self);

G_END_DECLS
