/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe.h. */
#include "tm-probe.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "tm-probe-private.h"
#include "tm-tool.h"

static const char description[] =
    N_ ("Exit status: 0 done, or nothing to do (also without consent); 1 failed; 2 wrong usage.");

void
tm_probe_free (TmProbe *self)
{
  g_clear_object (&self->client);
  if (self->consent_fd >= 0)
    close (self->consent_fd);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  tm_probe_forget_drops (self);
  g_free (self->drops_since);
  g_free (self->since);
  g_free (self->input);
  g_free (self->root);
  g_free (self);
}

static gboolean
parse (TmProbe *self, int argc, char **argv, gboolean *out_version, GError **error)
{
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &self->input,
      N_ ("Read this file instead of the system, then end"), N_ ("FILE") },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &self->root,
      N_ ("Take everything of the system from below this directory"), N_ ("DIR") },
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &self->is_dry_run,
      N_ ("Print records as JSON lines, hand over nothing"), NULL },
    { "once", 0, 0, G_OPTION_ARG_NONE, &self->is_once, N_ ("Read what is there, then end"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, out_version, N_ ("Print the version and exit"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, _ (self->info->summary));
  g_option_context_set_description (context, _ (description));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (self->info->options != NULL)
    g_option_context_add_main_entries (context, self->info->options, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc == 1)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
               _ ("“%s” is one argument too many"), argv[1]);
  return FALSE;
}

TmProbe *
tm_probe_new_plain (const TmProbeInfo *info, const char *root)
{
  TmProbe *self = g_new0 (TmProbe, 1);

  self->info = info;
  self->root = g_strdup (root);
  self->consent_fd = -1;
  self->lock_fd = -1;
  return self;
}

TmProbe *
tm_probe_new (const TmProbeInfo *info, int argc, char **argv, int *out_status)
{
  g_autoptr (TmProbe) self = tm_probe_new_plain (info, NULL);
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;

  tm_tool_set_language ();

  if (!parse (self, argc, argv, &version, &error))
    {
      g_printerr (_ ("%s: %s\nTry “%s --help”.\n"), info->name, error->message, info->name);
      *out_status = TM_PROBE_EXIT_USAGE;
      return NULL;
    }
  if (version)
    {
      g_print ("%s %s\n", info->name, TM_VERSION);
      *out_status = TM_PROBE_EXIT_OK;
      return NULL;
    }

  return g_steal_pointer (&self);
}

const char *
tm_probe_get_input (TmProbe *self)
{
  return self->input;
}

void
tm_probe_set_input (TmProbe *self, const char *file)
{
  g_free (self->input);
  self->input = g_strdup (file);
}

gboolean
tm_probe_check_input (TmProbe *self, const char *option, gboolean needs_input)
{
  if ((self->input != NULL) == needs_input)
    return TRUE;

  if (needs_input)
    g_printerr (_ ("%s: %s needs --input\n"), self->info->name, option);
  else
    g_printerr (_ ("%s: %s and --input exclude each other\n"), self->info->name, option);
  return FALSE;
}

gboolean
tm_probe_is_once (TmProbe *self)
{
  return self->is_once || self->input != NULL;
}

gboolean
tm_probe_is_dry_run (TmProbe *self)
{
  return self->is_dry_run;
}

const char *
tm_probe_get_root (TmProbe *self)
{
  return self->root != NULL ? self->root : g_getenv ("TELEMETRICS_ROOT");
}

gboolean
tm_probe_is_stateless (TmProbe *self)
{
  return self->is_dry_run || self->input != NULL;
}

char *
tm_probe_get_path (TmProbe *self, const char *absolute)
{
  const char *root = tm_probe_get_root (self);

  return root == NULL ? g_strdup (absolute) : g_build_filename (root, absolute, NULL);
}
