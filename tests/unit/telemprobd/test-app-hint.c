/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves which control groups give which app hint, and that a hint never tells who somebody is. */
#include "tm-app-hint.h"

#include "tm-process.h"

#include <string.h>
#include <unistd.h>

static const struct
{
  const char *cgroup;
  const char *hint;
} vectors[] = {
  { "0::/system.slice/cron.service\n", "cron.service" },
  { "0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service" },
  { "0::/system.slice/cups.service/worker\n", "cups.service" },
  { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
    "app-flatpak-org.gnome.Maps-4711.scope",
    "org.gnome.Maps" },
  { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
    "app-flatpak-org.example.Two\\x2dParts-1.scope\n",
    "org.example.Two-Parts" },
  { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox-77.scope\n",
    "app-gnome-firefox-77.scope" },
  { "12:pids:/x.slice\n1:name=systemd:/system.slice/old.service\n0::/\n", "old.service" },
  { "0::/system.slice/first.service\n1:name=systemd:/system.slice/second.service\n",
    "first.service" },
  { "0::/user.slice/user-1000.slice/session-3.scope\n", NULL },
  { "0::/user.slice/user-1000.slice/user@1000.service/init\n", NULL },
  { "12:pids:/system.slice/cron.service\n", NULL },
  { "0::/\n", NULL },
  { "0::/system.slice\n", NULL },
  { "0::/app-flatpak--1.scope\n", "app-flatpak--1.scope" },
  { "0::/bell\a.service\n", NULL },
  { "0::/\xff.service\n", NULL },
  { "0::/app-flatpak-a\\x00b-1.scope\n", "a" },
  { "", NULL },
  { "::::\n:\n0:\n", NULL },
};

static void
test_vectors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *hint =
          tm_app_hint_from_cgroup (vectors[i].cgroup, strlen (vectors[i].cgroup));

      g_test_message ("vector %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (hint, ==, vectors[i].hint);
    }
}

/* A name over the field's limit gives no hint, and is not cut. */
static void
test_limit (void)
{
  g_autofree char *longest = g_strnfill (256 - strlen (".service"), 'a');
  g_autofree char *fits = g_strdup_printf ("0::/%s.service", longest);
  g_autofree char *too_long = g_strdup_printf ("0::/%sa.service", longest);
  g_autofree char *hint = tm_app_hint_from_cgroup (fits, strlen (fits));
  g_autofree char *none = tm_app_hint_from_cgroup (too_long, strlen (too_long));

  g_assert_nonnull (hint);
  g_assert_null (none);
}

/* Another user's process, and one that does not exist, have no hint; whoever claims to be us. */
static void
test_process (void)
{
  g_autofree char *foreign = tm_process_dup_app_hint ((guint32) getpid (), getuid () + 1);
  g_autofree char *nobody = tm_process_dup_app_hint (G_MAXINT32, getuid ());

  g_assert_null (foreign);
  g_assert_null (nobody);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app-hint/vectors", test_vectors);
  g_test_add_func ("/app-hint/limit", test_limit);
  g_test_add_func ("/app-hint/process", test_process);

  return g_test_run ();
}
