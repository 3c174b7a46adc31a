/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a report, read once for everything they say; see tm-oops.h. */
#include "tm-oops.h"

#include <string.h>

TmOopsLine *
tm_oops_line_new (const char *text, gsize n_bytes, gint64 time_usec)
{
  TmOopsLine *self = g_new0 (TmOopsLine, 1);

  self->text = g_strndup (text, n_bytes);
  self->n_bytes = strlen (self->text);
  self->time_usec = time_usec;
  return self;
}

void
tm_oops_line_free (TmOopsLine *self)
{
  g_free (self->text);
  g_free (self);
}

void
tm_oops_free (TmOops *self)
{
  g_clear_pointer (&self->message, g_ptr_array_unref);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->frames);
  g_array_unref (self->stack_starts);
  g_ptr_array_unref (self->modules);
  g_free (self->reason);
  g_free (self->kind_text);
  g_free (self->function);
  g_free (self->module);
  g_free (self->said);
  g_free (self->stated_function);
  g_free (self->kernel_version);
  g_free (self->taint);
  g_free (self->command);
  g_free (self->hardware);
  g_free (self);
}

static gboolean
starts_stack (const char *text)
{
  static const char *const heads[] = {
    "Call Trace:",      "Call trace:",      "Backtrace:",
    "stack backtrace:", "backtrace:",       "Allocated by task",
    "Freed by task",    "Last potentially", "Uninit was",
    "Allocated:",       "Freed:",           "-> #",
    "backtrace (crc",   "Call Trace ",      "the existing dependency"
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_has_prefix (text, heads[i]))
      return TRUE;

  return FALSE;
}

static gboolean
ends_stack (const char *text)
{
  static const char *const heads[] = { "CPU: ", "NMI backtrace for cpu", "Pid: ", "Sending NMI",
                                       "task:" };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_has_prefix (text, heads[i]))
      return TRUE;

  return FALSE;
}

/* Where one stack ends and the next begins: a program counter in front of "Call Trace:" belongs to
 * the stack behind it; one in the middle, where an interrupt came in, to the stack around it. */
typedef struct
{
  gboolean is_open;
  gboolean only_pc;
  gboolean is_interrupt;
  gboolean is_aside; /* the next line names a function that is on no stack */
} StackState;

static void
add_frame (TmOops *self, StackState *state, TmOopsFrame *frame)
{
  if (state->is_aside)
    {
      tm_oops_frame_free (frame);
      return;
    }

  if (!state->is_open)
    {
      g_array_append_val (self->stack_starts, self->frames->len);
      state->is_open = TRUE;
      state->only_pc = frame->is_pc;
    }
  else if (!frame->is_pc)
    state->only_pc = FALSE;

  frame->is_interrupt = state->is_interrupt;
  g_ptr_array_add (self->frames, frame);
}

static void
read_stack_line (TmOops *self, StackState *state, guint n_line)
{
  const TmOopsLine *line = g_ptr_array_index (self->lines, n_line);
  const char *text = line->text + strspn (line->text, " \t");
  TmOopsFrame *frame;

  if (starts_stack (text) && !(state->is_open && state->only_pc))
    state->is_open = FALSE;
  if (ends_stack (text))
    state->is_open = FALSE;
  if (strstr (text, "<IRQ>") != NULL || strstr (text, "<NMI>") != NULL)
    state->is_interrupt = TRUE;
  if (strstr (text, "</IRQ>") != NULL || strstr (text, "</NMI>") != NULL ||
      strstr (text, "<EOI>") != NULL)
    state->is_interrupt = FALSE;

  if (tm_oops_frame_parse (line->text, line->n_bytes, &frame) == TM_OOPS_LINE_USER_PC)
    state->is_open = FALSE;
  if (frame != NULL)
    {
      frame->line = n_line;
      add_frame (self, state, frame);
    }
  state->is_aside = g_str_has_prefix (text, "Preemption disabled at:") ||
                    g_str_has_prefix (text, "Last Breaking-Event-Address:");
}

static char *
take_between (const char *text, const char *from, const char *const *until)
{
  const char *start = strstr (text, from);
  gsize n;

  if (start == NULL)
    return NULL;

  start += strlen (from);
  n = strlen (start);
  for (guint i = 0; until[i] != NULL; i++)
    {
      const char *end = strstr (start, until[i]);

      if (end != NULL)
        n = MIN (n, (gsize) (end - start));
    }

  return g_strstrip (g_strndup (start, n));
}

/* The kernel prints all it has; nobody loads more. */
#define MAX_MODULES 500
/* What uname() can say of a release. */
#define VERSION_MAX_BYTES 64
#define VERSION_CHARS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_+~"

/* "... Tainted: G        W  OE   6.12.0-1-amd64 #1": letters, then the version in front of '#'. */
static void
read_version (TmOops *self, const char *text)
{
  const char *number = strstr (text, " #");
  const char *start = number;

  while (number != NULL && !g_ascii_isdigit (number[2]))
    start = number = strstr (number + 2, " #");
  if (number == NULL)
    return;

  while (start > text && start[-1] != ' ')
    start--;
  if (g_ascii_isdigit (*start) && number - start <= VERSION_MAX_BYTES &&
      (gsize) (number - start) == strspn (start, VERSION_CHARS))
    self->kernel_version = g_strndup (start, number - start);
}

static char *
read_taint (const char *text)
{
  const char *start = strstr (text, "Tainted: ");
  GString *letters = g_string_new (NULL);

  for (const char *c = start != NULL ? start + strlen ("Tainted: ") : ""; *c != '\0'; c++)
    {
      if (g_ascii_isupper (*c))
        g_string_append_c (letters, *c);
      else if (*c != ' ')
        break;
    }

  return g_string_free (letters, FALSE);
}

static void
read_cpu_line (TmOops *self, const char *text)
{
  static const char *const behind_command[] = { " Not tainted", " Tainted:", NULL };
  const char *cpu = strstr (text, "CPU: ");

  if (self->kernel_version != NULL ||
      (strstr (text, "Comm: ") == NULL && strstr (text, "comm: ") == NULL))
    return;

  read_version (self, text);
  g_free (self->taint);
  self->taint = read_taint (text);
  g_free (self->command);
  self->command = take_between (text, "Comm: ", behind_command);
  if (cpu != NULL && g_ascii_isdigit (cpu[5]))
    self->cpu = (int) g_ascii_strtoull (cpu + 5, NULL, 10);
}

/* "xfs" or, with its flags, "xfs(OE+)". */
static gboolean
is_module_name (const char *text)
{
  gsize n = strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  gsize n_flags = text[n] == '(' ? strspn (text + n + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ+-") : 0;

  if (n == 0 || text[n] == '\0')
    return n > 0;

  return n_flags > 0 && strcmp (text + n + 1 + n_flags, ")") == 0;
}

/* The list goes on over lines that hold nothing but module names. */
static gboolean
read_modules (TmOops *self, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (words[i][0] == '\0')
        continue;
      if (words[i][0] == '[' || !is_module_name (words[i]) || self->modules->len >= MAX_MODULES)
        return FALSE;
      g_ptr_array_add (self->modules, g_strdup (words[i]));
    }

  return TRUE;
}

static void
read_lines (TmOops *self)
{
  StackState state = { 0 };
  gboolean in_modules = FALSE;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const TmOopsLine *line = g_ptr_array_index (self->lines, i);
      static const char *const nothing[] = { NULL };

      read_stack_line (self, &state, i);
      read_cpu_line (self, line->text);
      if (self->hardware == NULL)
        self->hardware = take_between (line->text, "Hardware name: ", nothing);

      if (g_str_has_prefix (line->text, "Modules linked in:") && self->modules->len == 0)
        in_modules = read_modules (self, line->text + strlen ("Modules linked in:"));
      else if (in_modules)
        in_modules = read_modules (self, line->text);
    }
}

/* Groups of a pattern are bytes of the log. (transfer full) text: taken over, may be NULL. */
static char *
make_valid (char *text)
{
  g_autofree char *owned = text;

  return owned != NULL ? g_utf8_make_valid (owned, -1) : NULL;
}

/* Numbers are of this machine and this time; what is said of them names the report. */
static char *
without_numbers (const char *text)
{
  GString *said = g_string_new (NULL);
  const char *c = text;

  while (*c != '\0')
    {
      if (!g_ascii_isdigit (*c) || (c > text && (g_ascii_isalpha (c[-1]) || c[-1] == '_')))
        {
          g_string_append_c (said, *c++);
          continue;
        }
      g_string_append (said, "[N]");
      c += strspn (c, "0123456789abcdefABCDEFx");
    }

  return g_string_free (said, FALSE);
}

static void
read_said (TmOops *self, GMatchInfo *match)
{
  g_autofree char *group = NULL;
  g_autofree char *clean = NULL;

  if (self->format->said_group == 0)
    return;
  group = make_valid (g_match_info_fetch (match, self->format->said_group));
  if (group == NULL || *group == '\0')
    return;

  clean = tm_oops_scrubber_clean (tm_oops_rules_get_scrubber (self->rules), group);
  self->said = without_numbers (clean);
}

static void
read_first_line (TmOops *self)
{
  const TmOopsLine *line = g_ptr_array_index (self->lines, 0);
  gsize n_bytes = line->n_bytes;
  const char *text = tm_oops_skip_speaker (line->text, &n_bytes);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match_full (self->format->pattern, text, n_bytes, 0, 0, &match, NULL);
  self->kind_text = make_valid (g_match_info_expand_references (match, self->format->title, NULL));
  if (self->kind_text == NULL)
    self->kind_text = g_strdup (self->format->title);
  if (self->format->function_group != 0)
    self->stated_function = make_valid (g_match_info_fetch (match, self->format->function_group));
  read_said (self, match);
  self->reason = g_utf8_make_valid (text, n_bytes);
}

TmOops *
tm_oops_new (TmOopsRules *rules, const TmOopsFormat *format, GPtrArray *lines)
{
  g_autoptr (TmOops) self = g_new0 (TmOops, 1);

  self->rules = rules;
  self->format = format;
  self->lines = lines;
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_oops_frame_free);
  self->stack_starts = g_array_new (FALSE, FALSE, sizeof (guint));
  self->modules = g_ptr_array_new_with_free_func (g_free);
  self->cpu = TM_KLOG_UNKNOWN;
  self->time_usec = ((const TmOopsLine *) g_ptr_array_index (lines, 0))->time_usec;

  read_first_line (self);
  read_lines (self);
  if ((format->options & TM_OOPS_OPTION_STACK) != 0 && self->frames->len == 0)
    return NULL;

  tm_oops_find_guilty (self);
  return g_steal_pointer (&self);
}
