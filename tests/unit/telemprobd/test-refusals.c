/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who gets a refusal when: over a bus of the test's own, on a moved clock. The service and all
 * callers are connections of this process. */
#include "tm-refusals.h"

#include "telemetry-error.h"
#include "tm-clock-dummy.h"

#define PATH "/test"
#define INTERFACE "org.example.Test"
#define UID 1000
/* The bus lets a connection have 128 calls unanswered. */
#define CALLS 120
#define N_CALLERS 3

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *service;
  GDBusConnection *callers[N_CALLERS];
  TmClockDummy *clock;
  TmPeers *peers;
  TmRefusals *refusals;
  gint n_sent;      /* refusals: counted by the service's thread */
  guint n_taken;    /* calls that the service has seen */
  guint n_answered; /* calls that a caller has an answer for */
  guint n_open;     /* calls that have not ended */
} Fixture;

static void
refuse (Fixture *fixture, TmPeer *peer, GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = g_error_new_literal (TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED, "no");

  tm_refusals_send (fixture->refusals, peer, invocation, error);
  fixture->n_taken++;
}

typedef struct
{
  Fixture *fixture;
  GDBusMethodInvocation *invocation;
} Lookup;

static void
on_peer_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Lookup *lookup = user_data;
  g_autoptr (TmPeer) peer = tm_peers_lookup_finish (TM_PEERS (source), result, NULL);

  g_assert_nonnull (peer);
  refuse (lookup->fixture, peer, lookup->invocation);
}

/* Ping is answered. Ask(uid) is refused, with 0 as the user that the bus knows. */
static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (TmPeer) peer = NULL;
  guint32 uid;

  if (g_str_equal (method, "Ping"))
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }

  g_variant_get (parameters, "(u)", &uid);
  if (uid == 0)
    {
      Lookup *lookup = g_new0 (Lookup, 1);

      *lookup = (Lookup){ fixture, invocation };
      tm_peers_lookup_async (fixture->peers, sender, on_peer_known, lookup);
      return;
    }

  peer = tm_peer_new (sender, uid, NULL);
  refuse (fixture, peer, invocation);
}

/* In the service's thread. */
static GDBusMessage *
count_refusals (GDBusConnection *connection,
                GDBusMessage *message,
                gboolean incoming,
                gpointer user_data)
{
  Fixture *fixture = user_data;

  if (!incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_ERROR)
    g_atomic_int_inc (&fixture->n_sent);
  return message;
}

static GDBusConnection *
connect_to (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (fixture->bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void export(Fixture *fixture)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (
      "<node><interface name='" INTERFACE "'><method name='Ping'/>"
      "<method name='Ask'><arg type='u' direction='in'/></method></interface></node>",
      NULL);

  g_assert_cmpuint (g_dbus_connection_register_object (fixture->service, PATH, node->interfaces[0],
                                                       &vtable, fixture, NULL, NULL),
                    !=, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->service = connect_to (fixture);
  g_dbus_connection_add_filter (fixture->service, count_refusals, fixture, NULL);
  for (guint i = 0; i < N_CALLERS; i++)
    fixture->callers[i] = connect_to (fixture);
  fixture->clock = tm_clock_dummy_new ();
  fixture->peers = tm_peers_new (fixture->service);
  fixture->refusals = tm_refusals_new (fixture->peers, TM_CLOCK (fixture->clock));
  export(fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->refusals);
  while (fixture->n_open > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->clock), ==, 0);
  g_assert_finalize_object (fixture->peers);
  g_assert_finalize_object (fixture->clock);
  for (guint i = 0; i < N_CALLERS; i++)
    {
      g_dbus_connection_close_sync (fixture->callers[i], NULL, NULL);
      g_object_unref (fixture->callers[i]);
    }
  g_dbus_connection_close_sync (fixture->service, NULL, NULL);
  g_object_unref (fixture->service);
  g_test_dbus_down (fixture->bus);
  g_object_unref (fixture->bus);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  fixture->n_open--;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return;

  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED);
  fixture->n_answered++;
}

/* Until the service has seen them all. */
static void
ask (Fixture *fixture, guint caller, guint n_calls, guint32 uid)
{
  guint n_taken = fixture->n_taken + n_calls;

  fixture->n_open += n_calls;
  for (guint i = 0; i < n_calls; i++)
    g_dbus_connection_call (fixture->callers[caller],
                            g_dbus_connection_get_unique_name (fixture->service), PATH, INTERFACE,
                            "Ask", g_variant_new ("(u)", uid), NULL, G_DBUS_CALL_FLAGS_NONE,
                            G_MAXINT, NULL, on_answer, fixture);
  while (fixture->n_taken < n_taken)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_pong (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* What was sent before an answer to a caller has arrived before it, and nothing else has. */
static void
assert_answered (Fixture *fixture, guint expected)
{
  for (guint i = 0; i < N_CALLERS; i++)
    {
      gboolean done = g_dbus_connection_is_closed (fixture->callers[i]);

      if (!done)
        g_dbus_connection_call (
            fixture->callers[i], g_dbus_connection_get_unique_name (fixture->service), PATH,
            INTERFACE, "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, on_pong, &done);
      while (!done)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (fixture->n_answered, ==, expected);
}

static void
advance (Fixture *fixture, gint64 usec)
{
  tm_clock_dummy_advance (fixture->clock, usec);
}

/* 100 at once, however many connections a user has; the rest wait for the next seconds. Then there
 * is no timer any more, and the next one is answered at once. */
static void
test_pace (Fixture *fixture, gconstpointer data)
{
  ask (fixture, 0, CALLS, UID);
  ask (fixture, 1, CALLS, UID);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND);
  advance (fixture, G_USEC_PER_SEC - 1);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND);
  advance (fixture, 1);
  assert_answered (fixture, 2 * TM_REFUSALS_PER_SECOND);
  advance (fixture, G_USEC_PER_SEC);
  assert_answered (fixture, 2 * CALLS);

  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->clock), ==, 1);
  advance (fixture, G_USEC_PER_SEC);
  g_assert_cmpuint (tm_clock_dummy_get_n_timers (fixture->clock), ==, 0);
  ask (fixture, 0, 1, UID);
  assert_answered (fixture, 2 * CALLS + 1);
}

/* What the second had room for counts: a refusal that comes late in it is not one more. */
static void
test_window (Fixture *fixture, gconstpointer data)
{
  ask (fixture, 0, TM_REFUSALS_PER_SECOND, UID);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND);
  advance (fixture, G_USEC_PER_SEC - 1);
  ask (fixture, 0, 1, UID);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND);
  advance (fixture, 1);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND + 1);
}

/* One user's flood does not make another one wait. */
static void
test_users (Fixture *fixture, gconstpointer data)
{
  ask (fixture, 0, CALLS, UID);
  ask (fixture, 1, CALLS, UID);
  ask (fixture, 2, TM_REFUSALS_PER_SECOND, UID + 1);
  assert_answered (fixture, 2 * TM_REFUSALS_PER_SECOND);
}

static void
wait_sent (Fixture *fixture, gint n)
{
  while (g_atomic_int_get (&fixture->n_sent) < n)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpint (g_atomic_int_get (&fixture->n_sent), ==, n);
}

/* What waits for a connection that has closed is settled at once; others of the same user wait on.
 */
static void
test_caller_leaves (Fixture *fixture, gconstpointer data)
{
  ask (fixture, 0, CALLS, 0);
  ask (fixture, 1, 5, 0);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND);
  g_assert_true (g_dbus_connection_close_sync (fixture->callers[0], NULL, NULL));
  wait_sent (fixture, CALLS);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND);

  advance (fixture, G_USEC_PER_SEC);
  wait_sent (fixture, CALLS + 5);
  assert_answered (fixture, TM_REFUSALS_PER_SECOND + 5);
}

/* Nobody is left without an answer when the service ends. */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  ask (fixture, 0, CALLS, UID);
  g_assert_finalize_object (g_steal_pointer (&fixture->refusals));
  assert_answered (fixture, CALLS);
}

int
main (int argc, char **argv)
{
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("/refusals/pace", test_pace);
  ADD ("/refusals/window", test_window);
  ADD ("/refusals/users", test_users);
  ADD ("/refusals/caller-leaves", test_caller_leaves);
  ADD ("/refusals/end", test_end);
  return g_test_run ();
}
