/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-mca-code.h. */
#include "tm-mca-code.h"

#define FILTER_BIT 0x1000
#define N_REQUESTS 9

static const struct
{
  guint16 code;
  const char *kind;
  const char *words;
} simple[] = {
  { 0x0000, "none", "no error code" },
  { 0x0001, "unclassified", "unclassified error" },
  { 0x0002, "microcode", "parity error in the microcode store" },
  { 0x0003, "external", "error signalled by another processor or part" },
  { 0x0004, "redundancy", "functional redundancy check failed" },
  { 0x0005, "internal-parity", "internal parity error" },
  { 0x0006, "smm", "code outside of its range in system management mode" },
  { 0x0400, "internal-timer", "internal timer ran out" },
  { 0x0e0b, "io", "I/O error" },
};

static const char *const transactions[] = { "instruction", "data", "generic", NULL };
static const char *const levels[] = { "L0", "L1", "L2", "generic" };
static const char *const requests[] = { "generic",   "read",       "write",
                                        "data-read", "data-write", "instruction-fetch",
                                        "prefetch",  "eviction",   "snoop" };
static const char *const memory_requests[] = { "generic", "read", "write", "address-command",
                                               "scrub",   NULL,   NULL,    NULL };
static const char *const participations[] = { "requester", "responder", "observer", "generic" };
static const char *const targets[] = { "memory", NULL, "io", "other" };

static gboolean
find_simple (guint16 code, guint *out_index)
{
  for (guint i = 0; i < G_N_ELEMENTS (simple); i++)
    if (simple[i].code == code)
      {
        *out_index = i;
        return TRUE;
      }

  return FALSE;
}

static void
decode_cache (guint16 code, TmMcaCode *out_code)
{
  guint request = code >> 4 & 0xf;

  out_code->kind = "cache";
  out_code->level = levels[code & 3];
  out_code->transaction = transactions[code >> 2 & 3];
  out_code->request = request < N_REQUESTS ? requests[request] : NULL;
}

static void
decode_memory (guint16 code, const char *kind, TmMcaCode *out_code)
{
  out_code->kind = kind;
  out_code->request = memory_requests[code >> 4 & 7];
  out_code->channel = code & 0xf;
}

static void
decode_bus (guint16 code, TmMcaCode *out_code)
{
  guint request = code >> 4 & 0xf;

  out_code->kind = "bus";
  out_code->participation = participations[code >> 9 & 3];
  out_code->timed_out = (code >> 8 & 1) != 0;
  out_code->request = request < N_REQUESTS ? requests[request] : NULL;
  out_code->target = targets[code >> 2 & 3];
  out_code->level = levels[code & 3];
}

void
tm_mca_code_decode (guint16 code, TmMcaCode *out_code)
{
  guint16 compound = code & 0xefff;
  guint index;

  *out_code = (TmMcaCode){ .kind = "unknown", .channel = TM_MCA_CHANNEL_UNKNOWN };
  if (find_simple (code, &index))
    {
      out_code->kind = simple[index].kind;
      return;
    }

  out_code->is_filtered = (code & FILTER_BIT) != 0;
  if ((compound & 0xfffc) == 0x000c)
    {
      out_code->kind = "cache";
      out_code->level = levels[code & 3];
    }
  else if ((compound & 0xfff0) == 0x0010)
    {
      out_code->kind = "tlb";
      out_code->level = levels[code & 3];
      out_code->transaction = transactions[code >> 2 & 3];
    }
  else if ((compound & 0xff80) == 0x0080)
    decode_memory (code, "memory-controller", out_code);
  else if ((compound & 0xff80) == 0x0280)
    decode_memory (code, "memory-cache", out_code);
  else if ((compound & 0xff00) == 0x0100)
    decode_cache (code, out_code);
  else if ((compound & 0xfc00) == 0x0400)
    out_code->kind = "internal";
  else if ((compound & 0xf800) == 0x0800)
    decode_bus (code, out_code);
}

/* "level 1 ", or nothing. */
static const char *
get_level_words (const TmMcaCode *self)
{
  static const char *const words[] = { "level 0 ", "level 1 ", "level 2 ", "" };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (self->level == levels[i])
      return words[i];

  return "";
}

/* What was going on, or otherwise. */
static char *
get_request_words (const TmMcaCode *self, const char *otherwise)
{
  if (self->request == NULL || g_str_equal (self->request, "generic"))
    return g_strdup (otherwise);
  if (g_str_equal (self->request, "address-command"))
    return g_strdup ("address or command");

  return g_strdelimit (g_strdup (self->request), "-", ' ');
}

static gboolean
has_transaction (const TmMcaCode *self)
{
  return self->transaction != NULL && !g_str_equal (self->transaction, "generic");
}

static char *
cache_to_text (const TmMcaCode *self)
{
  g_autofree char *request = get_request_words (self, "error");

  /* "instruction fetch", "data read" say the kind of cache themselves. */
  return g_strdup_printf ("%s in the %s%s%scache", request, get_level_words (self),
                          has_transaction (self) ? self->transaction : "",
                          has_transaction (self) ? " " : "");
}

static char *
bus_to_text (const TmMcaCode *self)
{
  g_autofree char *request = get_request_words (self, "error");
  gboolean is_memory = g_strcmp0 (self->target, "memory") == 0;
  gboolean is_io = g_strcmp0 (self->target, "io") == 0;

  return g_strdup_printf ("%s on the %sbus or interconnect%s%s", request, get_level_words (self),
                          is_memory ? ", to memory"
                          : is_io   ? ", to I/O"
                                    : "",
                          self->timed_out ? ", timed out" : "");
}

static char *
memory_to_text (const TmMcaCode *self, const char *where)
{
  g_autofree char *request = get_request_words (self, "");

  return g_strdup_printf ("%s%serror%s", request, *request != '\0' ? " " : "", where);
}

char *
tm_mca_code_to_text (const TmMcaCode *self, guint16 code)
{
  guint index;

  if (find_simple (code, &index))
    return g_strdup (simple[index].words);
  if (g_str_equal (self->kind, "cache"))
    return cache_to_text (self);
  if (g_str_equal (self->kind, "tlb"))
    return g_strdup_printf ("error in the %s%s%stranslation buffer", get_level_words (self),
                            has_transaction (self) ? self->transaction : "",
                            has_transaction (self) ? " " : "");
  if (g_str_equal (self->kind, "memory-controller"))
    return memory_to_text (self, " of memory, seen by its controller");
  if (g_str_equal (self->kind, "memory-cache"))
    return memory_to_text (self, " of memory that serves as a cache");
  if (g_str_equal (self->kind, "bus"))
    return bus_to_text (self);
  if (g_str_equal (self->kind, "internal"))
    return g_strdup_printf ("internal error, code 0x%04x", code);

  return g_strdup_printf ("unknown error code 0x%04x", code);
}
