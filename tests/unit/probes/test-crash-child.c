/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves: what the child that reads cores may do, if somebody takes it over: read, and say
 * something that is checked. The children of this test are this program.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash-analyse.h"
#include "crash-analyser.h"
#include "crash-sandbox.h"

/* What it may not do. Each returns -1, or it was done. */

static char *file; /* that everybody may write */

static long
open_socket (void)
{
  return socket (AF_INET, SOCK_STREAM, 0);
}

static long
open_local_socket (void)
{
  return socket (AF_UNIX, SOCK_STREAM, 0);
}

static long
start_process (void)
{
  return syscall (SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long
run_program (void)
{
  char *const nothing[] = { NULL };

  return execve ("/bin/true", nothing, nothing);
}

static long
write_file (void)
{
  return open (file, O_WRONLY);
}

static long
change_file (void)
{
  return open (file, O_RDWR);
}

static long
append_to_file (void)
{
  return open (file, O_WRONLY | O_APPEND);
}

static long
empty_file (void)
{
  return open (file, O_RDONLY | O_TRUNC);
}

static long
make_file (void)
{
  return open ("/tmp/new", O_RDONLY | O_CREAT, 0600);
}

static long
make_nameless_file (void)
{
  return open ("/tmp", O_TMPFILE | O_RDWR, 0600);
}

static long
remove_file (void)
{
  return unlink (file);
}

static long
open_to_all (void)
{
  return chmod (file, 0777);
}

static long
send_signal (void)
{
  return kill (getppid (), 0);
}

static long
watch_process (void)
{
  return ptrace (PTRACE_ATTACH, 1, NULL, NULL);
}

static long
limit_process (void)
{
  const struct rlimit limits = { 0, 0 };

  return prlimit (1, RLIMIT_CPU, &limits, NULL);
}

static long
become_root (void)
{
  return setuid (0);
}

static long
load_filter (void)
{
  return syscall (SYS_seccomp, 0, 0, NULL);
}

static const struct
{
  const char *name;
  long (*try) (void);
} forbidden[] = {
  { "a socket", open_socket },
  { "a local socket", open_local_socket },
  { "a process", start_process },
  { "a program", run_program },
  { "to write a file", write_file },
  { "to change a file", change_file },
  { "to append to a file", append_to_file },
  { "to empty a file", empty_file },
  { "to make a file", make_file },
  { "to make a file without a name", make_nameless_file },
  { "to remove a file", remove_file },
  { "to change who may", open_to_all },
  { "a signal", send_signal },
  { "to watch a process", watch_process },
  { "to limit a process", limit_process },
  { "to be root", become_root },
  { "another filter", load_filter },
};

/* 0: it is as it should be; 100: it may not even read; else which one it could do. Nothing but
 * system calls, which is all that is left. */
static int
try_all (const char *root)
{
  struct rlimit limits;

  if (!crash_sandbox_enter (root, NULL))
    return 101;
  if (open (file, O_RDONLY) < 0 || prlimit (0, RLIMIT_CPU, NULL, &limits) != 0 ||
      limits.rlim_max != CRASH_MAX_CPU_SECONDS)
    return 100;
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      errno = 0;
      if (forbidden[i].try () != -1 || errno != EPERM)
        return (int) i + 1;
    }

  return 0;
}

/* The sanitizer's own memory is more than the child may have: each allocation would end it. */
#ifdef __SANITIZE_ADDRESS__
#define HAS_ROOM FALSE
#else
#define HAS_ROOM TRUE
#endif

static void
test_sandbox (void)
{
  int status, fd = g_file_open_tmp ("crash-XXXXXX", &file, NULL);
  pid_t child;

  g_assert_cmpint (fchmod (fd, 0666), ==, 0);
  g_assert_cmpint (write (fd, "text", 4), ==, 4);
  child = fork ();
  if (child == 0)
    _exit (try_all (g_get_tmp_dir ()));

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) > 0 && WEXITSTATUS (status) <= (int) G_N_ELEMENTS (forbidden))
    g_test_message ("it could do: %s", forbidden[WEXITSTATUS (status) - 1].name);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 4);
  close (fd);
  g_unlink (file);
  g_clear_pointer (&file, g_free);
}

/* What a user has beside programs is not for it, though it would be for the user. */
static int
try_to_read (const char *elsewhere, pid_t parent)
{
  g_autofree char *memory = g_strdup_printf ("/proc/%d/mem", parent);

  if (!crash_sandbox_enter ("/", NULL))
    return 101;
  if (open ("/usr/bin/env", O_RDONLY) < 0)
    return 100;
  if (open (elsewhere, O_RDONLY) >= 0 || errno != EACCES)
    return 1;
  if (open ("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
    return 2;

  return open (memory, O_RDONLY) >= 0 || errno != EACCES ? 3 : 0;
}

static void
test_files (void)
{
  int status, fd = g_file_open_tmp ("crash-XXXXXX", &file, NULL);
  pid_t child, parent = getpid ();

  g_assert_cmpint (fchmod (fd, 0666), ==, 0);
  child = fork ();
  if (child == 0)
    _exit (try_to_read (file, parent));

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  close (fd);
  g_unlink (file);
  g_clear_pointer (&file, g_free);
}

/* What it may say. The core is one letter: what the child does with it. */

#define SAY_ALL 'a'
#define SAY_NOTHING 'n'
#define SAY_HALF 'h'
#define STAY 's'
#define NEVER_STOP 'x'

static void
say (gsize part)
{
  g_autoptr (TmBacktrace) backtrace = tm_backtrace_new ();
  g_autoptr (GBytes) bytes = NULL;
  gsize n_bytes;
  const void *data;

  backtrace->exe = g_strdup ("/usr/bin/gears");
  bytes = tm_backtrace_to_bytes (backtrace);
  data = g_bytes_get_data (bytes, &n_bytes);
  if (write (STDOUT_FILENO, data, n_bytes / part) < 0)
    _exit (1);
}

static int
be_child (void)
{
  char what = SAY_NOTHING;

  if (pread (CRASH_ANALYSE_CORE_FD, &what, 1, 0) != 1 || what == SAY_NOTHING)
    return 1;
  while (what == NEVER_STOP)
    say (1);
  say (what == SAY_HALF ? 2 : 1);
  if (what == STAY)
    {
      close (STDOUT_FILENO);
      pause ();
    }
  return 0;
}

static TmBacktrace *
read_core (char what, GError **error)
{
  int fd = memfd_create ("core", MFD_CLOEXEC);
  TmBacktrace *backtrace;

  g_assert_cmpint (write (fd, &what, 1), ==, 1);
  backtrace = crash_analyser_read (fd, -1, NULL, error);
  close (fd);
  return backtrace;
}

static void
test_believed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmBacktrace) backtrace = read_core (SAY_ALL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (backtrace->exe, ==, "/usr/bin/gears");
}

static void
test_not_believed (void)
{
  const char ways[] = { SAY_NOTHING, SAY_HALF, NEVER_STOP };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("way %c", ways[i]);
      g_assert_null (read_core (ways[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

/* It has said all there is to say, and does not end. */
static void
test_stays (void)
{
  gint64 start_usec = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TmBacktrace) backtrace = read_core (STAY, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (backtrace->exe, ==, "/usr/bin/gears");
  g_assert_cmpint (g_get_monotonic_time () - start_usec, <,
                   CRASH_MAX_WAIT_SECONDS * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], CRASH_ANALYSE_OPTION) == 0)
    return be_child ();

  g_test_init (&argc, &argv, NULL);
  if (HAS_ROOM)
    g_test_add_func ("/crash-child/sandbox", test_sandbox);
  if (HAS_ROOM && syscall (SYS_landlock_create_ruleset, NULL, 0, 1 /* only which version */) > 0)
    g_test_add_func ("/crash-child/files", test_files);
  g_test_add_func ("/crash-child/believed", test_believed);
  g_test_add_func ("/crash-child/not-believed", test_not_believed);
  g_test_add_func ("/crash-child/stays", test_stays);
  return g_test_run ();
}
