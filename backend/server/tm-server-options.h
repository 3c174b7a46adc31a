/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of telemetrics-server. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_ROLE_COLLECTOR = 1 << 0, /* takes records */
  TM_ROLE_UI = 1 << 1,        /* pages and the reading API */
  TM_ROLE_ALL = TM_ROLE_COLLECTOR | TM_ROLE_UI,
} TmRole;

typedef enum
{
  TM_COMMAND_NONE, /* --help and --version: all is said */
  TM_COMMAND_SERVE,
  TM_COMMAND_MIGRATE,
} TmCommand;

typedef struct
{
  TmCommand command;
  char *config_path; /* (nullable) */
  GStrv listen;      /* (nullable): takes the place of the configured addresses */
  TmRole role;
} TmServerOptions;

void tm_server_options_clear (TmServerOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TmServerOptions, tm_server_options_clear)

/* Prints help or version itself. Fails with G_OPTION_ERROR. */
gboolean tm_server_options_init (TmServerOptions *self, int argc, char **argv, GError **error);

G_END_DECLS
