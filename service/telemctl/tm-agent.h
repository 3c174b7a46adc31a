/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program that asks for a password on a terminal where no desktop does: polkit's pkttyagent,
 * for as long as a call lasts. Nothing happens without a terminal, for root, or where it is not
 * installed; then polkit decides without asking.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TmAgent TmAgent;

/* (nullable): returns when the agent is registered, or has failed to. */
TmAgent *tm_agent_start (void);
void tm_agent_stop (TmAgent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmAgent, tm_agent_stop)

G_END_DECLS
