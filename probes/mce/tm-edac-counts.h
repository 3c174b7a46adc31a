/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The counters that drivers of memory controllers keep, of each module and of what could not be
 * told to one; and what is new in them since they were noted last. What the trace or the log has
 * told already is noted as it is told, so that it is not told again.
 */
#pragma once

#include "tm-fault.h"

G_BEGIN_DECLS

/* Modules whose counters are kept: more than any machine has; the state must stay small. */
#define TM_EDAC_MAX_COUNTS 512

typedef struct
{
  char *id;    /* "mc0/dimm3", or "mc0" for what no module is known of */
  char *label; /* of the module, or "" */
  guint64 n_corrected;
  guint64 n_uncorrected;
} TmEdacCount;

typedef struct _TmEdacCounts TmEdacCounts;

TmEdacCounts *tm_edac_counts_new (void);
void tm_edac_counts_free (TmEdacCounts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmEdacCounts, tm_edac_counts_free)

void tm_edac_counts_set (TmEdacCounts *self,
                         const char *id,
                         const char *label,
                         guint64 n_corrected,
                         guint64 n_uncorrected);

/* The driver told of a fault of memory: it is in the counters, too. */
void tm_edac_counts_note (TmEdacCounts *self, TmFault *fault);

/* The counters of a controller, or of all (NULL), began anew at zero. */
void tm_edac_counts_forget (TmEdacCounts *self, const char *controller);

/* Makes self what now is, and calls func with what is new. A counter below what was noted has
 * nothing new: the trace may be a moment ahead of it. */
void tm_edac_counts_update (TmEdacCounts *self,
                            const TmEdacCounts *now,
                            TmFaultFunc func,
                            gpointer user_data);

void tm_edac_counts_load (TmEdacCounts *self, GKeyFile *file);
void tm_edac_counts_save (const TmEdacCounts *self, GKeyFile *file);

G_END_DECLS
