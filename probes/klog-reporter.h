/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way of a report out of klogprobe and pstoreprobe: within the limits it becomes a record, else
 * a part of a count. The reporter keeps the state: where the source stands, what was reported in
 * this boot, and which system ran in which boot; all of it is saved together, between two reports.
 *
 * A file that somebody named is shown or sent whole: the limits are for what a machine says by
 * itself.
 */
#pragma once

#include "tm-oops.h"
#include "tm-probe.h"

G_BEGIN_DECLS

typedef struct _KlogReporter KlogReporter;

KlogReporter *klog_reporter_new (TmProbe *probe, GError **error);
void klog_reporter_free (KlogReporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KlogReporter, klog_reporter_free)

/* Begins under an agreement. state: (nullable): all that was noted under it, and nothing else.
 * (transfer full) (nullable): the place of the source named. */
char *klog_reporter_begin (KlogReporter *self, const char *source, const char *state);
/* (transfer full): the boot before this one, as far as it was noted; for klog_reporter_set_boot().
 */
char *klog_reporter_get_boot_before (KlogReporter *self);

/* For TmOopsReader and KlogFollower; user_data is the reporter. */
void klog_reporter_take (TmOops *oops, gpointer user_data);
void klog_reporter_set_boot (const char *boot_id, gpointer user_data);
void klog_reporter_note_lost (guint64 n_lines, gpointer user_data);
gboolean klog_reporter_pause (const char *place, gpointer user_data);

/* What is to become a record. */
typedef struct
{
  const char *kind;
  const char *title;
  const char *group; /* the hash that groups */
  const char *exact; /* the hash that tells duplicates */
  guint32 severity;
  JsonNode *payload;
} KlogReport;

/* Whether it is within the limits; else it was counted, or is not in the sample. */
gboolean klog_reporter_wants (KlogReporter *self, const char *exact, const char *kind);
/* FALSE: it was not taken; why was said. */
gboolean klog_reporter_report (KlogReporter *self, const KlogReport *report);
/* amend: (nullable): adds to the payload of a report that is wanted. FALSE: it was not taken. */
gboolean klog_reporter_report_oops (KlogReporter *self,
                                    const TmOops *oops,
                                    void (*amend) (JsonObject *payload, gconstpointer amend_data),
                                    gconstpointer amend_data);
/* All counts, for a source that has no more to say of its boot. */
void klog_reporter_tell_counts (KlogReporter *self);

/* A record was not taken; the state stays in front of it. */
gboolean klog_reporter_has_failed (KlogReporter *self);

G_END_DECLS
