/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A body that claims to be a batch, read: first split into the head and one text for each record,
 * then the head checked and parsed, then each record by itself; see tm-batch.h.
 */
#include "telemetry-error.h"
#include "tm-batch.h"
#include "tm-json-split.h"
#include "tm-uuid.h"

#include <string.h>

#define CLIENT_MAX_BYTES 128
#define REASON_MAX_BYTES 40
/* What stands around the records: system, ledger, a few ids. */
#define HEAD_MAX_BYTES (1024 * 1024)
/* A payload of 1 MiB where each byte is written as \u00XX, and the other fields. */
#define RECORD_MAX_BYTES (6 * TM_PAYLOAD_MAX_BYTES + 64 * 1024)

static gboolean
set_invalid (GError **error, const char *name, const char *accepts)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "%s is missing or not valid, accepted is %s", name, accepts);
  return FALSE;
}

static gboolean
check_format (JsonObject *head, GError **error)
{
  gboolean is_present;
  guint64 format;

  if (!tm_json_get_number (head, "format", G_MAXUINT32, &is_present, &format, error))
    return FALSE;
  if (!is_present || format != TM_BATCH_FORMAT)
    return set_invalid (error, "format", "1");

  return TRUE;
}

static gboolean
get_batch_id (JsonObject *head, const char **out_text, GError **error)
{
  guint8 bytes[16];

  if (!tm_json_get_text (head, "batch_id", out_text, error))
    return FALSE;
  if (*out_text == NULL || !tm_uuid_parse (*out_text, bytes))
    return set_invalid (error, "batch_id", "a UUID in lower case with dashes");

  return TRUE;
}

static gboolean
get_checked_text (JsonObject *head, const TmField *field, const char **out_text, GError **error)
{
  if (!tm_json_get_text (head, field->name, out_text, error))
    return FALSE;
  if (*out_text == NULL)
    return set_invalid (error, field->name, field->accepts);

  return tm_field_check_text (field, *out_text, strlen (*out_text), error);
}

static TmSystem *
get_system (JsonObject *head, GError **error)
{
  JsonNode *node = json_object_get_member (head, "system");

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      set_invalid (error, "system", "an object");
      return NULL;
    }

  return tm_system_from_json (json_node_get_object (node), NULL, error);
}

static TmBatch *
batch_from_head (JsonNode *node, GError **error)
{
  static const TmField machine_id = { .name = "machine_id",
                                      .type = TM_FIELD_TYPE_HEX32,
                                      .accepts = "32 lower-case hex digits" };
  static const TmField client = { .name = "client",
                                  .type = TM_FIELD_TYPE_LABEL,
                                  .min = 1,
                                  .max = CLIENT_MAX_BYTES,
                                  .accepts = "1 to 128 bytes of UTF-8 text without controls" };
  g_autoptr (TmSystem) system = NULL;
  const char *batch_id_text, *machine_id_text, *client_text;
  JsonObject *head;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      set_invalid (error, "the batch", "an object");
      return NULL;
    }

  head = json_node_get_object (node);
  if (!check_format (head, error) || !get_batch_id (head, &batch_id_text, error) ||
      !get_checked_text (head, &machine_id, &machine_id_text, error) ||
      !get_checked_text (head, &client, &client_text, error))
    return NULL;

  system = get_system (head, error);
  if (system == NULL)
    return NULL;

  return tm_batch_new (batch_id_text, machine_id_text, client_text, system);
}

static gboolean
is_reason (const char *text)
{
  gsize n = strspn (text, "abcdefghijklmnopqrstuvwxyz-");

  return n > 0 && n <= REASON_MAX_BYTES && text[n] == '\0';
}

static gboolean
add_loss_from_json (TmBatch *self, JsonObject *object, GError **error)
{
  const char *reason, *classification;
  gboolean is_present;
  guint64 count;

  if (!tm_json_get_text (object, "reason", &reason, error) ||
      !tm_json_get_number (object, "count", G_MAXINT64, &is_present, &count, error) ||
      !get_checked_text (object, tm_field_get (TM_FIELD_CLASSIFICATION), &classification, error))
    return FALSE;
  if (reason == NULL || !is_reason (reason))
    return set_invalid (error, "reason", "1 to 40 of [a-z-]");
  if (!is_present)
    return set_invalid (error, "count", "a whole number");

  tm_batch_add_loss (self, reason, classification, count);
  return TRUE;
}

static gboolean
add_ledger (TmBatch *self, JsonObject *head, GError **error)
{
  JsonNode *node = json_object_get_member (head, "ledger");
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return set_invalid (error, "ledger", "an array");

  array = json_node_get_array (node);
  if (json_array_get_length (array) > TM_BATCH_MAX_LEDGER)
    return set_invalid (error, "ledger", "an array of at most 1000 elements");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_OBJECT (element))
        return set_invalid (error, "ledger", "an array of objects");
      if (!add_loss_from_json (self, json_node_get_object (element), error))
        {
          g_prefix_error (error, "ledger[%u]: ", i);
          return FALSE;
        }
    }

  return TRUE;
}

/* The id of a record that did not pass, so that its sender can settle it: else it would be sent
 * again until it expires. It is looked for in the text, since what is wrong may be the JSON. */
static char *
find_record_id (const char *text, gsize n_bytes)
{
  g_autofree char *value = NULL;
  gsize n_value;
  TmJsonSpan span;
  guint8 bytes[16];

  if (!tm_json_find (text, n_bytes, "record_id", &span))
    return NULL;

  value = g_strchomp (g_strndup (text + span.start, span.end - span.start));
  n_value = strlen (value);
  if (n_value < 2 || value[0] != '"' || value[n_value - 1] != '"')
    return NULL;

  value[n_value - 1] = '\0';
  return tm_uuid_parse (value + 1, bytes) ? g_strdup (value + 1) : NULL;
}

static TmRecord *
record_from_node (JsonNode *node, TmSystem *base, GError **error)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return tm_record_from_json (json_node_get_object (node), base, error);

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "a record must be an object");
  return NULL;
}

static void
add_element (TmBatch *self, GBytes *body, const TmJsonSpan *span)
{
  const char *text = (const char *) g_bytes_get_data (body, NULL) + span->start;
  gsize n_bytes = span->end - span->start;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (TmRecord) record = NULL;
  TmReject *reject;

  node = tm_json_parse (text, n_bytes, RECORD_MAX_BYTES, TM_JSON_MAX_DEPTH, &error);
  if (node != NULL)
    record = record_from_node (node, self->system, &error);
  if (record != NULL)
    {
      tm_batch_add_record (self, record);
      return;
    }

  reject = g_new0 (TmReject, 1);
  reject->index = self->n_received++;
  reject->record_id = find_record_id (text, n_bytes);
  reject->reason = g_strdup (error->message);
  reject->text = g_bytes_new_from_bytes (body, span->start, n_bytes);
  g_ptr_array_add (self->rejects, reject);
}

TmBatch *
tm_batch_decode (GBytes *body, GError **error)
{
  gsize n_bytes;
  const char *text = g_bytes_get_data (body, &n_bytes);
  g_autoptr (GArray) elements = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (TmBatch) self = NULL;
  g_autoptr (GString) head = NULL;

  if (n_bytes > TM_BATCH_MAX_BYTES)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   "the batch is %" G_GSIZE_FORMAT " bytes long, accepted are at most %u", n_bytes,
                   TM_BATCH_MAX_BYTES);
      return NULL;
    }

  if (!tm_json_split (text, n_bytes, "records", TM_BATCH_MAX_RECORDS, &head, &elements, error))
    return NULL;

  node = tm_json_parse (head->str, head->len, HEAD_MAX_BYTES, TM_JSON_MAX_DEPTH, error);
  if (node == NULL)
    return NULL;

  self = batch_from_head (node, error);
  if (self == NULL || !add_ledger (self, json_node_get_object (node), error))
    return NULL;

  for (guint i = 0; i < elements->len; i++)
    add_element (self, body, &g_array_index (elements, TmJsonSpan, i));

  return g_steal_pointer (&self);
}
