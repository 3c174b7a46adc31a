/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a template, rendered over data that has every kind of value; a partial of any name
 * is the template itself. Must end, within the limits, without touching memory that is not its own.
 */
#include <stdint.h>

#include "tm-mustache.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

#define MAX_PAGE_BYTES (64 * 1024)

static const TmMustache *
get_itself (const char *name, gpointer user_data)
{
  return user_data;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  static const char values[] = "{\"a\":{\"b\":[1,2.5,\"<x>\",null,[true,{}]],\"a\":[0,\"\"]},"
                               "\"b\":[{\"a\":1},{\"b\":false}],\"c\":\"'\\\"&\"}";
  g_autoptr (JsonNode) root = json_from_string (values, NULL);
  g_autoptr (TmMustache) template = tm_mustache_new ((const char *) data, n_bytes, NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  if (template != NULL)
    tm_mustache_render (template, root, get_itself, template, MAX_PAGE_BYTES, out, NULL);

  return 0;
}
