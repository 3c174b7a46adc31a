/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-backtrace.h. */
#include "tm-backtrace.h"

#include <gio/gio.h>
#include <string.h>

#include "tm-core-notes.h"
#include "tm-package-note.h"

/* path, build-id, package, function, offset, offset in the function, activation, times */
#define FRAME_TYPE "(ssssttbu)"
/* program, signal, code, threads, whole, frames */
#define BACKTRACE_TYPE "(siiuba" FRAME_TYPE ")"

/* Functions that call each other in circles of up to so many are one. */
#define MAX_CIRCLE 8

#define MAX_PATH_BYTES 4096
#define MAX_BUILD_ID_DIGITS 128
#define MAX_SIGNAL 64

void
tm_frame_free (TmFrame *self)
{
  g_free (self->path);
  g_free (self->build_id);
  g_free (self->package);
  g_free (self->function);
  g_free (self);
}

TmBacktrace *
tm_backtrace_new (void)
{
  TmBacktrace *self = g_new0 (TmBacktrace, 1);

  self->code = TM_CORE_CODE_UNKNOWN;
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_frame_free);
  return self;
}

void
tm_backtrace_free (TmBacktrace *self)
{
  g_free (self->exe);
  g_ptr_array_unref (self->frames);
  g_free (self);
}

static gboolean
is_same_place (const TmFrame *a, const TmFrame *b)
{
  return a->offset == b->offset && a->is_activation == b->is_activation &&
         strcmp (a->path, b->path) == 0 && strcmp (a->path, TM_FRAME_JIT) != 0;
}

static gboolean
is_circle (GPtrArray *frames, guint n)
{
  if (frames->len < 2 * n)
    return FALSE;

  for (guint i = frames->len - n; i < frames->len; i++)
    if (!is_same_place (g_ptr_array_index (frames, i), g_ptr_array_index (frames, i - n)))
      return FALSE;

  return TRUE;
}

static void
fold_circle (GPtrArray *frames, guint n)
{
  for (guint i = frames->len - n; i < frames->len; i++)
    {
      TmFrame *before = g_ptr_array_index (frames, i - n);
      const TmFrame *frame = g_ptr_array_index (frames, i);

      before->n_times += frame->n_times;
    }

  g_ptr_array_set_size (frames, (int) (frames->len - n));
}

gboolean
tm_backtrace_add (TmBacktrace *self, TmFrame *frame)
{
  /* A circle shows only when it is closed, so there must be room for one. */
  if (self->frames->len >= TM_BACKTRACE_MAX_FRAMES)
    {
      tm_frame_free (frame);
      return FALSE;
    }

  g_ptr_array_add (self->frames, frame);
  for (guint n = 1; n <= MAX_CIRCLE; n++)
    if (is_circle (self->frames, n))
      {
        fold_circle (self->frames, n);
        break;
      }

  return TRUE;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

GBytes *
tm_backtrace_to_bytes (const TmBacktrace *self)
{
  GVariantBuilder frames;
  g_autoptr (GVariant) variant = NULL;

  g_variant_builder_init (&frames, G_VARIANT_TYPE ("a" FRAME_TYPE));
  for (guint i = 0; i < self->frames->len; i++)
    {
      const TmFrame *frame = g_ptr_array_index (self->frames, i);

      g_variant_builder_add (&frames, FRAME_TYPE, frame->path, or_empty (frame->build_id),
                             or_empty (frame->package), or_empty (frame->function), frame->offset,
                             frame->function_offset, frame->is_activation, frame->n_times);
    }
  variant =
      g_variant_ref_sink (g_variant_new (BACKTRACE_TYPE, or_empty (self->exe), self->signal,
                                         self->code, self->n_threads, self->is_whole, &frames));
  return g_variant_get_data_as_bytes (variant);
}

static gboolean
set_error (GError **error, const char *problem)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "the backtrace is not to be believed: %s", problem);
  return FALSE;
}

static gboolean
is_printable (const char *text, gsize max_bytes)
{
  if (strlen (text) > max_bytes)
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;

  return TRUE;
}

static gboolean
is_path (const char *path)
{
  return is_printable (path, MAX_PATH_BYTES) &&
         (path[0] == '/' || strcmp (path, TM_FRAME_JIT) == 0 || strcmp (path, TM_FRAME_VDSO) == 0);
}

static gboolean
check_frame (const TmFrame *frame, GError **error)
{
  const char *build_id = or_empty (frame->build_id);

  if (!is_path (frame->path))
    return set_error (error, "a frame's path");
  if (strspn (build_id, "0123456789abcdef") != strlen (build_id) ||
      strlen (build_id) > MAX_BUILD_ID_DIGITS)
    return set_error (error, "a frame's build-id");
  if (frame->package != NULL && !tm_package_is_valid (frame->package))
    return set_error (error, "a frame's package");
  if (!is_printable (or_empty (frame->function), TM_BACKTRACE_MAX_NAME_BYTES))
    return set_error (error, "a frame's function");
  if (frame->n_times == 0)
    return set_error (error, "a frame's count");

  return TRUE;
}

static char *
or_null (const char *text)
{
  return text[0] != '\0' ? g_strdup (text) : NULL;
}

static gboolean
take_frames (TmBacktrace *self, GVariantIter *iter, GError **error)
{
  const char *path, *build_id, *package, *function;
  guint64 offset, function_offset;
  gboolean is_activation;
  guint n_times;

  if (g_variant_iter_n_children (iter) > TM_BACKTRACE_MAX_FRAMES)
    return set_error (error, "the number of frames");

  while (g_variant_iter_next (iter, "(&s&s&s&sttbu)", &path, &build_id, &package, &function,
                              &offset, &function_offset, &is_activation, &n_times))
    {
      TmFrame *frame = g_new0 (TmFrame, 1);

      frame->path = g_strdup (path);
      frame->build_id = or_null (build_id);
      frame->package = or_null (package);
      frame->function = or_null (function);
      frame->offset = offset;
      frame->function_offset = function_offset;
      frame->is_activation = is_activation;
      frame->n_times = n_times;
      g_ptr_array_add (self->frames, frame);
      if (!check_frame (frame, error))
        return FALSE;
    }

  return TRUE;
}

TmBacktrace *
tm_backtrace_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariantIter) frames = NULL;
  g_autoptr (TmBacktrace) self = tm_backtrace_new ();
  const char *exe;

  if (g_bytes_get_size (bytes) > TM_BACKTRACE_MAX_BYTES)
    {
      set_error (error, "its size");
      return NULL;
    }
  variant =
      g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (BACKTRACE_TYPE), bytes, FALSE));
  if (!g_variant_is_normal_form (variant))
    {
      set_error (error, "its form");
      return NULL;
    }

  g_variant_get (variant, "(&siiuba" FRAME_TYPE ")", &exe, &self->signal, &self->code,
                 &self->n_threads, &self->is_whole, &frames);
  self->exe = or_null (exe);
  if (exe[0] != '\0' && (exe[0] != '/' || !is_path (exe)))
    set_error (error, "the program's path");
  else if (self->signal < 0 || self->signal > MAX_SIGNAL)
    set_error (error, "the signal");
  else if (take_frames (self, frames, error))
    return g_steal_pointer (&self);

  return NULL;
}
