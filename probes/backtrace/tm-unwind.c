/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-unwind.h. The only file that knows elfutils. */
#include "tm-unwind.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tm-core-notes.h"
#include "tm-function-name.h"
#include "tm-package-note.h"

/* A stack of 8 MiB that overflowed may have fifty thousand frames, which take five seconds. The
 * innermost say what happened, so that there is an answer before the process's own limit ends it.
 */
#define MAX_CPU_USEC (G_GINT64_CONSTANT (4) * G_USEC_PER_SEC)

/* .note.package, and of how many headers of a file that is looked for. */
#define NOTE_PACKAGE 0xcafe1a7e
#define MAX_HEADERS 64

typedef struct
{
  Elf *core;
  Elf *exe; /* (nullable) */
  int exe_fd;
  const char *root;
  gint64 (*get_cpu_usec) (void);
  gboolean has_thread;
  Dwfl *dwfl;
  TmCoreNotes *notes;
  TmBacktrace *backtrace;
  GHashTable
      *packages; /* (element-type Dwfl_Module utf8): what each file says of itself, or NULL */
} Unwinder;

static gboolean
set_error (GError **error, const char *what)
{
  const char *reason = dwfl_errmsg (-1);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", what,
               reason != NULL ? reason : "no reason given");
  return FALSE;
}

/* Whether a file is the one that was mapped there: they have the same build-id. */
static gboolean
is_of_module (Elf *elf, Dwfl_Module *module)
{
  const unsigned char *bits;
  const void *elf_bits;
  GElf_Addr address;
  int n_bits = dwfl_module_build_id (module, &bits, &address);

  return n_bits > 0 && elf != NULL && dwelf_elf_gnu_build_id (elf, &elf_bits) == n_bits &&
         memcmp (bits, elf_bits, n_bits) == 0;
}

/* The file of which the kernel said that it was mapped at address; -1: it is not there any more. */
static int
open_mapped (Unwinder *self, Dwfl_Module *module, Dwarf_Addr address)
{
  guint64 start;
  const char *path = tm_core_notes_find_file (self->notes, address, &start);
  g_autofree char *file = path != NULL ? g_build_filename (self->root, path, NULL) : NULL;
  int fd = file != NULL ? open (file, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
  Elf *elf = fd >= 0 ? elf_begin (fd, ELF_C_READ_MMAP, NULL) : NULL;
  gboolean is_found = is_of_module (elf, module);

  elf_end (elf);
  if (is_found || fd < 0)
    return fd;

  close (fd);
  return -1;
}

static int
find_elf (Dwfl_Module *module,
          void **user_data,
          const char *name,
          Dwarf_Addr base,
          char **out_path,
          Elf **out_elf)
{
  Unwinder *owner = *user_data;
  int fd = -1;

  if (owner != NULL)
    fd =
        is_of_module (owner->exe, module) ? dup (owner->exe_fd) : open_mapped (owner, module, base);
  if (fd >= 0)
    return fd;

  return dwfl_build_id_find_elf (module, user_data, name, base, out_path, out_elf);
}

static const Dwfl_Callbacks callbacks = {
  .find_elf = find_elf,
  .find_debuginfo = dwfl_standard_find_debuginfo,
};

static void
unwinder_clear (Unwinder *self)
{
  g_clear_pointer (&self->dwfl, dwfl_end);
  g_clear_pointer (&self->exe, elf_end);
  g_clear_pointer (&self->core, elf_end);
  g_clear_pointer (&self->notes, tm_core_notes_free);
  g_clear_pointer (&self->backtrace, tm_backtrace_free);
  g_clear_pointer (&self->packages, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Unwinder, unwinder_clear)

/* Of one header of a core or of another file; owner: with its zero byte. */
static void
each_note (Elf *elf,
           const GElf_Phdr *header,
           const char *owner,
           void (*take) (gpointer taker, guint32 type, const guint8 *data, gsize n_bytes),
           gpointer taker)
{
  gsize n_owner = strlen (owner) + 1;
  Elf_Data *data =
      elf_getdata_rawchunk (elf, (int64_t) header->p_offset, header->p_filesz, ELF_T_NHDR);
  gsize name_at, note_at, next = 0;
  GElf_Nhdr note;

  while (data != NULL && (next = gelf_getnote (data, next, &note, &name_at, &note_at)) > 0)
    if (note.n_namesz == n_owner && memcmp ((char *) data->d_buf + name_at, owner, n_owner) == 0)
      take (taker, note.n_type, (guint8 *) data->d_buf + note_at, note.n_descsz);
}

static void
take_core_note (gpointer notes, guint32 type, const guint8 *data, gsize n_bytes)
{
  tm_core_notes_add (notes, type, data, n_bytes);
}

static void
take_package (gpointer package, guint32 type, const guint8 *data, gsize n_bytes)
{
  char **out_package = package;

  if (type == NOTE_PACKAGE && *out_package == NULL)
    *out_package = tm_package_note_parse ((const char *) data, n_bytes);
}

static gboolean
read_notes (Unwinder *self, GError **error)
{
  const char *ident = elf_getident (self->core, NULL);
  gsize n_headers, n_notes = 0;
  GElf_Ehdr head;

  if (gelf_getehdr (self->core, &head) == NULL || head.e_type != ET_CORE ||
      elf_getphdrnum (self->core, &n_headers) != 0)
    return set_error (error, "this is not a core file");
  if (ident[EI_DATA] != (G_BYTE_ORDER == G_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB))
    return set_error (error, "the core file is of another kind of machine");

  self->notes = tm_core_notes_new (ident[EI_CLASS] == ELFCLASS64 ? 8 : 4);
  /* Kernels write one header of notes. */
  for (gsize i = 0; i < n_headers && n_notes < MAX_HEADERS; i++)
    {
      GElf_Phdr header;

      if (gelf_getphdr (self->core, (int) i, &header) != NULL && header.p_type == PT_NOTE)
        {
          n_notes++;
          each_note (self->core, &header, "CORE", take_core_note, self->notes);
        }
    }

  return TRUE;
}

static char *
get_build_id (Dwfl_Module *module)
{
  const unsigned char *bits;
  GElf_Addr address;
  int n_bits = dwfl_module_build_id (module, &bits, &address);
  GString *text;

  if (n_bits <= 0)
    return NULL;

  text = g_string_new (NULL);
  for (int i = 0; i < n_bits; i++)
    g_string_append_printf (text, "%02x", bits[i]);
  return g_string_free (text, FALSE);
}

/* (transfer none) (nullable) */
static const char *
get_package (Unwinder *self, Dwfl_Module *module)
{
  char *package = NULL;
  GElf_Addr bias;
  gsize n_headers = 0;
  gpointer known;
  Elf *elf;

  if (g_hash_table_lookup_extended (self->packages, module, NULL, &known))
    return known;

  elf = dwfl_module_getelf (module, &bias);
  if (elf == NULL || elf_getphdrnum (elf, &n_headers) != 0)
    n_headers = 0;
  for (gsize i = 0; i < MIN (n_headers, MAX_HEADERS); i++)
    {
      GElf_Phdr header;

      if (gelf_getphdr (elf, (int) i, &header) != NULL && header.p_type == PT_NOTE)
        each_note (elf, &header, "FDO", take_package, &package);
    }

  g_hash_table_insert (self->packages, module, package);
  return package;
}

static void
set_function (TmFrame *frame, Dwfl_Module *module, Dwarf_Addr pc)
{
  Dwarf_Addr call = frame->is_activation ? pc : pc - 1;
  GElf_Off offset;
  GElf_Sym symbol;
  const char *name = dwfl_module_addrinfo (module, call, &offset, &symbol, NULL, NULL, NULL);

  if (name == NULL)
    return;

  frame->function = tm_function_name_demangle (name);
  frame->function_offset = offset + (pc - call);
}

/* (transfer none): of the file that is mapped at address. out_start: where it begins, unless module
 * says so. A module may have a name, too, but what stands in memory is what a process wrote there.
 */
static const char *
find_path (Unwinder *self, Dwfl_Module *module, Dwarf_Addr address, guint64 *out_start)
{
  Dwarf_Addr start = 0;
  const char *path = tm_core_notes_find_file (self->notes, address, out_start);

  if (module != NULL)
    {
      dwfl_module_info (module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
      *out_start = start;
    }
  if (path != NULL)
    return path;

  return tm_core_notes_is_vdso (self->notes, start) ? TM_FRAME_VDSO : TM_FRAME_JIT;
}

static TmFrame *
make_frame (Unwinder *self, Dwarf_Addr pc, gboolean is_activation)
{
  TmFrame *frame = g_new0 (TmFrame, 1);
  Dwarf_Addr call = is_activation ? pc : pc - 1;
  Dwfl_Module *module = dwfl_addrmodule (self->dwfl, call);
  guint64 start = 0;

  frame->n_times = 1;
  frame->is_activation = is_activation;
  frame->path = g_strdup (find_path (self, module, call, &start));
  /* Where memory without a file lies says nothing and is different each time, and what it says of
   * itself is what a process wrote there. */
  if (strcmp (frame->path, TM_FRAME_JIT) == 0)
    return frame;

  frame->offset = pc - start;
  if (module != NULL)
    {
      frame->build_id = get_build_id (module);
      frame->package = g_strdup (get_package (self, module));
      set_function (frame, module, pc);
    }
  return frame;
}

gint64
tm_unwind_get_cpu_usec (void)
{
  struct timespec used;

  if (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
    return 0;

  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static int
on_frame (Dwfl_Frame *state, void *user_data)
{
  Unwinder *self = user_data;
  bool is_activation;
  Dwarf_Addr pc;

  if (!dwfl_frame_pc (state, &pc, &is_activation))
    return DWARF_CB_ABORT;
  if (self->get_cpu_usec () > MAX_CPU_USEC ||
      !tm_backtrace_add (self->backtrace, make_frame (self, pc, is_activation)))
    {
      self->backtrace->is_whole = FALSE;
      return DWARF_CB_ABORT;
    }

  return DWARF_CB_OK;
}

/* The first thread is the one that crashed. The others are passed over to the last of them: only
 * there does libdw free what it keeps of a walk. */
static int
on_thread (Dwfl_Thread *thread, void *user_data)
{
  Unwinder *self = user_data;

  if (self->has_thread)
    return DWARF_CB_OK;

  self->has_thread = TRUE;
  self->backtrace->is_whole = dwfl_thread_getframes (thread, on_frame, self) == 0;
  return DWARF_CB_OK;
}

static int
set_owner (Dwfl_Module *module, void **user_data, const char *name, Dwarf_Addr start, void *self)
{
  *user_data = self;
  return DWARF_CB_OK;
}

static gboolean
walk (Unwinder *self, GError **error)
{
  self->dwfl = dwfl_begin (&callbacks);
  if (self->dwfl == NULL || dwfl_core_file_report (self->dwfl, self->core, NULL) < 0 ||
      dwfl_report_end (self->dwfl, NULL, NULL) != 0)
    return set_error (error, "the core's modules cannot be read");
  dwfl_getmodules (self->dwfl, set_owner, self, 0);
  if (dwfl_core_file_attach (self->dwfl, self->core) < 0)
    return set_error (error, "the core's threads cannot be read");

  dwfl_getthreads (self->dwfl, on_thread, self);
  return TRUE;
}

TmBacktrace *
tm_unwind_core (
    int core_fd, int exe_fd, const char *root, gint64 (*get_cpu_usec) (void), GError **error)
{
  g_auto (Unwinder) self = { .exe_fd = exe_fd, .root = root, .get_cpu_usec = get_cpu_usec };

  elf_version (EV_CURRENT);
  self.backtrace = tm_backtrace_new ();
  self.packages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self.core = elf_begin (core_fd, ELF_C_READ_MMAP, NULL);
  if (exe_fd >= 0)
    self.exe = elf_begin (exe_fd, ELF_C_READ_MMAP, NULL);
  if (self.core == NULL || elf_kind (self.core) != ELF_K_ELF)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "this is not a core file");
      return NULL;
    }
  if (!read_notes (&self, error) || !walk (&self, error))
    return NULL;

  self.backtrace->signal = tm_core_notes_get_signal (self.notes);
  self.backtrace->code = tm_core_notes_get_code (self.notes);
  self.backtrace->n_threads = tm_core_notes_get_n_threads (self.notes);
  self.backtrace->exe = g_strdup (tm_core_notes_get_exe (self.notes));
  return g_steal_pointer (&self.backtrace);
}
