/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves each bound of the gate, that answering frees what was charged, and that a flood of one
 * sender, or of hundreds, leaves room for another's first small call. */
#include "tm-gate.h"

#define MIB ((gsize) 1024 * 1024)

static void
leave_all (TmGate *gate, const char *sender, guint32 first, guint32 last)
{
  gboolean is_silent;

  for (guint32 serial = first; serial <= last; serial++)
    g_assert_true (tm_gate_leave (gate, sender, serial, &is_silent));
}

static void
test_calls (void)
{
  g_autoptr (TmGate) gate = tm_gate_new ();

  for (guint32 serial = 1; serial <= TM_GATE_MAX_CALLS_PER_SENDER; serial++)
    g_assert_null (tm_gate_enter (gate, ":1.1", serial, 100, 0, FALSE));
  g_assert_nonnull (tm_gate_enter (gate, ":1.1", 1000, 100, 0, FALSE));
  g_assert_null (tm_gate_enter (gate, ":1.2", 1, 100, 0, FALSE));

  leave_all (gate, ":1.1", 1, 1);
  g_assert_null (tm_gate_enter (gate, ":1.1", 1001, 100, 0, FALSE));

  leave_all (gate, ":1.1", 2, TM_GATE_MAX_CALLS_PER_SENDER);
  leave_all (gate, ":1.1", 1001, 1001);
  leave_all (gate, ":1.2", 1, 1);
  g_assert_cmpuint (tm_gate_get_n_calls (gate), ==, 0);
}

static void
test_bytes (void)
{
  g_autoptr (TmGate) gate = tm_gate_new ();

  g_assert_nonnull (tm_gate_enter (gate, ":1.1", 1, TM_GATE_MAX_BYTES_PER_SENDER + 1, 0, FALSE));
  g_assert_null (tm_gate_enter (gate, ":1.1", 2, TM_GATE_MAX_BYTES_PER_SENDER, 0, FALSE));
  g_assert_nonnull (tm_gate_enter (gate, ":1.1", 3, 1, 0, FALSE));
  leave_all (gate, ":1.1", 2, 2);
  g_assert_null (tm_gate_enter (gate, ":1.1", 4, 1, 0, FALSE));
  leave_all (gate, ":1.1", 4, 4);
}

static void
test_descriptors (void)
{
  g_autoptr (TmGate) gate = tm_gate_new ();

  g_assert_nonnull (tm_gate_enter (gate, ":1.1", 1, 10, 2, FALSE));
  for (guint32 serial = 1; serial <= TM_GATE_MAX_FDS_PER_SENDER; serial++)
    g_assert_null (tm_gate_enter (gate, ":1.1", serial, 10, 1, FALSE));
  g_assert_nonnull (tm_gate_enter (gate, ":1.1", 100, 10, 1, FALSE));
  g_assert_null (tm_gate_enter (gate, ":1.1", 101, 10, 0, FALSE));
  leave_all (gate, ":1.1", 1, TM_GATE_MAX_FDS_PER_SENDER);
  leave_all (gate, ":1.1", 101, 101);
}

/* 500 connections hold all that there is: the 501st hands over its record all the same, but neither
 * a second call nor a big one. */
static void
test_flood (void)
{
  g_autoptr (TmGate) gate = tm_gate_new ();
  guint n_refused = 0;

  for (guint32 i = 0; i < 500; i++)
    {
      g_autofree char *sender = g_strdup_printf (":1.%u", i);

      n_refused += tm_gate_enter (gate, sender, 1, 1 * MIB, 1, FALSE) != NULL;
    }
  g_assert_cmpuint (n_refused, ==, 500 - TM_GATE_MAX_BYTES / MIB);

  g_assert_nonnull (tm_gate_enter (gate, ":2.1", 1, TM_GATE_SMALL_BYTES + 1, 0, FALSE));
  g_assert_null (tm_gate_enter (gate, ":2.1", 2, TM_GATE_SMALL_BYTES, 1, FALSE));
  g_assert_nonnull (tm_gate_enter (gate, ":2.1", 3, 1, 0, FALSE));
}

static void
test_silent (void)
{
  g_autoptr (TmGate) gate = tm_gate_new ();
  gboolean is_silent = FALSE;

  g_assert_null (tm_gate_enter (gate, ":1.1", 1, 10, 0, TRUE));
  g_assert_null (tm_gate_enter (gate, ":1.1", 2, 10, 0, FALSE));
  g_assert_nonnull (tm_gate_enter (gate, ":1.1", 2, 10, 0, FALSE));
  g_assert_true (tm_gate_leave (gate, ":1.1", 1, &is_silent));
  g_assert_true (is_silent);
  g_assert_false (tm_gate_leave (gate, ":1.1", 1, &is_silent));
  g_assert_true (tm_gate_leave (gate, ":1.1", 2, &is_silent));
  g_assert_false (is_silent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/calls", test_calls);
  g_test_add_func ("/gate/bytes", test_bytes);
  g_test_add_func ("/gate/descriptors", test_descriptors);
  g_test_add_func ("/gate/flood", test_flood);
  g_test_add_func ("/gate/silent", test_silent);

  return g_test_run ();
}
