/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-oops-frame.h. */
#include "tm-oops-frame.h"

#include <string.h>

/* Rust's mangled names are the longest; a longer "name" is noise. */
#define FUNCTION_MAX_BYTES 256

void
tm_oops_frame_free (TmOopsFrame *self)
{
  g_free (self->function);
  g_free (self->module);
  g_free (self);
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '.' || c == '$';
}

static const char *
take_hex (const char *at, const char *end, guint64 *out_number)
{
  const char *start = at;

  *out_number = 0;
  for (; at < end && g_ascii_isxdigit (*at) && at - start < 16; at++)
    *out_number = *out_number << 4 | g_ascii_xdigit_value (*at);

  return at > start ? at : NULL;
}

/* "+0x1/0x2"; returns what stands behind it. */
static const char *
take_offset (const char *at, const char *end, guint64 *out_offset, guint64 *out_size)
{
  if (end - at < 8 || memcmp (at, "+0x", 3) != 0)
    return NULL;

  at = take_hex (at + 3, end, out_offset);
  if (at == NULL || end - at < 4 || memcmp (at, "/0x", 3) != 0)
    return NULL;

  return take_hex (at + 3, end, out_size);
}

/* " [module]", " [module buildid]"; "[inline]" is what symbolisers write, no module. */
static char *
take_module (const char *at, const char *end)
{
  const char *start;

  if (end - at < 4 || at[0] != ' ' || at[1] != '[')
    return NULL;

  start = at + 2;
  for (at = start; at < end && (is_name_char (*at) || *at == '-'); at++)
    ;
  if (at == end || at == start || (*at != ']' && *at != ' ' && *at != '('))
    return NULL;

  return strncmp (start, "inline", 6) == 0 ? NULL : g_strndup (start, at - start);
}

static TmOopsFrame *
frame_new (const char *start, const char *name_end, const char *line_end)
{
  guint64 offset = 0, size = 0;
  const char *behind = take_offset (name_end, line_end, &offset, &size);
  TmOopsFrame *self;

  if (behind == NULL || name_end == start || name_end - start > FUNCTION_MAX_BYTES)
    return NULL;

  self = g_new0 (TmOopsFrame, 1);
  self->function = g_strndup (start, name_end - start);
  self->module = take_module (behind, line_end);
  self->offset = offset;
  self->size = size;
  self->is_reliable = TRUE;
  return self;
}

TmOopsFrame *
tm_oops_frame_find (const char *text, gsize n_bytes)
{
  const char *end = text + n_bytes;
  const char *at = text;

  while ((at = memmem (at, end - at, "+0x", 3)) != NULL)
    {
      const char *start = at;
      TmOopsFrame *frame;

      while (start > text && is_name_char (start[-1]))
        start--;
      frame = frame_new (start, at, end);
      if (frame != NULL)
        return frame;
      at += 3;
    }

  return NULL;
}

static const char *
skip_spaces (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\t'))
    at++;

  return at;
}

static gboolean
starts_with (const char *at, const char *end, const char *prefix)
{
  gsize n = strlen (prefix);

  return (gsize) (end - at) >= n && memcmp (at, prefix, n) == 0;
}

/* "[<ffffffff81000000>] ", "[c000000000123456] [c00..] ": addresses and stack pointers. */
static const char *
skip_addresses (const char *at, const char *end)
{
  for (;;)
    {
      const char *close;

      at = skip_spaces (at, end);
      if (at == end || *at != '[')
        return at;

      close = memchr (at, ']', end - at);
      if (close == NULL || close - at < 9 || close - at > 20)
        return at;
      for (const char *c = at + 1; c < close && at[1] != '<'; c++)
        if (!g_ascii_isxdigit (*c))
          return at;
      at = close + 1;
    }
}

/* "(function) from [<...>] (caller+0x1/0x2)" of 32 bit arm, newer "function from caller+0x1/0x2": a
 * line names a frame and where it returns to; only the second has an offset. */
static const char *
skip_arm_from (const char *at, const char *end)
{
  const char *from = memmem (at, end - at, " from ", 6);
  const char *offset = memmem (at, end - at, "+0x", 3);

  if (from == NULL || (offset != NULL && offset < from))
    return at;

  return skip_addresses (from + strlen (" from "), end);
}

static TmOopsFrame *
parse_stack_frame (const char *at, const char *end)
{
  gboolean is_reliable = TRUE;
  const char *start, *name_end;
  TmOopsFrame *frame;

  at = skip_arm_from (skip_addresses (at, end), end);
  if (at < end && *at == '(')
    at++;
  if (starts_with (at, end, "? "))
    {
      is_reliable = FALSE;
      at += 2;
    }
  at = skip_addresses (at, end);

  start = at;
  if (start < end && *start == '.')
    start++;
  for (name_end = start; name_end < end && is_name_char (*name_end); name_end++)
    ;

  frame = frame_new (start, name_end, end);
  if (frame == NULL)
    return NULL;

  frame->is_reliable = is_reliable && memmem (at, end - at, "(unreliable)", 12) == NULL;
  return frame;
}

static const char *const pc_prefixes[] = { "RIP:",     "IP:",   "EIP:",    "EIP is at",
                                           "PC is at", "pc :",  "pc:",     "epc :",
                                           "epc:",     "NIP [", "NIP:",    "NIP",
                                           "Krnl PSW", "PC:",   "[#0] PC", "EIP at" };

static gboolean
is_pc_line (const char *at, const char *end)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pc_prefixes); i++)
    if (starts_with (at, end, pc_prefixes[i]))
      return TRUE;

  return FALSE;
}

TmOopsLineType
tm_oops_frame_parse (const char *text, gsize n_bytes, TmOopsFrame **out_frame)
{
  const char *end = text + n_bytes;
  const char *at = skip_spaces (text, end);
  gboolean is_interrupted = FALSE;

  *out_frame = NULL;
  if (starts_with (at, end, "RIP: 0033:") || starts_with (at, end, "RIP: 002b:") ||
      starts_with (at, end, "RIP: 0023:"))
    return TM_OOPS_LINE_USER_PC;

  if (is_pc_line (at, end))
    {
      *out_frame = tm_oops_frame_find (at, n_bytes - (at - text));
      if (*out_frame == NULL)
        return TM_OOPS_LINE_OTHER;
      (*out_frame)->is_pc = TRUE;
      return TM_OOPS_LINE_PC;
    }

  for (gsize i = 0; i < 3 && at < end && *at == '<'; i++)
    {
      const char *close = memchr (at, '>', MIN (end - at, 12));

      if (close == NULL)
        break;
      /* Where an interrupt came in is known, whatever mark the unwinder gives it. */
      is_interrupted = is_interrupted || starts_with (at, end, "<EOI>");
      at = skip_spaces (close + 1, end);
    }

  *out_frame = parse_stack_frame (at, end);
  if (*out_frame != NULL && is_interrupted)
    (*out_frame)->is_reliable = TRUE;
  return *out_frame != NULL ? TM_OOPS_LINE_FRAME : TM_OOPS_LINE_OTHER;
}

static const char *const syscall_prefixes[] = {
  "__x64_sys_",
  "__ia32_sys_",
  "__arm64_sys_",
  "__riscv_sys_",
  "__s390x_sys_",
  "__powerpc_sys_",
  "__se_sys_",
  "__do_sys_",
  "__se_compat_sys_",
  "__do_compat_sys_",
  "__ia32_compat_sys_",
  "__arm64_compat_sys_",
  "compat_SyS_",
  "compat_sys_",
  "SyS_",
  "SYSC_",
  "ksys_",
  "sys_",
};

static const char *const compiler_suffixes[] = { ".isra",  ".part", ".constprop",
                                                 ".cold",  ".llvm", ".lto_priv",
                                                 ".clone", ".cfi",  ".cfi_jt" };

char *
tm_oops_function_take (const char *text)
{
  gsize n = 0;

  while (is_name_char (text[n]))
    n++;

  return n > 0 && n <= FUNCTION_MAX_BYTES ? g_strndup (text, n) : NULL;
}

char *
tm_oops_function_normalise (const char *function)
{
  gsize n = strlen (function);

  for (gsize i = 0; i < G_N_ELEMENTS (compiler_suffixes); i++)
    {
      const char *suffix = strstr (function, compiler_suffixes[i]);

      if (suffix != NULL && suffix > function)
        n = MIN (n, (gsize) (suffix - function));
    }

  for (gsize i = 0; i < G_N_ELEMENTS (syscall_prefixes); i++)
    {
      gsize n_prefix = strlen (syscall_prefixes[i]);

      if (n > n_prefix && strncmp (function, syscall_prefixes[i], n_prefix) == 0)
        return g_strndup (function + n_prefix, n - n_prefix);
    }

  return g_strndup (function, n);
}
