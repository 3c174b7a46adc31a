/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader of kernel reports with the lists that the probe brings, and what it has found. */
#pragma once

#include <gio/gio.h>

#include "tm-oops-reader.h"

G_BEGIN_DECLS

typedef struct
{
  TmOopsRules *rules;
  TmOopsReader *reader;
  GPtrArray *found; /* (element-type TmOops) */
} OopsFixture;

static inline TmOopsRules *
oops_fixture_load_rules (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) reports =
      g_resources_lookup_data ("/org/telemetrics/klogprobe/kernel-reports.list", 0, NULL);
  g_autoptr (GBytes) frames =
      g_resources_lookup_data ("/org/telemetrics/klogprobe/kernel-frames.list", 0, NULL);
  TmOopsRules *rules =
      tm_oops_rules_new (g_bytes_get_data (reports, NULL), g_bytes_get_data (frames, NULL), &error);

  g_assert_no_error (error);
  return rules;
}

static inline void
oops_fixture_take (TmOops *oops, gpointer user_data)
{
  g_ptr_array_add (user_data, oops);
}

static inline void
oops_fixture_set_up (OopsFixture *self, gconstpointer data)
{
  self->rules = oops_fixture_load_rules ();
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_oops_free);
  self->reader = tm_oops_reader_new (self->rules, oops_fixture_take, self->found);
}

static inline void
oops_fixture_tear_down (OopsFixture *self, gconstpointer data)
{
  tm_oops_reader_free (self->reader);
  g_ptr_array_unref (self->found);
  tm_oops_rules_free (self->rules);
}

G_END_DECLS
