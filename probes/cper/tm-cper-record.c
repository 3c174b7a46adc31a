/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The head has 128 bytes, each descriptor 72:
 *
 *    0 u32 offset of the section in the record   4 u32 its length   8 u16 revision
 *   10 u8 valid {FRU id, FRU text}   12 u32 flags   16 GUID of the kind   32 FRU id
 *   48 u32 severity   52 FRU text
 */
#include "tm-cper-record.h"

#include <string.h>

#include "tm-cper-parse.h"

#define HEAD_BYTES 128
#define DESCRIPTOR_BYTES 72

static const struct
{
  const char *guid;
  const char *name;
} notifications[] = {
  { "2dce8bb1-bdd7-450e-b9ad-9cf4ebd4f890", "CMC" },
  { "4e292f96-d843-4a55-a8c2-d481f27ebeee", "CPE" },
  { "e8f56ffe-919c-4cc5-ba88-65abe14913bb", "MCE" },
  { "cf93c01f-1a16-4dfc-b8bc-9c4daf67c104", "PCIe" },
  { "cc5263e8-9308-454a-89d0-340bd39bc98e", "INIT" },
  { "5bad89ff-b7e6-42c9-814a-cf2485d6e98a", "NMI" },
  { "3d61a466-ab40-409a-a698-f362d464b38f", "Boot" },
  { "667dd791-c6b3-4c27-8a6b-0f8e722deb41", "DMAr" },
  { "9a78788a-bbe8-11e4-809e-67611e5d46b0", "SEA" },
  { "5c284c81-b0ae-4e87-a322-b04c85624323", "SEI" },
  { "09a9d5ac-5204-4214-96e5-94992e752bcd", "PEI" },
  { "69293bc9-41df-49a3-b4bd-4fb0db3041f6", "CXL Component" },
};

static const TmCperName flag_names[] = {
  { 1, "HW_ERROR_FLAGS_RECOVERED" },
  { 2, "HW_ERROR_FLAGS_PREVERR" },
  { 4, "HW_ERROR_FLAGS_SIMULATED" },
  { 0, NULL },
};

static const TmCperField revision[] = {
  TM_CPER_N ("major", TM_CPER_ALWAYS, 5, 1),
  TM_CPER_N ("minor", TM_CPER_ALWAYS, 4, 1),
  TM_CPER_END,
};

/* The platform's id is a serial number of the machine, and so is the partition's. */
static const TmCperField fields[] = {
  TM_CPER_G ("revision", TM_CPER_ALWAYS, revision),
  TM_CPER_N ("section_count", TM_CPER_ALWAYS, 10, 2),
  TM_CPER_V ("severity", TM_CPER_ALWAYS, 12, 4, tm_cper_severity_names),
  TM_CPER_N ("record_length", TM_CPER_ALWAYS, 20, 4),
  TM_CPER_B ("timestamp_is_precise", 1, 27, 1, 0),
  TM_CPER_X ("platform_id", TM_CPER_GUID, 0, 32, 16, TRUE),
  TM_CPER_X ("partition_id", TM_CPER_GUID, 2, 48, 16, TRUE),
  TM_CPER_X ("creator_id", TM_CPER_GUID, TM_CPER_ALWAYS, 64, 16, FALSE),
  TM_CPER_P ("record_id", TM_CPER_ALWAYS, 96, 8),
  TM_CPER_V ("flags", TM_CPER_ALWAYS, 104, 4, flag_names),
  TM_CPER_P ("persistence_info", TM_CPER_ALWAYS, 108, 8),
  TM_CPER_END,
};

static JsonObject *
decode_notification (const TmCperReader *head)
{
  JsonObject *object = json_object_new ();
  g_autofree char *guid = tm_cper_reader_guid (head, 80);
  const char *name = "Unknown";

  for (gsize i = 0; i < G_N_ELEMENTS (notifications); i++)
    if (strcmp (notifications[i].guid, guid) == 0)
      name = notifications[i].name;

  json_object_set_string_member (object, "guid", guid);
  json_object_set_string_member (object, "type", name);
  return object;
}

JsonObject *
tm_cper_record_decode_head (const TmCperReader *record, gboolean wants_all)
{
  TmCperReader head = tm_cper_reader_slice (record, 0, HEAD_BYTES);
  JsonObject *object = json_object_new ();
  guint64 valid = tm_cper_reader_number (&head, 16, 4);
  g_autofree char *time = tm_cper_reader_time (&head, 24);

  head.wants_all = wants_all;
  tm_cper_fields_decode (fields, &head, valid, object);
  if (valid >> 1 & 1 && time != NULL)
    json_object_set_string_member (object, "timestamp", time);
  json_object_set_object_member (object, "notification_type", decode_notification (&head));
  return object;
}

static TmCperSection *
read_section (const TmCperReader *record, const TmCperReader *descriptor)
{
  guint64 offset = tm_cper_reader_number (descriptor, 0, 4);
  guint64 length = tm_cper_reader_number (descriptor, 4, 4);
  guint64 valid = tm_cper_reader_number (descriptor, 10, 1);
  TmCperReader payload = tm_cper_reader_slice (record, offset, length);
  TmCperSection *section = tm_cper_section_new (tm_cper_reader_guid (descriptor, 16), &payload);

  section->severity = tm_cper_reader_number (descriptor, 48, 4);
  section->revision = tm_cper_reader_number (descriptor, 8, 2);
  section->flags = tm_cper_reader_number (descriptor, 12, 4);
  section->is_truncated = payload.n_bytes < length;
  if (valid & 1)
    section->fru_id = tm_cper_reader_guid (descriptor, 32);
  if (valid >> 1 & 1)
    section->fru_text = tm_cper_reader_text (descriptor, 52, 20);
  return section;
}

static void
read_sections (const TmCperReader *record, TmCperEvent *event)
{
  guint64 n_sections = tm_cper_reader_number (record, 10, 2);

  for (guint64 i = 0; i < n_sections; i++)
    {
      gsize offset = HEAD_BYTES + i * DESCRIPTOR_BYTES;
      TmCperReader descriptor = tm_cper_reader_slice (record, offset, DESCRIPTOR_BYTES);

      if (descriptor.n_bytes < DESCRIPTOR_BYTES)
        {
          event->is_truncated = TRUE;
          return;
        }
      if (i < TM_CPER_MAX_SECTIONS)
        {
          TmCperSection *section = read_section (record, &descriptor);

          event->is_truncated |= section->is_truncated;
          g_ptr_array_add (event->sections, section);
        }
      else
        event->n_omitted++;
    }
}

GPtrArray *
tm_cper_record_parse (const TmCperReader *reader, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;
  TmCperEvent *event;
  guint64 length = tm_cper_reader_number (reader, 20, 4);

  if (reader->n_bytes < HEAD_BYTES || length < HEAD_BYTES ||
      tm_cper_reader_number (reader, 6, 4) != G_MAXUINT32)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the head of the error record is damaged");
      return NULL;
    }

  event = tm_cper_event_new ();
  event->record = tm_cper_reader_slice (reader, 0, length);
  event->severity = tm_cper_reader_number (reader, 12, 4);
  event->is_truncated = event->record.n_bytes < length;
  read_sections (&event->record, event);
  events = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_cper_event_free);
  g_ptr_array_add (events, event);
  return g_steal_pointer (&events);
}
