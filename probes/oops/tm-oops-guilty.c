/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is to blame for a report. The kinds differ in where the one to blame stands: a fault blames
 * the program counter and what called it, a stall what runs below the last interrupt, a hung task
 * what waits, a lock rule the one that takes the lock. Where that place names only a helper, the
 * next frame that is none is taken.
 */
#include "tm-oops.h"

#include <string.h>

typedef struct
{
  TmOopsRules *rules;
  guint skip; /* TmOopsClass */
} Judge;

static gboolean
accept (const Judge *judge, const TmOopsFrame *frame)
{
  g_autofree char *name = tm_oops_function_normalise (frame->function);

  if (!frame->is_reliable)
    return FALSE;

  /* Code that is not the kernel's own is never excused as a helper of the kernel's. */
  return !tm_oops_rules_is (judge->rules, name, judge->skip) && !g_str_has_prefix (name, "0x");
}

static void
set_guilty (TmOops *self, const char *function, const char *module)
{
  g_free (self->function);
  g_free (self->module);
  self->function = tm_oops_function_normalise (function);
  self->module = g_strdup (module);
}

static guint
stack_end (TmOops *self, guint frame_index)
{
  for (guint i = 0; i < self->stack_starts->len; i++)
    if (g_array_index (self->stack_starts, guint, i) > frame_index)
      return g_array_index (self->stack_starts, guint, i);

  return self->frames->len;
}

/* The first frame from start on that the judge accepts. */
static gboolean
blame_first (TmOops *self, const Judge *judge, guint start)
{
  for (guint i = start; i < self->frames->len; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);

      if (frame->is_reliable && tm_oops_rules_is (judge->rules, name, TM_OOPS_CLASS_ENTRY))
        i = MAX (stack_end (self, i), i + 1) - 1;
      else if (accept (judge, frame))
        {
          set_guilty (self, frame->function, frame->module);
          return TRUE;
        }
    }

  return FALSE;
}

/* Where a report of lockdep shows the stack of its own task. */
static guint
first_frame (TmOops *self)
{
  guint n_frames = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const TmOopsLine *line = g_ptr_array_index (self->lines, i);
      TmOopsFrame *frame;

      if (g_str_has_prefix (line->text, "stack backtrace:"))
        return n_frames;
      tm_oops_frame_parse (line->text, line->n_bytes, &frame);
      if (frame != NULL)
        n_frames++;
      g_clear_pointer (&frame, tm_oops_frame_free);
    }

  return 0;
}

static void
blame_default (TmOops *self, TmOopsRules *rules)
{
  Judge judge = { rules, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_INTERRUPT };
  guint start = first_frame (self);

  if ((self->format->options & TM_OOPS_OPTION_SLEEPS) != 0)
    judge.skip |= TM_OOPS_CLASS_WAIT;
  if (start >= self->frames->len)
    start = 0;
  if (blame_first (self, &judge, start))
    return;

  judge.skip = TM_OOPS_CLASS_MACHINERY;
  blame_first (self, &judge, start);
}

/* The function that the first line names, unless it only does as it is told. */
static gboolean
blame_stated (TmOops *self, TmOopsRules *rules)
{
  g_autofree char *name = NULL;

  if (self->stated_function == NULL)
    return FALSE;

  name = tm_oops_function_normalise (self->stated_function);
  if (tm_oops_rules_is (rules, name, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER) ||
      g_str_has_prefix (name, "0x"))
    return FALSE;

  set_guilty (self, name, NULL);
  for (guint i = 0; i < self->frames->len; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);

      if (strcmp (frame->function, self->stated_function) == 0 && self->module == NULL)
        self->module = g_strdup (frame->module);
    }
  return TRUE;
}

/* The first function named in the lines from the one that holds a text on, itself included. */
static gboolean
blame_line (TmOops *self, TmOopsRules *rules, const char *holds, guint n_lines)
{
  Judge judge = { rules, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_WAIT };

  for (guint i = 0; i < self->lines->len; i++)
    {
      const TmOopsLine *line = g_ptr_array_index (self->lines, i);

      if (strstr (line->text, holds) == NULL)
        continue;

      for (guint k = i; k < MIN (self->lines->len, i + n_lines); k++)
        {
          const TmOopsLine *next = g_ptr_array_index (self->lines, k);
          TmOopsFrame *frame = tm_oops_frame_find (next->text, next->n_bytes);
          gboolean accepted;

          if (frame == NULL)
            continue;
          accepted = accept (&judge, frame);
          if (accepted)
            set_guilty (self, frame->function, frame->module);
          tm_oops_frame_free (frame);
          return accepted;
        }
    }

  return FALSE;
}

/* HARDIRQ-safe -> HARDIRQ-unsafe: who takes the lock in the interrupt stands below "which became".
 */
static gboolean
blame_became (TmOops *self, TmOopsRules *rules)
{
  Judge judge = { rules, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_WAIT };
  guint n_frames = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const TmOopsLine *line = g_ptr_array_index (self->lines, i);
      TmOopsFrame *frame;

      if (strstr (line->text, "which became") != NULL)
        return blame_first (self, &judge, n_frames);

      tm_oops_frame_parse (line->text, line->n_bytes, &frame);
      n_frames += frame != NULL;
      g_clear_pointer (&frame, tm_oops_frame_free);
    }

  return FALSE;
}

static gboolean
blame_bucket (TmOops *self, TmOopsRules *rules, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);
      const char *bucket = frame->is_reliable ? tm_oops_rules_get_bucket (rules, name) : NULL;

      if (bucket != NULL)
        {
          set_guilty (self, bucket, NULL);
          return TRUE;
        }
    }

  return FALSE;
}

static void
blame_waiter (TmOops *self, TmOopsRules *rules)
{
  Judge judge = { rules, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_WAIT };

  if (self->frames->len > 0 && blame_bucket (self, rules, 0, stack_end (self, 0)))
    return;

  blame_first (self, &judge, 0);
}

/* Behind the frames by which the interrupt came in that shows the stack; start if none did. It may
 * have stopped another interrupt, which then is what ran. */
static guint
skip_interrupt (TmOops *self, TmOopsRules *rules, guint start, guint end, gboolean *out_found)
{
  *out_found = FALSE;
  for (guint i = start; i < end; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);
      gboolean is_way_in = tm_oops_rules_is (rules, name, TM_OOPS_CLASS_INTERRUPT);

      if (frame->is_reliable && *out_found && !is_way_in)
        return i;
      *out_found = *out_found || (frame->is_reliable && is_way_in);
    }

  return *out_found ? end : start;
}

/* Which frame of a stack hands work to others first. */
static guint
find_dispatch (TmOops *self, TmOopsRules *rules, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);

      if (frame->is_reliable && tm_oops_rules_is (rules, name, TM_OOPS_CLASS_DISPATCH))
        return i;
    }

  return end;
}

/* A stack that begins with the program counter was taken from outside the interrupt that shows it:
 * what handed out the work before another interrupt came in is what ran. */
static guint
find_running (TmOops *self, TmOopsRules *rules, guint start, guint end, gboolean *out_found)
{
  const TmOopsFrame *first = g_ptr_array_index (self->frames, start);
  guint below = skip_interrupt (self, rules, start, end, out_found);

  if (first->is_pc && find_dispatch (self, rules, start, end) < below)
    return start;

  return below;
}

static gboolean
blame_below_interrupt (TmOops *self, TmOopsRules *rules, guint start, guint end)
{
  Judge judge = { rules, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_DISPATCH };
  guint dispatch = find_dispatch (self, rules, start, end);

  if (blame_bucket (self, rules, start, MIN (dispatch, start + 4)))
    return TRUE;

  for (guint i = dispatch; i > start; i--)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i - 1);

      if (accept (&judge, frame))
        {
          set_guilty (self, frame->function, frame->module);
          return TRUE;
        }
    }

  return FALSE;
}

/* Of several stacks the one that an interrupt stopped is the one that ran. */
static gboolean
blame_running (TmOops *self, TmOopsRules *rules)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->stack_starts->len; i++)
      {
        guint start = g_array_index (self->stack_starts, guint, i);
        guint end = stack_end (self, start);
        gboolean found;
        guint below = find_running (self, rules, start, end, &found);
        const TmOopsFrame *first = g_ptr_array_index (self->frames, start);

        if (pass == 0 && !found && !first->is_pc)
          continue;
        if (blame_below_interrupt (self, rules, below, end))
          return TRUE;
      }

  return FALSE;
}

/* A stack that overflowed shows the functions that called each other again and again. */
static gboolean
blame_repeated (TmOops *self, TmOopsRules *rules)
{
  Judge judge = { rules, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER };
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->frames->len; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);

      if (!accept (&judge, frame) || frame->is_pc)
        continue;
      if (!g_hash_table_add (seen, frame->function))
        {
          set_guilty (self, frame->function, frame->module);
          return TRUE;
        }
    }

  return FALSE;
}

/* What a stack that overflowed was entered by: the other name of the same bug. */
static void
find_entrance (TmOops *self, TmOopsRules *rules)
{
  g_autofree char *function = g_steal_pointer (&self->function);
  g_autofree char *module = g_steal_pointer (&self->module);

  if (self->frames->len > 0 && blame_below_interrupt (self, rules, 0, stack_end (self, 0)) &&
      self->stated_function == NULL)
    self->stated_function = g_strdup (self->function);

  g_free (self->function);
  g_free (self->module);
  self->function = g_steal_pointer (&function);
  self->module = g_steal_pointer (&module);
}

static gboolean
blame_work (TmOops *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const TmOopsLine *line = g_ptr_array_index (self->lines, i);
      const char *found = strstr (line->text, "last function: ");
      g_autofree char *function = NULL;

      if (found == NULL)
        continue;
      function = tm_oops_function_take (found + strlen ("last function: "));
      if (function == NULL)
        continue;

      set_guilty (self, function, NULL);
      return TRUE;
    }

  return FALSE;
}

void
tm_oops_find_guilty (TmOops *self, TmOopsRules *rules)
{
  TmOopsOptions options = self->format->options;

  if ((options & TM_OOPS_OPTION_NOFN) != 0)
    return;
  if ((options & TM_OOPS_OPTION_HUNG) != 0)
    {
      blame_waiter (self, rules);
      return;
    }

  if ((options & TM_OOPS_OPTION_STALL) != 0 && blame_running (self, rules))
    return;
  if ((options & TM_OOPS_OPTION_ACQUIRE) != 0 &&
      blame_line (self, rules, "trying to acquire lock", 4))
    return;
  if ((options & TM_OOPS_OPTION_BECAME) != 0 && blame_became (self, rules))
    return;
  if ((options & TM_OOPS_OPTION_TAKES) != 0 && blame_line (self, rules, "takes:", 3))
    return;
  if ((options & TM_OOPS_OPTION_UNLOCK) != 0 &&
      blame_line (self, rules, "trying to release lock", 3))
    return;
  if ((options & TM_OOPS_OPTION_HELD) != 0 && blame_line (self, rules, "#0:", 1))
    return;
  if ((options & TM_OOPS_OPTION_OVERFLOW) != 0 && blame_repeated (self, rules))
    {
      find_entrance (self, rules);
      return;
    }
  if ((options & TM_OOPS_OPTION_WORKER) != 0 && blame_work (self))
    return;
  if (blame_stated (self, rules))
    return;

  blame_default (self, rules);
}
