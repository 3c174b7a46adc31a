/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A report as a record: classification, severity and payload, without anything that points at a
 * person or lets somebody aim at this kernel: no addresses, no register values, no names of
 * programs.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-oops.h"

G_BEGIN_DECLS

#define TM_OOPS_SIGNATURE_VERSION 1
/* How many reliable frames tell groups apart, and how many tell duplicates. */
#define TM_OOPS_GROUP_FRAMES 3
#define TM_OOPS_EXACT_FRAMES 16

/* (transfer full): "org.telemetrics/kernel/<kind>" */
guint tm_oops_get_severity (const TmOops *self);
/* (transfer full): the payload, format version 1. */
JsonNode *tm_oops_to_payload (const TmOops *self);
/* (transfer full): a line for people, "KIND in MODULE!FUNCTION". */
char *tm_oops_get_title (const TmOops *self);
/* (transfer full): 32 hex digits of up to n_frames reliable frames. */
char *tm_oops_get_hash (const TmOops *self, guint n_frames);

G_END_DECLS
