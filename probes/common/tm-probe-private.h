/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of TmProbe, for its two files. */
#pragma once

#include <libtelemetry/telemetry-client.h>

#include "tm-probe.h"

struct _TmProbe
{
  const TmProbeInfo *info; /* (unowned) */
  TelemetryClient *client; /* (nullable): made when first needed */
  char *input;
  char *root;
  char *since;    /* (nullable): when the agreement began under which it observes */
  int consent_fd; /* inotify; -1: nobody asked for it */
  gboolean is_once;
  gboolean is_dry_run;
};

/* Nothing of what was noted may outlive the agreement. */
void tm_probe_forget_state (TmProbe *self);
