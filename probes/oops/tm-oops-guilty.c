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
  const TmOops *oops;
  guint skip; /* TmOopsClass */
} Judge;

/* Code that is not the kernel's own: "gears(OE)" in the list of modules. */
static gboolean
is_foreign (const TmOops *self, const char *module)
{
  gsize n = module != NULL ? strlen (module) : 0;

  for (guint i = 0; i < self->modules->len && n > 0; i++)
    {
      const char *entry = g_ptr_array_index (self->modules, i);

      if (strncmp (entry, module, n) == 0 && entry[n] == '(')
        return strpbrk (entry + n, "OP") != NULL;
    }

  return FALSE;
}

static gboolean
accept (const Judge *judge, const TmOopsFrame *frame)
{
  g_autofree char *name = tm_oops_function_normalise (frame->function);

  if (!frame->is_reliable)
    return FALSE;

  /* What is not the kernel's own is never excused as a helper of the kernel's. */
  if (is_foreign (judge->oops, frame->module))
    return TRUE;

  return !tm_oops_rules_is (judge->oops->rules, name, judge->skip) &&
         !g_str_has_prefix (name, "0x");
}

static void
set_guilty (TmOops *self, const char *function, const char *module)
{
  self->guilty_frame = 0;
  g_free (self->function);
  g_free (self->module);
  self->function = tm_oops_function_normalise (function);
  self->module = g_strdup (module);
}

static void
set_guilty_frame (TmOops *self, guint index)
{
  const TmOopsFrame *frame = g_ptr_array_index (self->frames, index);

  set_guilty (self, frame->function, frame->module);
  self->guilty_frame = index;
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

      if (frame->is_reliable && tm_oops_rules_is (judge->oops->rules, name, TM_OOPS_CLASS_ENTRY))
        i = MAX (stack_end (self, i), i + 1) - 1;
      else if (accept (judge, frame))
        {
          set_guilty_frame (self, i);
          return TRUE;
        }
    }

  return FALSE;
}

/* The first frame that stands below a line that holds a text; n_frames if there is none. */
static guint
frame_below (const TmOops *self, const char *holds)
{
  guint n_line = 0;
  guint n_frame = 0;

  while (n_line < self->lines->len &&
         strstr (((const TmOopsLine *) g_ptr_array_index (self->lines, n_line))->text, holds) ==
             NULL)
    n_line++;
  while (n_frame < self->frames->len &&
         ((const TmOopsFrame *) g_ptr_array_index (self->frames, n_frame))->line < n_line)
    n_frame++;

  return n_frame;
}

guint
tm_oops_get_own_stack (const TmOops *self)
{
  guint n_frame = frame_below (self, "stack backtrace:");

  return n_frame < self->frames->len ? n_frame : 0;
}

/* Better the helper or the printer that is named than nobody. */
static void
blame_anybody (TmOops *self)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY };

  if (!blame_first (self, &judge, tm_oops_get_own_stack (self)) && self->stated_function != NULL &&
      !g_str_has_prefix (self->stated_function, "0x"))
    set_guilty (self, self->stated_function, NULL);
}

static void
blame_default (TmOops *self)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_INTERRUPT };
  guint start = tm_oops_get_own_stack (self);

  if ((self->format->options & TM_OOPS_OPTION_SLEEPS) != 0)
    judge.skip |= TM_OOPS_CLASS_WAIT;
  if (!blame_first (self, &judge, start))
    blame_anybody (self);
}

/* The function that the first line names, unless it only does as it is told. */
static gboolean
blame_stated (TmOops *self)
{
  g_autofree char *name = NULL;

  if (self->stated_function == NULL)
    return FALSE;

  name = tm_oops_function_normalise (self->stated_function);
  if (tm_oops_rules_is (self->rules, name, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER) ||
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

/* The first function named in n_lines lines from the one that holds a text on. (nullable) */
static TmOopsFrame *
find_in_lines (const TmOops *self, const char *holds, guint n_lines)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      if (strstr (((const TmOopsLine *) g_ptr_array_index (self->lines, i))->text, holds) == NULL)
        continue;

      for (guint k = i; k < MIN (self->lines->len, i + n_lines); k++)
        {
          const TmOopsLine *line = g_ptr_array_index (self->lines, k);
          TmOopsFrame *frame = tm_oops_frame_find (line->text, line->n_bytes);

          if (frame != NULL)
            return frame;
        }
    }

  return NULL;
}

/* A helper that takes the lock for somebody is the other name of the report. */
static gboolean
blame_line (TmOops *self, const char *holds, guint n_lines)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_WAIT };
  TmOopsFrame *frame = find_in_lines (self, holds, n_lines);
  gboolean accepted;

  if (frame == NULL)
    return FALSE;

  accepted = accept (&judge, frame);
  if (accepted)
    set_guilty (self, frame->function, frame->module);
  else if (self->stated_function == NULL)
    self->stated_function = g_strdup (frame->function);
  tm_oops_frame_free (frame);

  return accepted;
}

/* HARDIRQ-safe -> HARDIRQ-unsafe: who takes the lock in the interrupt stands below "which became".
 */
static gboolean
blame_became (TmOops *self)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_WAIT };

  return blame_first (self, &judge, frame_below (self, "which became"));
}

static gboolean
blame_bucket (TmOops *self, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);
      const char *bucket = frame->is_reliable ? tm_oops_rules_get_bucket (self->rules, name) : NULL;

      if (bucket != NULL)
        {
          set_guilty (self, bucket, NULL);
          self->guilty_frame = i;
          return TRUE;
        }
    }

  return FALSE;
}

static void
blame_waiter (TmOops *self)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_WAIT };

  if (self->frames->len > 0 && blame_bucket (self, 0, stack_end (self, 0)))
    return;

  blame_first (self, &judge, 0);
}

/* Behind the frames by which the interrupt came in that shows the stack; start if none did. It may
 * have stopped another interrupt, which then is what ran. */
static guint
skip_interrupt (TmOops *self, guint start, guint end, gboolean *out_found)
{
  *out_found = FALSE;
  for (guint i = start; i < end; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);
      gboolean is_way_in = tm_oops_rules_is (self->rules, name, TM_OOPS_CLASS_INTERRUPT);

      if (frame->is_reliable && *out_found && !is_way_in)
        return i;
      *out_found = *out_found || (frame->is_reliable && is_way_in);
    }

  return *out_found ? end : start;
}

/* Which frame of a stack hands work to others first. */
static guint
find_dispatch (TmOops *self, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);

      if (frame->is_reliable && tm_oops_rules_is (self->rules, name, TM_OOPS_CLASS_DISPATCH))
        return i;
    }

  return end;
}

/* A stack that begins with the program counter was taken from outside the interrupt that shows it:
 * what handed out the work before another interrupt came in is what ran. */
static guint
find_running (TmOops *self, guint start, guint end, gboolean *out_found)
{
  const TmOopsFrame *first = g_ptr_array_index (self->frames, start);
  guint below = skip_interrupt (self, start, end, out_found);

  if (first->is_pc && find_dispatch (self, start, end) < below)
    return start;

  return below;
}

static gboolean
blame_below_interrupt (TmOops *self, guint start, guint end)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_DISPATCH |
                            TM_OOPS_CLASS_INTERRUPT };
  guint dispatch = find_dispatch (self, start, end);

  if (blame_bucket (self, start, MIN (dispatch, start + 4)))
    return TRUE;

  for (guint i = dispatch; i > start; i--)
    {
      if (accept (&judge, g_ptr_array_index (self->frames, i - 1)))
        {
          set_guilty_frame (self, i - 1);
          return TRUE;
        }
    }

  return FALSE;
}

/* Of several stacks the one that an interrupt stopped is the one that ran. */
static gboolean
blame_running (TmOops *self)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->stack_starts->len; i++)
      {
        guint start = g_array_index (self->stack_starts, guint, i);
        guint end = stack_end (self, start);
        gboolean found;
        guint below = find_running (self, start, end, &found);
        const TmOopsFrame *first = g_ptr_array_index (self->frames, start);

        if (pass == 0 && !found && !first->is_pc)
          continue;
        if (blame_below_interrupt (self, below, end))
          return TRUE;
      }

  return FALSE;
}

/* A stack that overflowed shows the functions that called each other again and again. */
static gboolean
blame_repeated (TmOops *self)
{
  Judge judge = { self, TM_OOPS_CLASS_MACHINERY | TM_OOPS_CLASS_HELPER | TM_OOPS_CLASS_DISPATCH };
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->frames->len; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);

      if (!accept (&judge, frame) || frame->is_pc)
        continue;
      if (!g_hash_table_add (seen, frame->function))
        {
          set_guilty_frame (self, i);
          return TRUE;
        }
    }

  return FALSE;
}

/* Behind the last frame of a function that is on the stack more than once. */
static guint
find_recursion_end (const TmOops *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint end = 0;

  for (guint i = 0; i < self->frames->len; i++)
    if (!g_hash_table_add (seen,
                           ((const TmOopsFrame *) g_ptr_array_index (self->frames, i))->function))
      end = i + 1;

  return end;
}

/* What a stack that overflowed was entered by: the other name of the same bug. */
static void
find_entrance (TmOops *self)
{
  g_autofree char *function = g_steal_pointer (&self->function);
  g_autofree char *module = g_steal_pointer (&self->module);

  guint guilty_frame = self->guilty_frame;
  guint start = find_recursion_end (self);

  if (start < self->frames->len && blame_below_interrupt (self, start, stack_end (self, start)) &&
      self->stated_function == NULL)
    self->stated_function = g_strdup (self->function);

  g_free (self->function);
  g_free (self->module);
  self->function = g_steal_pointer (&function);
  self->module = g_steal_pointer (&module);
  self->guilty_frame = guilty_frame;
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
tm_oops_find_guilty (TmOops *self)
{
  TmOopsOptions options = self->format->options;

  if ((options & TM_OOPS_OPTION_NOFN) != 0)
    return;
  if ((options & TM_OOPS_OPTION_HUNG) != 0)
    {
      blame_waiter (self);
      return;
    }

  if ((options & TM_OOPS_OPTION_STALL) != 0 && blame_running (self))
    return;
  if ((options & TM_OOPS_OPTION_ACQUIRE) != 0 && blame_line (self, "trying to acquire lock", 4))
    return;
  if ((options & TM_OOPS_OPTION_BECAME) != 0 && blame_became (self))
    return;
  if ((options & TM_OOPS_OPTION_TAKES) != 0 && blame_line (self, "takes:", 3))
    return;
  if ((options & TM_OOPS_OPTION_UNLOCK) != 0 && blame_line (self, "trying to release lock", 3))
    return;
  if ((options & TM_OOPS_OPTION_HELD) != 0 && blame_line (self, "#0:", 1))
    return;
  if ((options & TM_OOPS_OPTION_FREED) != 0 && blame_line (self, "is freeing memory", 3))
    return;
  if ((options & TM_OOPS_OPTION_OVERFLOW) != 0 && blame_repeated (self))
    {
      find_entrance (self);
      return;
    }
  if ((options & TM_OOPS_OPTION_WORKER) != 0 && blame_work (self))
    return;
  if (blame_stated (self))
    return;

  blame_default (self);
}
