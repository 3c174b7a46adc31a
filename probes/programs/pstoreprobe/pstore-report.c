/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See pstore-report.h. */
#include "pstore-report.h"

#include <string.h>

#include "klog-source.h"
#include "tm-oops-record.h"

#define UNDECODABLE "undecodable dump of the kernel"
/* Of a panic in which nothing is recognised. */
#define TAIL_BYTES 4096
#define TAIL_HEAD "Kernel panic - not syncing: the reason is not in the dump\n"

struct _PstoreReport
{
  TmProbeReporter *reporter; /* (unowned) */
  TmOopsRules *rules;        /* (unowned) */
  GPtrArray *found;          /* (element-type TmOops) */
  GHashTable *told;          /* (element-type utf8): when, who and what */
};

PstoreReport *
pstore_report_new (TmProbeReporter *reporter, TmOopsRules *rules)
{
  PstoreReport *self = g_new0 (PstoreReport, 1);

  self->reporter = reporter;
  self->rules = rules;
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_oops_free);
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
pstore_report_free (PstoreReport *self)
{
  g_ptr_array_unref (self->found);
  g_hash_table_unref (self->told);
  g_free (self);
}

static void
take (TmOops *oops, gpointer user_data)
{
  PstoreReport *self = user_data;

  g_ptr_array_add (self->found, oops);
}

static void
read_text (PstoreReport *self, const char *text)
{
  g_autoptr (TmOopsReader) reader = tm_oops_reader_new (self->rules, take, self);

  klog_read_text (text, strlen (text), reader);
}

/* From the beginning of a line on. */
static void
read_tail (PstoreReport *self, const char *text)
{
  gsize n_bytes = strlen (text);
  const char *tail = n_bytes > TAIL_BYTES ? text + n_bytes - TAIL_BYTES : text;
  const char *line_end = tail > text ? strchr (tail, '\n') : NULL;
  g_autofree char *whole = NULL;

  whole = g_strconcat (TAIL_HEAD, line_end != NULL ? line_end + 1 : tail, NULL);
  read_text (self, whole);
}

static void
amend (JsonObject *payload, gconstpointer user_data)
{
  const TmPstoreDump *dump = user_data;

  json_object_set_string_member (payload, "dump", dump->reason);
  if (!dump->is_complete)
    json_object_set_boolean_member (payload, "complete", FALSE);
}

static JsonNode *
make_undecodable (const char *hash, const char *exact)
{
  JsonNode *payload = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObject *signature = json_object_new ();

  json_object_set_int_member (signature, "version", TM_OOPS_SIGNATURE_VERSION);
  json_object_set_string_member (signature, "title", UNDECODABLE);
  json_object_set_string_member (signature, "hash", hash);
  json_object_set_string_member (signature, "exact", exact);
  json_object_set_array_member (signature, "alternatives", json_array_new ());
  json_object_set_object_member (object, "signature", signature);
  json_object_set_string_member (object, "kind", "other");
  json_object_set_boolean_member (object, "undecodable", TRUE);
  json_object_set_boolean_member (object, "complete", FALSE);
  json_object_set_string_member (object, "text", UNDECODABLE);
  json_node_take_object (payload, object);
  return payload;
}

/* What nobody can read is told apart by its name alone. */
static gboolean
take_undecodable (PstoreReport *self, const TmPstoreDump *dump)
{
  const char *name = g_ptr_array_index (dump->names, 0);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, UNDECODABLE, -1);
  g_autofree char *exact = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autoptr (JsonNode) payload = NULL;

  hash[32] = '\0';
  exact[32] = '\0';
  if (!tm_probe_reporter_wants (self->reporter, exact, 1))
    return TRUE;

  payload = make_undecodable (hash, exact);
  return tm_probe_reporter_report (self->reporter, &(TmProbeReport){ .kind = "other",
                                                                     .title = UNDECODABLE,
                                                                     .group = hash,
                                                                     .exact = exact,
                                                                     .severity = 2,
                                                                     .payload = payload });
}

/* A dump has all that the log had, and so also the reports whose own dumps came before: that is not
 * a second time. The dumps of panics come first, and are each of another boot. */
static gboolean
is_new (PstoreReport *self, const TmPstoreDump *dump, const TmOops *oops)
{
  const char *function = oops->function != NULL ? oops->function : "";
  g_autofree char *key =
      g_strdup_printf ("%" G_GINT64_FORMAT " %s %s", oops->time_usec, function, oops->reason);
  gboolean is_told = oops->time_usec != TM_KLOG_UNKNOWN && g_hash_table_contains (self->told, key);

  g_hash_table_add (self->told, g_steal_pointer (&key));
  return !is_told || strcmp (dump->reason, "Panic") == 0;
}

static gboolean
report_found (PstoreReport *self, const TmPstoreDump *dump)
{
  for (guint i = 0; i < self->found->len; i++)
    {
      TmOops *oops = g_ptr_array_index (self->found, i);

      if (is_new (self, dump, oops) &&
          !klog_reporter_report_oops (self->reporter, oops, amend, dump))
        return FALSE;
    }

  return self->found->len > 0;
}

gboolean
pstore_report_take (PstoreReport *self, const TmPstoreDump *dump)
{
  g_ptr_array_set_size (self->found, 0);
  if (dump->text == NULL)
    return take_undecodable (self, dump);

  read_text (self, dump->text);
  if (self->found->len == 0 && strcmp (dump->reason, "Panic") == 0)
    read_tail (self, dump->text);
  return report_found (self, dump);
}
