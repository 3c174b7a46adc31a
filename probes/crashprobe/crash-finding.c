/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-finding.h. */
#include "crash-finding.h"

#include "crash-analyser.h"
#include "crash-payload.h"
#include "tm-crash-signature.h"

void
crash_finding_clear (CrashFinding *self)
{
  crash_cause_clear (&self->cause);
  g_clear_pointer (&self->payload, json_node_unref);
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
  self->payload = crash_payload_new_count (&self->cause, 1);
}

static void
set_undecodable (CrashFinding *self, const CrashCase *crash, const char *reason)
{
  self->cause.kind = CRASH_KIND_UNDECODABLE;
  self->cause.title = g_strdup (CRASH_TITLE_UNDECODABLE);
  self->cause.program = crash->exe != NULL ? g_path_get_basename (crash->exe) : NULL;
  self->payload = crash_payload_new_undecodable (&self->cause, reason);
}

static void
set_process (CrashFinding *self, const TmBacktrace *backtrace, TmCrashRules *rules)
{
  self->cause.kind = CRASH_KIND_PROCESS;
  self->cause.title = tm_crash_get_title (backtrace, rules);
  self->cause.exact = tm_crash_get_exact_hash (backtrace);
  self->cause.program = g_path_get_basename (backtrace->exe);
  self->payload = crash_payload_new (backtrace, &self->cause);
}

void
crash_finding_init (CrashFinding *self, const CrashCase *crash, TmCrashRules *rules)
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

  backtrace = crash_analyser_read (crash->core_fd, crash->exe_fd, &error);
  if (backtrace == NULL)
    set_undecodable (self, crash, error->message);
  else if (is_foreign (crash, backtrace->exe))
    set_third_party (self);
  else if (backtrace->exe == NULL)
    set_undecodable (self, crash, "the core does not name its program");
  else
    set_process (self, backtrace, rules);
}
