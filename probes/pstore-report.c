/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See pstore-report.h. */
#include "pstore-report.h"

#include <string.h>

#include "klog-source.h"
#include "tm-oops-record.h"
#include "tm-probe-boot.h"

#define EXACT_FRAMES 16
/* Of a panic in which nothing is recognised. */
#define TAIL_BYTES 4096
#define TAIL_HEAD "Kernel panic - not syncing: the reason is not in the dump\n"

struct _PstoreReport
{
  TmProbe *probe;     /* (unowned) */
  TmOopsRules *rules; /* (unowned) */
  GKeyFile *state;    /* (unowned) */
  GPtrArray *found;   /* (element-type TmOops) */
};

PstoreReport *
pstore_report_new (TmProbe *probe, TmOopsRules *rules, GKeyFile *state)
{
  PstoreReport *self = g_new0 (PstoreReport, 1);

  self->probe = probe;
  self->rules = rules;
  self->state = state;
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_oops_free);
  return self;
}

void
pstore_report_free (PstoreReport *self)
{
  g_ptr_array_unref (self->found);
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

static gboolean
hand_over (PstoreReport *self, TmProbeRecord *record, const char *exact, GError **error)
{
  GVariant *system = tm_probe_boot_get_system (self->state, NULL);
  g_autofree char *boot_id = g_key_file_get_string (self->state, "boot before", "id", NULL);
  /* As klogprobe: what that saw before the end is the same report. */
  g_autofree char *key = g_strdup_printf ("%s-%s", boot_id != NULL ? boot_id : "unknown", exact);

  record->system = system;
  record->dedup_key = key;
  return tm_probe_hand_over (self->probe, record, error);
}

static gboolean
hand_over_oops (PstoreReport *self, const TmPstoreDump *dump, const TmOops *oops, GError **error)
{
  g_autofree char *classification = tm_oops_get_classification (oops);
  g_autofree char *exact = tm_oops_get_hash (oops, EXACT_FRAMES);
  g_autoptr (JsonNode) payload = tm_oops_to_payload (oops);
  JsonObject *object = json_node_get_object (payload);
  TmProbeRecord record = {
    .classification = classification,
    .severity = tm_oops_get_severity (oops),
    .payload = payload,
  };

  json_object_set_string_member (object, "dump", dump->reason);
  if (!dump->is_complete)
    json_object_set_boolean_member (object, "complete", FALSE);
  return hand_over (self, &record, exact, error);
}

static gboolean
hand_over_undecodable (PstoreReport *self, const TmPstoreDump *dump, GError **error)
{
  static const char title[] = "undecodable dump of the kernel";
  const char *name = g_ptr_array_index (dump->names, 0);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, title, -1);
  g_autofree char *exact = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autoptr (JsonNode) payload = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObject *signature = json_object_new ();
  TmProbeRecord record = {
    .classification = "org.telemetrics/kernel/other",
    .severity = 2,
    .payload = payload,
  };

  hash[32] = '\0';
  json_object_set_int_member (signature, "version", TM_OOPS_SIGNATURE_VERSION);
  json_object_set_string_member (signature, "title", title);
  json_object_set_string_member (signature, "hash", hash);
  json_object_set_array_member (signature, "alternatives", json_array_new ());
  json_object_set_object_member (object, "signature", signature);
  json_object_set_string_member (object, "kind", "other");
  json_object_set_boolean_member (object, "undecodable", TRUE);
  json_object_set_boolean_member (object, "complete", FALSE);
  json_object_set_string_member (object, "text", title);
  json_node_take_object (payload, object);
  exact[32] = '\0';
  return hand_over (self, &record, exact, error);
}

gboolean
pstore_report_hand_over (PstoreReport *self,
                         const TmPstoreDump *dump,
                         guint *out_n_records,
                         GError **error)
{
  *out_n_records = 0;
  g_ptr_array_set_size (self->found, 0);
  if (dump->text == NULL)
    {
      *out_n_records = 1;
      return hand_over_undecodable (self, dump, error);
    }

  read_text (self, dump->text);
  if (self->found->len == 0 && strcmp (dump->reason, "Panic") == 0)
    read_tail (self, dump->text);
  for (guint i = 0; i < self->found->len; i++)
    if (!hand_over_oops (self, dump, g_ptr_array_index (self->found, i), error))
      return FALSE;

  *out_n_records = self->found->len;
  return TRUE;
}
