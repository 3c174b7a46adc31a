/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keep: everything of the service that needs no bus, built in one place from the configuration
 * and the state on disk. Its members are for reading; they live as long as it does.
 */
#pragma once

#include "tm-cleaner.h"
#include "tm-intake.h"
#include "tm-rotation.h"

G_BEGIN_DECLS

typedef struct
{
  TmClock *clock;
  TmConfig *config;
  TmCategorySet *categories;
  TmSystem *system;
  TmStanding *standing;
  TmCommitter *committer;
  TmRotation *rotation;
  TmCleaner *cleaner;
  TmIntake *intake;
} TmKeep;

/* Blocks shortly, on small files: for the start, before anybody can call. */
TmKeep *tm_keep_open (void);
/* Carries out what the committer has accepted; blocks. */
void tm_keep_close (TmKeep *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmKeep, tm_keep_close)

/* What was found wrong in the files, one sentence each. (transfer full) */
char **tm_keep_list_problems (TmKeep *self);

G_END_DECLS
