/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Consent: off by default, every error means no, and what each change does to what is active. */
#include <glib/gstdio.h>
#include <string.h>

#include "category-fixture.h"
#include "telemetry-error.h"

#define NOW G_GINT64_CONSTANT (1767225600000000)

/* "crashes,kernel", or "" */
static char *
get_active (TmConsent *consent)
{
  g_auto (GStrv) active = tm_consent_get_active (consent, NOW);

  return g_strjoinv (",", active);
}

static void
assert_active (TmConsent *consent, const char *expected)
{
  g_autofree char *active = get_active (consent);

  g_assert_cmpstr (active, ==, expected);
}

/* Takes consent; text: of an a{su}. */
static TmConsent *
decide (TmConsent *consent, const char *text)
{
  g_autoptr (TmConsent) before = consent;
  g_autoptr (GVariant) decisions = g_variant_ref_sink (g_variant_new_parsed (text));
  g_autoptr (GError) error = NULL;
  TmConsent *after =
      tm_consent_set_decisions (before, decisions, tm_consent_get_policy_version (before), &error);

  g_assert_no_error (error);
  return after;
}

/* Nobody was asked: off, everything unset, nothing active, and somebody should ask. */
static void
test_default (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) consent = category_fixture_load_consent (fixture, "");

  g_assert_false (tm_consent_is_enabled (consent));
  g_assert_cmpint (tm_consent_get_decision (consent, "crashes"), ==, TM_DECISION_UNSET);
  g_assert_cmpuint (tm_consent_get_accepted_policy_version (consent), ==, 0);
  g_assert_true (tm_consent_is_prompt_needed (consent));
  g_assert_null (tm_consent_get_problem (consent));
  g_assert_null (tm_consent_admit (consent, "org.x/crash/a", NOW));
  assert_active (consent, "");
}

/* A grant turns the switch on and grants nothing else; a refusal alone does not turn it on. */
static void
test_decide (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) consent = category_fixture_load_consent (fixture, "");

  consent = decide (g_steal_pointer (&consent), "@a{su} {'crashes': 1}");
  g_assert_false (tm_consent_is_enabled (consent));
  g_assert_false (tm_consent_is_prompt_needed (consent));

  consent = decide (g_steal_pointer (&consent), "@a{su} {'kernel': 2}");
  g_assert_true (tm_consent_is_enabled (consent));
  assert_active (consent, "kernel");
  g_assert_cmpstr (tm_consent_admit (consent, "org.x/kernel/a", NOW)->id, ==, "kernel");
  g_assert_null (tm_consent_admit (consent, "org.x/crash/a", NOW));
  g_assert_null (tm_consent_admit (consent, "org.other/a/b", NOW));

  consent = decide (g_steal_pointer (&consent), "@a{su} {'kernel': 1, 'custom': 2}");
  assert_active (consent, "custom");
}

static const struct
{
  const char *decisions;
  guint policy_version;
  TelemetryError code;
} refused[] = {
  { "@a{su} {'crashes': 2}", 6, TELEMETRY_ERROR_POLICY_CHANGED },
  { "@a{su} {'crashes': 1}", 8, TELEMETRY_ERROR_POLICY_CHANGED },
  { "@a{su} {'boot': 2}", 7, TELEMETRY_ERROR_UNKNOWN_CATEGORY },
  { "@a{su} {'crashes': 0}", 7, TELEMETRY_ERROR_INVALID_FIELDS },
  { "@a{su} {'crashes': 3}", 7, TELEMETRY_ERROR_INVALID_FIELDS },
  { "@a{su} {'crashes': 2, 'kernel': 2}", 7, TELEMETRY_ERROR_LOCKED },
};

/* A decision with one wrong part changes nothing. */
static void
test_refused (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) consent =
      category_fixture_load_consent (fixture, "[policy]\nversion=7\n[consent]\nlocked=kernel\n");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) decisions =
          g_variant_ref_sink (g_variant_new_parsed (refused[i].decisions));

      g_assert_null (
          tm_consent_set_decisions (consent, decisions, refused[i].policy_version, &error));
      g_test_message ("vector %u: %s", i, error->message);
      g_assert_error (error, TELEMETRY_ERROR, (int) refused[i].code);
    }

  /* Saying no to what is locked is always possible. */
  consent = decide (g_steal_pointer (&consent), "@a{su} {'kernel': 1}");
  g_assert_cmpint (tm_consent_get_decision (consent, "kernel"), ==, TM_DECISION_DENIED);
}

/* The plain switch: with nothing granted it grants what is undecided, and nothing that was denied
 * or is locked; with something granted it changes no decision. */
static void
test_switch (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh =
      category_fixture_load_consent (fixture, "[consent]\nlocked=kernel;\n");
  g_autoptr (TmConsent) consent = decide (g_steal_pointer (&fresh), "@a{su} {'crashes': 1}");
  g_autoptr (TmConsent) on = tm_consent_set_enabled (consent, TRUE);
  g_autoptr (TmConsent) off = tm_consent_set_enabled (on, FALSE);
  g_autoptr (TmConsent) again = NULL;

  assert_active (on, "custom");
  g_assert_cmpint (tm_consent_get_decision (on, "kernel"), ==, TM_DECISION_UNSET);
  g_assert_cmpuint (tm_consent_get_accepted_policy_version (on), ==, 1);

  assert_active (off, "");
  g_assert_cmpint (tm_consent_get_decision (off, "custom"), ==, TM_DECISION_GRANTED);
  again = tm_consent_set_enabled (off, TRUE);
  g_assert_true (tm_consent_equal (again, on));
}

/* Withdrawal forgets every decision, and does not ask again at once. */
static void
test_withdraw (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) on = tm_consent_set_enabled (fresh, TRUE);
  g_autoptr (TmConsent) after = tm_consent_withdraw (on);
  g_auto (GStrv) lost = tm_consent_get_lost (on, after, NOW);

  assert_active (after, "");
  g_assert_false (tm_consent_is_enabled (after));
  g_assert_cmpint (tm_consent_get_decision (after, "custom"), ==, TM_DECISION_UNSET);
  g_assert_false (tm_consent_is_prompt_needed (after));
  g_assert_cmpuint (g_strv_length (lost), ==, 3);
}

/* What is saved is what is loaded; the marker stands as long as it is on. */
static void
test_save (CategoryFixture *fixture, gconstpointer data)
{
  g_autofree char *marker = g_build_filename (fixture->directory, "state", "enabled", NULL);
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) consent =
      decide (g_steal_pointer (&fresh), "@a{su} {'crashes': 2, 'kernel': 1}");
  g_autoptr (TmConsent) loaded = NULL;
  g_autoptr (TmConsent) off = NULL;
  GStatBuf status;

  g_assert_true (tm_consent_save (consent, NULL));
  g_assert_true (g_file_test (marker, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_stat (fixture->consent_path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);

  loaded = category_fixture_load_consent (fixture, "");
  g_assert_null (tm_consent_get_problem (loaded));
  g_assert_true (tm_consent_equal (loaded, consent));
  assert_active (loaded, "crashes");

  off = tm_consent_set_enabled (loaded, FALSE);
  g_assert_true (tm_consent_save (off, NULL));
  g_assert_false (g_file_test (marker, G_FILE_TEST_EXISTS));
}

/* Takes consent: as a change of it at now_usec. */
static TmConsent *
change (TmConsent *before, TmConsent *consent, gint64 now_usec)
{
  g_autoptr (TmConsent) owned = consent;

  return tm_consent_begin_periods (owned, before, now_usec);
}

/* The time of an agreement is that of the first yes without a no since, also after a restart: what
 * was noted under an earlier one must not be taken for its own. */
static void
test_since (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) on =
      change (fresh, decide (tm_consent_ref (fresh), "@a{su} {'kernel': 2}"), NOW);
  g_autoptr (TmConsent) more =
      change (on, decide (tm_consent_ref (on), "@a{su} {'kernel': 2, 'custom': 2}"), NOW + 1);
  g_autoptr (TmConsent) loaded = NULL;
  g_autoptr (TmConsent) off = NULL;
  g_autoptr (TmConsent) again = NULL;

  g_assert_cmpint (tm_consent_get_since (fresh, "kernel"), ==, 0);
  g_assert_cmpint (tm_consent_get_since (on, "kernel"), ==, NOW);
  g_assert_cmpint (tm_consent_get_since (more, "kernel"), ==, NOW);
  g_assert_cmpint (tm_consent_get_since (more, "custom"), ==, NOW + 1);

  g_assert_true (tm_consent_save (more, NULL));
  loaded = category_fixture_load_consent (fixture, "");
  g_assert_cmpint (tm_consent_get_since (loaded, "kernel"), ==, NOW);
  g_assert_cmpint (tm_consent_get_since (loaded, "custom"), ==, NOW + 1);

  off = change (loaded, decide (tm_consent_ref (loaded), "@a{su} {'kernel': 1}"), NOW + 2);
  g_assert_cmpint (tm_consent_get_since (off, "kernel"), ==, 0);
  g_assert_cmpint (tm_consent_get_since (off, "custom"), ==, NOW + 1);
  again = change (off, decide (tm_consent_ref (off), "@a{su} {'kernel': 2}"), NOW + 3);
  g_assert_cmpint (tm_consent_get_since (again, "kernel"), ==, NOW + 3);
}

static const char *const damaged[] = {
  "",
  "[Consent]\nEnabled=true\n",
  "[Consent]\nEnabled=yes\nAcceptedPolicyVersion=1\n[Decisions]\ncrashes=granted\n",
  "[Consent]\nEnabled=true\nAcceptedPolicyVersion=-1\n[Decisions]\ncrashes=granted\n",
  "[Consent]\nEnabled=true\nAcceptedPolicyVersion=1\n[Decisions]\ncrashes=granted\nkernel=2\n",
  "[Consent]\nEnabled=true\nAcceptedPolicyVersion=1\n[Decisions]\ncrashes=granted\nA=denied\n",
  "[Consent]\nEnabled=true\nAcceptedPolicyVersion=1\n[Decisions]\ncrashes=granted\n[brok",
  "[Consent]\nEnabled=true\nAcceptedPolicyVersion=1\n[Decisions]\ncrashes=granted\n[Since]"
  "\ncrashes=x\n",
};

/* Any error in the file: nothing is agreed to, and it is said. */
static void
test_damaged (CategoryFixture *fixture, gconstpointer data)
{
  g_autofree char *state = g_path_get_dirname (fixture->consent_path);

  g_assert_cmpint (g_mkdir (state, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr (TmConsent) consent = NULL;

      g_assert_true (g_file_set_contents (fixture->consent_path, damaged[i], -1, NULL));
      consent = category_fixture_load_consent (fixture, "");
      g_test_message ("vector %u: %s", i, tm_consent_get_problem (consent));
      g_assert_nonnull (tm_consent_get_problem (consent));
      g_assert_false (tm_consent_is_enabled (consent));
      assert_active (consent, "");
    }
}

/* Configurations under which the same granted categories are active, or not. */
static const struct
{
  const char *config;
  const char *active;
} configurations[] = {
  { "", "crashes,custom,kernel" },
  { "[consent]\nlocked=custom;kernel\n", "crashes" },
  { "[consent]\nlocked=Custom\n", "" },
  { "[policy]\nversion=x\n", "" },
  { "[policy\n", "" },
  { "[settings]\nrecord_expiry=x\n", "crashes,custom,kernel" },
  { "[policy]\nversion=2\n", "crashes,custom,kernel" },
};

/* Locking and an unsound configuration take effect on what was agreed to; a new policy version asks
 * again and keeps what was decided. */
static void
test_configurations (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) on = tm_consent_set_enabled (fresh, TRUE);

  g_assert_true (tm_consent_save (on, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (configurations); i++)
    {
      g_autoptr (TmConsent) consent =
          category_fixture_load_consent (fixture, configurations[i].config);

      g_test_message ("configuration %u", i);
      assert_active (consent, configurations[i].active);
      g_assert_true (tm_consent_is_prompt_needed (consent) ==
                     (tm_consent_get_policy_version (consent) == 2));
    }
}

/* Under a new policy: a refusal, which anybody in a session may make, does not accept it for what
 * was granted, nor does a decision on nothing; a grant does, and so does the refusal of all. */
static void
test_new_policy (CategoryFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *decisions;
    guint accepted;
    gboolean is_prompt_needed;
  } vectors[] = {
    { "@a{su} {}", 1, TRUE },
    { "@a{su} {'crashes': 1}", 1, TRUE },
    { "@a{su} {'crashes': 1, 'kernel': 2}", 2, FALSE },
    { "@a{su} {'crashes': 1, 'custom': 1, 'kernel': 1}", 2, FALSE },
  };
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) on = tm_consent_set_enabled (fresh, TRUE);

  g_assert_true (tm_consent_save (on, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (TmConsent) consent =
          category_fixture_load_consent (fixture, "[policy]\nversion=2\n");
      g_autoptr (GVariant) decisions =
          g_variant_ref_sink (g_variant_new_parsed (vectors[i].decisions));
      g_autoptr (TmConsent) after = tm_consent_set_decisions (consent, decisions, 2, NULL);

      g_test_message ("vector %u", i);
      g_assert_cmpuint (tm_consent_get_accepted_policy_version (after), ==, vectors[i].accepted);
      g_assert_cmpint (tm_consent_is_prompt_needed (after), ==, vectors[i].is_prompt_needed);
    }
}

/* Who has refused is not asked again because the policy is new. */
static void
test_new_policy_after_refusal (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) on = tm_consent_set_enabled (fresh, TRUE);
  g_autoptr (TmConsent) off = tm_consent_withdraw (on);
  g_autoptr (TmConsent) later = NULL;

  g_assert_true (tm_consent_save (off, NULL));
  later = category_fixture_load_consent (fixture, "[policy]\nversion=2\n");
  g_assert_cmpuint (tm_consent_get_accepted_policy_version (later), ==, 1);
  g_assert_false (tm_consent_is_prompt_needed (later));
}

/* A category that came with a new policy is not active because others are. */
static void
test_new_category (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh = category_fixture_load_consent (fixture, "");
  g_autoptr (TmConsent) on = tm_consent_set_enabled (fresh, TRUE);
  g_autoptr (TmConsent) later = NULL;
  g_autoptr (TmConsent) again = NULL;

  g_assert_true (tm_consent_save (on, NULL));
  category_fixture_add (fixture, fixture->categories_path, "boot", "org.x/boot/*;", "");
  later = category_fixture_load_consent (fixture, "[policy]\nversion=2\n");
  assert_active (later, "crashes,custom,kernel");
  g_assert_true (tm_consent_is_prompt_needed (later));
  g_assert_null (tm_consent_admit (later, "org.x/boot/a", NOW));

  again = tm_consent_set_enabled (later, TRUE);
  assert_active (again, "crashes,custom,kernel");
}

/* From its last day on a category is not active, and its classifications fall to nobody else. */
static void
test_expired_category (CategoryFixture *fixture, gconstpointer data)
{
  g_autoptr (TmConsent) fresh = NULL;
  g_autoptr (TmConsent) on = NULL;

  category_fixture_add (fixture, fixture->override_path, "crashes", "org.x/crash/*;",
                        "Expires=2025-12-31\n");
  fresh = category_fixture_load_consent (fixture, "");
  on = tm_consent_set_enabled (fresh, TRUE);
  assert_active (on, "custom,kernel");
  g_assert_null (tm_consent_admit (on, "org.x/crash/a", NOW));
}

/* A category whose file is broken counts as locked, and so does the one that would get what the
 * broken one claims. */
static void
test_broken_category (CategoryFixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->override_path, "crashes.category", NULL);
  g_autoptr (TmConsent) fresh = NULL;
  g_autoptr (TmConsent) on = NULL;

  g_assert_true (g_file_set_contents (file, "broken", -1, NULL));
  fresh = category_fixture_load_consent (fixture, "");
  g_assert_cmpstr (tm_consent_get_locked (fresh)[0], ==, "crashes");
  g_assert_cmpstr (tm_consent_get_locked (fresh)[1], ==, "custom");
  on = tm_consent_set_enabled (fresh, TRUE);
  assert_active (on, "kernel");
}

/* Which permission is needed: only a plain no is a no. */
static void
test_which_way (void)
{
  static const struct
  {
    const char *text;
    gboolean grants;
  } vectors[] = { { "@a{su} {}", FALSE },
                  { "@a{su} {'a': 1}", FALSE },
                  { "@a{su} {'a': 1, 'b': 1}", FALSE },
                  { "@a{su} {'a': 1, 'b': 2}", TRUE },
                  { "@a{su} {'a': 0}", TRUE },
                  { "@a{su} {'a': 7}", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GVariant) decisions = g_variant_ref_sink (g_variant_new_parsed (vectors[i].text));

      g_test_message ("vector %u", i);
      g_assert_true (tm_consent_decisions_grant (decisions) == vectors[i].grants);
    }
}

#define ADD(path, func)                                                                            \
  g_test_add (path, CategoryFixture, NULL, category_fixture_set_up, func,                          \
              category_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/consent/default", test_default);
  ADD ("/consent/decide", test_decide);
  ADD ("/consent/refused", test_refused);
  ADD ("/consent/switch", test_switch);
  ADD ("/consent/withdraw", test_withdraw);
  ADD ("/consent/save", test_save);
  ADD ("/consent/since", test_since);
  ADD ("/consent/damaged", test_damaged);
  ADD ("/consent/configurations", test_configurations);
  ADD ("/consent/new-category", test_new_category);
  ADD ("/consent/new-policy", test_new_policy);
  ADD ("/consent/new-policy-after-refusal", test_new_policy_after_refusal);
  ADD ("/consent/expired-category", test_expired_category);
  ADD ("/consent/broken-category", test_broken_category);
  g_test_add_func ("/consent/which-way", test_which_way);

  return g_test_run ();
}
