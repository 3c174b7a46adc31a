/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decisions as a value; see tm-consent.h. Reading and writing the file is in
 * tm-consent-file.c. */
#include "tm-consent.h"

#include <string.h>

#include "telemetry-error.h"
#include "tm-consent-private.h"

TmConsent *
tm_consent_copy (TmConsent *self)
{
  TmConsent *copy = tm_consent_new (self->path, self->config, self->categories);
  GHashTableIter iter;
  gpointer id;
  gpointer decision;

  copy->enabled = self->enabled;
  copy->accepted_version = self->accepted_version;
  g_hash_table_iter_init (&iter, self->decisions);
  while (g_hash_table_iter_next (&iter, &id, &decision))
    g_hash_table_insert (copy->decisions, g_strdup (id), decision);

  return copy;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* What the configuration locks, and every category whose file is broken. */
static char **
make_locked (TmConsent *self)
{
  const char *const *configured = tm_config_get_list (self->config, TM_CONFIG_CONSENT_LOCKED);
  g_autoptr (GPtrArray) locked = g_ptr_array_new ();

  for (guint i = 0; configured[i] != NULL; i++)
    g_ptr_array_add (locked, g_strdup (configured[i]));

  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    {
      const TmCategory *category = tm_category_set_get (self->categories, i);

      if (category->is_broken && !g_strv_contains (configured, category->id))
        g_ptr_array_add (locked, g_strdup (category->id));
    }

  g_ptr_array_sort (locked, compare_ids);
  g_ptr_array_add (locked, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&locked), FALSE);
}

TmConsent *
tm_consent_new (const char *path, TmConfig *config, TmCategorySet *categories)
{
  TmConsent *self = g_new0 (TmConsent, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->config = tm_config_ref (config);
  self->categories = tm_category_set_ref (categories);
  self->decisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->since = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->locked = make_locked (self);

  return self;
}

TmConsent *
tm_consent_ref (TmConsent *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_consent_unref (TmConsent *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->path);
  g_free (self->problem);
  g_strfreev (self->locked);
  g_hash_table_unref (self->decisions);
  g_hash_table_unref (self->since);
  tm_category_set_unref (self->categories);
  tm_config_unref (self->config);
  g_free (self);
}

gboolean
tm_consent_is_enabled (TmConsent *self)
{
  return self->enabled;
}

guint
tm_consent_get_policy_version (TmConsent *self)
{
  return tm_config_get_number (self->config, TM_CONFIG_POLICY_VERSION);
}

guint
tm_consent_get_accepted_policy_version (TmConsent *self)
{
  return self->accepted_version;
}

gboolean
tm_consent_is_prompt_needed (TmConsent *self)
{
  /* Who has said no is not asked again because the policy was rewritten. */
  if (!self->enabled && self->accepted_version != 0)
    return FALSE;

  return self->accepted_version < tm_consent_get_policy_version (self);
}

TmDecision
tm_consent_get_decision (TmConsent *self, const char *category)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->decisions, category));
}

GVariant *
tm_consent_get_decisions (TmConsent *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{su}"));
  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    {
      const char *id = tm_category_set_get (self->categories, i)->id;

      g_variant_builder_add (&builder, "{su}", id, tm_consent_get_decision (self, id));
    }

  return g_variant_builder_end (&builder);
}

TmCategorySet *
tm_consent_get_categories (TmConsent *self)
{
  return self->categories;
}

const char *const *
tm_consent_get_locked (TmConsent *self)
{
  return (const char *const *) self->locked;
}

const char *
tm_consent_get_problem (TmConsent *self)
{
  return self->problem;
}

gboolean
tm_consent_equal (TmConsent *a, TmConsent *b)
{
  GHashTableIter iter;
  gpointer id;
  gpointer decision;

  if (a->enabled != b->enabled || a->accepted_version != b->accepted_version ||
      g_hash_table_size (a->decisions) != g_hash_table_size (b->decisions))
    return FALSE;

  g_hash_table_iter_init (&iter, a->decisions);
  while (g_hash_table_iter_next (&iter, &id, &decision))
    if (g_hash_table_lookup (b->decisions, id) != decision)
      return FALSE;

  return TRUE;
}

static gboolean
is_locked (TmConsent *self, const char *category)
{
  return g_strv_contains (tm_consent_get_locked (self), category);
}

static gboolean
category_is_active (TmConsent *self, const TmCategory *category, gint64 now_usec)
{
  return self->enabled && tm_config_consent_is_sound (self->config) &&
         tm_consent_get_decision (self, category->id) == TM_DECISION_GRANTED &&
         !is_locked (self, category->id) && !category->is_broken &&
         !tm_category_is_expired (category, now_usec);
}

gboolean
tm_consent_is_active (TmConsent *self, const char *category, gint64 now_usec)
{
  const TmCategory *known = tm_category_set_find (self->categories, category);

  return known != NULL && category_is_active (self, known, now_usec);
}

gint64
tm_consent_get_next_expiry_usec (TmConsent *self, gint64 now_usec)
{
  gint64 next_usec = 0;

  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    {
      const TmCategory *category = tm_category_set_get (self->categories, i);
      gint64 expires_usec =
          category_is_active (self, category, now_usec) ? category->expires_usec : 0;

      if (expires_usec != 0 && (next_usec == 0 || expires_usec < next_usec))
        next_usec = expires_usec;
    }

  return next_usec;
}

char **
tm_consent_get_active (TmConsent *self, gint64 now_usec)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    {
      const TmCategory *category = tm_category_set_get (self->categories, i);

      if (category_is_active (self, category, now_usec))
        g_strv_builder_add (builder, category->id);
    }

  return g_strv_builder_end (builder);
}

const TmCategory *
tm_consent_admit (TmConsent *self, const char *classification, gint64 now_usec)
{
  const TmCategory *category = tm_category_set_lookup (self->categories, classification);

  if (category == NULL || !category_is_active (self, category, now_usec))
    return NULL;

  return category;
}

static void
decide (TmConsent *self, const char *category, TmDecision decision)
{
  g_hash_table_insert (self->decisions, g_strdup (category), GUINT_TO_POINTER (decision));
}

static gboolean
check_decision (TmConsent *self, const char *category, guint32 decision, GError **error)
{
  if (tm_category_set_find (self->categories, category) == NULL)
    g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_UNKNOWN_CATEGORY,
                 "there is no category \"%s\"", category);
  else if (decision != TM_DECISION_DENIED && decision != TM_DECISION_GRANTED)
    g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                 "the decision about \"%s\" is %u, accepted is 1 (denied) or 2 (granted)", category,
                 decision);
  else if (decision == TM_DECISION_GRANTED && is_locked (self, category))
    g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_LOCKED,
                 "category \"%s\" is locked on this machine", category);
  else
    return TRUE;

  return FALSE;
}

static gboolean
has_granted (TmConsent *self)
{
  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    if (tm_consent_get_decision (self, tm_category_set_get (self->categories, i)->id) ==
        TM_DECISION_GRANTED)
      return TRUE;

  return FALSE;
}

/* A no needs less authority than a yes, so it must not accept a policy for what others have agreed
 * to. */
TmConsent *
tm_consent_set_decisions (TmConsent *self,
                          GVariant *decisions,
                          guint policy_version,
                          GError **error)
{
  g_autoptr (TmConsent) next = tm_consent_copy (self);
  GVariantIter iter;
  const char *category;
  guint32 decision;

  if (policy_version != tm_consent_get_policy_version (self))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_POLICY_CHANGED,
                   "the privacy policy has version %u, the decision was made on version %u",
                   tm_consent_get_policy_version (self), policy_version);
      return NULL;
    }

  g_variant_iter_init (&iter, decisions);
  while (g_variant_iter_next (&iter, "{&su}", &category, &decision))
    {
      if (!check_decision (self, category, decision, error))
        return NULL;
      decide (next, category, decision);
      next->enabled = next->enabled || decision == TM_DECISION_GRANTED;
    }

  if (tm_consent_decisions_grant (decisions) ||
      (g_variant_n_children (decisions) > 0 && !has_granted (next)))
    next->accepted_version = policy_version;
  return g_steal_pointer (&next);
}

/* A locked category is not granted by the way: unlocking it must not switch it on. */
static void
grant_undecided (TmConsent *self)
{
  for (guint i = 0; i < tm_category_set_get_n (self->categories); i++)
    {
      const char *id = tm_category_set_get (self->categories, i)->id;

      if (tm_consent_get_decision (self, id) == TM_DECISION_UNSET && !is_locked (self, id))
        decide (self, id, TM_DECISION_GRANTED);
    }

  self->accepted_version = tm_consent_get_policy_version (self);
}

TmConsent *
tm_consent_set_enabled (TmConsent *self, gboolean enabled)
{
  TmConsent *next = tm_consent_copy (self);

  if (enabled && !has_granted (self))
    grant_undecided (next);
  next->enabled = enabled;

  return next;
}

TmConsent *
tm_consent_withdraw (TmConsent *self)
{
  TmConsent *next = tm_consent_copy (self);

  next->enabled = FALSE;
  g_hash_table_remove_all (next->decisions);

  return next;
}

gboolean
tm_consent_decisions_grant (GVariant *decisions)
{
  GVariantIter iter;
  guint32 decision;

  /* Anything that is not a plain no counts as a yes: it is then refused for its value. */
  g_variant_iter_init (&iter, decisions);
  while (g_variant_iter_next (&iter, "{&su}", NULL, &decision))
    if (decision != TM_DECISION_DENIED)
      return TRUE;

  return FALSE;
}

char **
tm_consent_get_lost (TmConsent *before, TmConsent *after, gint64 now_usec)
{
  g_auto (GStrv) active = tm_consent_get_active (before, now_usec);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; active[i] != NULL; i++)
    if (!tm_consent_is_active (after, active[i], now_usec))
      g_strv_builder_add (builder, active[i]);

  return g_strv_builder_end (builder);
}
