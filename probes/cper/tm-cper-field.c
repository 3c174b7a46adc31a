/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-field.h. */
#include "tm-cper-field.h"

const char *
tm_cper_name (const TmCperName *names, guint64 value)
{
  for (gsize i = 0; names[i].name != NULL; i++)
    if (names[i].value == value)
      return names[i].name;

  return TM_CPER_UNKNOWN_NAME;
}

/* JSON's numbers lose digits beyond 53 bits in many a reader. */
void
tm_cper_set_hex (JsonObject *object, const char *name, guint64 number)
{
  g_autofree char *text = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", number);

  json_object_set_string_member (object, name, text);
}

void
tm_cper_set_pci_model (JsonObject *object, guint64 vendor, guint64 device)
{
  g_autofree char *text = g_strdup_printf ("%04x:%04x", (guint) vendor, (guint) device);

  json_object_set_string_member (object, "model", text);
}

JsonObject *
tm_cper_bytes_to_json (const TmCperReader *bytes)
{
  JsonObject *object = json_object_new ();
  g_autofree char *head = tm_cper_reader_hex (bytes, TM_CPER_HEAD_BYTES);
  g_autofree char *hash = NULL;

  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->n_bytes);
  json_object_set_int_member (object, "length", (gint64) bytes->n_bytes);
  json_object_set_string_member (object, "data", head);
  json_object_set_string_member (object, "sha256", hash);
  return object;
}

static guint64
read_bits (const TmCperField *field, const TmCperReader *reader)
{
  guint64 number = tm_cper_reader_number (reader, field->offset, field->n_bytes);

  number >>= field->first_bit;
  return field->n_bits == 0 ? number : number & ((G_GUINT64_CONSTANT (1) << field->n_bits) - 1);
}

static JsonArray *
name_bits (const TmCperName *names, guint64 bits)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; names[i].name != NULL; i++)
    if (bits >> names[i].value & 1)
      json_array_add_string_element (array, names[i].name);

  return array;
}

static JsonObject *
name_value (const TmCperName *names, guint64 value)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "value", (gint64) value);
  json_object_set_string_member (object, "name", tm_cper_name (names, value));
  return object;
}

static void
set_number (const TmCperField *field, guint64 number, JsonObject *object)
{
  guint n_bits = field->n_bits != 0 ? field->n_bits : field->n_bytes * 8u;

  if (n_bits > 32)
    tm_cper_set_hex (object, field->name, number);
  else
    json_object_set_int_member (object, field->name, (gint64) number);
}

static void
set_string (const TmCperField *field, const char *text, JsonObject *object)
{
  if (text != NULL && text[0] != '\0')
    json_object_set_string_member (object, field->name, text);
}

static void
set_group (const TmCperField *field, const TmCperReader *reader, guint64 valid, JsonObject *object)
{
  JsonObject *group = json_object_new ();

  tm_cper_fields_decode (field->group, reader, valid, group);
  if (json_object_get_size (group) > 0)
    json_object_set_object_member (object, field->name, group);
  else
    json_object_unref (group);
}

static void
decode_field (const TmCperField *field,
              const TmCperReader *reader,
              guint64 valid,
              JsonObject *object)
{
  g_autofree char *text = NULL;
  TmCperReader bytes;

  switch (field->kind)
    {
    case TM_CPER_NUMBER:
      set_number (field, read_bits (field, reader), object);
      return;
    case TM_CPER_BOOLEAN:
      json_object_set_boolean_member (object, field->name, read_bits (field, reader) != 0);
      return;
    case TM_CPER_NAMED:
      json_object_set_object_member (object, field->name,
                                     name_value (field->names, read_bits (field, reader)));
      return;
    case TM_CPER_BITS:
      json_object_set_array_member (object, field->name,
                                    name_bits (field->names, read_bits (field, reader)));
      return;
    case TM_CPER_GUID:
      text = tm_cper_reader_guid (reader, field->offset);
      set_string (field, text, object);
      return;
    case TM_CPER_TEXT:
      text = tm_cper_reader_text (reader, field->offset, field->n_bytes);
      set_string (field, text, object);
      return;
    case TM_CPER_BYTES:
      bytes = tm_cper_reader_slice (reader, field->offset, field->n_bytes);
      json_object_set_object_member (object, field->name, tm_cper_bytes_to_json (&bytes));
      return;
    case TM_CPER_GROUP:
      set_group (field, reader, valid, object);
      return;
    default:
      g_assert_not_reached ();
    }
}

void
tm_cper_fields_decode (const TmCperField *fields,
                       const TmCperReader *reader,
                       guint64 valid,
                       JsonObject *object)
{
  for (const TmCperField *field = fields; field->name != NULL; field++)
    {
      if (field->valid != TM_CPER_ALWAYS && (valid >> field->valid & 1) == 0)
        continue;
      if (field->is_private && !reader->wants_all)
        continue;
      if (tm_cper_reader_has (reader, field->offset, field->n_bytes))
        decode_field (field, reader, valid, object);
    }
}

guint
tm_cper_list_get_max (const TmCperReader *reader)
{
  return reader->wants_all ? TM_CPER_MAX_LIST_OF_ALL : TM_CPER_MAX_LIST;
}

gsize
tm_cper_list_decode (const TmCperReader *reader,
                     gsize offset,
                     guint64 n,
                     gsize n_bytes,
                     JsonObject *(*decode) (const TmCperReader *entry),
                     JsonObject *object,
                     const char *member)
{
  JsonArray *array = json_array_new ();

  for (guint64 i = 0; i < n && tm_cper_reader_has (reader, offset, n_bytes); i++)
    {
      TmCperReader entry = tm_cper_reader_slice (reader, offset, n_bytes);

      if (i < tm_cper_list_get_max (reader))
        json_array_add_object_element (array, decode (&entry));
      offset += n_bytes;
    }

  json_object_set_array_member (object, member, array);
  return offset;
}
