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
  gboolean is_once;
  gboolean is_dry_run;
};
