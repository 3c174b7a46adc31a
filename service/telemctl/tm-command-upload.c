/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* telemctl upload: send what waits now, and say how it went. */
#include "tm-command.h"
#include "tm-dbus.h"
#include "tm-output.h"
#include "tm-remote.h"

#include <glib/gi18n.h>

/* An attempt ends by itself; this is for a service that ended in the middle of it. */
#define WAIT_SECONDS 600

typedef struct
{
  GMainLoop *loop;
  GHashTable *finished; /* (element-type utf8 GVariant): attempts that ended, by id */
  char *attempt_id;     /* (nullable): the one to wait for */
} Upload;

static void
upload_clear (Upload *self)
{
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->finished, g_hash_table_unref);
  g_clear_pointer (&self->attempt_id, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Upload, upload_clear)

static void
on_finished (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer user_data)
{
  Upload *self = user_data;
  char *id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssuta{sv})")))
    return;
  g_variant_get_child (parameters, 0, "s", &id);
  g_hash_table_replace (self->finished, id, g_variant_ref (parameters));
  if (g_strcmp0 (id, self->attempt_id) == 0)
    g_main_loop_quit (self->loop);
}

static gboolean
on_waited_too_long (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static const char *
result_sentence (const char *result)
{
  static const struct
  {
    const char *result;
    const char *sentence;
  } sentences[] = {
    { "settled", N_ ("Delivered.") },
    { "retry", N_ ("The server could not be reached or is busy; it will be tried again.") },
    { "hold", N_ ("The server refuses records of this machine; it will be asked again in a day.") },
    { "split", N_ ("The server takes only smaller batches; it will be tried again.") },
    { "offline", N_ ("There is no network; the records will go out when there is one.") },
    { "metered", N_ ("The network costs money; the records will go out on another.") },
    { "cancelled", N_ ("Stopped.") },
    { "unconfigured", N_ ("No server is configured; records stay here until they expire.") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_str_equal (sentences[i].result, result))
      return _ (sentences[i].sentence);
  return result;
}

static void
print_json (GVariant *finished)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  static const char *const names[] = { "attempt_id", "result", "records", "bytes", "details" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (finished, i);
      g_variant_builder_add (&builder, "{sv}", names[i], value);
    }
  g_autoptr (GVariant) object = g_variant_ref_sink (g_variant_builder_end (&builder));
  tm_output_variant (object);
}

static TmExit
report (GVariant *finished, gboolean json)
{
  const char *result, *message = NULL;
  guint n_records;
  guint64 n_bytes;
  g_autoptr (GVariant) details = NULL;

  g_variant_get (finished, "(&s&sut@a{sv})", NULL, &result, &n_records, &n_bytes, &details);
  g_variant_lookup (details, "message", "&s", &message);
  if (json)
    print_json (finished);
  else
    {
      g_autofree char *size = g_format_size_full (n_bytes, G_FORMAT_SIZE_IEC_UNITS);
      g_print ("%s", result_sentence (result));
      if (n_bytes > 0)
        g_print (g_dngettext (NULL, " %u record, %s.", " %u records, %s.", n_records), n_records,
                 size);
      g_print ("\n");
      /* What the server said; without one, the sentence above has said it. */
      if (message != NULL && *message != '\0' && !g_str_equal (result, "unconfigured"))
        g_print ("%s\n", message);
    }
  return g_str_equal (result, "settled") ? TM_EXIT_OK : TM_EXIT_FAILED;
}

static GVariant *
wait_for_end (Upload *self)
{
  GVariant *finished = g_hash_table_lookup (self->finished, self->attempt_id);

  if (finished == NULL)
    {
      g_timeout_add_seconds (WAIT_SECONDS, on_waited_too_long, self->loop);
      g_main_loop_run (self->loop);
      finished = g_hash_table_lookup (self->finished, self->attempt_id);
    }
  return finished;
}

static TmExit
run (Upload *self, gboolean no_wait, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = tm_remote_connect (&error);
  if (bus == NULL)
    return tm_command_fail (g_steal_pointer (&error));

  /* Before the call: a quick attempt may end before its id is here. */
  g_dbus_connection_signal_subscribe (bus, TM_MANAGER_BUS_NAME, TM_MANAGER_BUS_DELIVERY_INTERFACE,
                                      "AttemptFinished", TM_MANAGER_BUS_PATH, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, on_finished, self, NULL);
  g_autoptr (GVariant) reply =
      tm_remote_call (bus, "Delivery", "UploadNow", g_variant_new ("(a{sv})", NULL), "(s)", &error);
  if (reply == NULL)
    return tm_command_fail (g_steal_pointer (&error));

  g_variant_get (reply, "(s)", &self->attempt_id);
  if (no_wait)
    {
      g_print ("%s\n", self->attempt_id);
      return TM_EXIT_OK;
    }
  GVariant *finished = wait_for_end (self);
  if (finished != NULL)
    return report (finished, json);
  g_printerr ("telemctl: %s\n", _ ("the service did not say how it ended"));
  return TM_EXIT_FAILED;
}

TmExit
tm_command_upload (const TmCommand *self, char **arguments)
{
  gboolean no_wait = FALSE, json = FALSE;
  const GOptionEntry entries[] = {
    { "no-wait", 0, 0, G_OPTION_ARG_NONE, &no_wait,
      N_ ("Print the attempt's id and do not wait for its end"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print one JSON object"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  TmExit exit;
  if (!tm_command_parse (self, &arguments, entries, 0, &exit))
    return exit;

  g_strfreev (arguments);
  g_auto (Upload) upload = {
    .loop = g_main_loop_new (NULL, FALSE),
    .finished =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref),
  };
  return run (&upload, no_wait, json);
}
