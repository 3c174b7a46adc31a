/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One record as JSON and back. Both directions walk the field table: a key that the table does not
 * name is passed over, so that a newer client can say more than an older server understands.
 */
#include "telemetry-error.h"
#include "tm-batch.h"
#include "tm-time.h"

#include <string.h>

static JsonNode *
field_to_json (TmRecord *record, TmFieldId id)
{
  JsonNode *node = json_node_alloc ();
  char time_text[TM_TIME_TEXT_SIZE];

  if (!tm_record_has (record, id))
    return json_node_init_null (node);

  switch (tm_field_get (id)->type)
    {
    case TM_FIELD_TYPE_NUMBER:
      return json_node_init_int (node, tm_record_get_number (record, id));
    case TM_FIELD_TYPE_TIME:
      tm_time_format (tm_record_get_number (record, id), time_text);
      return json_node_init_string (node, time_text);
    case TM_FIELD_TYPE_UUID7:
    case TM_FIELD_TYPE_CLASSIFICATION:
    case TM_FIELD_TYPE_TEXT:
    case TM_FIELD_TYPE_LABEL:
    case TM_FIELD_TYPE_HEX32:
    case TM_FIELD_TYPE_ORIGIN:
    default:
      return json_node_init_string (node, tm_record_get_text (record, id));
    }
}

JsonObject *
tm_system_to_json (TmSystem *system, TmSystem *base)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    {
      const char *value = tm_system_get (system, i);
      const char *base_value = base != NULL ? tm_system_get (base, i) : NULL;

      /* A field that only the base has is unset by an explicit null. */
      if (g_strcmp0 (value, base_value) == 0)
        continue;
      if (value != NULL)
        json_object_set_string_member (object, tm_system_field_get (i)->name, value);
      else
        json_object_set_null_member (object, tm_system_field_get (i)->name);
    }

  return object;
}

JsonNode *
tm_record_to_json (TmRecord *record, TmSystem *base)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  TmSystem *system = tm_record_get_system (record);

  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      if (i == TM_FIELD_PAYLOAD && (base == NULL || !tm_system_equal (system, base)))
        json_object_set_object_member (object, "system", tm_system_to_json (system, base));
      json_object_set_member (object, tm_field_get (i)->name, field_to_json (record, i));
    }

  json_node_take_object (node, object);
  return g_steal_pointer (&node);
}

static gboolean
set_number_field (TmRecordBuilder *builder, TmFieldId id, JsonObject *object, GError **error)
{
  const TmField *field = tm_field_get (id);
  gboolean is_present;
  guint64 number;

  if (!tm_json_get_number (object, field->name, G_MAXINT64, &is_present, &number, NULL))
    {
      /* What is accepted is the field's to say: a severity is no number up to 2^63. */
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "%s is not valid, accepted is %s", field->name, field->accepts);
      return FALSE;
    }

  return !is_present || tm_record_builder_set_number (builder, id, number, error);
}

static gboolean
set_text_field (TmRecordBuilder *builder, TmFieldId id, JsonObject *object, GError **error)
{
  const TmField *field = tm_field_get (id);
  const char *text;
  gint64 usec;

  if (!tm_json_get_text (object, field->name, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (field->type != TM_FIELD_TYPE_TIME)
    return tm_record_builder_set_text (builder, id, text, strlen (text), error);

  if (tm_time_parse (text, &usec) && usec >= 0)
    return tm_record_builder_set_number (builder, id, usec, error);

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "%s is not valid, accepted is %s", field->name, field->accepts);
  return FALSE;
}

TmSystem *
tm_system_from_json (JsonObject *object, TmSystem *base, GError **error)
{
  const char *values[TM_N_SYSTEM_FIELDS];

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    {
      const char *name = tm_system_field_get (i)->name;

      if (!tm_json_get_text (object, name, &values[i], error))
        {
          g_prefix_error (error, "system.");
          return NULL;
        }
      if (values[i] == NULL && base != NULL && !json_object_has_member (object, name))
        values[i] = tm_system_get (base, i);
    }

  return tm_system_new (values, error);
}

static gboolean
set_system (TmRecordBuilder *builder, JsonObject *object, TmSystem *base, GError **error)
{
  JsonNode *node = json_object_get_member (object, "system");
  g_autoptr (TmSystem) system = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    {
      if (base != NULL)
        tm_record_builder_set_system (builder, base);
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "system must be an object");
      return FALSE;
    }

  system = tm_system_from_json (json_node_get_object (node), base, error);
  if (system == NULL)
    return FALSE;

  tm_record_builder_set_system (builder, system);
  return TRUE;
}

TmRecord *
tm_record_from_json (JsonObject *object, TmSystem *base, GError **error)
{
  g_auto (TmRecordBuilder) builder;

  tm_record_builder_init (&builder);
  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      gboolean is_number = tm_field_get (i)->type == TM_FIELD_TYPE_NUMBER;

      if (is_number ? !set_number_field (&builder, i, object, error)
                    : !set_text_field (&builder, i, object, error))
        return NULL;
    }
  if (!set_system (&builder, object, base, error))
    return NULL;

  return tm_record_builder_end (&builder, error);
}
