/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every probe does besides observing: the common options, the question for consent before any
 * source is opened, and the way out, to the service or, with --dry-run, to standard output.
 *
 *   probe = tm_probe_new (&info, argc, argv, &status);
 *   if (probe == NULL) return status;
 *   if (!tm_probe_may_observe (probe)) return TM_PROBE_EXIT_OK;
 *   ... tm_probe_hand_over (probe, &record, &error) ...
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Exit status of every probe. */
#define TM_PROBE_EXIT_OK 0
#define TM_PROBE_EXIT_FAILED 1
#define TM_PROBE_EXIT_USAGE 2

typedef struct
{
  const char *name;            /* of the program */
  const char *category;        /* that somebody must have agreed to */
  const char *summary;         /* one sentence for --help, marked for translation */
  const GOptionEntry *options; /* (nullable): of this probe alone, ends with a NULL entry */
} TmProbeInfo;

typedef struct _TmProbe TmProbe;

/* Parses the command line. NULL: *out_status is the exit status, whatever was to be said is said.
 */
TmProbe *tm_probe_new (const TmProbeInfo *info, int argc, char **argv, int *out_status);
/* For a program with a command line of its own. root: (nullable). */
TmProbe *tm_probe_new_plain (const TmProbeInfo *info, const char *root);
void tm_probe_free (TmProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmProbe, tm_probe_free)

const char *tm_probe_get_input (TmProbe *self); /* --input, or NULL */
/* As if --input were given: for a probe that has a better name for it. */
void tm_probe_set_input (TmProbe *self, const char *file);
/* For an option that was given: whether --input is there if it needs it, else is not. Says why not.
 */
gboolean tm_probe_check_input (TmProbe *self, const char *option, gboolean needs_input);
gboolean tm_probe_is_once (TmProbe *self); /* --once, or --input */
gboolean tm_probe_is_dry_run (TmProbe *self);
const char *tm_probe_get_root (TmProbe *self); /* --root or TELEMETRICS_ROOT; NULL: "/" */
/* (transfer full): an absolute path of the system below --root. */
char *tm_probe_get_path (TmProbe *self, const char *absolute);

/* (transfer full): the whole file, "-" is standard input. Fails in the domain G_IO_ERROR, with
 * INVALID_DATA if there is more than max_bytes; more than that is never in memory. */
GBytes *tm_probe_read_file (const char *name, gsize max_bytes, GError **error);
/* (transfer full): the same, of any size: a file is mapped and needs no memory. What is none, as a
 * pipe, has a limit. */
#define TM_PROBE_MAX_STREAM_BYTES (64 * 1024 * 1024)
GBytes *tm_probe_map_file (const char *name, GError **error);
/* (transfer full): the text of a list that the program brings as a resource, or of the file of its
 * name in /etc/telemetrics/probes, which takes its place. */
char *tm_probe_load_list (TmProbe *self, const char *resource, GError **error);

/* Begins to observe, if the category is active; asks a file, not the bus. If not, also forgets the
 * state. What is only shown, from a file that somebody named, needs no consent. */
gboolean tm_probe_may_observe (TmProbe *self);
/* Whether the agreement under which it began still stands. A no and another yes is another one, and
 * not to be read across: forget all that is held, then begin with tm_probe_may_observe() again. */
gboolean tm_probe_may_continue (TmProbe *self);
/* When that agreement began, in microseconds since 1970 UTC; 0: nobody can tell. */
gint64 tm_probe_get_since (TmProbe *self);
/* Becomes readable when tm_probe_may_continue() may have changed its mind; -1 if nothing can tell.
 * Belongs to the probe. */
int tm_probe_get_consent_fd (TmProbe *self);
/* Where nothing tells of it, how often to look. */
#define TM_PROBE_ASK_MSEC (60 * 1000)

/* Until it ends: for a probe that has nothing to look at. Whoever has started it would do so again
 * if it ended while it may observe. */
void tm_probe_wait_for_end (TmProbe *self);

typedef struct
{
  const char *classification;
  guint32 severity; /* 1 to 4 */
  JsonNode *payload;
  gint64 created_at_usec; /* since 1970 UTC; 0: now */
  const char *dedup_key;  /* (nullable) */
  const char *event_id;   /* (nullable) */
  GVariant *system;       /* (nullable): a{ss}, of the boot in which it happened; if floating,
                             handing over takes it */
} TmProbeRecord;

/* Blocks until the record is on the disk, or shown. Fails in the domain TELEMETRY_ERROR; of what is
 * shown in G_IO_ERROR. With TELEMETRY_ERROR_DISABLED where the agreement under which the probe
 * began to observe is over. */
gboolean tm_probe_hand_over (TmProbe *self, const TmProbeRecord *record, GError **error);
/* Whether the record itself is wrong and stays so: to be passed over. All else may pass. */
gboolean tm_probe_is_final (const GError *error);

/* The cursor: a small text that survives restarts, replaced atomically. Not read or written with
 * --dry-run or --input. It is noted together with when the agreement began, and is no state under
 * another one: NULL, whatever there was, also if nobody can tell when that was. */
char *tm_probe_load_state (TmProbe *self);
/* The same, also with --dry-run: for a probe that is to show what a run would tell now. */
char *tm_probe_peek_state (TmProbe *self);
gboolean tm_probe_save_state (TmProbe *self, const char *text, GError **error);
/* Where what is saved depends on what was loaded, and more than one process may do so: around both.
 * Short: other probes wait for it. */
gboolean tm_probe_lock_state (TmProbe *self, GError **error);
void tm_probe_unlock_state (TmProbe *self);

G_END_DECLS
