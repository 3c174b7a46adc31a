/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of a machine whose clock was wrong; see tm-redate.h. */
#include "tm-redate.h"

#include "tm-uuid.h"

static const char *const texts[] = {
  [TM_REDATE_BOOTTIME] = "boottime",
  [TM_REDATE_SENT_AT] = "sent-at",
  [TM_REDATE_RECEIVED] = "received",
};

const char *
tm_redate_to_text (TmRedate redate)
{
  g_return_val_if_fail ((guint) redate < G_N_ELEMENTS (texts), NULL);

  return texts[redate];
}

gboolean
tm_redate_is_in_window (gint64 usec, gint64 now_usec)
{
  return usec >= now_usec - TM_REDATE_PAST_USEC && usec <= now_usec + TM_REDATE_FUTURE_USEC;
}

static gint64
get_id_usec (TmRecord *record)
{
  guint8 bytes[16];

  if (!tm_uuid_parse (tm_record_get_text (record, TM_FIELD_RECORD_ID), bytes))
    return 0;

  return tm_uuid7_get_time_msec (bytes) * 1000;
}

static gboolean
is_reference (TmRecord *other, TmRecord *record, gint64 now_usec)
{
  return tm_record_has (other, TM_FIELD_BOOT_ID) && tm_record_has (other, TM_FIELD_BOOTTIME_US) &&
         g_str_equal (tm_record_get_text (other, TM_FIELD_BOOT_ID),
                      tm_record_get_text (record, TM_FIELD_BOOT_ID)) &&
         tm_redate_is_in_window (get_id_usec (other), now_usec) &&
         tm_redate_is_in_window ((gint64) tm_record_get_number (other, TM_FIELD_CREATED_AT),
                                 now_usec);
}

static gboolean
redate_by_boottime (TmBatch *batch, TmRecord *record, gint64 now_usec, gint64 *out_usec)
{
  if (!tm_record_has (record, TM_FIELD_BOOT_ID) || !tm_record_has (record, TM_FIELD_BOOTTIME_US))
    return FALSE;

  for (guint i = 0; i < batch->records->len; i++)
    {
      TmRecord *other = g_ptr_array_index (batch->records, i);

      if (!is_reference (other, record, now_usec))
        continue;
      /* Unsigned, because a made-up clock since boot may be as large as it likes. */
      *out_usec = (gint64) (tm_record_get_number (other, TM_FIELD_CREATED_AT) -
                            tm_record_get_number (other, TM_FIELD_BOOTTIME_US) +
                            tm_record_get_number (record, TM_FIELD_BOOTTIME_US));
      return tm_redate_is_in_window (*out_usec, now_usec);
    }

  return FALSE;
}

TmRedate
tm_redate (
    TmBatch *batch, TmRecord *record, gint64 received_usec, gint64 sent_usec, gint64 *out_usec)
{
  if (redate_by_boottime (batch, record, received_usec, out_usec))
    return TM_REDATE_BOOTTIME;

  *out_usec =
      (gint64) tm_record_get_number (record, TM_FIELD_CREATED_AT) + received_usec - sent_usec;
  if (sent_usec != 0 && tm_redate_is_in_window (*out_usec, received_usec))
    return TM_REDATE_SENT_AT;

  *out_usec = received_usec;

  return TM_REDATE_RECEIVED;
}
