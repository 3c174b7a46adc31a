/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trace events that tell of faults of the hardware, each as a fault. There is one function an
 * event; tm_ras_event_find() is the list of them.
 */
#pragma once

#include "tm-fault.h"
#include "tm-trace-event.h"

G_BEGIN_DECLS

typedef struct
{
  const char *system;
  const char *name;
  TmFaultKind kind; /* what it mostly tells of */
  /* (transfer full) */
  TmFault *(*to_fault) (const TmTraceEvent *event);
} TmRasEvent;

#define TM_RAS_N_EVENTS 5

extern const TmRasEvent tm_ras_events[TM_RAS_N_EVENTS];

/* (nullable): by the name of its format */
const TmRasEvent *tm_ras_event_find (const char *name);

TmFault *tm_ras_memory_to_fault (const TmTraceEvent *event);
TmFault *tm_ras_extlog_to_fault (const TmTraceEvent *event);
TmFault *tm_ras_mce_to_fault (const TmTraceEvent *event);
TmFault *tm_ras_aer_to_fault (const TmTraceEvent *event);
TmFault *tm_ras_section_to_fault (const TmTraceEvent *event);

G_END_DECLS
