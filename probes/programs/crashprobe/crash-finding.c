/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-finding.h. */
#include "crash-finding.h"

#include <string.h>

#include "crash-analyser.h"
#include "crash-package.h"
#include "crash-payload.h"
#include "tm-crash-signature.h"
#include "tm-package-note.h"

void
crash_finding_clear (CrashFinding *self)
{
  crash_cause_clear (&self->cause);
  g_clear_pointer (&self->backtrace, tm_backtrace_free);
  g_clear_pointer (&self->problem, g_free);
}

static gboolean
is_foreign (const CrashCase *crash, const char *exe)
{
  return crash->is_foreign || (exe != NULL && tm_origin_from_path (exe) == TM_ORIGIN_OTHER);
}

static void
set_third_party (CrashFinding *self)
{
  self->cause.kind = CRASH_KIND_THIRD_PARTY;
  self->cause.title = g_strdup (CRASH_TITLE_THIRD_PARTY);
}

static void
set_undecodable (CrashFinding *self, const CrashCase *crash, const char *problem)
{
  self->cause.kind = CRASH_KIND_UNDECODABLE;
  self->cause.title = g_strdup (CRASH_TITLE_UNDECODABLE);
  self->cause.program = crash->exe != NULL ? g_path_get_basename (crash->exe) : NULL;
  self->problem = g_strdup (problem);
}

static void
set_process (CrashFinding *self, TmBacktrace *backtrace, TmCrashRules *rules)
{
  self->cause.kind = CRASH_KIND_PROCESS;
  self->cause.title = tm_crash_get_title (backtrace, rules);
  self->cause.exact = tm_crash_get_exact_hash (backtrace);
  self->cause.program = g_path_get_basename (backtrace->exe);
  self->backtrace = backtrace;
}

void
crash_finding_init (CrashFinding *self,
                    const CrashCase *crash,
                    TmCrashRules *rules,
                    const char *root)
{
  g_autoptr (TmBacktrace) backtrace = NULL;
  g_autoptr (GError) error = NULL;

  *self = (CrashFinding){ 0 };
  /* Not even looked at. */
  if (is_foreign (crash, crash->exe))
    {
      set_third_party (self);
      return;
    }
  if (crash->core_fd < 0)
    {
      set_undecodable (self, crash, "there is no core");
      return;
    }

  backtrace = crash_analyser_read (crash->core_fd, crash->exe_fd, root, &error);
  if (backtrace == NULL)
    set_undecodable (self, crash, error->message);
  else if (is_foreign (crash, backtrace->exe))
    set_third_party (self);
  else if (backtrace->exe == NULL)
    set_undecodable (self, crash, "the core does not name its program");
  else
    set_process (self, g_steal_pointer (&backtrace), rules);
}

static void
want_package (GHashTable *packages, const char *path, const char *package)
{
  if (g_hash_table_lookup (packages, path) == NULL)
    g_hash_table_insert (packages, g_strdup (path), g_strdup (package));
}

/* (transfer full) (element-type filename utf8): of the operating system's files on the stack. What
 * systemd-coredump found comes first, then what the files say, then what dpkg knows. */
static GHashTable *
find_packages (const CrashCase *crash, const TmBacktrace *backtrace, const char *root)
{
  const char *json = crash->packages_json != NULL ? crash->packages_json : "";
  GHashTable *packages = tm_package_note_parse_all (json, strlen (json));

  want_package (packages, backtrace->exe, NULL);
  for (guint i = 0; i < backtrace->frames->len; i++)
    {
      const TmFrame *frame = g_ptr_array_index (backtrace->frames, i);

      if (frame->path[0] == '/' && tm_origin_from_path (frame->path) == TM_ORIGIN_SYSTEM)
        want_package (packages, frame->path, frame->package);
    }

  crash_package_find (root, packages);
  return packages;
}

JsonNode *
crash_finding_to_payload (const CrashFinding *self, const CrashCase *crash, const char *root)
{
  g_autoptr (GHashTable) packages = NULL;

  if (self->backtrace == NULL && self->problem == NULL)
    return crash_payload_new_count (&self->cause, 1);
  if (self->backtrace == NULL)
    return crash_payload_new_undecodable (&self->cause, self->problem);

  packages = find_packages (crash, self->backtrace, root);
  return crash_payload_new (self->backtrace, &self->cause, packages, crash->unit);
}
