/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Charges and bounds; see tm-gate.h. */
#include "tm-gate.h"

/* What one sender, or all together, hold. */
typedef struct
{
  guint n_calls;
  gsize n_bytes;
  guint n_fds;
} Charge;

typedef struct
{
  char *sender;
  guint32 serial;
  gsize n_bytes;
  guint n_fds;
  gboolean is_silent;
} Call;

struct _TmGate
{
  GMutex mutex;
  GHashTable *calls;   /* (element-type Call Call): owned, the call is its own key */
  GHashTable *senders; /* (element-type utf8 Charge): owned; only who holds something */
  Charge all;
};

static guint
call_hash (gconstpointer data)
{
  const Call *call = data;

  return g_str_hash (call->sender) ^ (call->serial * 2654435761u);
}

static gboolean
call_equal (gconstpointer data_a, gconstpointer data_b)
{
  const Call *a = data_a, *b = data_b;

  return a->serial == b->serial && g_str_equal (a->sender, b->sender);
}

static void
call_free (Call *call)
{
  g_free (call->sender);
  g_free (call);
}

TmGate *
tm_gate_new (void)
{
  TmGate *self = g_new0 (TmGate, 1);

  g_mutex_init (&self->mutex);
  self->calls = g_hash_table_new_full (call_hash, call_equal, (GDestroyNotify) call_free, NULL);
  self->senders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
tm_gate_free (TmGate *self)
{
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->senders);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
charge_add (Charge *charge, const Call *call)
{
  charge->n_calls++;
  charge->n_bytes += call->n_bytes;
  charge->n_fds += call->n_fds;
}

static void
charge_remove (Charge *charge, const Call *call)
{
  charge->n_calls--;
  charge->n_bytes -= call->n_bytes;
  charge->n_fds -= call->n_fds;
}

static const char *
judge (TmGate *self, const Charge *held, gsize n_bytes, guint n_fds)
{
  if (n_fds > 1)
    return "a call takes at most 1 file descriptor";
  if (held->n_calls >= TM_GATE_MAX_CALLS_PER_SENDER)
    return "at most 128 calls of one connection may be unanswered";
  if (n_bytes > TM_GATE_MAX_BYTES_PER_SENDER - held->n_bytes)
    return "at most 16 MiB in the calls of one connection may be unanswered";
  if (held->n_fds + n_fds > TM_GATE_MAX_FDS_PER_SENDER)
    return "at most 16 file descriptors of one connection may be unanswered";
  if (held->n_calls == 0 && n_bytes <= TM_GATE_SMALL_BYTES)
    return NULL;
  if (self->all.n_bytes + n_bytes > TM_GATE_MAX_BYTES || self->all.n_fds + n_fds > TM_GATE_MAX_FDS)
    return "too much of all connections is unanswered, try again later";

  return NULL;
}

const char *
tm_gate_enter (TmGate *self,
               const char *sender,
               guint32 serial,
               gsize n_bytes,
               guint n_fds,
               gboolean is_silent)
{
  static const Charge nothing = { 0 };
  Call key = { .sender = (char *) sender, .serial = serial };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Charge *held = g_hash_table_lookup (self->senders, sender);
  const char *refusal = judge (self, held != NULL ? held : &nothing, n_bytes, n_fds);

  if (refusal != NULL)
    return refusal;
  if (g_hash_table_contains (self->calls, &key))
    return "the serial number of the call is in use";

  if (held == NULL)
    {
      held = g_new0 (Charge, 1);
      g_hash_table_insert (self->senders, g_strdup (sender), held);
    }

  Call *call = g_new0 (Call, 1);

  call->sender = g_strdup (sender);
  call->serial = serial;
  call->n_bytes = n_bytes;
  call->n_fds = n_fds;
  call->is_silent = is_silent;
  charge_add (held, call);
  charge_add (&self->all, call);
  g_hash_table_add (self->calls, call);

  return NULL;
}

gboolean
tm_gate_leave (TmGate *self, const char *sender, guint32 serial, gboolean *out_is_silent)
{
  Call key = { .sender = (char *) sender, .serial = serial };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Call *call = g_hash_table_lookup (self->calls, &key);

  if (call == NULL)
    return FALSE;

  Charge *held = g_hash_table_lookup (self->senders, sender);

  charge_remove (held, call);
  charge_remove (&self->all, call);
  if (held->n_calls == 0)
    g_hash_table_remove (self->senders, sender);
  *out_is_silent = call->is_silent;
  g_hash_table_remove (self->calls, call);

  return TRUE;
}

guint
tm_gate_get_n_calls (TmGate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->all.n_calls;
}
