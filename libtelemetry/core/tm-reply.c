/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer to a batch, both directions; see tm-batch.h. */
#include "telemetry-error.h"
#include "tm-batch.h"
#include "tm-uuid.h"

#include <string.h>

/* 1000 results with reasons of some hundred bytes, and advice. */
#define REPLY_MAX_BYTES (1024 * 1024)

static const char *const outcome_texts[] = {
  [TM_OUTCOME_ACCEPTED] = "accepted",
  [TM_OUTCOME_DUPLICATE] = "duplicate",
  [TM_OUTCOME_REJECTED] = "rejected",
};

const char *
tm_outcome_to_text (TmOutcome outcome)
{
  g_return_val_if_fail ((guint) outcome < G_N_ELEMENTS (outcome_texts), NULL);

  return outcome_texts[outcome];
}

static gboolean
outcome_from_text (const char *text, TmOutcome *out_outcome)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcome_texts); i++)
    if (g_strcmp0 (text, outcome_texts[i]) == 0)
      {
        *out_outcome = i;
        return TRUE;
      }

  return FALSE;
}

TmResult *
tm_result_new (const char *record_id, TmOutcome outcome, const char *reason)
{
  TmResult *self = g_new0 (TmResult, 1);

  self->record_id = g_strdup (record_id);
  self->outcome = outcome;
  self->reason = g_strdup (reason);
  return self;
}

void
tm_result_free (TmResult *self)
{
  g_free (self->record_id);
  g_free (self->reason);
  g_free (self);
}

TmReply *
tm_reply_new (void)
{
  TmReply *self = g_new0 (TmReply, 1);

  self->results = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_result_free);
  return self;
}

void
tm_reply_free (TmReply *self)
{
  g_ptr_array_unref (self->results);
  g_clear_pointer (&self->advice, json_object_unref);
  g_free (self);
}

GBytes *
tm_reply_encode (TmReply *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *results = json_array_sized_new (self->results->len);
  JsonObject *object = json_object_new ();
  char *text;
  gsize n_bytes;

  for (guint i = 0; i < self->results->len; i++)
    {
      const TmResult *result = g_ptr_array_index (self->results, i);
      JsonObject *element = json_object_new ();

      json_object_set_string_member (element, "record_id", result->record_id);
      json_object_set_string_member (element, "outcome", tm_outcome_to_text (result->outcome));
      if (result->reason != NULL)
        json_object_set_string_member (element, "reason", result->reason);
      json_array_add_object_element (results, element);
    }

  json_object_set_array_member (object, "results", results);
  json_object_set_object_member (
      object, "advice", self->advice != NULL ? json_object_ref (self->advice) : json_object_new ());
  json_node_take_object (node, object);

  text = tm_json_to_text (node, &n_bytes);
  return g_bytes_new_take (text, n_bytes);
}

static gboolean
add_result (TmReply *self, JsonNode *node, GError **error)
{
  const char *record_id, *outcome_text, *reason;
  TmOutcome outcome;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "a result must be an object");
      return FALSE;
    }

  object = json_node_get_object (node);
  if (!tm_json_get_text (object, "record_id", &record_id, error) ||
      !tm_json_get_text (object, "outcome", &outcome_text, error) ||
      !tm_json_get_text (object, "reason", &reason, error))
    return FALSE;

  if (!outcome_from_text (outcome_text, &outcome))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "outcome is not valid, accepted is accepted, duplicate or rejected");
      return FALSE;
    }

  g_ptr_array_add (self->results, tm_result_new (record_id, outcome, reason));
  return TRUE;
}

TmReply *
tm_reply_decode (GBytes *body, GError **error)
{
  gsize n_bytes;
  const char *text = g_bytes_get_data (body, &n_bytes);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (TmReply) self = NULL;
  JsonNode *results, *advice;
  JsonArray *array;

  node = tm_json_parse (text, n_bytes, REPLY_MAX_BYTES, TM_JSON_MAX_DEPTH, error);
  if (node == NULL)
    return NULL;

  results = JSON_NODE_HOLDS_OBJECT (node)
                ? json_object_get_member (json_node_get_object (node), "results")
                : NULL;
  if (results == NULL || !JSON_NODE_HOLDS_ARRAY (results))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "results must be an array");
      return NULL;
    }

  self = tm_reply_new ();
  array = json_node_get_array (results);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_result (self, json_array_get_element (array, i), error))
      return NULL;

  advice = json_object_get_member (json_node_get_object (node), "advice");
  if (advice != NULL && JSON_NODE_HOLDS_OBJECT (advice))
    self->advice = json_object_ref (json_node_get_object (advice));

  return g_steal_pointer (&self);
}
