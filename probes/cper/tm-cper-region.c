/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A block has a head of 20 bytes,
 *
 *    0 u32 status   4 u32 offset of raw data   8 u32 length of raw data
 *   12 u32 length of the entries, 0: nothing happened   16 u32 severity
 *
 * then entries, each a head of 64 bytes (72 from revision 3 on, with a time) and its section:
 *
 *    0 GUID of the kind   16 u32 severity   20 u16 revision   22 u8 valid {FRU id, FRU text, time}
 *   23 u8 flags           24 u32 length of the section        28 FRU id   44 FRU text   64 time
 */
#include "tm-cper-region.h"

#include "tm-cper-parse.h"

#define BLOCK_HEAD_BYTES 20
#define ENTRY_HEAD_BYTES 64
#define ENTRY_HEAD_BYTES_WITH_TIME 72
#define REVISION_WITH_TIME 0x0300

#define VALID_FRU_ID 1
#define VALID_FRU_TEXT 2
#define VALID_TIME 4

static TmCperSection *
read_entry (const TmCperReader *entry, gsize head_bytes)
{
  guint64 length = tm_cper_reader_number (entry, 24, 4);
  guint64 valid = tm_cper_reader_number (entry, 22, 1);
  TmCperReader payload = tm_cper_reader_slice (entry, head_bytes, length);
  TmCperSection *section = tm_cper_section_new (tm_cper_reader_guid (entry, 0), &payload);

  section->severity = tm_cper_reader_number (entry, 16, 4);
  section->revision = tm_cper_reader_number (entry, 20, 2);
  section->flags = tm_cper_reader_number (entry, 23, 1);
  section->is_truncated = payload.n_bytes < length;
  if (valid & VALID_FRU_ID)
    section->fru_id = tm_cper_reader_guid (entry, 28);
  if (valid & VALID_FRU_TEXT)
    section->fru_text = tm_cper_reader_text (entry, 44, 20);
  if (valid & VALID_TIME && head_bytes == ENTRY_HEAD_BYTES_WITH_TIME)
    section->time = tm_cper_reader_time (entry, 64);
  return section;
}

static gsize
get_head_bytes (const TmCperReader *entry)
{
  return tm_cper_reader_number (entry, 20, 2) >= REVISION_WITH_TIME ? ENTRY_HEAD_BYTES_WITH_TIME
                                                                    : ENTRY_HEAD_BYTES;
}

static void
read_entries (TmCperEvent *event, const TmCperReader *entries)
{
  gsize offset = 0;

  while (tm_cper_reader_has (entries, offset, ENTRY_HEAD_BYTES))
    {
      TmCperReader entry = tm_cper_reader_slice (entries, offset, entries->n_bytes);
      gsize head_bytes = get_head_bytes (&entry);
      guint64 length = tm_cper_reader_number (&entry, 24, 4);

      event->is_truncated |= head_bytes + length > entry.n_bytes;
      if (event->sections->len < TM_CPER_MAX_SECTIONS)
        g_ptr_array_add (event->sections, read_entry (&entry, head_bytes));
      else
        event->n_omitted++;
      /* Never more than there is: a length near 4 GiB must not lead back on a 32-bit machine. */
      offset += MIN (head_bytes + length, entry.n_bytes);
    }
}

static TmCperEvent *
read_block (const TmCperReader *block)
{
  TmCperEvent *event = tm_cper_event_new ();
  guint64 length = tm_cper_reader_number (block, 12, 4);
  TmCperReader entries = tm_cper_reader_slice (block, BLOCK_HEAD_BYTES, length);

  event->severity = tm_cper_reader_number (block, 16, 4);
  event->is_truncated = entries.n_bytes < length;
  read_entries (event, &entries);
  return event;
}

/* Whether firmware wrote it; what lies behind the last block may be anything. The kernel sets the
 * status to 0 when it has printed a block: it tells nothing. */
static gboolean
is_block (const TmCperReader *block)
{
  guint64 raw_offset = tm_cper_reader_number (block, 4, 4);
  guint64 raw_length = tm_cper_reader_number (block, 8, 4);
  guint64 length = tm_cper_reader_number (block, 12, 4);
  guint64 severity = tm_cper_reader_number (block, 16, 4);

  if (severity > TM_CPER_SEVERITY_INFORMATIONAL || length < ENTRY_HEAD_BYTES)
    return FALSE;

  return raw_length == 0 || raw_offset >= BLOCK_HEAD_BYTES + length;
}

static guint64
get_block_bytes (const TmCperReader *block)
{
  guint64 raw_length = tm_cper_reader_number (block, 8, 4);

  return raw_length != 0 ? tm_cper_reader_number (block, 4, 4) + raw_length
                         : BLOCK_HEAD_BYTES + tm_cper_reader_number (block, 12, 4);
}

GPtrArray *
tm_cper_region_parse (const TmCperReader *reader, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;
  TmCperReader block = *reader;
  guint n_events = 0;

  if (reader->n_bytes < BLOCK_HEAD_BYTES ||
      (tm_cper_reader_number (reader, 0, 4) != 0 && !is_block (reader)))
    {
      g_set_error_literal (
          error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
          "this is neither an error region nor an error record, in bytes or in hexadecimal");
      return NULL;
    }

  events = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_cper_event_free);
  while (tm_cper_reader_has (&block, 0, BLOCK_HEAD_BYTES) && is_block (&block))
    {
      if (n_events < TM_CPER_MAX_EVENTS)
        g_ptr_array_add (events, read_block (&block));
      n_events++;
      block = tm_cper_reader_slice (&block, MIN (get_block_bytes (&block), block.n_bytes),
                                    block.n_bytes);
    }

  for (guint i = 0; i < events->len; i++)
    {
      TmCperEvent *event = g_ptr_array_index (events, i);

      event->index = i;
      event->n_events = n_events;
    }
  return g_steal_pointer (&events);
}
