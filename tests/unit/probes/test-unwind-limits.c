/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves the limits of unwinding at both of their sides, with a core that has one frame in one file
 * and says of each what is at stake: how many headers are looked at, and how long.
 */
#include <elf.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <link.h>
#include <string.h>
#include <sys/procfs.h>
#include <unistd.h>

#include "tm-unwind.h"

#define PAGE_BYTES 4096u
#define ADDRESS 0x10000000u
#define SIGNAL 11
#define CODE 77
#define NOTE_PACKAGE 0xcafe1a7e

typedef struct
{
  char *root;
  char *file; /* below root, as the core names it */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("tm-unwind-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->root, "gears", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->file);
  g_assert_cmpint (g_rmdir (fixture->root), ==, 0);
  g_free (fixture->root);
  g_free (fixture->file);
}

/* The machine that this is built for stands in the head of this program. */
static GByteArray *
begin_elf (ElfW (Half) type, guint n_headers)
{
  g_autofree char *self = NULL;
  GByteArray *elf = g_byte_array_new ();
  ElfW (Ehdr) head;

  g_assert_true (g_file_get_contents ("/proc/self/exe", &self, NULL, NULL));
  memcpy (&head, self, sizeof head);
  head.e_type = type;
  head.e_phoff = sizeof head;
  head.e_phnum = (ElfW (Half)) n_headers;
  head.e_shoff = 0;
  head.e_shnum = 0;
  head.e_shstrndx = 0;
  g_byte_array_set_size (elf, (guint) (sizeof head + n_headers * sizeof (ElfW (Phdr))));
  memset (elf->data, 0, elf->len);
  memcpy (elf->data, &head, sizeof head);
  return elf;
}

static void
set_header (GByteArray *elf, guint i, const ElfW (Phdr) * header)
{
  memcpy (elf->data + sizeof (ElfW (Ehdr)) + i * sizeof *header, header, sizeof *header);
}

static void
pad (GByteArray *elf, guint n_bytes)
{
  guint n_before = elf->len;

  g_byte_array_set_size (elf, (elf->len + n_bytes - 1) / n_bytes * n_bytes);
  memset (elf->data + n_before, 0, elf->len - n_before);
}

static void
append_note (GByteArray *elf, const char *owner, guint32 type, gconstpointer data, gsize n_bytes)
{
  ElfW (Nhdr) note = { (ElfW (Word)) strlen (owner) + 1, (ElfW (Word)) n_bytes, type };

  g_byte_array_append (elf, (const guint8 *) &note, sizeof note);
  g_byte_array_append (elf, (const guint8 *) owner, note.n_namesz);
  pad (elf, 4);
  g_byte_array_append (elf, data, (guint) n_bytes);
  pad (elf, 4);
}

/* Header i: the notes from here to the end. */
static void
set_notes (GByteArray *elf, guint i, guint offset)
{
  const ElfW (Phdr) header = { .p_type = PT_NOTE,
                               .p_offset = offset,
                               .p_vaddr = offset,
                               .p_filesz = elf->len - offset,
                               .p_memsz = elf->len - offset,
                               .p_align = 4 };

  set_header (elf, i, &header);
}

static void
add_note (
    GByteArray *elf, guint i, const char *owner, guint32 type, gconstpointer data, gsize n_bytes)
{
  guint offset = elf->len;

  append_note (elf, owner, type, data, n_bytes);
  set_notes (elf, i, offset);
}

/* A file that says in the last of its headers of which package it is. */
static GByteArray *
make_file (guint n_headers)
{
  static const char package[] = "{\"name\":\"gears\",\"version\":\"1\"}";
  GByteArray *elf = begin_elf (ET_DYN, n_headers);
  ElfW (Phdr) header = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_align = PAGE_BYTES };

  add_note (elf, 1, "GNU", NT_GNU_BUILD_ID, "0123456789abcdefghij", 20);
  add_note (elf, n_headers - 1, "FDO", NOTE_PACKAGE, package, sizeof package);
  pad (elf, PAGE_BYTES);
  header.p_filesz = elf->len;
  header.p_memsz = elf->len;
  set_header (elf, 0, &header);
  return elf;
}

/* One thread, which was in the file, wherever a processor says so. */
static void
add_thread (GByteArray *core, guint i)
{
  struct elf_prpsinfo process = { .pr_pid = 1 };
  struct elf_prstatus status = { .pr_cursig = SIGNAL, .pr_pid = 1 };
  elf_greg_t *registers = (elf_greg_t *) &status.pr_reg;
  guint offset = core->len;

  for (gsize k = 0; k < ELF_NGREG; k++)
    registers[k] = ADDRESS + PAGE_BYTES / 2;
  append_note (core, "CORE", NT_PRSTATUS, &status, sizeof status);
  append_note (core, "CORE", NT_PRPSINFO, &process, sizeof process);
  set_notes (core, i, offset);
}

static void
add_mapping (GByteArray *core, guint i, gsize n_bytes)
{
  const ElfW (Addr) words[] = { 1, PAGE_BYTES, ADDRESS, ADDRESS + n_bytes, 0 };
  g_autoptr (GByteArray) note = g_byte_array_new ();

  g_byte_array_append (note, (const guint8 *) words, sizeof words);
  g_byte_array_append (note, (const guint8 *) "/gears", sizeof "/gears");
  add_note (core, i, "CORE", NT_FILE, note->data, note->len);
}

/* A core with so many headers of notes; what crashed stands in the first, why in the last. */
static GByteArray *
make_core (const GByteArray *file, guint n_notes)
{
  GByteArray *core = begin_elf (ET_CORE, n_notes + 1);
  ElfW (Phdr) header = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_align = PAGE_BYTES };
  siginfo_t info = { .si_signo = SIGNAL, .si_code = CODE };

  add_thread (core, 0);
  add_mapping (core, 1, file->len);
  for (guint i = 2; i < n_notes; i++)
    add_note (core, i, "CORE", NT_SIGINFO, &info, i == n_notes - 1 ? sizeof info : 0);
  pad (core, PAGE_BYTES);
  header.p_offset = core->len;
  header.p_vaddr = ADDRESS;
  header.p_filesz = file->len;
  header.p_memsz = file->len;
  g_byte_array_append (core, file->data, file->len);
  set_header (core, n_notes, &header);
  return core;
}

static gint64 used_usec;

static gint64
get_used_usec (void)
{
  return used_usec;
}

static TmBacktrace *
unwind (Fixture *fixture, guint n_headers, guint n_notes)
{
  g_autoptr (GByteArray) file = make_file (n_headers);
  g_autoptr (GByteArray) core = make_core (file, n_notes);
  g_autofree char *name = g_build_filename (fixture->root, "core", NULL);
  g_autoptr (GError) error = NULL;
  TmBacktrace *backtrace;
  int fd;

  g_assert_true (g_file_set_contents (fixture->file, (const char *) file->data, file->len, NULL));
  g_assert_true (g_file_set_contents (name, (const char *) core->data, core->len, NULL));
  fd = g_open (name, O_RDONLY | O_CLOEXEC, 0);
  g_unlink (name);
  backtrace = tm_unwind_core (fd, -1, fixture->root, get_used_usec, &error);
  close (fd);
  g_assert_no_error (error);
  g_assert_cmpint (backtrace->signal, ==, SIGNAL);
  return backtrace;
}

static const char *
get_package (TmBacktrace *backtrace)
{
  const TmFrame *frame = g_ptr_array_index (backtrace->frames, 0);

  g_assert_cmpstr (frame->path, ==, "/gears");
  return frame->package;
}

/* Of a file, the first 64 headers may say of which package it is. */
static void
test_headers (Fixture *fixture, gconstpointer data)
{
  for (guint n = 63; n <= 65; n++)
    {
      g_autoptr (TmBacktrace) backtrace = unwind (fixture, n, 3);

      g_assert_cmpstr (get_package (backtrace), ==, n <= 64 ? "gears 1" : NULL);
    }
}

/* Of a core, the first 64 headers of notes are read. */
static void
test_notes (Fixture *fixture, gconstpointer data)
{
  for (guint n = 63; n <= 65; n++)
    {
      g_autoptr (TmBacktrace) backtrace = unwind (fixture, 3, n);

      g_assert_cmpint (backtrace->code == CODE, ==, n <= 64);
    }
}

/* After four seconds of a processor there is no further frame. */
static void
test_time (Fixture *fixture, gconstpointer data)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autoptr (TmBacktrace) backtrace = NULL;

      used_usec = 4 * G_USEC_PER_SEC + more;
      backtrace = unwind (fixture, 3, 3);
      g_assert_cmpint (backtrace->frames->len > 0, ==, more == 0);
    }
}

#define ADD(name, test) g_test_add ("/unwind-limits/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("headers", test_headers);
  ADD ("notes", test_notes);
  ADD ("time", test_time);

  return g_test_run ();
}
