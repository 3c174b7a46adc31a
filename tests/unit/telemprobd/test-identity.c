/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pseudonym: how it is made, when it changes, what is kept of the past ones. */
#include <glib/gstdio.h>
#include <string.h>

#include "tm-clock-dummy.h"
#include "tm-identity.h"

/* SHA-256 of 32 bytes 00 01 ... 1f begins with this. */
#define KNOWN_SECRET "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KNOWN_ID "630dcd2966c4336691125448bbb25b4f"

typedef struct
{
  char *directory;
  char *path;
  char *static_path;
  TmClockDummy *dummy;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("tm-identity-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->directory, "identity.conf", NULL);
  fixture->static_path = g_build_filename (fixture->directory, "static-machine-id", NULL);
  fixture->dummy = tm_clock_dummy_new ();
}

static void
teardown (Fixture *fixture, gconstpointer data)
{
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged", NULL);

  g_unlink (fixture->path);
  g_unlink (aside);
  g_unlink (fixture->static_path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_assert_finalize_object (fixture->dummy);
  g_free (fixture->directory);
  g_free (fixture->path);
  g_free (fixture->static_path);
}

static TmIdentity *
load (Fixture *fixture)
{
  return tm_identity_load (fixture->path, fixture->static_path, TM_CLOCK (fixture->dummy), 3, 90);
}

/* The id is what the contract says: the first 16 bytes of SHA-256 of the secret. */
static void
test_known (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmIdentity) identity = NULL;

  g_assert_true (g_file_set_contents (
      fixture->path, "[secret 1]\nsecret=" KNOWN_SECRET "\ncreated=1767225600\n", -1, NULL));
  identity = load (fixture);
  g_assert_cmpstr (tm_identity_get_machine_id (identity), ==, KNOWN_ID);
  g_assert_cmpint (tm_identity_get_created_usec (identity), ==,
                   G_GINT64_CONSTANT (1767225600000000));
  g_assert_true (tm_identity_is_saved (identity));
  g_assert_null (tm_identity_get_problem (identity));
}

/* A new machine: another id than any other, and the same after it was saved and loaded. */
static void
test_new (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmIdentity) identity = load (fixture);
  g_autoptr (TmIdentity) other = load (fixture);
  g_autoptr (TmIdentity) loaded = NULL;
  GStatBuf status;

  g_assert_false (tm_identity_is_saved (identity));
  g_assert_cmpuint (strlen (tm_identity_get_machine_id (identity)), ==, 32);
  g_assert_cmpstr (tm_identity_get_machine_id (identity), !=, tm_identity_get_machine_id (other));

  g_assert_true (tm_identity_save (identity, NULL));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  loaded = load (fixture);
  g_assert_cmpstr (tm_identity_get_machine_id (identity), ==, tm_identity_get_machine_id (loaded));
}

/* Due after three days, not before; also when the clock was set to long before. */
static void
test_rotation (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmIdentity) identity = load (fixture);
  g_autoptr (TmIdentity) next = NULL;

  g_assert_cmpint (tm_identity_get_expires_usec (identity), ==,
                   tm_identity_get_created_usec (identity) + 3 * TM_USEC_PER_DAY);
  tm_clock_dummy_advance (fixture->dummy, 3 * TM_USEC_PER_DAY - 1);
  g_assert_false (tm_identity_is_due (identity));
  tm_clock_dummy_advance (fixture->dummy, 1);
  g_assert_true (tm_identity_is_due (identity));

  next = tm_identity_renew (identity);
  g_assert_false (tm_identity_is_due (next));
  g_assert_cmpstr (tm_identity_get_machine_id (identity), !=, tm_identity_get_machine_id (next));

  tm_clock_dummy_set_realtime (fixture->dummy, 0);
  g_assert_true (tm_identity_is_due (next));
}

/* Past secrets are kept for 90 days after their end, over restarts; then they are forgotten. */
static void
test_past_secrets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmIdentity) identity = load (fixture);
  g_autoptr (GPtrArray) first = tm_identity_get_secrets (identity);

  for (guint i = 1; i <= 100; i++)
    {
      g_autoptr (TmIdentity) next = NULL;
      g_autoptr (GPtrArray) secrets = NULL;

      tm_clock_dummy_advance (fixture->dummy, 3 * TM_USEC_PER_DAY);
      next = tm_identity_renew (identity);
      g_assert_true (tm_identity_save (next, NULL));
      tm_identity_unref (identity);
      identity = load (fixture);

      secrets = tm_identity_get_secrets (identity);
      g_assert_cmpuint (secrets->len, ==, MIN (i + 1, 31));
      g_assert_true ((g_strcmp0 (secrets->pdata[secrets->len - 1], first->pdata[0]) == 0) ==
                     (i <= 30));
    }
}

/* The administrator's id: no rotation, no expiry; a wrong one is said and not used. */
static void
test_static (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TmIdentity) identity = NULL;
  g_autoptr (TmIdentity) renewed = NULL;
  g_autoptr (TmIdentity) wrong = NULL;

  g_assert_true (g_file_set_contents (fixture->static_path, KNOWN_ID "\n", -1, NULL));
  identity = load (fixture);
  g_assert_true (tm_identity_is_static (identity));
  g_assert_cmpstr (tm_identity_get_machine_id (identity), ==, KNOWN_ID);
  g_assert_cmpint (tm_identity_get_expires_usec (identity), ==, 0);
  tm_clock_dummy_advance (fixture->dummy, 1000 * TM_USEC_PER_DAY);
  g_assert_false (tm_identity_is_due (identity));
  renewed = tm_identity_renew (identity);
  g_assert_cmpstr (tm_identity_get_machine_id (renewed), ==, KNOWN_ID);

  g_assert_true (g_file_set_contents (fixture->static_path, "my-laptop\n", -1, NULL));
  wrong = load (fixture);
  g_assert_false (tm_identity_is_static (wrong));
  g_assert_nonnull (strstr (tm_identity_get_problem (wrong), "32 lower-case hex digits"));
  g_assert_cmpuint (strlen (tm_identity_get_machine_id (wrong)), ==, 32);
}

/* A damaged file: a new identity, the old file kept aside, and it is said. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "text",
    "[secret 1]\nsecret=12\ncreated=1\n",
    "[secret 1]\nsecret=" KNOWN_SECRET "\n",
    "[secret 1]\nsecret=" KNOWN_SECRET "\ncreated=1\n[secret 2]\nsecret=" KNOWN_SECRET
    "\ncreated=1\n",
  };
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TmIdentity) identity = NULL;

      g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
      identity = load (fixture);
      g_test_message ("vector %u: %s", i, tm_identity_get_problem (identity));
      g_assert_nonnull (tm_identity_get_problem (identity));
      g_assert_cmpstr (tm_identity_get_machine_id (identity), !=, KNOWN_ID);
      g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
      g_assert_false (tm_identity_is_saved (identity));
    }
}

/* What could not be moved aside is not said to be. */
static void
test_damaged_and_stuck (Fixture *fixture, gconstpointer data)
{
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged", NULL);
  g_autoptr (TmIdentity) identity = NULL;

  g_assert_cmpint (g_mkdir (aside, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "rubbish", -1, NULL));
  identity = load (fixture);
  g_assert_nonnull (strstr (tm_identity_get_problem (identity), "cannot be moved aside"));
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (aside), ==, 0);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/identity/known", test_known);
  ADD ("/identity/new", test_new);
  ADD ("/identity/rotation", test_rotation);
  ADD ("/identity/past-secrets", test_past_secrets);
  ADD ("/identity/static", test_static);
  ADD ("/identity/damaged", test_damaged);
  ADD ("/identity/damaged-and-stuck", test_damaged_and_stuck);

  return g_test_run ();
}
