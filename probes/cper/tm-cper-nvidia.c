/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors of NVIDIA's processors: the name of the unit that reports, numbers of its own for the
 * error, and pairs of a register's address and its content, which nobody else can read.
 */
#include "tm-cper-section.h"

#define HEAD_BYTES 32
#define PAIR_BYTES 16

static const TmCperField fields[] = {
  TM_CPER_X ("signature", TM_CPER_TEXT, TM_CPER_ALWAYS, 0, 16, FALSE),
  TM_CPER_N ("error_type", TM_CPER_ALWAYS, 16, 2),
  TM_CPER_N ("error_instance", TM_CPER_ALWAYS, 18, 2),
  TM_CPER_V ("severity", TM_CPER_ALWAYS, 20, 1, tm_cper_severity_names),
  TM_CPER_N ("socket", TM_CPER_ALWAYS, 21, 1),
  TM_CPER_N ("register_count", TM_CPER_ALWAYS, 22, 1),
  TM_CPER_P ("instance_base", TM_CPER_ALWAYS, 24, 8),
  TM_CPER_END,
};

static const TmCperField pair[] = {
  TM_CPER_N ("address", TM_CPER_ALWAYS, 0, 8),
  TM_CPER_N ("value", TM_CPER_ALWAYS, 8, 8),
  TM_CPER_END,
};

static JsonObject *
decode_pair (const TmCperReader *reader)
{
  JsonObject *object = json_object_new ();

  tm_cper_fields_decode (pair, reader, 0, object);
  return object;
}

static void
decode_rest (const TmCperReader *reader, JsonObject *object)
{
  if (reader->wants_all)
    tm_cper_list_decode (reader, HEAD_BYTES, tm_cper_reader_number (reader, 22, 1), PAIR_BYTES,
                         decode_pair, object, "registers");
}

const TmCperType tm_cper_nvidia = {
  .guid = "6d5244f2-2712-11ec-bea7-cb3fdb95c786",
  .name = "NVIDIA",
  .kind = "vendor",
  .fields = fields,
  .decode_rest = decode_rest,
  .error_paths = { "signature" },
  .location_paths = { "socket" },
};
