/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses that wait; see tm-loss-tally.h. */
#include "tm-loss-tally.h"

#include "tm-store-ledger.h"

#define MAX_COUNTERS 1000

typedef struct
{
  char *machine_id;
  char *reason;
  char *classification;
  guint64 count;
} Counter;

struct _TmLossTally
{
  GHashTable *counters; /* (owned) (element-type Counter): a set */
};

static guint
counter_hash (gconstpointer data)
{
  const Counter *counter = data;

  return g_str_hash (counter->classification) ^ g_str_hash (counter->reason);
}

static gboolean
counter_equal (gconstpointer a, gconstpointer b)
{
  const Counter *first = a;
  const Counter *second = b;

  return g_str_equal (first->classification, second->classification) &&
         g_str_equal (first->reason, second->reason) &&
         g_str_equal (first->machine_id, second->machine_id);
}

static void
counter_free (gpointer data)
{
  Counter *counter = data;

  g_free (counter->machine_id);
  g_free (counter->reason);
  g_free (counter->classification);
  g_free (counter);
}

TmLossTally *
tm_loss_tally_new (void)
{
  TmLossTally *self = g_new0 (TmLossTally, 1);

  self->counters = g_hash_table_new_full (counter_hash, counter_equal, counter_free, NULL);
  return self;
}

void
tm_loss_tally_free (TmLossTally *self)
{
  g_hash_table_unref (self->counters);
  g_free (self);
}

gboolean
tm_loss_tally_is_empty (TmLossTally *self)
{
  return g_hash_table_size (self->counters) == 0;
}

void
tm_loss_tally_count (TmLossTally *self,
                     const char *machine_id,
                     const char *reason,
                     const char *classification,
                     guint64 count)
{
  Counter key = { (char *) machine_id, (char *) reason, (char *) classification, 0 };
  Counter *counter = g_hash_table_lookup (self->counters, &key);

  if (counter == NULL && g_hash_table_size (self->counters) >= MAX_COUNTERS)
    {
      key.classification = (char *) TM_LOSS_OTHER_CLASSIFICATION;
      counter = g_hash_table_lookup (self->counters, &key);
    }

  if (counter == NULL)
    {
      counter = g_new0 (Counter, 1);
      counter->machine_id = g_strdup (key.machine_id);
      counter->reason = g_strdup (key.reason);
      counter->classification = g_strdup (key.classification);
      g_hash_table_add (self->counters, counter);
    }

  counter->count += count;
}

void
tm_loss_tally_merge (TmLossTally *self, TmLossTally *other)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, other->counters);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Counter *counter = key;

      tm_loss_tally_count (self, counter->machine_id, counter->reason, counter->classification,
                           counter->count);
    }
}

gboolean
tm_loss_tally_write (TmLossTally *self, TmStore *store, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->counters);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Counter *counter = key;

      if (!tm_store_count_loss (store, counter->machine_id, counter->reason,
                                counter->classification, counter->count, error))
        return FALSE;
    }

  return TRUE;
}
