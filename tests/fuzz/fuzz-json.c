/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes before the JSON gate: what it lets through, json-glib must take, and the text that
 * comes out must pass again. This is the one place that keeps deep or broken JSON from the parser.
 */
#include "tm-json.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  gboolean passed = tm_json_check (text, n_bytes, G_MAXSIZE, TM_JSON_MAX_DEPTH, NULL);

  node = tm_json_parse (text, n_bytes, G_MAXSIZE, TM_JSON_MAX_DEPTH, &error);
  g_assert_true (passed == (node != NULL));

  if (node != NULL)
    {
      gsize n_again;
      g_autofree char *again = tm_json_to_text (node, &n_again);

      tm_json_check (again, n_again, G_MAXSIZE, TM_JSON_MAX_DEPTH, &error);
      g_assert_no_error (error);
    }

  return 0;
}
