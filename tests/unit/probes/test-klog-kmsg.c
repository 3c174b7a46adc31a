/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves how /dev/kmsg is read, with a script in place of the kernel: only its own lines count,
 * lines that were lost end a report, and a place is gone on from in the same boot only.
 */
#include <errno.h>
#include <gio/gio.h>
#include <string.h>

#include "klog-source.h"
#include "oops-fixture.h"

#define BOOT "0123456789abcdef0123456789abcdef"
#define OTHER_BOOT "ffffffffffffffffffffffffffffffff"
#define HEAD ",5000000,-;"

#define LOST "EPIPE"
#define INTERRUPTED "EINTR"
#define BROKEN "EIO"

/* What read() says, one after the other. Behind the end: EAGAIN. */
static const char *const *script;

static int
to_error (const char *step)
{
  if (step == NULL)
    return EAGAIN;
  if (strcmp (step, LOST) == 0)
    return EPIPE;
  if (strcmp (step, INTERRUPTED) == 0)
    return EINTR;

  return strcmp (step, BROKEN) == 0 ? EIO : 0;
}

static gssize
read_script (int fd, void *buffer, gsize n_bytes)
{
  const char *step = script[0];

  errno = to_error (step);
  if (step != NULL)
    script++;
  if (errno != 0)
    return -1;

  /* Twice what a record of the kernel can have. */
  g_assert_cmpuint (n_bytes, ==, 16 * 1024);
  g_assert_cmpuint (strlen (step), <=, n_bytes);
  memcpy (buffer, step, strlen (step));
  return (gssize) strlen (step);
}

typedef struct
{
  TmOopsRules *rules;
  GString *found; /* functions, each with a space behind it */
  char *place;
  guint64 n_lost;
} Result;

static void
take (TmOops *oops, gpointer user_data)
{
  g_autoptr (TmOops) owned = oops;

  g_string_append_printf (((Result *) user_data)->found, "%s ",
                          owned->function != NULL ? owned->function : "-");
}

static gboolean
go_on (gpointer user_data)
{
  return TRUE;
}

static void
on_boot (const char *boot_id, gpointer user_data)
{
  g_assert_cmpstr (boot_id, ==, BOOT);
}

static void
on_lost (guint64 n_lines, gpointer user_data)
{
  ((Result *) user_data)->n_lost += n_lines;
}

static gboolean
on_pause (const char *place, gpointer user_data)
{
  Result *result = user_data;

  g_free (result->place);
  result->place = g_strdup (place);
  return TRUE;
}

/* Reads the script: whom its reports blame, where reading stopped, and how many lines were lost. */
static void
check_lost (
    const char *const *steps, const char *place, const char *found, const char *end, guint64 n_lost)
{
  Result result = { .rules = oops_fixture_load_rules (), .found = g_string_new (NULL) };
  TmOopsReader *reader = tm_oops_reader_new (result.rules, take, &result);
  const KlogKmsg options = { "/dev/null", BOOT, place, read_script };
  const KlogFollower follower = { FALSE, -1, go_on, on_boot, on_lost, on_pause, &result };
  g_autoptr (GError) error = NULL;

  script = steps;
  g_assert_true (klog_read_kmsg (&options, &follower, reader, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (result.found->str, ==, found);
  if (end != NULL)
    g_assert_cmpstr (result.place, ==, end);
  g_assert_cmpuint (result.n_lost, ==, n_lost);

  tm_oops_reader_free (reader);
  tm_oops_rules_free (result.rules);
  g_string_free (result.found, TRUE);
  g_free (result.place);
}

static void
check (const char *const *steps, const char *place, const char *found, const char *end)
{
  check_lost (steps, place, found, end, 0);
}

#define OOPS(priority, n, function)                                                                \
  priority "," n "1" HEAD "BUG: kernel NULL pointer dereference, address: 8\n",                    \
      priority "," n "2" HEAD "RIP: 0010:" function "+0x13/0x40\n",                                \
      priority "," n "3" HEAD "Call Trace:\n", priority "," n "4" HEAD " <TASK>\n",                \
      priority "," n "5" HEAD " " function "_caller+0x13/0x40\n SUBSYSTEM=usb\n DEVICE=c189:2\n"

static void
test_records (void)
{
  const char *const steps[] = { "6,7" HEAD "Linux version 6.12\n", OOPS ("1", "1", "turn"), NULL };

  check (steps, NULL, "turn ", BOOT " seq 15");
}

/* 12 is facility 1: a program that wrote to the device. */
static void
test_forged (void)
{
  const char *const steps[] = { OOPS ("12", "1", "forged"), OOPS ("28", "2", "forged"), NULL };

  check (steps, NULL, "", BOOT " seq 25");
}

static void
test_overrun (void)
{
  const char *const steps[] = { "1,11" HEAD "BUG: kernel NULL pointer dereference, address: 8\n",
                                "1,12" HEAD "RIP: 0010:turn+0x13/0x40\n",
                                LOST,
                                "1,98" HEAD "RIP: 0010:unrelated+0x13/0x40\n",
                                INTERRUPTED,
                                OOPS ("1", "100", "late"),
                                NULL };

  /* 13 to 97; what is missing without an overrun was another reader's to say. */
  check_lost (steps, NULL, "turn late ", BOOT " seq 1005", 85);
}

static void
test_places (void)
{
  const char *const steps[] = { OOPS ("1", "1", "old"), OOPS ("1", "2", "young"), NULL };
  const char *const none[] = { NULL };

  check (steps, BOOT " seq 15", "young ", BOOT " seq 25");
  check (steps, BOOT " seq 25", "", BOOT " seq 25");
  check (steps, BOOT " usec 5000001", "", BOOT " seq 25");
  check (steps, BOOT " usec 5000000", "old young ", BOOT " seq 25");
  check (steps, OTHER_BOOT " seq 25", "old young ", BOOT " seq 25");
  check (none, BOOT " seq 25", "", BOOT " seq 25");
  check (none, BOOT " usec 77", "", BOOT " usec 77");
}

static void
test_broken (void)
{
  const char *const steps[] = { "no record at all", "1", ";;;,,,", "", NULL };

  check (steps, NULL, "", NULL);
}

static gboolean
stop (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return FALSE;
}

/* Only what was read to its end has a place. */
static gboolean
expect_no_stop (const char *place, gpointer user_data)
{
  g_assert_false (*(gboolean *) user_data);
  return TRUE;
}

/* A kernel that does not stop talking cannot keep it from asking: with the 256th record it does. */
static void
test_asks (void)
{
  for (guint n = 255; n <= 256; n++)
    {
      g_autofree const char **steps = g_new0 (const char *, n + 1);
      g_autoptr (GError) error = NULL;
      const KlogKmsg options = { "/dev/null", BOOT, NULL, read_script };
      gboolean has_asked = FALSE;
      const KlogFollower follower = { FALSE, -1, stop, on_boot, NULL, expect_no_stop, &has_asked };
      TmOopsRules *rules = oops_fixture_load_rules ();
      TmOopsReader *reader = tm_oops_reader_new (rules, take, NULL);

      for (guint i = 0; i < n; i++)
        steps[i] = "6,1" HEAD "hello\n";
      script = steps;
      g_assert_true (klog_read_kmsg (&options, &follower, reader, &error));
      g_assert_no_error (error);
      g_assert_cmpint (has_asked, ==, n == 256);

      tm_oops_reader_free (reader);
      tm_oops_rules_free (rules);
    }
}

static void
test_error (void)
{
  const char *const steps[] = { BROKEN, NULL };
  const KlogKmsg options = { "/dev/null", BOOT, NULL, read_script };
  const KlogFollower follower = { FALSE, -1, go_on, on_boot, NULL, on_pause, NULL };
  g_autoptr (GError) error = NULL;

  script = steps;
  g_assert_false (klog_read_kmsg (&options, &follower, NULL, &error));
  g_assert_nonnull (strstr (error->message, "/dev/null"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/klog-kmsg/records", test_records);
  g_test_add_func ("/klog-kmsg/forged", test_forged);
  g_test_add_func ("/klog-kmsg/overrun", test_overrun);
  g_test_add_func ("/klog-kmsg/places", test_places);
  g_test_add_func ("/klog-kmsg/broken", test_broken);
  g_test_add_func ("/klog-kmsg/asks", test_asks);
  g_test_add_func ("/klog-kmsg/error", test_error);

  return g_test_run ();
}
