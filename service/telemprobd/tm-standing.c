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
  gint64 expiry_usec;   /* wall clock: of the next active category; 0 = none ends */
  guint expiry_timer;
};

enum
{
  SIGNAL_CONSENT_CHANGED,
  SIGNAL_IDENTITY_CHANGED,
  SIGNAL_REFUSAL_CHANGED,
  SIGNAL_CATEGORY_EXPIRED,
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

static gboolean on_expiry_timer (gpointer user_data);

static void
set_expiry_timer (TmStanding *self)
{
  gint64 wait_usec = self->expiry_usec - tm_clock_get_realtime_usec (self->clock);

  tm_clock_clear_timer (self->clock, &self->expiry_timer);
  if (self->expiry_usec != 0)
    self->expiry_timer = tm_clock_add_timer (
        self->clock, tm_clock_get_boottime_usec (self->clock) + MAX (wait_usec, 0), on_expiry_timer,
        self, NULL);
}

static void
plan_expiry (TmStanding *self)
{
  self->expiry_usec =
      tm_consent_get_next_expiry_usec (self->consent, tm_clock_get_realtime_usec (self->clock));
  set_expiry_timer (self);
}

static gboolean
has_expired (TmStanding *self)
{
  return self->expiry_usec != 0 && tm_clock_get_realtime_usec (self->clock) >= self->expiry_usec;
}

static gboolean
on_expiry_timer (gpointer user_data)
{
  TmStanding *self = user_data;
  gboolean is_time = has_expired (self);

  self->expiry_timer = 0;
  plan_expiry (self);
  if (is_time)
    g_signal_emit (self, signals[SIGNAL_CATEGORY_EXPIRED], 0);

  return G_SOURCE_REMOVE;
}

void
tm_standing_set_consent (TmStanding *self, TmConsent *consent)
{
  g_autoptr (TmConsent) before = g_steal_pointer (&self->consent);

  self->consent = tm_consent_ref (consent);
  g_clear_pointer (&self->refused, g_strfreev);
  plan_expiry (self);
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

  if (category == NULL && has_expired (self))
    set_expiry_timer (self);

  return category != NULL && !is_refused (self, category->id) ? category : NULL;
}

TmStanding *
tm_standing_new (TmClock *clock, TmConsent *consent, TmIdentity *identity)
{
  TmStanding *self = g_object_new (TM_TYPE_STANDING, NULL);

  self->clock = g_object_ref (clock);
  self->consent = tm_consent_ref (consent);
  self->identity = tm_identity_ref (identity);
  plan_expiry (self);

  return self;
}

static void
tm_standing_finalize (GObject *object)
{
  TmStanding *self = TM_STANDING (object);

  tm_clock_clear_timer (self->clock, &self->expiry_timer);
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
  signals[SIGNAL_CATEGORY_EXPIRED] = make_signal ("category-expired");
}

static void
tm_standing_init (TmStanding *self)
{
}
