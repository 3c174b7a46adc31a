/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-type.h. */
#include "tm-cper-type.h"

#include <string.h>

const TmCperName tm_cper_error_status_names[] = {
  { 1, "ERR_INTERNAL" },
  { 4, "ERR_MEM" },
  { 5, "ERR_TLB" },
  { 6, "ERR_CACHE" },
  { 7, "ERR_FUNCTION" },
  { 8, "ERR_SELFTEST" },
  { 9, "ERR_FLOW" },
  { 16, "ERR_BUS" },
  { 17, "ERR_MAP" },
  { 18, "ERR_IMPROPER" },
  { 19, "ERR_UNIMPL" },
  { 20, "ERR_LOL" },
  { 21, "ERR_RESPONSE" },
  { 22, "ERR_PARITY" },
  { 23, "ERR_PROTOCOL" },
  { 24, "ERR_ERROR" },
  { 25, "ERR_TIMEOUT" },
  { 26, "ERR_POISONED" },
  { 0, NULL },
};

const TmCperName tm_cper_transaction_names[] = {
  { 0, "Instruction" },
  { 1, "Data Access" },
  { 2, "Generic" },
  { 0, NULL },
};

const TmCperName tm_cper_participation_names[] = {
  { 0, "Local Processor Originated Request" },
  { 1, "Local Processor Responded to Request" },
  { 2, "Local Processor Observed" },
  { 3, "Generic" },
  { 0, NULL },
};

/* Sections that have a name and no published form, or one that says nothing to others. */
static const TmCperType named[] = {
  { .guid = "bf32d4d5-b427-4025-8495-8a9e5d4030e4", .name = "ARM RAS", .kind = "processor" },
};

static const TmCperType unknown = { .guid = "", .name = "Unknown", .kind = "unknown" };

static const TmCperType *const types[] = {
  &tm_cper_generic_processor,
  &tm_cper_x86_processor,
  &tm_cper_arm_processor,
  &tm_cper_memory,
  &tm_cper_memory2,
  &tm_cper_pcie,
  &tm_cper_pci_bus,
  &tm_cper_pci_device,
  &tm_cper_firmware,
  &tm_cper_dmar,
  &tm_cper_vtd,
  &tm_cper_iommu,
  &tm_cper_ccix,
  &tm_cper_cxl_protocol,
  &tm_cper_cxl_media,
  &tm_cper_cxl_dram,
  &tm_cper_cxl_module,
  &tm_cper_nvidia,
};

const TmCperType *
tm_cper_type_find (const char *guid)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i]->guid, guid) == 0)
      return types[i];
  for (gsize i = 0; i < G_N_ELEMENTS (named); i++)
    if (strcmp (named[i].guid, guid) == 0)
      return &named[i];

  return &unknown;
}

JsonObject *
tm_cper_type_decode (const TmCperType *self, const TmCperReader *reader)
{
  JsonObject *object;
  guint64 valid = 0;

  if (self->fields == NULL)
    return tm_cper_bytes_to_json (reader);

  object = json_object_new ();
  if (self->valid_bytes > 0)
    valid = tm_cper_reader_number (reader, self->valid_offset, self->valid_bytes);
  tm_cper_fields_decode (self->fields, reader, valid, object);
  if (self->decode_rest != NULL)
    self->decode_rest (reader, object);
  return object;
}

/* "a+b", each once. */
static gboolean
holds_value (const char *text, const char *value)
{
  g_auto (GStrv) values = g_strsplit (text, "+", -1);

  return g_strv_contains ((const char *const *) values, value);
}

static void
append_value (JsonNode *node, GString *text)
{
  g_autofree char *value = NULL;

  if (json_node_get_value_type (node) == G_TYPE_STRING)
    value = json_node_dup_string (node);
  else
    value = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));

  if (holds_value (text->str, value))
    return;
  if (text->len > 0)
    g_string_append (text, "+");
  g_string_append (text, value);
}

/* Of a list every element is asked: the names of all that happened, each once. */
static void
append_path (JsonNode *node, const char *const *path, GString *text)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        append_path (json_array_get_element (array, i), path, text);
    }
  else if (JSON_NODE_HOLDS_OBJECT (node) && path[0] != NULL)
    {
      JsonNode *member = json_object_get_member (json_node_get_object (node), path[0]);

      if (member != NULL)
        append_path (member, path + 1, text);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && path[0] == NULL)
    {
      append_value (node, text);
    }
}

static char *
look_up (JsonObject *decoded, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, decoded);
  append_path (node, (const char *const *) parts, text);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* The word in front of a number says what it is: "node 1", "fault reason 5". */
static char *
label (const char *path, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);
  guint last = g_strv_length (parts) - 1;
  g_autofree char *word = NULL;

  if (strspn (value, "0123456789+") < strlen (value))
    return g_strdup (value);

  if (last > 0 && strcmp (parts[last], "value") == 0)
    last--;
  word = g_strdelimit (g_strdup (parts[last]), "_", ' ');
  return g_strdup_printf ("%s %s", word, value);
}

char *
tm_cper_type_get_error (const TmCperType *self, JsonObject *decoded)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->error_paths) && self->error_paths[i] != NULL; i++)
    {
      g_autofree char *value = look_up (decoded, self->error_paths[i]);

      if (value != NULL)
        return label (self->error_paths[i], value);
    }

  return NULL;
}

char *
tm_cper_type_get_location (const TmCperType *self, JsonObject *decoded)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (self->location_paths) && self->location_paths[i] != NULL; i++)
    {
      g_autofree char *value = look_up (decoded, self->location_paths[i]);
      g_autofree char *place = value != NULL ? label (self->location_paths[i], value) : NULL;

      if (place != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", place);
    }

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
