/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the options of a transfer; see tm-transfer-options.h. */
#include "tm-transfer-options.h"

#include "telemetry-error.h"

static gboolean
refuse (GError **error, const char *key, const char *accepted)
{
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "option “%s” is not accepted: %s", key, accepted);
  return FALSE;
}

static gboolean
read_urgent (TmTransferOptions *self, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return refuse (error, "urgent", "it must be a boolean (b)");

  self->urgent = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
read_timeout (TmTransferOptions *self, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32) || g_variant_get_uint32 (value) < 1 ||
      g_variant_get_uint32 (value) > TM_TRANSFER_TIMEOUT_MAX_SECONDS)
    return refuse (error, "timeout", "it must be a number (u) of seconds, 1 to 3600");

  self->timeout_seconds = g_variant_get_uint32 (value);
  return TRUE;
}

static gboolean
read_option (TmTransferOptions *self, const char *key, GVariant *value, GError **error)
{
  if (g_str_equal (key, "urgent"))
    return read_urgent (self, value, error);
  if (g_str_equal (key, "timeout"))
    return read_timeout (self, value, error);

  return refuse (error, key, "urgent and timeout are known");
}

gboolean
tm_transfer_options_init (TmTransferOptions *self, GVariant *variant, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  self->urgent = FALSE;
  self->timeout_seconds = TM_TRANSFER_TIMEOUT_DEFAULT_SECONDS;

  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!read_option (self, key, owned, error))
        return FALSE;
    }

  return TRUE;
}
