/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Records object. Reading happens on the commit thread, so that it sees everything that was
 * answered for, and never makes the main loop wait for the disk.
 */
#include "tm-records-object.h"

#include "telemetry-error.h"
#include "tm-records-list.h"
#include "tm-sealed.h"
#include "tm-uuid.h"

#include <unistd.h>

#define CHANGED_INTERVAL_USEC (1 * G_USEC_PER_SEC)

struct _TmRecordsObject
{
  TmDBusRecordsSkeleton parent_instance;

  TmPermits *permits;     /* owned */
  TmCommitter *committer; /* owned */
  TmClock *clock;         /* owned */
  guint changed_timer;    /* runs from the first change to its announcement */
};

static void records_iface_init (TmDBusRecordsIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmRecordsObject,
                               tm_records_object,
                               TM_TYPE_DBUS_RECORDS_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_RECORDS, records_iface_init))

/* One call of List or Read, until it is answered. */
typedef struct
{
  TmRecordsObject *object;           /* owned */
  GDBusMethodInvocation *invocation; /* owned until it is answered */
  TmRecordsPage *page;               /* owned until the commit thread gets it; of List */
  TmRecordsText *text;               /* likewise, of Read */
  GBytes *lines;                     /* owned: what Read has found */
} Request;

static void
request_free (Request *self)
{
  g_object_unref (self->object);
  g_clear_object (&self->invocation);
  g_clear_pointer (&self->page, tm_records_page_free);
  g_clear_pointer (&self->text, tm_records_text_free);
  g_clear_pointer (&self->lines, g_bytes_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static Request *
request_new (TmDBusRecords *object, GDBusMethodInvocation *invocation)
{
  Request *self = g_new0 (Request, 1);

  self->object = g_object_ref (TM_RECORDS_OBJECT (object));
  self->invocation = invocation;

  return self;
}

static void
request_fail (Request *self, const GError *error)
{
  g_dbus_method_invocation_return_gerror (g_steal_pointer (&self->invocation), error);
}

/* List */

static void
on_page_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  TmRecordsPage *page = tm_committer_run_finish (TM_COMMITTER (source), result, &error);

  if (page == NULL)
    request_fail (request, error);
  else
    g_dbus_method_invocation_return_value (g_steal_pointer (&request->invocation),
                                           tm_records_page_to_variant (page));
}

static void
on_list_permitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  TmRecordsPage *page = request->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_permits_ask_finish (TM_PERMITS (source), result, &error);

  if (peer == NULL)
    {
      request_fail (request, error);
      return;
    }

  page->caller_uid = peer->uid;
  if (!page->query.has_scope && peer->uid == 0)
    page->scope = TM_RECORD_SCOPE_ALL;
  tm_committer_visit_async (request->object->committer, tm_records_page_read,
                            g_steal_pointer (&request->page), (GDestroyNotify) tm_records_page_free,
                            NULL, on_page_read, request);
  g_steal_pointer (&request);
}

static gboolean
page_init (TmRecordsPage *self, GVariant *filter, guint64 cursor, guint limit, GError **error)
{
  if (!tm_record_query_init (&self->query, filter, error))
    return FALSE;
  if (limit > TM_RECORDS_LIST_MAX_LIMIT)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "“limit” is %u, accepted are 1 to %d records, or 0 for %d", limit,
                   TM_RECORDS_LIST_MAX_LIMIT, TM_RECORDS_LIST_DEFAULT_LIMIT);
      return FALSE;
    }

  self->scope = self->query.has_scope ? self->query.scope : TM_RECORD_SCOPE_SYSTEM;
  self->cursor = cursor;
  self->limit = limit != 0 ? limit : TM_RECORDS_LIST_DEFAULT_LIMIT;

  return TRUE;
}

static gboolean
handle_list (TmDBusRecords *object,
             GDBusMethodInvocation *invocation,
             GVariant *filter,
             guint64 cursor,
             guint limit)
{
  g_autoptr (Request) request = request_new (object, invocation);
  g_autoptr (GError) error = NULL;

  request->page = g_new0 (TmRecordsPage, 1);
  if (!page_init (request->page, filter, cursor, limit, &error))
    {
      request_fail (request, error);
      return TRUE;
    }

  tm_permits_ask_async (request->object->permits, invocation,
                        tm_record_scope_get_action (request->page->scope), on_list_permitted,
                        request);
  g_steal_pointer (&request);

  return TRUE;
}

/* Read: permitted for own records -> what is it -> permitted for what it is -> the answer */

static void
request_answer_text (Request *self)
{
  g_autoptr (GError) error = NULL;
  int fd = tm_sealed_new (self->lines, "telemetrics-records", &error);

  if (fd < 0)
    {
      request_fail (self, error);
      return;
    }

  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1);

  g_dbus_method_invocation_return_value_with_unix_fd_list (g_steal_pointer (&self->invocation),
                                                           g_variant_new ("(h)", 0), fds);
}

static void
on_text_permitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_permits_ask_finish (TM_PERMITS (source), result, &error);

  if (peer == NULL)
    request_fail (request, error);
  else
    request_answer_text (request);
}

static void
on_text_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  TmRecordsText *text = tm_committer_run_finish (TM_COMMITTER (source), result, &error);

  if (text == NULL)
    {
      request_fail (request, error);
      return;
    }

  request->lines = g_bytes_ref (text->lines);
  if (text->scope == TM_RECORD_SCOPE_OWN)
    {
      request_answer_text (request);
      return;
    }

  tm_permits_ask_async (request->object->permits, request->invocation,
                        tm_record_scope_get_action (text->scope), on_text_permitted, request);
  g_steal_pointer (&request);
}

static void
on_read_permitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_permits_ask_finish (TM_PERMITS (source), result, &error);

  if (peer == NULL)
    {
      request_fail (request, error);
      return;
    }

  request->text->caller_uid = peer->uid;
  tm_committer_visit_async (request->object->committer, tm_records_text_read,
                            g_steal_pointer (&request->text), (GDestroyNotify) tm_records_text_free,
                            NULL, on_text_read, request);
  g_steal_pointer (&request);
}

static gboolean
check_record_ids (const char *const *record_ids, GError **error)
{
  guint n = g_strv_length ((char **) record_ids);
  guint8 bytes[16];

  if (n == 0 || n > TM_RECORDS_LIST_MAX_LIMIT)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "“record_ids” has %u elements, accepted are 1 to %d", n,
                   TM_RECORDS_LIST_MAX_LIMIT);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    if (!tm_uuid_parse (record_ids[i], bytes))
      {
        g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                     "“record_ids” has an element that is no UUID: “%s”", record_ids[i]);
        return FALSE;
      }

  return TRUE;
}

static gboolean
handle_read (TmDBusRecords *object,
             GDBusMethodInvocation *invocation,
             GUnixFDList *fds,
             const char *const *record_ids)
{
  g_autoptr (Request) request = request_new (object, invocation);
  g_autoptr (GError) error = NULL;

  if (!check_record_ids (record_ids, &error))
    {
      request_fail (request, error);
      return TRUE;
    }

  request->text = g_new0 (TmRecordsText, 1);
  request->text->record_ids = g_strdupv ((char **) record_ids);
  tm_permits_ask_async (request->object->permits, invocation, TM_ACTION_READ_OWN_RECORDS,
                        on_read_permitted, request);
  g_steal_pointer (&request);

  return TRUE;
}

/* Of a later version */

static gboolean
answer_not_supported (GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_error (invocation, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_SUPPORTED,
                                         "“%s” is not supported by version " TM_VERSION,
                                         g_dbus_method_invocation_get_method_name (invocation));
  return TRUE;
}

static gboolean
handle_preview (TmDBusRecords *object,
                GDBusMethodInvocation *invocation,
                GUnixFDList *fds,
                const char *const *categories)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_delete (TmDBusRecords *object,
               GDBusMethodInvocation *invocation,
               const char *const *record_ids)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_delete_matching (TmDBusRecords *object, GDBusMethodInvocation *invocation, GVariant *filter)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_list_transmissions (TmDBusRecords *object,
                           GDBusMethodInvocation *invocation,
                           guint64 cursor,
                           guint limit)
{
  return answer_not_supported (invocation);
}

static gboolean
handle_read_transmission (TmDBusRecords *object,
                          GDBusMethodInvocation *invocation,
                          GUnixFDList *fds,
                          const char *transmission_id)
{
  return answer_not_supported (invocation);
}

/* Changed */

static gboolean
read_usage (TmStore *store, gpointer data, GError **error)
{
  return tm_store_get_usage (store, data, error);
}

static void
on_usage (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRecordsObject) self = user_data;
  TmStoreUsage *usage = tm_committer_run_finish (TM_COMMITTER (source), result, NULL);

  if (usage != NULL)
    tm_dbus_records_emit_changed (TM_DBUS_RECORDS (self), (guint) usage->n_pending,
                                  usage->n_pending_bytes);
}

static gboolean
on_changed_timer (gpointer user_data)
{
  TmRecordsObject *self = user_data;

  self->changed_timer = 0;
  tm_committer_visit_async (self->committer, read_usage, g_new0 (TmStoreUsage, 1), g_free, NULL,
                            on_usage, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

void
tm_records_object_touch (TmRecordsObject *self)
{
  if (self->changed_timer == 0)
    self->changed_timer = tm_clock_add_timer (
        self->clock, tm_clock_get_boottime_usec (self->clock) + CHANGED_INTERVAL_USEC,
        on_changed_timer, self, NULL);
}

TmRecordsObject *
tm_records_object_new (TmPermits *permits, TmCommitter *committer, TmClock *clock)
{
  TmRecordsObject *self = g_object_new (TM_TYPE_RECORDS_OBJECT, NULL);

  self->permits = g_object_ref (permits);
  self->committer = g_object_ref (committer);
  self->clock = g_object_ref (clock);

  return self;
}

static void
tm_records_object_finalize (GObject *object)
{
  TmRecordsObject *self = TM_RECORDS_OBJECT (object);

  tm_clock_clear_timer (self->clock, &self->changed_timer);
  g_clear_object (&self->permits);
  g_clear_object (&self->committer);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (tm_records_object_parent_class)->finalize (object);
}

static void
records_iface_init (TmDBusRecordsIface *iface)
{
  iface->handle_list = handle_list;
  iface->handle_read = handle_read;
  iface->handle_preview = handle_preview;
  iface->handle_delete = handle_delete;
  iface->handle_delete_matching = handle_delete_matching;
  iface->handle_list_transmissions = handle_list_transmissions;
  iface->handle_read_transmission = handle_read_transmission;
}

static void
tm_records_object_class_init (TmRecordsObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_records_object_finalize;
}

static void
tm_records_object_init (TmRecordsObject *self)
{
}
