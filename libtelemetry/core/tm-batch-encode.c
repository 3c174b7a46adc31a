/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A batch as JSON. Members stand in a fixed order and nothing depends on time or chance, so the
 * same batch gives the same bytes: a retry can be compared with what was sent first.
 */
#include "tm-batch.h"

static JsonArray *
records_to_json (TmBatch *self)
{
  JsonArray *array = json_array_sized_new (self->records->len);

  for (guint i = 0; i < self->records->len; i++)
    json_array_add_element (array,
                            tm_record_to_json (g_ptr_array_index (self->records, i), self->system));

  return array;
}

static JsonArray *
ledger_to_json (TmBatch *self)
{
  JsonArray *array = json_array_sized_new (self->ledger->len);

  for (guint i = 0; i < self->ledger->len; i++)
    {
      const TmLoss *loss = g_ptr_array_index (self->ledger, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "reason", loss->reason);
      json_object_set_string_member (object, "classification", loss->classification);
      json_object_set_int_member (object, "count", loss->count);
      json_array_add_object_element (array, object);
    }

  return array;
}

GBytes *
tm_batch_encode (TmBatch *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  char *text;
  gsize n_bytes;

  json_object_set_int_member (object, "format", TM_BATCH_FORMAT);
  json_object_set_string_member (object, "batch_id", self->batch_id);
  json_object_set_string_member (object, "machine_id", self->machine_id);
  json_object_set_string_member (object, "client", self->client);
  json_object_set_object_member (object, "system", tm_system_to_json (self->system, NULL));
  json_object_set_array_member (object, "records", records_to_json (self));
  json_object_set_array_member (object, "ledger", ledger_to_json (self));
  json_node_take_object (node, object);

  text = tm_json_to_text (node, &n_bytes);
  return g_bytes_new_take (text, n_bytes);
}
