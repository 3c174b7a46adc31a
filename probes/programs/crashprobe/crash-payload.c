/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See crash-payload.h. Everything is named here one by one, so that nothing comes along: of a file
 * that is not the operating system's there is neither name nor function.
 */
#include "crash-payload.h"

#include <string.h>

#include "crash-signal.h"
#include "tm-core-notes.h"
#include "tm-crash-signature.h"

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static JsonObject *
get_signature (const CrashCause *cause)
{
  JsonObject *object = json_object_new ();
  JsonArray *alternatives = json_array_new ();
  g_autofree char *hash = tm_crash_hash_title (cause->title);

  json_object_set_int_member (object, "version", TM_CRASH_SIGNATURE_VERSION);
  json_object_set_string_member (object, "title", cause->title);
  json_object_set_string_member (object, "hash", hash);
  set_text (object, "exact", cause->exact);
  if (cause->exact != NULL)
    json_array_add_string_element (alternatives, cause->exact);
  json_object_set_array_member (object, "alternatives", alternatives);
  return object;
}

static JsonObject *
frame_to_json (const TmFrame *frame)
{
  JsonObject *object = json_object_new ();
  g_autofree char *module = tm_crash_get_module (frame);

  json_object_set_string_member (object, "module", module);
  if (frame->build_id != NULL)
    json_object_set_string_member (object, "build_id", frame->build_id);
  if (strcmp (frame->path, TM_FRAME_JIT) != 0)
    json_object_set_int_member (object, "offset", (gint64) MIN (frame->offset, G_MAXINT64));
  if (frame->function != NULL && tm_origin_from_path (frame->path) == TM_ORIGIN_SYSTEM)
    {
      json_object_set_string_member (object, "function", frame->function);
      json_object_set_int_member (object, "function_offset",
                                  (gint64) MIN (frame->function_offset, G_MAXINT64));
    }
  if (frame->is_activation)
    json_object_set_boolean_member (object, "activation", TRUE);
  if (frame->n_times > 1)
    json_object_set_int_member (object, "times", frame->n_times);
  return object;
}

static JsonArray *
get_frames (const TmBacktrace *backtrace)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < backtrace->frames->len; i++)
    json_array_add_object_element (array, frame_to_json (g_ptr_array_index (backtrace->frames, i)));

  return array;
}

/* Each once, in the order in which they come. */
static JsonArray *
get_modules (const TmBacktrace *backtrace, GHashTable *packages)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < backtrace->frames->len; i++)
    {
      const TmFrame *frame = g_ptr_array_index (backtrace->frames, i);
      g_autofree char *module = tm_crash_get_module (frame);
      JsonObject *object;

      if (frame->build_id == NULL || !g_hash_table_add (seen, frame->build_id))
        continue;
      object = json_object_new ();
      json_object_set_string_member (object, "name", module);
      json_object_set_string_member (object, "build_id", frame->build_id);
      if (tm_origin_from_path (frame->path) == TM_ORIGIN_SYSTEM)
        set_text (object, "package", g_hash_table_lookup (packages, frame->path));
      json_array_add_object_element (array, object);
    }

  return array;
}

static void
append_frame (GString *text, guint number, const TmFrame *frame)
{
  g_autofree char *module = tm_crash_get_module (frame);

  g_string_append_printf (text, "#%-3u ", number);
  if (frame->function != NULL && tm_origin_from_path (frame->path) == TM_ORIGIN_SYSTEM)
    g_string_append_printf (text, "%s+0x%" G_GINT64_MODIFIER "x in %s", frame->function,
                            frame->function_offset, module);
  else
    g_string_append_printf (text, "%s+0x%" G_GINT64_MODIFIER "x", module, frame->offset);
  if (frame->n_times > 1)
    g_string_append_printf (text, " x %u", frame->n_times);
  g_string_append_c (text, '\n');
}

static char *
get_text (const TmBacktrace *backtrace)
{
  GString *text = g_string_new (NULL);
  g_autofree char *signal = tm_crash_get_signal_name (backtrace->signal);
  const char *reason = crash_signal_get_reason (backtrace->signal, backtrace->code);

  g_string_append_printf (text, "%s ended with %s", backtrace->exe, signal);
  if (reason != NULL)
    g_string_append_printf (text, " (%s)", reason);
  g_string_append_printf (text, ", %u %s\n", backtrace->n_threads,
                          backtrace->n_threads == 1 ? "thread" : "threads");
  for (guint i = 0; i < backtrace->frames->len; i++)
    append_frame (text, i, g_ptr_array_index (backtrace->frames, i));
  if (!backtrace->is_whole)
    g_string_append (text, "...\n");
  return g_string_free (text, FALSE);
}

static JsonNode *
take_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return g_steal_pointer (&node);
}

JsonNode *
crash_payload_new (const TmBacktrace *backtrace,
                   const CrashCause *cause,
                   GHashTable *packages,
                   const char *unit)
{
  JsonObject *object = json_object_new ();
  g_autofree char *signal = tm_crash_get_signal_name (backtrace->signal);
  g_autofree char *text = get_text (backtrace);
  const char *reason = crash_signal_get_reason (backtrace->signal, backtrace->code);

  json_object_set_object_member (object, "signature", get_signature (cause));
  json_object_set_string_member (object, "program", backtrace->exe);
  json_object_set_string_member (object, "component", cause->program);
  set_text (object, "package", g_hash_table_lookup (packages, backtrace->exe));
  set_text (object, "unit", unit);
  json_object_set_string_member (object, "signal", signal);
  json_object_set_int_member (object, "signal_number", backtrace->signal);
  if (backtrace->code != TM_CORE_CODE_UNKNOWN)
    json_object_set_int_member (object, "si_code", backtrace->code);
  set_text (object, "reason", reason);
  json_object_set_int_member (object, "threads", backtrace->n_threads);
  json_object_set_boolean_member (object, "complete", backtrace->is_whole);
  json_object_set_array_member (object, "frames", get_frames (backtrace));
  json_object_set_array_member (object, "modules", get_modules (backtrace, packages));
  json_object_set_string_member (object, "text", text);
  return take_object (object);
}

JsonNode *
crash_payload_new_undecodable (const CrashCause *cause, const char *reason)
{
  JsonObject *object = json_object_new ();

  json_object_set_object_member (object, "signature", get_signature (cause));
  set_text (object, "component", cause->program);
  json_object_set_string_member (object, "reason", reason);
  json_object_set_string_member (object, "text", "A program crashed, and its core cannot be read.");
  return take_object (object);
}

static char *
get_text_of_count (const CrashCause *cause, guint64 n)
{
  if (cause->kind == CRASH_KIND_THIRD_PARTY && n == 1)
    return g_strdup ("A program crashed that is no part of the operating system.");
  if (cause->kind == CRASH_KIND_THIRD_PARTY)
    return g_strdup_printf (
        "Programs that are no part of the operating system crashed %" G_GUINT64_FORMAT " times.",
        n);

  return g_strdup_printf ("Again, and not told one by one: %" G_GUINT64_FORMAT " times %s.", n,
                          cause->title);
}

JsonNode *
crash_payload_new_count (const CrashCause *cause, guint64 n)
{
  JsonObject *object = json_object_new ();
  g_autofree char *text = get_text_of_count (cause, n);

  json_object_set_object_member (object, "signature", get_signature (cause));
  set_text (object, "component", cause->program);
  json_object_set_int_member (object, "count", (gint64) MIN (n, G_MAXINT64));
  json_object_set_string_member (object, "text", text);
  return take_object (object);
}
