/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See crash-sandbox.h. Namespaces and Landlock are a second wall, where the system gives them; what
 * must hold is the user's id, the limits and the filter of system calls.
 */
#include "crash-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* nobody and nogroup, by the kernel's own choice (overflowuid). */
#define NOBODY 65534

#define MAX_DESCRIPTORS 256

static gboolean
set_error (GError **error, const char *what, int code)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

static gboolean
limit (int resource, guint64 value, GError **error)
{
  struct rlimit limits = { value, value };

  return setrlimit (resource, &limits) == 0 || set_error (error, "cannot set a limit", errno);
}

/* Whoever was not root may still have been given single privileges. */
static gboolean
drop_capabilities (GError **error)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct nothing[_LINUX_CAPABILITY_U32S_3] = { 0 };

  if (prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 ||
      syscall (SYS_capset, &header, nothing) != 0)
    return set_error (error, "cannot drop privileges", errno);

  return TRUE;
}

static gboolean
drop_user (GError **error)
{
  if (geteuid () == 0 && (setgroups (0, NULL) != 0 || setresgid (NOBODY, NOBODY, NOBODY) != 0 ||
                          setresuid (NOBODY, NOBODY, NOBODY) != 0))
    return set_error (error, "cannot become nobody", errno);

  return drop_capabilities (error);
}

/* Where programs and their libraries are, and nothing that a machine keeps. Of /home a service sees
 * nothing anyway; it is for --core, with which people look at programs of their own. */
static const char *const directories[] = { "/usr",  "/lib", "/lib32", "/lib64", "/libx32", "/bin",
                                           "/sbin", "/opt", "/home",  "/nix",   "/snap" };

/* The first version of Landlock: it knows these and everything before. */
#define ALL_RIGHTS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static void
let_read (int rules, const char *directory)
{
  struct landlock_path_beneath_attr rule = {
    .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
    .parent_fd = open (directory, O_PATH | O_DIRECTORY | O_CLOEXEC),
  };

  if (rule.parent_fd < 0)
    return;

  syscall (SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close (rule.parent_fd);
}

/* Whoever is not root stays who he is, and could read what other processes of his keep, in files or
 * in memory. Best effort: older kernels have no Landlock. */
static void
limit_files (const char *root)
{
  const struct landlock_ruleset_attr attributes = { .handled_access_fs = ALL_RIGHTS };
  int rules = (int) syscall (SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);

  if (rules < 0)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (directories); i++)
    let_read (rules, directories[i]);
  if (strcmp (root, "/") != 0)
    let_read (rules, root);
  if (syscall (SYS_landlock_restrict_self, rules, 0) != 0)
    g_debug ("all files may be read: %s", g_strerror (errno));
  close (rules);
}

/* To truncate a file it need not be opened for writing. */
#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_TRUNC)

/* What elfutils and the C library need to read and to end; everything else fails with EPERM. */
static int
add_rules (scmp_filter_ctx filter)
{
  static const int calls[] = {
    SCMP_SYS (read),         SCMP_SYS (pread64),      SCMP_SYS (write),
    SCMP_SYS (close),        SCMP_SYS (lseek),        SCMP_SYS (_llseek),
    SCMP_SYS (fstat),        SCMP_SYS (fstat64),      SCMP_SYS (newfstatat),
    SCMP_SYS (fstatat64),    SCMP_SYS (stat),         SCMP_SYS (stat64),
    SCMP_SYS (lstat),        SCMP_SYS (statx),        SCMP_SYS (access),
    SCMP_SYS (faccessat),    SCMP_SYS (faccessat2),   SCMP_SYS (readlink),
    SCMP_SYS (readlinkat),   SCMP_SYS (getcwd),       SCMP_SYS (dup),
    SCMP_SYS (fcntl),        SCMP_SYS (fcntl64),      SCMP_SYS (brk),
    SCMP_SYS (mmap),         SCMP_SYS (mmap2),        SCMP_SYS (munmap),
    SCMP_SYS (mremap),       SCMP_SYS (mprotect),     SCMP_SYS (madvise),
    SCMP_SYS (futex),        SCMP_SYS (getrandom),    SCMP_SYS (clock_gettime),
    SCMP_SYS (gettimeofday), SCMP_SYS (getpid),       SCMP_SYS (gettid),
    SCMP_SYS (sched_yield),  SCMP_SYS (rt_sigaction), SCMP_SYS (rt_sigprocmask),
    SCMP_SYS (rt_sigreturn), SCMP_SYS (memfd_create), SCMP_SYS (ftruncate),
    SCMP_SYS (ftruncate64),  SCMP_SYS (exit),         SCMP_SYS (exit_group),
    SCMP_SYS (sysinfo),      SCMP_SYS (uname),
  };
  int result = 0;

  for (guint i = 0; i < G_N_ELEMENTS (calls) && result == 0; i++)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, calls[i], 0);
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (openat), 1,
                               SCMP_A2 (SCMP_CMP_MASKED_EQ, OPEN_FLAGS, O_RDONLY));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (open), 1,
                               SCMP_A1 (SCMP_CMP_MASKED_EQ, OPEN_FLAGS, O_RDONLY));
  /* To ask for limits, not to set those of another process of the same user. */
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), 1,
                               SCMP_A2 (SCMP_CMP_EQ, 0));
  return result;
}

static gboolean
filter_calls (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
  int result;

  if (filter == NULL)
    return set_error (error, "cannot filter system calls", ENOMEM);

  result = add_rules (filter);
  if (result == 0)
    result = seccomp_load (filter);
  seccomp_release (filter);
  return result == 0 || set_error (error, "cannot filter system calls", -result);
}

gboolean
crash_sandbox_enter (const char *root, GError **error)
{
  /* Best effort: inside a container or a hardened unit there may be none. */
  if (unshare (CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
    g_debug ("no namespaces of its own: %s", g_strerror (errno));

  if (!drop_user (error))
    return FALSE;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return set_error (error, "cannot give up new privileges", errno);

  limit_files (root);
  return limit (RLIMIT_CPU, CRASH_MAX_CPU_SECONDS, error) &&
         limit (RLIMIT_AS, CRASH_MAX_ADDRESS_BYTES, error) && limit (RLIMIT_CORE, 0, error) &&
         limit (RLIMIT_NOFILE, MAX_DESCRIPTORS, error) && limit (RLIMIT_NPROC, 1, error) &&
         filter_calls (error);
}
