/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-core-notes.h. The forms are those of Linux, in the byte order of this machine. */
#include "tm-core-notes.h"

#include <string.h>

#define NOTE_PRSTATUS 1
#define NOTE_AUXV 6
#define NOTE_FILE 0x46494c45
#define NOTE_SIGINFO 0x53494749

#define AUXV_PROGRAM_HEADERS 3
#define AUXV_ENTRY 9
#define AUXV_VDSO 33

/* As the kernel's default of vm.max_map_count. */
#define MAX_MAPPINGS 65530
#define DELETED " (deleted)"

typedef struct
{
  guint64 start;
  guint64 end;
  char *path;
} Mapping;

struct _TmCoreNotes
{
  guint n_word_bytes;
  int signal;
  int code;
  guint n_threads;
  guint64 program_address; /* somewhere inside the program; 0: unknown */
  guint64 vdso_address;    /* where the kernel's own page begins; 0: unknown */
  GArray *mappings;        /* (element-type Mapping) */
};

static void
mapping_clear (gpointer data)
{
  g_free (((Mapping *) data)->path);
}

TmCoreNotes *
tm_core_notes_new (guint n_word_bytes)
{
  TmCoreNotes *self = g_new0 (TmCoreNotes, 1);

  self->n_word_bytes = n_word_bytes;
  self->code = TM_CORE_CODE_UNKNOWN;
  self->mappings = g_array_new (FALSE, FALSE, sizeof (Mapping));
  g_array_set_clear_func (self->mappings, mapping_clear);
  return self;
}

void
tm_core_notes_free (TmCoreNotes *self)
{
  g_array_unref (self->mappings);
  g_free (self);
}

static guint64
get_word (TmCoreNotes *self, const guint8 *at)
{
  guint64 large;
  guint32 small;

  if (self->n_word_bytes == 8)
    {
      memcpy (&large, at, sizeof large);
      return large;
    }

  memcpy (&small, at, sizeof small);
  return small;
}

/* siginfo, then the signal as a short; the first thread is the one that crashed. */
static void
add_status (TmCoreNotes *self, const guint8 *data, gsize n_bytes)
{
  gint16 signal;

  if (n_bytes < 14)
    return;

  memcpy (&signal, data + 12, sizeof signal);
  if (self->n_threads++ == 0)
    self->signal = signal;
}

static void
add_siginfo (TmCoreNotes *self, const guint8 *data, gsize n_bytes)
{
  gint32 code;

  if (n_bytes < 12 || self->code != TM_CORE_CODE_UNKNOWN)
    return;

  memcpy (&code, data + 8, sizeof code);
  self->code = code;
}

static void
add_auxv (TmCoreNotes *self, const guint8 *data, gsize n_bytes)
{
  gsize n_pair = 2 * self->n_word_bytes;

  for (gsize at = 0; at + n_pair <= n_bytes; at += n_pair)
    {
      guint64 key = get_word (self, data + at);

      if (key == AUXV_ENTRY || (key == AUXV_PROGRAM_HEADERS && self->program_address == 0))
        self->program_address = get_word (self, data + at + self->n_word_bytes);
      else if (key == AUXV_VDSO)
        self->vdso_address = get_word (self, data + at + self->n_word_bytes);
    }
}

static char *
copy_path (const char *path, gsize n_bytes)
{
  gsize n_deleted = strlen (DELETED);

  if (n_bytes > n_deleted && memcmp (path + n_bytes - n_deleted, DELETED, n_deleted) == 0)
    n_bytes -= n_deleted;
  return g_utf8_make_valid (path, n_bytes);
}

/* Count and page size, then start, end and offset of each, then the paths. */
static void
add_files (TmCoreNotes *self, const guint8 *data, gsize n_bytes)
{
  gsize n_word = self->n_word_bytes;
  guint64 n_mappings;
  const char *path, *end = (const char *) data + n_bytes;

  if (n_bytes < 2 * n_word || self->mappings->len > 0)
    return;
  n_mappings = get_word (self, data);
  if (n_mappings > MAX_MAPPINGS || n_mappings * 3 * n_word > n_bytes - 2 * n_word)
    return;

  path = (const char *) data + (2 + 3 * n_mappings) * n_word;
  for (guint64 i = 0; i < n_mappings; i++)
    {
      const guint8 *at = data + (2 + 3 * i) * n_word;
      const char *path_end = path < end ? memchr (path, '\0', end - path) : NULL;
      Mapping mapping = { get_word (self, at), get_word (self, at + n_word), NULL };

      if (path_end == NULL)
        return;
      mapping.path = copy_path (path, path_end - path);
      g_array_append_val (self->mappings, mapping);
      path = path_end + 1;
    }
}

void
tm_core_notes_add (TmCoreNotes *self, guint32 type, const guint8 *data, gsize n_bytes)
{
  switch (type)
    {
    case NOTE_PRSTATUS:
      add_status (self, data, n_bytes);
      break;
    case NOTE_SIGINFO:
      add_siginfo (self, data, n_bytes);
      break;
    case NOTE_AUXV:
      add_auxv (self, data, n_bytes);
      break;
    case NOTE_FILE:
      add_files (self, data, n_bytes);
      break;
    default:
      break;
    }
}

int
tm_core_notes_get_signal (TmCoreNotes *self)
{
  return self->signal;
}

int
tm_core_notes_get_code (TmCoreNotes *self)
{
  return self->code;
}

guint
tm_core_notes_get_n_threads (TmCoreNotes *self)
{
  return self->n_threads;
}

static const Mapping *
find_mapping (TmCoreNotes *self, guint64 address)
{
  for (guint i = 0; i < self->mappings->len; i++)
    {
      const Mapping *mapping = &g_array_index (self->mappings, Mapping, i);

      if (address >= mapping->start && address < mapping->end)
        return mapping;
    }

  return NULL;
}

/* What the kernel calls memory that has no file; behind memfd: a process writes what it likes. */
static gboolean
is_memory (const char *path)
{
  static const char *const names[] = { "/memfd:", "/dev/", "/SYSV", "/anon_hugepage" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (path, names[i]))
      return TRUE;

  return path[0] != '/';
}

const char *
tm_core_notes_find_file (TmCoreNotes *self, guint64 address, guint64 *out_first_address)
{
  const Mapping *found = find_mapping (self, address);

  if (found == NULL || is_memory (found->path))
    return NULL;

  *out_first_address = found->start;
  for (guint i = 0; i < self->mappings->len; i++)
    {
      const Mapping *mapping = &g_array_index (self->mappings, Mapping, i);

      if (mapping->start < *out_first_address && strcmp (mapping->path, found->path) == 0)
        *out_first_address = mapping->start;
    }

  return found->path;
}

gboolean
tm_core_notes_is_vdso (TmCoreNotes *self, guint64 address)
{
  return address != 0 && address == self->vdso_address;
}

const char *
tm_core_notes_get_exe (TmCoreNotes *self)
{
  const Mapping *mapping = find_mapping (self, self->program_address);

  return mapping == NULL ? NULL : mapping->path;
}
