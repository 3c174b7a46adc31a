/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-memory-fault.h. */
#include "tm-memory-fault.h"

#include <string.h>

#include "tm-cper-place.h"

/* Of what a driver says of an error; longer is none of a class. */
#define MAX_WORDS_BYTES 120

gboolean
tm_memory_fault_is_label (const char *label)
{
  static const char *const none[] = { "", "any memory", "unknown memory", "unknown label", NULL };

  return !g_strv_contains (none, label);
}

/* Drivers put numbers and addresses into their words: a word with a digit is none of the class. */
static char *
normalise (const char *message)
{
  g_auto (GStrv) words = g_strsplit (message, " ", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && strpbrk (words[i], "0123456789") == NULL &&
        text->len + strlen (words[i]) < MAX_WORDS_BYTES)
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", words[i]);
  if (text->len == 0 || strcmp (text->str, "unspecified") == 0)
    g_string_assign (text, "ECC error");

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Pairs that name a class; rows, columns and addresses stay. */
static void
set_detail (const char *detail, JsonObject *object)
{
  static const char *const keys[] = { "err_code:", "area:", "rank:", "csrow:", "channel:" };
  g_auto (GStrv) words = g_strsplit_set (detail, " ()", -1);

  for (guint i = 0; words[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
      if (g_str_has_prefix (words[i], keys[k]))
        {
          g_autofree char *name = g_strndup (keys[k], strlen (keys[k]) - 1);

          json_object_set_string_member (object, name, words[i] + strlen (keys[k]));
        }
}

TmFault *
tm_memory_fault_to_fault (const TmMemoryFault *self)
{
  TmFault *fault = tm_fault_new (TM_FAULT_MEMORY, self->severity, normalise (self->message));
  JsonObject *object = tm_fault_get_details (fault);

  fault->count = MAX (self->count, 1);
  json_object_set_int_member (object, "controller", self->controller);
  if (tm_memory_fault_is_label (self->label))
    {
      fault->location = tm_cper_place_clean (self->label);
      json_object_set_string_member (object, "label", fault->location);
    }
  else
    fault->location = g_strdup_printf ("memory controller %u", self->controller);
  if (self->detail != NULL)
    set_detail (self->detail, object);
  return fault;
}
