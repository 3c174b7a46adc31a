/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must not leave the machine, cut out of a line of text; see tm-oops-scrub.h. */
#include "tm-oops-scrub.h"

/* In this order: the longer form before the one that is a part of it. */
static const struct
{
  const char *pattern;
  const char *replacement;
} rules[] = {
  { "(?:(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})", "[uuid]" },
  { "(?<![0-9a-fA-F:])(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}(?![0-9a-fA-F:])", "[mac]" },
  { "(?<![\\w.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\w.])", "[ip]" },
  { "/(?:home|root|Users|media|run/user)/[^\\s\"'),;]+", "[path]" },
  { "([Ss]erial(?: ?[Nn]umber)?(?: ?[:=]) ?)\\S+", "\\1[serial]" },
  { "((?:SerialNumber|serialnumber)[:=] ?)\\S+", "\\1[serial]" },
  { "(Comm: )(?!(?:kworker|swapper|ksoftirqd|migration|rcu|kswapd|jbd2|irq)\\b)\\S+.*?(?= Not "
    "tainted| Tainted:|$)",
    "\\1[program]" },
  { "(\\bby task )\\S+?(/\\d+)", "\\1[program]\\2" },
  { "(\\btask )(?!(?:kworker|swapper|ksoftirqd|migration|rcu|kswapd|jbd2|irq)\\b)\\S+?(:\\d+ "
    "(?:blocked|can't))",
    "\\1[program]\\2" },
  /* page tables: where in memory; user space: where in a program */
  { "(\\b(?:PGD|P4D|PUD|PMD|PTE) |\\b(?:pgd|p4d|pud|pmd|p?pte) ?= ?)[0-9a-f]{5,16}\\b",
    "\\1[address]" },
  { "(\\bRIP: (?:0033|002b|0023):)(?:0x)?[0-9a-f]{4,16}\\b", "\\1[address]" },
  { "\\b(?:0x)?[0-9a-f]{12,16}\\b", "[address]" },
  { "\\b0x[0-9a-f]{7,11}\\b", "[address]" },
  { "(?<=\\[<)[0-9a-f]{8}(?=>\\])", "[address]" },
  { "(?<=^\\[)[0-9a-f]{8}(?=\\] \\*pgd)", "[address]" },
};

struct _TmOopsScrubber
{
  GRegex *patterns[G_N_ELEMENTS (rules)];
};

TmOopsScrubber *
tm_oops_scrubber_new (void)
{
  TmOopsScrubber *self = g_new0 (TmOopsScrubber, 1);

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    self->patterns[i] = g_regex_new (rules[i].pattern, G_REGEX_OPTIMIZE, 0, NULL);

  return self;
}

void
tm_oops_scrubber_free (TmOopsScrubber *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    g_regex_unref (self->patterns[i]);
  g_free (self);
}

char *
tm_oops_scrubber_clean (TmOopsScrubber *self, const char *text)
{
  char *current = g_utf8_make_valid (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      char *next =
          g_regex_replace (self->patterns[i], current, -1, 0, rules[i].replacement, 0, NULL);

      if (next == NULL)
        continue;
      g_free (current);
      current = next;
    }

  return current;
}
