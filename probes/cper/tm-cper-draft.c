/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-cper-draft.h. */
#include "tm-cper-draft.h"

#include <string.h>

#define BLOCK_BYTES 20
#define ENTRY_BYTES 72
#define REVISION_WITH_TIME 0x0300
#define VALID_FRU_ID 1
#define VALID_FRU_TEXT 2
#define VALID_TIME 4
#define FRU_TEXT_BYTES 20

typedef enum
{
  PHASE_NOTHING, /* no block has begun */
  PHASE_BLOCK,   /* no entry has begun in it */
  PHASE_ENTRY,   /* no section has begun in it */
  PHASE_SECTION,
} Phase;

struct _TmCperDraft
{
  GByteArray *region;
  Phase phase;
  gsize block; /* where the last one begins; so with those below */
  gsize entry;
  gsize section;
  gsize place;            /* of what is being said: the section, or a part of it */
  const TmCperForm *form; /* (nullable): of the section */
  const TmCperForm *said; /* (nullable): of what is being said */
  gsize dump;             /* where bytes go, */
  gsize dump_bytes;       /* and how many there may be */
  guint64 time;           /* of the entry to come; 0 if nobody said */
  guint n_parts;
};

TmCperDraft *
tm_cper_draft_new (void)
{
  TmCperDraft *self = g_new0 (TmCperDraft, 1);

  self->region = g_byte_array_new ();
  return self;
}

void
tm_cper_draft_free (TmCperDraft *self)
{
  g_byte_array_unref (self->region);
  g_free (self);
}

static void
grow (TmCperDraft *self, gsize n_bytes)
{
  guint old_length = self->region->len;

  if (n_bytes <= old_length)
    return;

  g_byte_array_set_size (self->region, n_bytes);
  memset (self->region->data + old_length, 0, n_bytes - old_length);
}

static void
or_number (TmCperDraft *self, gsize offset, gsize n_bytes, guint64 value)
{
  for (gsize i = 0; i < n_bytes && offset + i < self->region->len; i++)
    self->region->data[offset + i] |= (guint8) (value >> 8 * i);
}

static guint64
get_number (TmCperDraft *self, gsize offset, gsize n_bytes)
{
  TmCperReader reader = { self->region->data, self->region->len, FALSE };

  return tm_cper_reader_number (&reader, offset, n_bytes);
}

static void
add_number (TmCperDraft *self, gsize offset, gsize n_bytes, guint64 value)
{
  guint64 sum = get_number (self, offset, n_bytes) + value;

  memset (self->region->data + offset, 0, n_bytes);
  or_number (self, offset, n_bytes, sum);
}

/* The parts of a GUID are little-endian, but for the last eight bytes. */
static gboolean
put_guid (TmCperDraft *self, gsize offset, const char *text)
{
  static const guint8 order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
  gsize k = 0;

  if (strlen (text) != 36)
    return FALSE;
  for (gsize i = 0; i < 36; i++)
    if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
      return FALSE;

  for (gsize i = 0; i < 36; i += text[i] == '-' ? 1 : 2)
    if (text[i] != '-')
      or_number (self, offset + order[k++], 1,
                 g_ascii_xdigit_value (text[i]) * 16u + g_ascii_xdigit_value (text[i + 1]));
  return TRUE;
}

/* The lengths of what ends here. */
static void
end_section (TmCperDraft *self)
{
  gsize n_bytes = self->region->len - self->section;

  if (self->phase != PHASE_SECTION)
    return;

  or_number (self, self->entry + 24, 4, n_bytes);
  if (self->form != NULL && self->form->length_offset != 0)
    or_number (self, self->section + self->form->length_offset, 4, n_bytes);
}

static void
end_block (TmCperDraft *self)
{
  end_section (self);
  if (self->phase != PHASE_NOTHING)
    or_number (self, self->block + 12, 4, self->region->len - self->block - BLOCK_BYTES);
  self->phase = PHASE_NOTHING;
}

gboolean
tm_cper_draft_begin_block (TmCperDraft *self, guint severity)
{
  end_block (self);
  if (self->region->len >= TM_CPER_DRAFT_MAX_BYTES)
    return FALSE;

  self->phase = PHASE_BLOCK;
  self->block = self->region->len;
  self->time = 0;
  grow (self, self->block + BLOCK_BYTES);
  or_number (self, self->block + 16, 4, severity);
  return TRUE;
}

void
tm_cper_draft_set_time (TmCperDraft *self, guint64 digits)
{
  self->time = digits;
}

void
tm_cper_draft_begin_entry (TmCperDraft *self, guint severity)
{
  if (self->phase == PHASE_NOTHING || self->region->len >= TM_CPER_DRAFT_MAX_BYTES)
    return;

  end_section (self);
  self->phase = PHASE_ENTRY;
  self->entry = self->region->len;
  grow (self, self->entry + ENTRY_BYTES);
  or_number (self, self->entry + 16, 4, severity);
  or_number (self, self->entry + 20, 2, REVISION_WITH_TIME);
  or_number (self, self->entry + 22, 1, self->time != 0 ? VALID_TIME : 0);
  or_number (self, self->entry + 64, 8, self->time);
  self->time = 0;
}

gboolean
tm_cper_draft_has_entry (TmCperDraft *self)
{
  return self->phase == PHASE_ENTRY;
}

gboolean
tm_cper_draft_has_section (TmCperDraft *self)
{
  return self->phase == PHASE_SECTION;
}

void
tm_cper_draft_set_fru_id (TmCperDraft *self, const char *guid)
{
  if (self->phase == PHASE_ENTRY && put_guid (self, self->entry + 28, guid))
    or_number (self, self->entry + 22, 1, VALID_FRU_ID);
}

void
tm_cper_draft_set_fru_text (TmCperDraft *self, const char *text)
{
  if (self->phase != PHASE_ENTRY || strlen (text) > FRU_TEXT_BYTES)
    return;

  or_number (self, self->entry + 22, 1, VALID_FRU_TEXT);
  memcpy (self->region->data + self->entry + 44, text, strlen (text));
}

void
tm_cper_draft_begin_section (TmCperDraft *self, const TmCperForm *form, const char *guid)
{
  if (self->phase != PHASE_ENTRY || !put_guid (self, self->entry, guid))
    return;

  self->phase = PHASE_SECTION;
  self->section = self->place = self->region->len;
  self->form = self->said = form;
  self->n_parts = 0;
  self->dump_bytes = 0;
  if (form != NULL)
    grow (self, self->section + form->n_bytes);
}

const TmCperForm *
tm_cper_draft_get_form (TmCperDraft *self)
{
  return self->phase == PHASE_SECTION ? self->form : NULL;
}

const TmCperWord *
tm_cper_draft_get_words (TmCperDraft *self)
{
  return self->phase == PHASE_SECTION && self->said != NULL ? self->said->words : NULL;
}

void
tm_cper_draft_begin_part (TmCperDraft *self, const TmCperForm *part)
{
  self->said = NULL;
  self->dump_bytes = 0;
  if (++self->n_parts > TM_CPER_MAX_LIST)
    return;

  self->place = self->region->len;
  self->said = part;
  grow (self, self->place + part->n_bytes);
  add_number (self, self->section + part->count_offset, part->count_bytes, part->count_step);
}

static void
set_valid (TmCperDraft *self, const TmCperWord *word)
{
  if (word->valid != TM_CPER_FORM_ALWAYS)
    or_number (self, self->place + self->said->valid_offset, self->said->valid_bytes,
               G_GUINT64_CONSTANT (1) << word->valid);
}

void
tm_cper_draft_set_number (TmCperDraft *self, const TmCperWord *word, guint64 value)
{
  if (word->n_bytes < 8 && value >> (8 * word->n_bytes - word->first_bit) != 0)
    return;

  or_number (self, self->place + word->offset, word->n_bytes, value << word->first_bit);
  set_valid (self, word);
}

void
tm_cper_draft_set_guid (TmCperDraft *self, const TmCperWord *word, const char *guid)
{
  put_guid (self, self->place + word->offset, guid);
}

void
tm_cper_draft_begin_dump (TmCperDraft *self, const TmCperWord *word)
{
  self->dump = self->place + word->offset;
  self->dump_bytes = word->n_bytes;
  /* An array said before how long it is; what follows it begins at a multiple of 16. */
  if (word->n_bytes == 0)
    self->dump_bytes = MIN (get_number (self, self->place + 2, 2), TM_CPER_DRAFT_MAX_DUMP_BYTES);
  grow (self,
        self->dump + (word->n_bytes != 0 ? word->n_bytes : (self->dump_bytes + 15) / 16 * 16));
  set_valid (self, word);
}

void
tm_cper_draft_begin_raw (TmCperDraft *self, gsize n_bytes)
{
  self->dump = self->section;
  self->dump_bytes = MIN (n_bytes, TM_CPER_DRAFT_MAX_DUMP_BYTES);
  grow (self, self->section + self->dump_bytes);
}

void
tm_cper_draft_add_dump (TmCperDraft *self, guint64 offset, gsize n_bytes, guint64 number)
{
  if (offset + n_bytes <= self->dump_bytes)
    or_number (self, self->dump + offset, n_bytes, number);
}

GBytes *
tm_cper_draft_finish (TmCperDraft *self)
{
  end_block (self);
  return self->region->len > 0 ? g_bytes_new (self->region->data, self->region->len) : NULL;
}
