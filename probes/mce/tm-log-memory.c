/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-log-memory.h. */
#include "tm-log-memory.h"

#include <string.h>

#include "tm-log-scan.h"
#include "tm-memory-fault.h"

/* The driver's words may have an "on", too: the last one in front of the details counts. */
static char *
find_label (const char *words)
{
  const char *end = strstr (words, " (");
  const char *at = end != NULL ? g_strrstr_len (words, end - words, "on ") : NULL;

  return at != NULL ? g_strndup (at + 3, end - at - 3) : NULL;
}

static gboolean
get_severity (const char *word, TmFaultSeverity *out_severity)
{
  static const struct
  {
    const char *word;
    TmFaultSeverity severity;
  } words[] = { { "CE ", TM_FAULT_CORRECTED },
                { "UE ", TM_FAULT_UNCORRECTED },
                { "DE ", TM_FAULT_DEFERRED } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (word, words[i].word))
      {
        *out_severity = words[i].severity;
        return TRUE;
      }

  return FALSE;
}

TmFault *
tm_log_memory_parse (const char *line)
{
  const char *at = tm_log_scan_behind (line, "EDAC MC");
  const char *words = at != NULL ? tm_log_scan_behind (at, ": ") : NULL;
  TmMemoryFault memory = { 0 };
  guint64 controller;
  g_autofree char *label = NULL;
  g_autofree char *message = NULL;

  if (words == NULL || !tm_log_scan_number (line, "EDAC MC", 10, &controller) ||
      !tm_log_scan_number (at, ": ", 10, &memory.count))
    return NULL;
  words = strchr (words, ' ');
  if (words == NULL || !get_severity (words + 1, &memory.severity))
    return NULL;
  words += strlen (" CE ");
  label = find_label (words);
  if (label == NULL)
    return NULL;

  message = g_strndup (words, strstr (words, " (") - words - strlen (label) - strlen ("on "));
  memory.controller = (guint) controller;
  memory.label = label;
  memory.message = message;
  memory.detail = strstr (words, " (");
  return tm_memory_fault_to_fault (&memory);
}
