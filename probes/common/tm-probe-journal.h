/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal, for probes: the one place that knows the library which reads it, and that keeps what
 * was promised to those who agree. Nothing from before somebody agreed is read, and a restart goes
 * on behind the place where reading stopped.
 *
 *   journal = tm_probe_journal_open (tm_probe_get_root (probe), &error);
 *   tm_probe_journal_add_match (journal, "_TRANSPORT=kernel", &error);
 *   tm_probe_journal_seek (journal, place, &error);
 *   while (tm_probe_journal_next (journal, &error))
 *     ... tm_probe_journal_get_text (journal, "MESSAGE") ...
 *   place = tm_probe_journal_get_place (journal);
 *
 * Only fields that begin with an underscore come from journald, which has them from the kernel; all
 * others can be sent by anybody.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TmProbeJournal TmProbeJournal;

/* The journal of the system, of its own entries. root: (nullable): another system's, below this
 * directory. */
TmProbeJournal *tm_probe_journal_open (const char *root, GError **error);
void tm_probe_journal_free (TmProbeJournal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmProbeJournal, tm_probe_journal_free)

/* One file of a journal that is not written any more, or not by this system. */
TmProbeJournal *tm_probe_journal_open_file (const char *file, GError **error);

/* "FIELD=value". Matches of different fields must all be met, of the same field one of them. */
gboolean tm_probe_journal_add_match (TmProbeJournal *self, const char *match, GError **error);

/* What was added so far is one selection, what is added from now on another; an entry of either is
 * read. */
gboolean tm_probe_journal_add_alternative (TmProbeJournal *self, GError **error);

/* Behind place; NULL, or what is none: behind all that is there. After the matches, before the
 * first entry. Who does not call it begins with the first entry that there is: for what a boot says
 * of the one before. */
gboolean tm_probe_journal_seek (TmProbeJournal *self, const char *place, GError **error);
/* (transfer full) (nullable): where a first reading begins under an agreement that began then; NULL
 * if that is 0, since nobody can tell. The probe may come seconds later: what happened meanwhile is
 * agreed to. */
char *tm_probe_journal_make_place (gint64 since_usec);
/* FALSE: there is no further entry yet, or error is set. */
gboolean tm_probe_journal_next (TmProbeJournal *self, GError **error);
/* (transfer full): behind the entry that was read last; where there was none, behind
 * when it was looked for. */
char *tm_probe_journal_get_place (TmProbeJournal *self);

/* Of this entry. What it points to holds until the next call. */
gboolean tm_probe_journal_get_data (TmProbeJournal *self,
                                    const char *field,
                                    const char **out_value,
                                    gsize *out_n_bytes);
/* A text that is longer, in bytes, is none: journald takes values of 768 MiB from anybody. */
#define TM_PROBE_JOURNAL_MAX_TEXT (1024 * 1024)
/* (transfer full) (nullable): also NULL where there is a zero byte in it. */
char *tm_probe_journal_get_text (TmProbeJournal *self, const char *field);
gboolean tm_probe_journal_has_field (TmProbeJournal *self, const char *field);

/* When it was written, in microseconds since 1970 UTC; 0: nobody can tell. */
gint64 tm_probe_journal_get_time (TmProbeJournal *self);

/* Becomes ready when there may be more; then, and before reading on, say so. */
int tm_probe_journal_get_fd (TmProbeJournal *self);
short tm_probe_journal_get_events (TmProbeJournal *self);
void tm_probe_journal_after_wait (TmProbeJournal *self);

/* Who follows a journal. */
typedef struct
{
  gboolean follow; /* wait for more, until go_on says no */
  int wake_fd;     /* becomes readable when go_on may have changed its mind; -1: ask every minute */
  gboolean (*go_on) (gpointer user_data);
  /* FALSE: stop; reading does not go on behind it. */
  gboolean (*on_entry) (TmProbeJournal *journal, gpointer user_data);
  /* All that is there was read. FALSE: stop. At least once an hour. */
  gboolean (*on_pause) (TmProbeJournal *journal, gpointer user_data);
  gpointer user_data;
} TmProbeJournalFollower;

/* Until all is read, or if it follows until somebody says no. FALSE: with error. */
gboolean tm_probe_journal_follow (TmProbeJournal *self,
                                  const TmProbeJournalFollower *follower,
                                  GError **error);

G_END_DECLS
