/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * telemetry.h on top of the same parcels and wires as TelemetryClient. Each record is sent on a
 * connection of its own: no state is shared, so there is none to break in threads or after fork().
 */
#include "telemetry.h"

#include "telemetry-error.h"
#include "tm-active.h"
#include "tm-answer.h"
#include "tm-call.h"
#include "tm-field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct telem_record
{
  char *classification;
  uint32_t severity;
  uint32_t payload_version;
  char *payload;  /* (nullable) */
  char *event_id; /* (nullable) */
};

static int
check_text (TmFieldId id, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    return -EINVAL;
  if (tm_field_check_text (tm_field_get (id), text, strlen (text), &error))
    return 0;
  return tm_answer_to_errno (error);
}

static int
set_text (char **place, TmFieldId id, const char *text)
{
  int ret = check_text (id, text);
  if (ret != 0)
    return ret;

  char *copy = strdup (text); /* not g_strdup(), which ends the program when memory is short */
  if (copy == NULL)
    return -ENOMEM;
  free (*place);
  *place = copy;
  return 0;
}

int
tm_create_record (struct telem_ref **ref,
                  uint32_t severity,
                  const char *classification,
                  uint32_t payload_version)
{
  if (ref == NULL)
    return -EINVAL;
  *ref = NULL;
  if (severity < TM_SEVERITY_LOW || severity > TM_SEVERITY_CRITICAL)
    return -EINVAL;
  int ret = check_text (TM_FIELD_CLASSIFICATION, classification);
  if (ret != 0)
    return ret;
  if (!tm_active_check ())
    return -ECONNREFUSED;

  struct telem_ref *made = calloc (1, sizeof *made);
  if (made != NULL)
    made->record = calloc (1, sizeof *made->record);
  if (made != NULL && made->record != NULL)
    made->record->classification = strdup (classification);
  if (made == NULL || made->record == NULL || made->record->classification == NULL)
    {
      tm_free_record (made);
      return -ENOMEM;
    }

  made->record->severity = severity;
  made->record->payload_version = payload_version;
  *ref = made;
  return 0;
}

int
tm_set_payload (struct telem_ref *ref, const char *payload)
{
  if (ref == NULL || ref->record == NULL)
    return -EINVAL;
  return set_text (&ref->record->payload, TM_FIELD_PAYLOAD, payload);
}

int
tm_set_event_id (struct telem_ref *ref, const char *event_id)
{
  if (ref == NULL || ref->record == NULL)
    return -EINVAL;
  return set_text (&ref->record->event_id, TM_FIELD_EVENT_ID, event_id);
}

static GVariant *
record_options (const struct telem_record *record)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "payload-format-version",
                         g_variant_new_uint32 (record->payload_version));
  if (record->event_id != NULL)
    g_variant_builder_add (&options, "{sv}", "event-id", g_variant_new_string (record->event_id));
  return g_variant_builder_end (&options);
}

int
tm_send_record (struct telem_ref *ref)
{
  if (ref == NULL || ref->record == NULL)
    return -EINVAL;
  if (!tm_active_check ())
    return -ECONNREFUSED;

  const struct telem_record *record = ref->record;
  gint64 deadline_usec = g_get_monotonic_time () + TM_SEND_TIMEOUT_MSEC * G_TIME_SPAN_MILLISECOND;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmParcel) parcel = tm_parcel_new (record->classification, record->severity,
                                               record->payload != NULL ? record->payload : "",
                                               record_options (record), &error);
  if (parcel == NULL)
    return tm_answer_to_errno (error);

  TmWireSlot slot = { NULL };
  g_autoptr (GVariant) id = tm_call (&slot, parcel, deadline_usec, NULL, &error);
  tm_wire_slot_clear (&slot);
  return id != NULL ? 0 : tm_answer_to_errno (error);
}

void
tm_free_record (struct telem_ref *ref)
{
  if (ref == NULL)
    return;

  if (ref->record != NULL)
    {
      free (ref->record->classification);
      free (ref->record->payload);
      free (ref->record->event_id);
    }
  free (ref->record);
  free (ref);
}

static int
file_error_to_errno (const GError *error)
{
  if (error->domain == G_KEY_FILE_ERROR)
    return -EBADMSG;
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return -ENOENT;
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES))
    return -EACCES;
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR))
    return -EISDIR;
  return -EIO;
}

int
tm_set_config_file (const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (path == NULL || !g_path_is_absolute (path))
    return -EINVAL;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    return file_error_to_errno (error);
  return 0;
}

int
tm_is_opted_in (void)
{
  return tm_active_check () ? 1 : 0;
}
