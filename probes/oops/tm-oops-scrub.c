/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must not leave the machine, cut out of a line of text; see tm-oops-scrub.h. */
#include "tm-oops-scrub.h"

#include <string.h>

/* Names that the kernel gives; what else a task is called is what somebody started. */
#define PROGRAM "(?!(?:kworker|swapper|ksoftirqd|migration|rcu|kswapd|jbd2|irq)\\b)\\S"

/* In this order: the longer form before the one that is a part of it. */
static const struct
{
  const char *holds; /* (nullable): what a line must hold to match, as a search for it is cheap */
  const char *pattern;
  const char *replacement;
} rules[] = {
  { "-", "(?:(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})", "[uuid]" },
  { ":", "(?<![0-9a-fA-F:])(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}(?![0-9a-fA-F:])", "[mac]" },
  { ".", "(?<![\\w.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\w.])", "[ip]" },
  { ":", "(?<![\\w:])(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\\w:])", "[ip]" },
  { "::",
    "(?<![\\w:])(?=[a-fA-F:]*[0-9])(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}(?![\\w:])",
    "[ip]" },
  { "@",
    "(?<=@)[^\\s@/\"']+(\\.(?:service|socket|timer|slice|scope|mount|path|target|swap|device))\\b",
    "[instance]\\1" },
  { "@", "[\\w.+-]+@(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,}\\b", "[mail]" },
  { "/", "([\"'])/(?:home|root|Users|media|mnt|run/user)/[^\"']*(?=\\1)", "\\1[path]" },
  { "/", "/(?:home|root|Users|media|mnt|run/user)/[^\\s\"'),;]+", "[path]" },
  { "erial", "([Ss]erial(?: ?[Nn]umber)?(?: ?[:=]) ?)\\S+", "\\1[serial]" },
  { "erial", "((?:SerialNumber|serialnumber)[:=] ?)\\S+", "\\1[serial]" },
  /* programs: in the head of a report */
  { "omm: ", "([Cc]omm: )" PROGRAM ".*?(?= Not tainted| Tainted:|$)", "\\1[program]" },
  { "Process ", "(\\bProcess )" PROGRAM ".*?(?= \\(pid: \\d)", "\\1[program]" },
  { "TASK", "(\\bTASK ?[=:] .*?')[^']*(?=')", "\\1[program]" },
  { "by task ", "(\\bby task )\\S.*?(/\\d+)", "\\1[program]\\2" },
  { "CPU#", "(\\bCPU#\\d+[:,] )" PROGRAM ".*?(?=/-?\\d+$)", "\\1[program]" },
  { ".owner: ", "(\\.owner: )(?!<none>)" PROGRAM ".*?(?=/-?\\d+,)", "\\1[program]" },
  { "code: ", "(\\bcode: )" PROGRAM ".*?(?=/\\d+$)", "\\1[program]" },
  { "comm ", "(\\bcomm )\"[^\"]*\"", "\\1\"[program]\"" },
  { "tgid ", "(\\btgid \\d+ )\\([^)]*\\)", "\\1([program])" },
  { "has bad", "(\\bin )" PROGRAM ".*?(?=:\\d+ has bad)", "\\1[program]" },
  { "by task ", "(\\bby task )" PROGRAM ".*?(?=:\\d+)", "\\1[program]" },
  { "task ", "(\\btask )" PROGRAM ".*?(:\\d+ (?:<\\w+> )?(?:is )?(?:blocked|can't))",
    "\\1[program]\\2" },
  { "stuck for ", "(\\bstuck for \\d+s! \\[)" PROGRAM ".*?(?=:\\d+\\])", "\\1[program]" },
  { "in process ", "(\\bin process )" PROGRAM ".*?(?= +(?:pfn|pte|pmd):|$)", "\\1[program]" },
  { "name: ", "(\\bpid: \\d+, name: )" PROGRAM ".*", "\\1[program]" },
  { "atomic: ", "(\\b(?:while|or) atomic: )" PROGRAM ".*?(?=/(?:\\d+/)?0x)", "\\1[program]" },
  { "[", "^((?:traps: )?)" PROGRAM ".{0,14}?(?=\\[\\d+\\](?::| trap| general))", "\\1[program]" },
  { ": ", "^" PROGRAM ".{0,14}?(?=: (?:page allocation failure|vmalloc))", "[program]" },
  /* programs: where the kernel complains of what one does */
  { "(pid ", "[^\\s:()]+(?= \\(pid \\d+\\))", "[program]" },
  { "rocess ", "(\\b[Pp]rocess [`'\"])[^`'\"]+(?=['\"])", "\\1[program]" },
  { "program ", "(\\bprogram )" PROGRAM "+(?= (?:is|not|uses|tried)\\b)", "\\1[program]" },
  { "used by ", "(\\bused by )(?=[A-Za-z])" PROGRAM "*?(?=[!.]?$)", "\\1[program]" },
  /* programs: where tasks and their locks are listed */
  { "task:", "(\\btask:)" PROGRAM ".*?(?= +state:)", "\\1[program]" },
  { NULL,
    "^" PROGRAM ".{0,14}?( +[A-Za-z]\\d{0,6} +)"
    "(?=(?:running task +(?:on cpu +)?|[0-9a-f]{8,16} +)?(?:\\d+ +){2,4}0x)",
    "[program]\\1" },
  { "held by ", "(\\blocks? held by )" PROGRAM ".*?(?=/\\d)", "\\1[program]" },
  { "/", "^((?:BUG: |WARNING: )?)" PROGRAM ".{0,14}?(?=/\\d+ (?:is|just|still|\\[))",
    "\\1[program]" },
  /* programs and their groups: where memory ran out */
  { NULL, "^" PROGRAM ".{0,14}?(?= invoked oom-killer| cpuset=)", "[program]" },
  { "process ", "(\\bKill(?:ed)? process \\d+(?:, UID \\d+,)? )\\(.*?\\)(?= total| score|,|$)",
    "\\1([program])" },
  { ",task=", "(,task=).+?(?=,pid=)", "\\1[program]" },
  { "=", "(\\b(?:cpuset|oom_memcg|task_memcg)=)[^, ]+", "\\1[path]" },
  { "Task in ", "(\\bTask in )\\S+( killed as a result of limit of )\\S+", "\\1[path]\\2[path]" },
  { "Memory cgroup stats for ", "(\\bMemory cgroup stats for )[^\\s:]+", "\\1[path]" },
  { NULL, "^(\\[ *\\d+\\](?: +-?\\d+){6,} +).+", "\\1[program]" },
  /* what somebody wrote, or how they are called */
  { "=\"", "(\\b(?:exe|name|path|cwd|hostname|acct|comm|profile)=)\"[^\"]*\"", "\\1[text]" },
  { "ommand line: ", "((?:^|\\b[Kk]ernel )[Cc]ommand line: ).*", "\\1[text]" },
  { "hostname ", "(\\bhostname (?:set )?to <)[^>]*", "\\1[text]" },
  { NULL, "\\b[0-9A-Fa-f]{17,}\\b(?!\\])", "[data]" },
  { "=", "(\\b(?:hostname|acct|comm)=)[^\\s\\[,]+", "\\1[text]" },
  /* page tables: where in memory; user space: where in a program */
  { NULL, "(\\b(?:PGD|P4D|PUD|PMD|PTE) |\\b(?:pgd|p4d|pud|pmd|p?pte) ?[=:] ?)[0-9a-f]{5,16}\\b",
    "\\1[address]" },
  { "RIP: ", "(\\bRIP: (?:0033|002b|0023):)(?:0x)?[0-9a-f]{4,16}\\b", "\\1[address]" },
  { NULL, "\\b(?:0x)?[0-9a-f]{12,16}\\b", "[address]" },
  { "0x", "\\b0x[0-9a-f]{7,11}\\b", "[address]" },
  { NULL, "(\\b(?:address:?|at|addr) |^ *#\\d+: )[0-9a-f]{8}\\b", "\\1[address]" },
  { NULL, "(?<![\\w.@-])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8}(?![\\w.-])", "[address]" },
  { "[<", "(?<=\\[<)[0-9a-f]{8}(?=>\\])", "[address]" },
  { "*pgd", "(?<=^\\[)[0-9a-f]{8}(?=\\] \\*pgd)", "[address]" },
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
      char *next;

      /* Most lines have none of it, and need not be copied. */
      if ((rules[i].holds != NULL && strstr (current, rules[i].holds) == NULL) ||
          !g_regex_match (self->patterns[i], current, 0, NULL))
        continue;
      next = g_regex_replace (self->patterns[i], current, -1, 0, rules[i].replacement, 0, NULL);

      if (next == NULL)
        continue;
      g_free (current);
      current = next;
    }

  return current;
}
