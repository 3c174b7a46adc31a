/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves: what is made of frames and names, and that an untrusted backtrace is checked. */
#include <gio/gio.h>
#include <string.h>

#include "tm-core-notes.h"
#include "tm-crash-signature.h"
#include "tm-function-name.h"

static TmCrashRules *
load_rules (void)
{
  g_autoptr (GBytes) bytes =
      g_resources_lookup_data ("/org/telemetrics/crashprobe/crash-frames.list", 0, NULL);
  g_autoptr (GError) error = NULL;
  TmCrashRules *rules = tm_crash_rules_new (g_bytes_get_data (bytes, NULL), &error);

  g_assert_no_error (error);
  return rules;
}

/* "path function", "path +offset"; "*" in front: an activation. */
static TmFrame *
make_frame (const char *text)
{
  TmFrame *frame = g_new0 (TmFrame, 1);
  g_auto (GStrv) words = NULL;

  frame->is_activation = text[0] == '*';
  words = g_strsplit (text + (frame->is_activation ? 1 : 0), " ", 2);
  frame->path = g_strdup (words[0]);
  frame->n_times = 1;
  if (words[1][0] == '+')
    frame->offset = g_ascii_strtoull (words[1] + 1, NULL, 16);
  else
    {
      frame->function = g_strdup (words[1]);
      frame->offset = g_str_hash (words[1]);
    }
  return frame;
}

static TmBacktrace *
make_backtrace (int signal, const char *const *frames)
{
  TmBacktrace *backtrace = tm_backtrace_new ();

  backtrace->exe = g_strdup ("/usr/bin/gears");
  backtrace->signal = signal;
  for (guint i = 0; frames[i] != NULL; i++)
    tm_backtrace_add (backtrace, make_frame (frames[i]));
  return backtrace;
}

/* Who is blamed. */
#define LIBC "/usr/lib/x86_64-linux-gnu/libc.so.6 "
#define EXE "/usr/bin/gears "
static const struct
{
  int signal;
  const char *frames[12];
  const char *title;
} blamed[] = {
  { 11, { "*" EXE "turn", EXE "main" }, "gears|SIGSEGV|turn" },
  { 11, { "*" EXE "+1129", EXE "+1133" }, "gears|SIGSEGV|gears+0x1129" },
  { 6,
    { "*" LIBC "__pthread_kill_implementation", LIBC "raise", LIBC "abort", EXE "give_up",
      EXE "main" },
    "gears|SIGABRT|give_up" },
  { 6,
    { LIBC "raise", LIBC "abort", LIBC "__assert_fail_base.cold", LIBC "__assert_fail", EXE "check",
      EXE "main" },
    "gears|SIGABRT|check" },
  { 6,
    { LIBC "raise", LIBC "abort", LIBC "__fortify_fail", LIBC "__stack_chk_fail", EXE "copy" },
    "gears|SIGABRT|copy" },
  { 6,
    { LIBC "raise", LIBC "abort", LIBC "__libc_message", LIBC "malloc_printerr", LIBC "_int_free",
      LIBC "free", EXE "drop" },
    "gears|SIGABRT|free|drop" },
  /* The same of a libc that tells only the names that programs may use. */
  { 6,
    { LIBC "+8aeec", LIBC "raise", LIBC "abort", LIBC "+7f42f", LIBC "+9486a", LIBC "__libc_free",
      EXE "drop" },
    "gears|SIGABRT|free|drop" },
  { 11,
    { "*" LIBC "__strlen_avx2", LIBC "__vfprintf_internal", LIBC "printf_positional", EXE "print" },
    "gears|SIGSEGV|strlen|__vfprintf_internal|print" },
  { 6,
    { LIBC "raise", LIBC "abort", EXE "on_fault", LIBC "__restore_rt", "*" EXE "real_fault",
      EXE "main" },
    "gears|SIGABRT|real_fault" },
  { 11, { "*" LIBC "kill", EXE "send_signal", EXE "main" }, "gears|SIGSEGV|send_signal" },
  { 11, { "*" EXE "kill", EXE "main" }, "gears|SIGSEGV|kill" },
  { 11,
    { "*[jit] +0", "[jit] +0", EXE "run_script", EXE "main" },
    "gears|SIGSEGV|[jit]|run_script" },
  { 11, { "*[jit] +0" }, "gears|SIGSEGV|[jit]" },
  { 11, { "*[vdso] __vdso_clock_gettime", EXE "tell_time" }, "gears|SIGSEGV|tell_time" },
  { 11,
    { "*" LIBC "__memcpy_avx_unaligned", LIBC "fwrite", EXE "g_strdup", EXE "std::string::append",
      EXE "g_free", EXE "fifth", EXE "main" },
    "gears|SIGSEGV|memcpy|fwrite|g_strdup|std::string::append" },
  { 11,
    { "*" EXE "g_main_dispatch", "/usr/lib/libglib-2.0.so.0 g_main_dispatch", EXE "main" },
    "gears|SIGSEGV|g_main_dispatch" },
  { 5,
    { "*/usr/lib/libglib-2.0.so.0 _g_log_abort", "/usr/lib/libglib-2.0.so.0 g_logv",
      "/usr/lib/libglib-2.0.so.0 g_log", "/usr/lib/libgobject-2.0.so.0 g_signal_emit_valist",
      "/usr/lib/libgobject-2.0.so.0 g_signal_emit", EXE "on_click", EXE "main" },
    "gears|SIGTRAP|on_click" },
  { 6,
    { LIBC "raise", LIBC "abort", "/usr/lib/libQt6Core.so.6 qt_message_fatal",
      "/usr/lib/libQt6Core.so.6 QMessageLogger::fatal(char const*, ...) const",
      "/usr/lib/libQt6Core.so.6 QObject::event(QEvent*)", EXE "Gears::turn()", EXE "main" },
    "gears|SIGABRT|Gears::turn" },
  { 11, { "*/home/alice/secret.so leak_name", EXE "main" }, "gears|SIGSEGV|[other]" },
  { 6,
    { LIBC "abort", EXE "std::sys::unix::abort_internal", EXE "rust_panic",
      EXE "core::panicking::panic_fmt", EXE "gears::turn",
      EXE "std::sys_common::backtrace::__rust_begin_short_backtrace", EXE "std::panicking::try",
      EXE "main" },
    "gears|SIGABRT|gears::turn" },
  { 11, { "*" LIBC "_start" }, "gears|SIGSEGV|_start" },
  /* Whatever of libc it is: it did as it was told. What has names of its own is not. */
  { 11, { "*" LIBC "fputc", EXE "write_log", EXE "main" }, "gears|SIGSEGV|fputc|write_log" },
  { 31, { "*" LIBC "getppid", LIBC "__helper", EXE "ask" }, "gears|SIGSYS|getppid|ask" },
  { 11, { "*" EXE "fputc", EXE "write_log" }, "gears|SIGSEGV|fputc" },
  /* What throws has no name there: whoever asked for it has. */
  { 6,
    { LIBC "abort", "/usr/lib/libstdc++.so.6.0.30 +a8e1a",
      "/usr/lib/libstdc++.so.6.0.30 __gxx_personality_v0", "/usr/lib/libgcc_s.so.1 +16934",
      "/usr/lib/libgcc_s.so.1 _Unwind_RaiseException", "/usr/lib/libstdc++.so.6.0.30 __cxa_throw",
      "/usr/lib/libstdc++.so.6.0.30 +a026d", EXE "pick(std::vector<int>&, int)", EXE "main" },
    "gears|SIGABRT|pick" },
  { 11, { "*/usr/lib/libgcc_s.so.1 +16934", EXE "turn" }, "gears|SIGSEGV|turn" },
  { 99, { NULL }, "gears|SIG99" },
};

static void
test_title (void)
{
  g_autoptr (TmCrashRules) rules = load_rules ();

  for (guint i = 0; i < G_N_ELEMENTS (blamed); i++)
    {
      g_autoptr (TmBacktrace) backtrace = make_backtrace (blamed[i].signal, blamed[i].frames);
      g_autofree char *title = tm_crash_get_title (backtrace, rules);

      g_test_message ("vector %u", i);
      g_assert_cmpstr (title, ==, blamed[i].title);
    }
}

/* Names may be longer than a title can bear. */
static void
test_long_title (void)
{
  g_autoptr (TmCrashRules) rules = load_rules ();
  g_autofree char *name = g_strnfill (1000, 'x');

  for (guint n_bytes = 254; n_bytes <= 256; n_bytes++)
    {
      g_autofree char *frame = g_strdup_printf ("*/usr/bin/gears %.*sü", n_bytes - 2, name);
      const char *const frames[] = { frame, NULL };
      g_autoptr (TmBacktrace) backtrace = make_backtrace (11, frames);
      g_autofree char *title = tm_crash_get_title (backtrace, rules);
      const char *part = strrchr (title, '|') + 1;

      g_assert_true (g_utf8_validate (part, -1, NULL));
      g_assert_cmpuint (strlen (part), ==, MIN (n_bytes, 255));
      g_assert_cmpint (g_str_has_suffix (part, "…"), ==, n_bytes > 255);
    }
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    const char *normal;
  } vectors[] = {
    { "main", "main" },
    { "turn.isra.0", "turn" },
    { "turn.part.3.cold", "turn" },
    { "__libc_start_main@@GLIBC_2.34", "__libc_start_main" },
    { "gears::Wheel::turn(int, char const*)", "gears::Wheel::turn" },
    { "void gears::turn<int, std::vector<int> >(int)", "gears::turn" },
    { "(anonymous namespace)::turn(int)", "(anonymous namespace)::turn" },
    { "gears::Less::operator()(int) const", "gears::Less::operator()" },
    { "operator new(unsigned long)", "operator new" },
    { "gears::operator<(int)", "gears::operator<" },
    { "std::ostream& std::operator<< <std::char_traits<char> >(std::ostream&, char const*)",
      "std::operator<<" },
    { "void (anonymous namespace)::turn<int>(int)", "(anonymous namespace)::turn" },
    { "gears::Wheel::operator bool() const", "gears::Wheel::operator bool" },
    { "turn(int) [clone .isra.0]", "turn" },
    { "gears::Wheel<T>::turn", "gears::Wheel::turn" },
    { "gears::Wheel::<i32>::turn::<u8>", "gears::Wheel::turn" },
    { "main::{lambda(int, {lambda()#1})#2}::operator()(int) const", "main::{lambda}::operator()" },
    { "void main::{lambda(auto:1)#1}::operator()<int>(int) const", "main::{lambda}::operator()" },
    { "gears::run(int)::{lambda(int)#2}::operator()(int) const", "gears::run" },
    { "std::_Function_handler<int (int), main::{lambda(int)#1}>::_M_invoke(int&&)",
      "std::_Function_handler::_M_invoke" },
    { "main::{lambda(", "main::{lambda}" },
    { "gears::main::{{closure}}", "gears::main::{{closure}}" },
    { "gears::main::{closure#0}::<fn() -> i32>", "gears::main::{closure#0}" },
    { "<gears::Wheel<T> as core::fmt::Display>::fmt", "<gears::Wheel as core::fmt::Display>::fmt" },
    { "<(A, B) as gears::Turn<C>>::turn::<D>", "<(A, B) as gears::Turn>::turn" },
    { "<[T]>::concat", "<[T]>::concat" },
    { "<", "<" },
    { "main.(*Wheel).Turn", "main.(*Wheel).Turn" },
    { "(", "(" },
    { "<", "<" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *normal = tm_function_name_normalise (vectors[i].name);

      g_test_message ("vector %u", i);
      g_assert_cmpstr (normal, ==, vectors[i].normal);
    }
}

/* C++, both kinds of Rust's, and what is none. */
static void
test_demangle (void)
{
  static const struct
  {
    const char *symbol;
    const char *name;
  } vectors[] = {
    { "_ZN5gears4turnEi", "gears::turn(int)" },
    { "_ZN5gears4turnEi.isra.0", "gears::turn(int) [clone .isra.0]" },
    { "_ZN5gears4turn17h0123456789abcdefE", "gears::turn" },
    { "_ZN60_$LT$gears..Wheel$LT$T$GT$$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
      "<gears::Wheel<T> as core::fmt::Display>::fmt" },
    { "_RNvC5gears4turn", "gears::turn" },
    { "_RNvC5gears4turn.llvm.123", "gears::turn" },
    { "_RNCNvC5gears4main0", "gears::main::{closure#0}" },
    { "_RINvC5gears4turnlE", "gears::turn::<i32>" },
    { "_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y",
      "utf8_idents::საჭმელად_გემრიელი_სადილი" },
    { "_R", "_R" },
    { "_Z", "_Z" },
    { "turn", "turn" },
    { "", "" },
  };
  g_autofree char *broken = tm_function_name_demangle ("_Z\xff\n");
  g_autofree char *filler = g_strnfill (5000, 'x');
  g_autofree char *cut = tm_function_name_demangle (filler);

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *name = tm_function_name_demangle (vectors[i].symbol);

      g_test_message ("vector %u", i);
      g_assert_cmpstr (name, ==, vectors[i].name);
    }
  g_assert_true (g_utf8_validate (broken, -1, NULL));
  g_assert_null (strchr (broken, '\n'));
  g_assert_cmpuint (strlen (cut), <=, TM_BACKTRACE_MAX_NAME_BYTES);
  g_assert_true (g_str_has_suffix (cut, "…"));
}

/* Types made of the one before, twice: as Rust's below, which make a name of 2^40 bytes. */
static char *
make_endless_cxx (void)
{
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  GString *symbol = g_string_new ("_Z4turn1aIiE1bIS_S_E");

  for (guint i = 2; i < sizeof digits - 1; i += 2)
    g_string_append_printf (symbol, "1cIS%c_S%c_E", digits[i], digits[i]);
  return g_string_free (symbol, FALSE);
}

static char *
get_base_62 (gsize number)
{
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  GString *text = g_string_new ("_");

  for (gsize rest = number - 1; number > 0 && text->len < 8; rest /= 62)
    {
      g_string_prepend_c (text, digits[rest % 62]);
      if (rest < 62)
        break;
    }
  return g_string_free (text, FALSE);
}

static char *
make_endless_rust (const char *word)
{
  GString *symbol = g_string_new ("_RINvC5gears4turn");
  gsize before = symbol->len - 2;

  g_string_append_printf (symbol, "TNtC5gears%slE", word);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *back = get_base_62 (before);

      before = symbol->len - 2;
      g_string_append_printf (symbol, "TB%sB%sE", back, back);
    }
  return g_string_free (g_string_append_c (symbol, 'E'), FALSE);
}

/* A short symbol may stand for a name that has no end; it is cut, and nothing is left behind. */
static void
test_endless_names (void)
{
  g_autofree char *cxx = make_endless_cxx ();
  g_autofree char *rust = make_endless_rust ("5Wheel");
  g_autofree char *unicode = make_endless_rust ("u9Wheel_kva");
  const char *const symbols[] = { cxx, rust, unicode };

  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    {
      g_autofree char *name = tm_function_name_demangle (symbols[i]);

      g_test_message ("%s is %s", symbols[i], name);
      g_assert_cmpuint (strlen (name), <=, TM_BACKTRACE_MAX_NAME_BYTES);
      g_assert_true (g_str_has_suffix (name, "…"));
      g_assert_cmpint (strncmp (name, "_", 1), !=, 0);
    }
}

/* Recursion of one and of several functions is one frame each, with a count; the bottom is kept. */
static void
test_recursion (void)
{
  g_autoptr (TmBacktrace) backtrace = tm_backtrace_new ();
  const TmFrame *first, *last;

  for (guint i = 0; i < 50000; i++)
    {
      g_assert_true (tm_backtrace_add (backtrace, make_frame ("/usr/bin/gears odd")));
      g_assert_true (tm_backtrace_add (backtrace, make_frame ("/usr/bin/gears even")));
    }
  g_assert_true (tm_backtrace_add (backtrace, make_frame ("/usr/bin/gears main")));

  g_assert_cmpuint (backtrace->frames->len, ==, 3);
  first = g_ptr_array_index (backtrace->frames, 0);
  last = g_ptr_array_index (backtrace->frames, 2);
  g_assert_cmpuint (first->n_times, ==, 50000);
  g_assert_cmpstr (last->function, ==, "main");
}

static void
test_frame_limit (void)
{
  g_autoptr (TmBacktrace) backtrace = tm_backtrace_new ();
  guint i;

  for (i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("/usr/bin/gears +%x", i);

      if (!tm_backtrace_add (backtrace, make_frame (text)))
        break;
    }

  g_assert_cmpuint (i, ==, TM_BACKTRACE_MAX_FRAMES);
}

/* The exact hash is of places, not of how deep a recursion went, and not of names. */
static void
test_exact_hash (void)
{
  static const char *const frames[] = { "/usr/bin/gears +1", "/usr/bin/gears +2", NULL };
  static const char *const others[] = { "/usr/bin/gears +1", "/usr/bin/gears +3", NULL };
  g_autoptr (TmBacktrace) a = make_backtrace (11, frames);
  g_autoptr (TmBacktrace) b = make_backtrace (11, frames);
  g_autoptr (TmBacktrace) c = make_backtrace (11, others);
  g_autofree char *hash_a = tm_crash_get_exact_hash (a);
  g_autofree char *hash_b = NULL;
  g_autofree char *hash_c = tm_crash_get_exact_hash (c);

  ((TmFrame *) g_ptr_array_index (b->frames, 0))->n_times = 7;
  ((TmFrame *) g_ptr_array_index (b->frames, 0))->function = g_strdup ("turn");
  hash_b = tm_crash_get_exact_hash (b);
  g_assert_cmpstr (hash_a, ==, hash_b);
  g_assert_cmpstr (hash_a, !=, hash_c);
  g_assert_cmpuint (strlen (hash_a), ==, 32);
}

static void
test_origin (void)
{
  g_assert_cmpint (tm_origin_from_path ("/usr/bin/gears"), ==, TM_ORIGIN_SYSTEM);
  g_assert_cmpint (tm_origin_from_path ("/usr/local/bin/gears"), ==, TM_ORIGIN_OTHER);
  g_assert_cmpint (tm_origin_from_path ("/usr/../home/a/gears"), ==, TM_ORIGIN_OTHER);
  g_assert_cmpint (tm_origin_from_path ("/opt/gears/gears"), ==, TM_ORIGIN_OTHER);
  g_assert_cmpint (tm_origin_from_path ("/home/alice/gears"), ==, TM_ORIGIN_OTHER);
  g_assert_cmpint (tm_origin_from_path ("/usrx"), ==, TM_ORIGIN_OTHER);
  g_assert_cmpint (tm_origin_from_path (TM_FRAME_VDSO), ==, TM_ORIGIN_SYSTEM);
}

static void
test_round_trip (void)
{
  static const char *const frames[] = { "*/usr/bin/gears turn", "[jit] +0", NULL };
  g_autoptr (TmBacktrace) backtrace = make_backtrace (11, frames);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmBacktrace) again = NULL;
  g_autoptr (GBytes) bytes_again = NULL;

  ((TmFrame *) g_ptr_array_index (backtrace->frames, 0))->build_id = g_strdup ("00ff");
  bytes = tm_backtrace_to_bytes (backtrace);
  again = tm_backtrace_from_bytes (bytes, &error);
  g_assert_no_error (error);
  bytes_again = tm_backtrace_to_bytes (again);
  g_assert_true (g_bytes_equal (bytes, bytes_again));
}

static void
assert_refused (const TmBacktrace *backtrace)
{
  g_autoptr (GBytes) bytes = tm_backtrace_to_bytes (backtrace);
  g_autoptr (GError) error = NULL;

  g_assert_null (tm_backtrace_from_bytes (bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Whoever took over the child can say nothing but what a backtrace could be. */
static void
test_hostile_child (void)
{
  static const char *const frames[] = { "/usr/bin/gears turn", NULL };
  const char *const bad[] = { "relative", "/usr/bin/line\nend", "" };
  g_autoptr (TmBacktrace) backtrace = make_backtrace (11, frames);
  TmFrame *frame = g_ptr_array_index (backtrace->frames, 0);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_free (frame->path);
      frame->path = g_strdup (bad[i]);
      assert_refused (backtrace);
    }
  g_free (frame->path);
  frame->path = g_strdup ("/usr/bin/gears");

  frame->build_id = g_strdup ("not hex");
  assert_refused (backtrace);
  g_clear_pointer (&frame->build_id, g_free);

  frame->n_times = 0;
  assert_refused (backtrace);
  frame->n_times = 1;

  g_free (frame->function);
  frame->function = g_strnfill (TM_BACKTRACE_MAX_NAME_BYTES + 1, 'x');
  assert_refused (backtrace);
  g_clear_pointer (&frame->function, g_free);

  backtrace->signal = 65;
  assert_refused (backtrace);
  backtrace->signal = 11;

  for (guint i = 0; i < TM_BACKTRACE_MAX_FRAMES; i++)
    g_ptr_array_add (backtrace->frames, make_frame ("/usr/bin/gears turn"));
  assert_refused (backtrace);
}

static void
test_not_a_backtrace (void)
{
  g_autofree guint8 *data = g_malloc0 (TM_BACKTRACE_MAX_BYTES + 1);
  g_autoptr (GBytes) large = g_bytes_new_static (data, TM_BACKTRACE_MAX_BYTES + 1);
  g_autoptr (GBytes) text = g_bytes_new_static ("hello", 5);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (tm_backtrace_from_bytes (large, NULL));
  g_assert_null (tm_backtrace_from_bytes (text, NULL));
  g_assert_null (tm_backtrace_from_bytes (nothing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* A file that is mapped in pieces is one; one that was deleted keeps its name. */
static void
test_files (void)
{
  struct
  {
    guint64 words[8];
    char names[64];
  } note = { { 2, 4096, 0x2000, 0x3000, 1, 0x1000, 0x2000, 0 },
             "/usr/bin/gears (deleted)\0/usr/bin/gears (deleted)" };
  const guint64 auxv[] = { 9, 0x2010, 0, 0 };
  g_autoptr (TmCoreNotes) notes = tm_core_notes_new (8);
  guint64 first;

  tm_core_notes_add (notes, 0x46494c45, (const guint8 *) &note, sizeof note);
  tm_core_notes_add (notes, 6, (const guint8 *) auxv, sizeof auxv);
  g_assert_cmpstr (tm_core_notes_find_file (notes, 0x2fff, &first), ==, "/usr/bin/gears");
  g_assert_cmphex (first, ==, 0x1000);
  g_assert_null (tm_core_notes_find_file (notes, 0x3000, &first));
  g_assert_cmpstr (tm_core_notes_get_exe (notes), ==, "/usr/bin/gears");
}

/* Memory that processes share has a name that somebody chose, but no file; where the kernel's own
 * page is the kernel says, and nobody's name. A program that has no file is somebody else's. */
static void
test_memory (void)
{
  static const char *const names[] = { "/memfd:hunter2 (deleted)", "/dev/zero (deleted)",
                                       "/SYSV00000000 (deleted)", "/dev/shm/hunter2",
                                       "anon_inode:hunter2" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      struct
      {
        guint64 words[5];
        char names[64];
      } note = { { 1, 4096, 0x1000, 0x2000, 0 }, "" };
      const guint64 auxv[] = { 9, 0x1010, 33, 0x7000, 0, 0 };
      g_autoptr (TmCoreNotes) notes = tm_core_notes_new (8);
      guint64 first;

      g_strlcpy (note.names, names[i], sizeof note.names);
      tm_core_notes_add (notes, 0x46494c45, (const guint8 *) &note, sizeof note);
      g_assert_false (tm_core_notes_is_vdso (notes, 0));
      tm_core_notes_add (notes, 6, (const guint8 *) auxv, sizeof auxv);
      g_assert_null (tm_core_notes_find_file (notes, 0x1800, &first));
      g_assert_nonnull (tm_core_notes_get_exe (notes));
      g_assert_true (tm_core_notes_is_vdso (notes, 0x7000));
      g_assert_false (tm_core_notes_is_vdso (notes, 0x1000));
    }
}

/* A vendor can rely on the order of the lines. */
static void
test_rules_order (void)
{
  g_autoptr (TmCrashRules) rules = tm_crash_rules_new (
      "alias wheel turn_*\nskip libgears.so!turn_back\nprefix turn_*\ncut turn_back\n", NULL);

  g_assert_cmpint (tm_crash_rules_classify (rules, "libgears.so", "turn_back"), ==,
                   TM_CRASH_CLASS_SKIP);
  g_assert_cmpint (tm_crash_rules_classify (rules, "gears", "turn_back"), ==,
                   TM_CRASH_CLASS_PREFIX);
  g_assert_cmpint (tm_crash_rules_classify (rules, "gears", "back"), ==, TM_CRASH_CLASS_NONE);
  g_assert_cmpstr (tm_crash_rules_get_name (rules, "gears", "turn_back"), ==, "wheel");
  g_assert_cmpstr (tm_crash_rules_get_name (rules, "gears", "back"), ==, "back");
}

static void
test_rules_errors (void)
{
  static const char *const bad[] = { "cut", "hide x", "alias x", "skip " };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_crash_rules_new (bad[i], &error));
      g_assert_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE);
      g_assert_true (g_str_has_prefix (error->message, "line 1: "));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash/title", test_title);
  g_test_add_func ("/crash/long-title", test_long_title);
  g_test_add_func ("/crash/names", test_names);
  g_test_add_func ("/crash/demangle", test_demangle);
  g_test_add_func ("/crash/endless-names", test_endless_names);
  g_test_add_func ("/crash/recursion", test_recursion);
  g_test_add_func ("/crash/frame-limit", test_frame_limit);
  g_test_add_func ("/crash/exact-hash", test_exact_hash);
  g_test_add_func ("/crash/origin", test_origin);
  g_test_add_func ("/crash/round-trip", test_round_trip);
  g_test_add_func ("/crash/hostile-child", test_hostile_child);
  g_test_add_func ("/crash/not-a-backtrace", test_not_a_backtrace);
  g_test_add_func ("/crash/files", test_files);
  g_test_add_func ("/crash/memory", test_memory);
  g_test_add_func ("/crash/rules-order", test_rules_order);
  g_test_add_func ("/crash/rules-errors", test_rules_errors);
  return g_test_run ();
}
