/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One account for each user who was refused within the last second; see tm-refusals.h. The timer
 * runs while there is one.
 */
#include "tm-refusals.h"

#define WINDOW_USEC (1 * G_USEC_PER_SEC)

struct _TmRefusals
{
  GObject parent_instance;

  TmClock *clock;       /* owned */
  GHashTable *accounts; /* (element-type guint32 Account): owned, by uid */
  guint timer;
};

G_DEFINE_FINAL_TYPE (TmRefusals, tm_refusals, G_TYPE_OBJECT)

/* An answer that waits. The call itself, which may be large, is not kept. */
typedef struct
{
  GDBusConnection *connection; /* owned */
  GDBusMessage *message;       /* owned */
} Answer;

typedef struct
{
  guint n_sent;   /* in this second */
  GQueue waiting; /* (element-type Answer) owned */
} Account;

/* Takes answer. */
static void
answer_send (Answer *self)
{
  g_dbus_connection_send_message (self->connection, self->message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                  NULL, NULL);
  g_object_unref (self->connection);
  g_object_unref (self->message);
  g_free (self);
}

static Answer *
answer_new (GDBusMethodInvocation *invocation, const GError *error)
{
  Answer *self = g_new0 (Answer, 1);
  g_autofree char *name = g_dbus_error_encode_gerror (error);

  self->connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));
  self->message = g_dbus_message_new_method_error_literal (
      g_dbus_method_invocation_get_message (invocation), name, error->message);

  return self;
}

static void
account_free (Account *self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify) answer_send);
  g_free (self);
}

static gboolean on_timer (gpointer user_data);

static void
start_timer (TmRefusals *self)
{
  self->timer = tm_clock_add_timer (
      self->clock, tm_clock_get_boottime_usec (self->clock) + WINDOW_USEC, on_timer, self, NULL);
}

/* A new second for everybody. */
static gboolean
on_timer (gpointer user_data)
{
  TmRefusals *self = user_data;
  GHashTableIter iter;
  Account *account;

  g_hash_table_iter_init (&iter, self->accounts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &account))
    {
      account->n_sent = 0;
      while (account->n_sent < TM_REFUSALS_PER_SECOND && !g_queue_is_empty (&account->waiting))
        {
          answer_send (g_queue_pop_head (&account->waiting));
          account->n_sent++;
        }
      if (account->n_sent == 0)
        g_hash_table_iter_remove (&iter);
    }

  self->timer = 0;
  if (g_hash_table_size (self->accounts) > 0)
    start_timer (self);

  return G_SOURCE_REMOVE;
}

static Account *
find_account (TmRefusals *self, guint32 uid)
{
  Account *account = g_hash_table_lookup (self->accounts, GUINT_TO_POINTER (uid));

  if (account != NULL)
    return account;

  account = g_new0 (Account, 1);
  g_queue_init (&account->waiting);
  g_hash_table_insert (self->accounts, GUINT_TO_POINTER (uid), account);
  if (self->timer == 0)
    start_timer (self);

  return account;
}

void
tm_refusals_send (TmRefusals *self,
                  TmPeer *peer,
                  GDBusMethodInvocation *invocation,
                  const GError *error)
{
  g_autoptr (GDBusMethodInvocation) owned = invocation;
  Account *account = find_account (self, peer->uid);
  Answer *answer = answer_new (owned, error);

  if (account->n_sent >= TM_REFUSALS_PER_SECOND)
    {
      g_queue_push_tail (&account->waiting, answer);
      return;
    }

  account->n_sent++;
  answer_send (answer);
}

/* Nobody waits for an answer any more: they go out at once, so that the gate sees them settled. */
static void
on_peer_left (TmPeers *peers, const char *unique_name, gpointer user_data)
{
  TmRefusals *self = user_data;
  TmPeer *peer = tm_peers_peek (peers, unique_name);
  Account *account =
      peer != NULL ? g_hash_table_lookup (self->accounts, GUINT_TO_POINTER (peer->uid)) : NULL;
  GList *next;

  if (account == NULL)
    return;

  for (GList *link = account->waiting.head; link != NULL; link = next)
    {
      Answer *answer = link->data;

      next = link->next;
      if (!g_str_equal (g_dbus_message_get_destination (answer->message), unique_name))
        continue;
      g_queue_delete_link (&account->waiting, link);
      answer_send (answer);
    }
}

TmRefusals *
tm_refusals_new (TmPeers *peers, TmClock *clock)
{
  TmRefusals *self = g_object_new (TM_TYPE_REFUSALS, NULL);

  self->clock = g_object_ref (clock);
  g_signal_connect_object (peers, "left", G_CALLBACK (on_peer_left), self, 0);

  return self;
}

static void
tm_refusals_finalize (GObject *object)
{
  TmRefusals *self = TM_REFUSALS (object);

  tm_clock_clear_timer (self->clock, &self->timer);
  g_hash_table_unref (self->accounts);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (tm_refusals_parent_class)->finalize (object);
}

static void
tm_refusals_class_init (TmRefusalsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_refusals_finalize;
}

static void
tm_refusals_init (TmRefusals *self)
{
  self->accounts = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) account_free);
}
