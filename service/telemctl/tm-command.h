/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A command of telemctl, and what all of them share: reading their options, saying what went wrong
 * in words, and the exit status.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TM_EXIT_OK = 0,
  TM_EXIT_FAILED = 1, /* refused, failed, or the answer is no */
  TM_EXIT_USAGE = 2,
} TmExit;

typedef struct _TmCommand TmCommand;

struct _TmCommand
{
  const char *name;
  const char *arguments; /* (nullable): as --help shows them; to be translated */
  const char *summary;   /* one line; to be translated */
  /* arguments: the command line behind the command's name, NULL-terminated. */
  TmExit (*run) (const TmCommand *self, char **arguments);
};

/* Reads the options (entries may be NULL) and leaves the other arguments in place, at most
 * max_arguments. If it returns FALSE, *out_exit says how the program ends. */
gboolean tm_command_parse (const TmCommand *self,
                           char ***arguments,
                           const GOptionEntry *entries,
                           guint max_arguments,
                           TmExit *out_exit);

/* Prints what went wrong, in words for people. Consumes error. */
TmExit tm_command_fail (GError *error);

/* The commands, one a file or a few that belong together. */
TmExit tm_command_opt_in (const TmCommand *self, char **arguments);
TmExit tm_command_opt_out (const TmCommand *self, char **arguments);
TmExit tm_command_is_opted_in (const TmCommand *self, char **arguments);
TmExit tm_command_status (const TmCommand *self, char **arguments);
TmExit tm_command_categories (const TmCommand *self, char **arguments);
TmExit tm_command_journal (const TmCommand *self, char **arguments);
TmExit tm_command_show (const TmCommand *self, char **arguments);
TmExit tm_command_upload (const TmCommand *self, char **arguments);
TmExit tm_command_stats (const TmCommand *self, char **arguments);
TmExit tm_command_rotate_id (const TmCommand *self, char **arguments);
TmExit tm_command_is_active (const TmCommand *self, char **arguments);
TmExit tm_command_service (const TmCommand *self, char **arguments);

G_END_DECLS
