/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as what a kernel says of its events, and as pages of its buffer: two bytes of length, a
 * description of that length, and pages. The description is tried as that of an event under a head
 * that is as it should be, and as that of the head itself.
 */
#include <stdint.h>
#include <string.h>

#include "tm-ras-reader.h"

#define MAX_PAYLOAD_BYTES (1024 * 1024)

static const char head[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
                           "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
                           "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes);

static void
check (TmFault *fault, gpointer user_data)
{
  g_autoptr (TmFault) owned = fault;
  g_autoptr (JsonNode) payload = tm_fault_to_payload (owned, NULL);
  g_autofree char *text = json_to_string (payload, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    g_error ("the payload is not UTF-8");
  if (strlen (text) > MAX_PAYLOAD_BYTES)
    g_error ("a payload of %" G_GSIZE_FORMAT " bytes", strlen (text));
}

static void
feed (TmRasReader *reader, const uint8_t *data, size_t n_bytes)
{
  gsize n_page = tm_ras_reader_get_page_bytes (reader);

  for (size_t offset = 0; offset < n_bytes; offset += n_page)
    tm_ras_reader_feed (reader, data + offset, MIN (n_page, n_bytes - offset), 1, check, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (TmRasReader) usual = tm_ras_reader_new (head, strlen (head), NULL);
  g_autoptr (TmRasReader) unusual = NULL;
  const char *format = (const char *) data + 2;
  size_t n_format;

  if (n_bytes < 2)
    return 0;

  n_format = MIN ((size_t) data[0] << 8 | data[1], n_bytes - 2);
  if (tm_ras_reader_add_format (usual, format, n_format, NULL))
    feed (usual, data + 2 + n_format, n_bytes - 2 - n_format);
  unusual = tm_ras_reader_new (format, n_format, NULL);
  if (unusual != NULL)
    feed (unusual, data + 2 + n_format, n_bytes - 2 - n_format);

  return 0;
}
