/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-output.h. Not g_print(): that would change what the locale cannot show. */
#include "tm-output.h"

#include "tm-time.h"

#include <stdio.h>

void
tm_output_json (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  puts (text);
  fflush (stdout);
}

void
tm_output_json_pretty (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, TRUE);

  puts (text);
}

void
tm_output_variant (GVariant *variant)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (variant);

  tm_output_json (node);
}

static void
set_time (JsonObject *object, const char *key)
{
  char text[TM_TIME_TEXT_SIZE];

  if (!json_object_has_member (object, key))
    return;
  tm_time_format (json_object_get_int_member (object, key), text);
  json_object_set_string_member (object, key, text);
}

JsonNode *
tm_output_record_node (GVariant *record)
{
  JsonNode *node = json_gvariant_serialize (record);
  JsonObject *object = json_node_get_object (node);

  set_time (object, "created_at");
  set_time (object, "settled_at");
  return node;
}
