/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of keys, each with its type and what takes its value; see tm-record-query.h. */
#include "tm-record-query.h"

#include "telemetry-error.h"
#include "tm-authority.h"
#include "tm-category.h"
#include "tm-intake.h"
#include "tm-uuid.h"

#include <string.h>

typedef struct
{
  const char *key;
  const char *type;
  gboolean (*take) (TmRecordQuery *self, GVariant *value);
  const char *accepts;
} Key;

static gboolean
take_scope (TmRecordQuery *self, GVariant *value)
{
  static const char *const names[] = { "own", "system", "all" };
  const char *text = g_variant_get_string (value, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], text) == 0)
      {
        self->scope = (TmRecordScope) i;
        self->has_scope = TRUE;
        return TRUE;
      }

  return FALSE;
}

static gboolean
take_category (TmRecordQuery *self, GVariant *value)
{
  self->filter.category = g_variant_get_string (value, NULL);
  return tm_category_id_is_valid (self->filter.category);
}

static gboolean
take_classification (TmRecordQuery *self, GVariant *value)
{
  self->filter.classification = g_variant_get_string (value, NULL);
  return tm_category_glob_is_valid (self->filter.classification);
}

static gboolean
take_severity (TmRecordQuery *self, GVariant *value)
{
  self->filter.min_severity = g_variant_get_uint32 (value);
  return self->filter.min_severity >= TM_SEVERITY_LOW &&
         self->filter.min_severity <= TM_SEVERITY_CRITICAL;
}

static gboolean
take_state (TmRecordQuery *self, GVariant *value)
{
  return tm_record_state_from_text (g_variant_get_string (value, NULL), &self->filter.state);
}

static gboolean
take_record_id (TmRecordQuery *self, GVariant *value)
{
  guint8 bytes[16];

  self->filter.record_id = g_variant_get_string (value, NULL);
  return tm_uuid_parse (self->filter.record_id, bytes);
}

static gboolean
take_event_id (TmRecordQuery *self, GVariant *value)
{
  gsize n_bytes;

  self->filter.event_id = g_variant_get_string (value, &n_bytes);
  return tm_field_check_text (tm_field_get (TM_FIELD_EVENT_ID), self->filter.event_id, n_bytes,
                              NULL);
}

static gboolean
take_since (TmRecordQuery *self, GVariant *value)
{
  self->filter.since_usec = g_variant_get_int64 (value);
  return self->filter.since_usec >= 0;
}

static gboolean
take_until (TmRecordQuery *self, GVariant *value)
{
  self->filter.until_usec = g_variant_get_int64 (value);
  return self->filter.until_usec > 0;
}

static const Key keys[] = {
  { "scope", "s", take_scope, "own, system or all" },
  { "category", "s", take_category, "the id of a category" },
  { "classification", "s", take_classification, "three parts between slashes, * within a part" },
  { "severity", "u", take_severity, "1 to 4" },
  { "state", "s", take_state, "pending, sent or rejected" },
  { "record-id", "s", take_record_id, "a UUID" },
  { "event-id", "s", take_event_id, "32 lower-case hex digits" },
  { "since", "x", take_since, "microseconds since 1970, at least 0" },
  { "until", "x", take_until, "microseconds since 1970, at least 1" },
};

static gboolean
take (TmRecordQuery *self, const char *name, GVariant *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const Key *key = &keys[i];

      if (strcmp (key->key, name) != 0)
        continue;
      if (g_variant_is_of_type (value, G_VARIANT_TYPE (key->type)) && key->take (self, value))
        return TRUE;

      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "“%s” of the filter must be of type %s: %s", name, key->type, key->accepts);
      return FALSE;
    }

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "the filter has no key “%s”; accepted are scope, category, classification, "
               "severity, state, record-id, event-id, since and until",
               name);
  return FALSE;
}

gboolean
tm_record_query_init (TmRecordQuery *self, GVariant *variant, GError **error)
{
  g_auto (TmRecordQuery) query = { .variant = g_variant_ref (variant) };

  /* Once it is serialised, all that is inside of it lies in one piece of memory, and texts may be
   * kept as long as it lives. */
  g_variant_get_data (variant);
  for (gsize i = 0; i < g_variant_n_children (variant); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (variant, i);
      g_autoptr (GVariant) value = NULL;
      const char *name;

      g_variant_get (entry, "{&sv}", &name, &value);
      if (!take (&query, name, value, error))
        return FALSE;
    }

  *self = query;
  query = (TmRecordQuery){ 0 };

  return TRUE;
}

void
tm_record_query_clear (TmRecordQuery *self)
{
  g_clear_pointer (&self->variant, g_variant_unref);
}

const char *
tm_record_scope_get_action (TmRecordScope scope)
{
  static const char *const actions[] = {
    [TM_RECORD_SCOPE_OWN] = TM_ACTION_READ_OWN_RECORDS,
    [TM_RECORD_SCOPE_SYSTEM] = TM_ACTION_READ_SYSTEM_RECORDS,
    [TM_RECORD_SCOPE_ALL] = TM_ACTION_READ_ALL_RECORDS,
  };

  return actions[scope];
}

TmRecordScope
tm_record_scope_for (guint32 caller_uid, guint32 owner_uid)
{
  if (caller_uid == owner_uid)
    return TM_RECORD_SCOPE_OWN;

  return owner_uid < TM_FIRST_USER_UID ? TM_RECORD_SCOPE_SYSTEM : TM_RECORD_SCOPE_ALL;
}

gboolean
tm_record_scope_covers (TmRecordScope scope, guint32 caller_uid, guint32 owner_uid)
{
  return tm_record_scope_for (caller_uid, owner_uid) <= scope;
}
