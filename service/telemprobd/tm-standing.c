/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The present consent and identity; see tm-standing.h. */
#include "tm-standing.h"

struct _TmStanding
{
  GObject parent_instance;

  TmClock *clock;       /* owned */
  TmConsent *consent;   /* owned */
  TmIdentity *identity; /* owned */
  char **refused;       /* owned, nullable: ids */
};

enum
{
  SIGNAL_CONSENT_CHANGED,
  SIGNAL_IDENTITY_CHANGED,
  SIGNAL_REFUSAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TmStanding, tm_standing, G_TYPE_OBJECT)

TmConsent *
tm_standing_get_consent (TmStanding *self)
{
  return self->consent;
}

TmIdentity *
tm_standing_get_identity (TmStanding *self)
{
  return self->identity;
}

void
tm_standing_set_consent (TmStanding *self, TmConsent *consent)
{
  g_autoptr (TmConsent) before = g_steal_pointer (&self->consent);

  self->consent = tm_consent_ref (consent);
  g_clear_pointer (&self->refused, g_strfreev);
  g_signal_emit (self, signals[SIGNAL_CONSENT_CHANGED], 0);
}

void
tm_standing_set_identity (TmStanding *self, TmIdentity *identity)
{
  g_autoptr (TmIdentity) before = g_steal_pointer (&self->identity);

  self->identity = tm_identity_ref (identity);
  g_signal_emit (self, signals[SIGNAL_IDENTITY_CHANGED], 0);
}

void
tm_standing_refuse (TmStanding *self, const char *const *categories)
{
  g_strfreev (self->refused);
  self->refused = g_strdupv ((char **) categories);
  g_signal_emit (self, signals[SIGNAL_REFUSAL_CHANGED], 0);
}

static gboolean
is_refused (TmStanding *self, const char *category)
{
  return self->refused != NULL && g_strv_contains ((const char *const *) self->refused, category);
}

gboolean
tm_standing_is_enabled (TmStanding *self)
{
  return tm_consent_is_enabled (self->consent);
}

char **
tm_standing_get_active (TmStanding *self)
{
  g_auto (GStrv) active =
      tm_consent_get_active (self->consent, tm_clock_get_realtime_usec (self->clock));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; active[i] != NULL; i++)
    if (!is_refused (self, active[i]))
      g_strv_builder_add (builder, active[i]);

  return g_strv_builder_end (builder);
}

const TmCategory *
tm_standing_admit (TmStanding *self, const char *classification)
{
  const TmCategory *category =
      tm_consent_admit (self->consent, classification, tm_clock_get_realtime_usec (self->clock));

  return category != NULL && !is_refused (self, category->id) ? category : NULL;
}

TmStanding *
tm_standing_new (TmClock *clock, TmConsent *consent, TmIdentity *identity)
{
  TmStanding *self = g_object_new (TM_TYPE_STANDING, NULL);

  self->clock = g_object_ref (clock);
  self->consent = tm_consent_ref (consent);
  self->identity = tm_identity_ref (identity);

  return self;
}

static void
tm_standing_finalize (GObject *object)
{
  TmStanding *self = TM_STANDING (object);

  g_clear_object (&self->clock);
  g_clear_pointer (&self->consent, tm_consent_unref);
  g_clear_pointer (&self->identity, tm_identity_unref);
  g_strfreev (self->refused);

  G_OBJECT_CLASS (tm_standing_parent_class)->finalize (object);
}

static guint
make_signal (const char *name)
{
  return g_signal_new (name, TM_TYPE_STANDING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       0);
}

static void
tm_standing_class_init (TmStandingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_standing_finalize;

  signals[SIGNAL_CONSENT_CHANGED] = make_signal ("consent-changed");
  signals[SIGNAL_IDENTITY_CHANGED] = make_signal ("identity-changed");
  signals[SIGNAL_REFUSAL_CHANGED] = make_signal ("refusal-changed");
}

static void
tm_standing_init (TmStanding *self)
{
}
