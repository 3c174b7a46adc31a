/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bus of the test's own with the recorder double on it, and a directory in place of / whose
 * run/telemetrics/active says that telemetry is on. At its end nothing of it is left.
 */
#pragma once

#include <gio/gio.h>

/* For what must come, however busy the machine is. */
#define PATIENCE_MSEC 60000

typedef struct
{
  GTestDBus *bus;
  GSubprocess *recorder; /* (nullable) */
  GDataInputStream *recorder_output;
  char *root;
  guint n_threads; /* at the beginning of the test */
} PrivateBus;

/* What the double saw; see recorder-double.c. */
typedef struct
{
  guint n_calls;
  guint n_records;
  guint max_batch;
  guint max_waiting;
  guint64 last_bytes;
} PrivateBusReport;

/* GTest's fixture functions. The second one has no recorder: the service is not installed. */
void private_bus_set_up (PrivateBus *self, gconstpointer data);
void private_bus_set_up_empty (PrivateBus *self, gconstpointer data);
void private_bus_tear_down (PrivateBus *self, gconstpointer data);

void private_bus_start_recorder (PrivateBus *self);
/* Ends the double and tells what it saw. */
PrivateBusReport private_bus_end_recorder (PrivateBus *self);
void private_bus_set_active (PrivateBus *self, gboolean active);

guint private_bus_count_threads (void);
guint private_bus_count_sockets (void);
