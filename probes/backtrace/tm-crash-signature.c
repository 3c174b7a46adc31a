/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-crash-signature.h. */
#include "tm-crash-signature.h"

#include <string.h>

#include "tm-function-name.h"

#define MAX_PARTS 4
/* Of a title: as long as a name of a file may be, with an ellipsis. */
#define MAX_PART_BYTES 255
#define ELLIPSIS "…"
#define N_EXACT_FRAMES 8
#define N_HASH_DIGITS 32
#define MODULE_OTHER "[other]"

/* /usr/local is where an administrator puts what the system does not bring. */
TmOrigin
tm_origin_from_path (const char *path)
{
  if (strcmp (path, TM_FRAME_VDSO) == 0 || strcmp (path, TM_FRAME_JIT) == 0)
    return TM_ORIGIN_SYSTEM;
  if (strstr (path, "/../") != NULL || g_str_has_prefix (path, "/usr/local/"))
    return TM_ORIGIN_OTHER;

  return g_str_has_prefix (path, "/usr/") ? TM_ORIGIN_SYSTEM : TM_ORIGIN_OTHER;
}

char *
tm_crash_get_module (const TmFrame *frame)
{
  if (tm_origin_from_path (frame->path) == TM_ORIGIN_OTHER)
    return g_strdup (MODULE_OTHER);
  /* Neither has a file. */
  if (strcmp (frame->path, TM_FRAME_VDSO) == 0)
    return g_strdup (TM_FRAME_JIT);

  return g_path_get_basename (frame->path);
}

char *
tm_crash_get_signal_name (int signal)
{
  const char *name = sigabbrev_np (signal);

  return name != NULL ? g_strconcat ("SIG", name, NULL) : g_strdup_printf ("SIG%d", signal);
}

static char *
get_function (const TmFrame *frame, const char *module, TmCrashRules *rules)
{
  g_autofree char *normal = NULL;

  if (frame->function == NULL || tm_origin_from_path (frame->path) == TM_ORIGIN_OTHER)
    return NULL;

  normal = tm_function_name_normalise (frame->function);
  return g_strdup (tm_crash_rules_get_name (rules, module, normal));
}

static TmCrashClass
classify (const TmFrame *frame, TmCrashRules *rules)
{
  g_autofree char *module = tm_crash_get_module (frame);
  g_autofree char *function = get_function (frame, module, rules);

  return tm_crash_rules_classify (rules, module, function != NULL ? function : "");
}

/* Behind whatever reported the fault. An activation further out is where a signal came in, so what
 * ran since then handled it. */
static guint
find_start (const TmBacktrace *backtrace, TmCrashRules *rules)
{
  guint start = 0;

  for (guint i = 0; i < backtrace->frames->len; i++)
    {
      const TmFrame *frame = g_ptr_array_index (backtrace->frames, i);
      TmCrashClass class_ = classify (frame, rules);

      if (class_ == TM_CRASH_CLASS_END)
        break;
      if (class_ == TM_CRASH_CLASS_CUT)
        start = i + 1;
      else if (frame->is_activation)
        start = i;
    }

  return start < backtrace->frames->len ? start : 0;
}

static char *
limit_part (const char *part)
{
  const char *end;

  if (strlen (part) <= MAX_PART_BYTES)
    return g_strdup (part);

  end = g_utf8_find_prev_char (part, part + MAX_PART_BYTES - strlen (ELLIPSIS) + 1);
  return g_strdup_printf ("%.*s" ELLIPSIS, (int) (end - part), part);
}

static char *
get_part (const TmFrame *frame, TmCrashRules *rules)
{
  g_autofree char *module = tm_crash_get_module (frame);
  g_autofree char *function = get_function (frame, module, rules);

  if (function != NULL)
    return limit_part (function);
  if (module[0] == '[')
    return g_steal_pointer (&module);

  return g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x", module, frame->offset);
}

/* A function and its insides, which the list may call the same, are one part. */
static void
add_part (GPtrArray *parts, char *part)
{
  if (parts->len > 0 && strcmp (g_ptr_array_index (parts, parts->len - 1), part) == 0)
    g_free (part);
  else
    g_ptr_array_add (parts, part);
}

static void
add_parts (const TmBacktrace *backtrace, TmCrashRules *rules, GPtrArray *parts)
{
  guint start = find_start (backtrace, rules);

  for (guint i = start; i < backtrace->frames->len && parts->len < MAX_PARTS; i++)
    {
      const TmFrame *frame = g_ptr_array_index (backtrace->frames, i);
      TmCrashClass class_ = classify (frame, rules);

      if (class_ == TM_CRASH_CLASS_END)
        break;
      if (class_ == TM_CRASH_CLASS_SKIP)
        continue;
      add_part (parts, get_part (frame, rules));
      if (class_ != TM_CRASH_CLASS_PREFIX)
        break;
    }

  /* Nothing but what never is to blame: then that is what is known. */
  if (parts->len == 0 && backtrace->frames->len > 0)
    add_part (parts, get_part (g_ptr_array_index (backtrace->frames, start), rules));
}

char *
tm_crash_get_title (const TmBacktrace *backtrace, TmCrashRules *rules)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *program = g_path_get_basename (backtrace->exe != NULL ? backtrace->exe : "?");
  g_autofree char *signal = tm_crash_get_signal_name (backtrace->signal);
  g_autofree char *functions = NULL;

  add_parts (backtrace, rules, parts);
  g_ptr_array_add (parts, NULL);
  functions = g_strjoinv ("|", (char **) parts->pdata);
  return g_strjoin ("|", program, signal, functions[0] != '\0' ? functions : NULL, NULL);
}

char *
tm_crash_hash_title (const char *title)
{
  g_autofree char *text = g_strdup_printf ("v%d|%s", TM_CRASH_SIGNATURE_VERSION, title);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (digest, N_HASH_DIGITS);
}

char *
tm_crash_get_exact_hash (const TmBacktrace *backtrace)
{
  g_autoptr (GString) text = g_string_new ("v1");
  g_autofree char *digest = NULL;

  for (guint i = 0; i < MIN (backtrace->frames->len, N_EXACT_FRAMES); i++)
    {
      const TmFrame *frame = g_ptr_array_index (backtrace->frames, i);
      g_autofree char *module = tm_crash_get_module (frame);

      g_string_append_printf (text, "|%s+%" G_GINT64_MODIFIER "x",
                              frame->build_id != NULL ? frame->build_id : module, frame->offset);
    }

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
  return g_strndup (digest, N_HASH_DIGITS);
}
