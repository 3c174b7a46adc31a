/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-oops-record.h. */
#include "tm-oops-record.h"

#include <string.h>

/* Of all stacks of a report, into its record. */
#define MAX_FRAMES 64

static const struct
{
  const char *kind;
  guint severity;
  const char *family; /* (nullable): a title that reports of one bug by several checkers share */
} kinds[] = {
  { "warning", 2, NULL },      { "oops", 3, "bad access" }, { "bug", 4, NULL },
  { "panic", 4, NULL },        { "lockup", 4, "stall" },    { "hung-task", 3, NULL },
  { "rcu-stall", 3, "stall" }, { "lockdep", 2, NULL },      { "sanitizer", 3, "bad access" },
  { "oom", 2, NULL },          { "other", 2, NULL },
};

static char *
scrub (const TmOops *self, const char *text)
{
  return tm_oops_scrubber_clean (tm_oops_rules_get_scrubber (self->rules), text);
}

guint
tm_oops_get_severity (const TmOops *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].kind, self->format->kind) == 0)
      return kinds[i].severity;

  return 2;
}

static char *
name_with_module (const TmOops *self, const char *function)
{
  return self->module != NULL ? g_strdup_printf ("%s!%s", self->module, function)
                              : g_strdup (function);
}

char *
tm_oops_get_title (const TmOops *self)
{
  g_autofree char *name = NULL;
  g_autofree char *kind = scrub (self, self->kind_text);

  if (self->function == NULL && self->said != NULL)
    return g_strdup_printf ("%s: %s", kind, self->said);
  if (self->function == NULL)
    return g_steal_pointer (&kind);

  name = name_with_module (self, self->function);
  return g_strdup_printf ("%s in %s", kind, name);
}

static void
update_text (GChecksum *checksum, const char *text)
{
  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_update (checksum, (const guchar *) "|", 1);
}

/* A stall stops its task anywhere in a loop: only from the one to blame on are its stacks alike. */
static guint
first_hashed_frame (const TmOops *self)
{
  if ((self->format->options & (TM_OOPS_OPTION_STALL | TM_OOPS_OPTION_HUNG)) != 0)
    return self->guilty_frame;

  return tm_oops_get_own_stack (self);
}

/* How many frames there were. */
static guint
update_frames (const TmOops *self, GChecksum *checksum, guint n_frames, gboolean reliable)
{
  guint n_used = 0;

  for (guint i = first_hashed_frame (self); i < self->frames->len && n_used < n_frames; i++)
    {
      const TmOopsFrame *frame = g_ptr_array_index (self->frames, i);
      g_autofree char *name = tm_oops_function_normalise (frame->function);

      /* How the kernel prints a report changes from one version to the next. */
      if (frame->is_reliable != reliable ||
          tm_oops_rules_is (self->rules, name, TM_OOPS_CLASS_MACHINERY))
        continue;
      update_text (checksum, name);
      n_used++;
    }

  return n_used;
}

char *
tm_oops_get_hash (const TmOops *self, guint n_frames)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  update_text (checksum, "v1");
  update_text (checksum, self->format->kind);
  update_text (checksum, self->module != NULL ? self->module : "");
  update_text (checksum, self->function != NULL ? self->function : self->kind_text);
  if (self->function == NULL && self->said != NULL)
    update_text (checksum, self->said);
  if (update_frames (self, checksum, n_frames, TRUE) == 0)
    update_frames (self, checksum, n_frames, FALSE);

  return g_strndup (g_checksum_get_string (checksum), 32);
}

static void
add_alternative (JsonArray *array, const char *kind, const char *function)
{
  g_autofree char *name = tm_oops_function_normalise (function);
  g_autofree char *title = g_strdup_printf ("%s in %s", kind, name);

  json_array_add_string_element (array, title);
}

static JsonArray *
get_alternatives (const TmOops *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].kind, self->format->kind) == 0 && kinds[i].family != NULL &&
        self->function != NULL)
      add_alternative (array, kinds[i].family, self->function);

  if (self->stated_function != NULL && g_strcmp0 (self->stated_function, self->function) != 0)
    {
      g_autofree char *pair = g_strdup_printf (
          "%s/%s", self->function != NULL ? self->function : "?", self->stated_function);

      add_alternative (array, self->kind_text, self->stated_function);
      add_alternative (array, self->kind_text, pair);
    }

  return array;
}

static JsonObject *
get_signature (const TmOops *self)
{
  JsonObject *object = json_object_new ();
  g_autofree char *title = tm_oops_get_title (self);
  g_autofree char *group = tm_oops_get_hash (self, TM_OOPS_GROUP_FRAMES);
  g_autofree char *exact = tm_oops_get_hash (self, TM_OOPS_EXACT_FRAMES);

  json_object_set_int_member (object, "version", TM_OOPS_SIGNATURE_VERSION);
  json_object_set_string_member (object, "title", title);
  json_object_set_string_member (object, "hash", group);
  json_object_set_string_member (object, "exact", exact);
  json_object_set_array_member (object, "alternatives", get_alternatives (self));
  return object;
}

static JsonObject *
frame_to_json (const TmOopsFrame *frame)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "function", frame->function);
  json_object_set_int_member (object, "offset", (gint64) MIN (frame->offset, G_MAXINT64));
  json_object_set_int_member (object, "size", (gint64) MIN (frame->size, G_MAXINT64));
  if (frame->module != NULL)
    json_object_set_string_member (object, "module", frame->module);
  if (!frame->is_reliable)
    json_object_set_boolean_member (object, "reliable", FALSE);
  if (frame->is_pc)
    json_object_set_boolean_member (object, "pc", TRUE);
  return object;
}

static JsonArray *
get_frames (const TmOops *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < MIN (self->frames->len, MAX_FRAMES); i++)
    json_array_add_object_element (array, frame_to_json (g_ptr_array_index (self->frames, i)));

  return array;
}

static JsonArray *
get_modules (const TmOops *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->modules->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (self->modules, i));

  return array;
}

/* "r7:80813f4c  r6:...", "$ 4   : 80813f4c ...", "sp : 80813f4c": what 32 bit processors hold. */
static gboolean
lists_registers (const char *text)
{
  gsize n;

  text += strspn (text, " \t$");
  for (n = 0; g_ascii_isalnum (text[n]); n++)
    ;
  text += n;
  text += strspn (text, " ");
  if (n == 0 || n > 4 || *text != ':')
    return FALSE;

  text++;
  text += strspn (text, " ");
  for (n = 0; g_ascii_isxdigit (text[n]); n++)
    ;
  return n >= 8 && (text[n] == '\0' || text[n] == ' ');
}

/* Registers and code bytes are values out of somebody's memory. */
static gboolean
holds_memory (const char *text)
{
  static const char *const heads[] = {
    "Code: ", "RSP: ", "RAX: ", "RDX: ",    "RBP: ",    "R10: ", "R13: ", "FS:  ", "CS:  ", "CR2: ",
    "DR0: ",  "DR3: ", "EAX: ", "ESI: ",    "DS: ",     "CR0: ", "x29: ", "x28: ", "x26: ", "x27: ",
    "x25: ",  "x24: ", "x23: ", "x22: ",    "x21: ",    "x20: ", "x19: ", "x18: ", "x17: ", "x16: ",
    "x15: ",  "x14: ", "x13: ", "x12: ",    "x11: ",    "x10: ", "x9 : ", "x8 : ", "x7 : ", "x6 : ",
    "x5 : ",  "x4 : ", "x3 : ", "x2 : ",    "x1 : ",    "x0 : ", "sp : ", "GPR",   "r10:",  "r7 :",
    "r3 :",   "PKRU:", "raw: ", "Stack: (", "Krnl GPRS"
  };
  const char *start = text + strspn (text, " \t");

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_has_prefix (start, heads[i]))
      return TRUE;

  if (lists_registers (start))
    return TRUE;

  /* Dumps: ">ffff88003a6bd100: 00 00 fb fb". */
  return strspn (start, ">0123456789abcdefABCDEF:. ") == strlen (start) && strlen (start) > 16;
}

static void
append_line (const TmOops *self, GString *text, const char *line)
{
  g_autofree char *clean = NULL;

  if (holds_memory (line))
    return;
  clean = scrub (self, line);
  g_string_append (text, clean);
  g_string_append_c (text, '\n');
}

/* What was said in front of the first line, for people: "" if nothing was. */
static char *
get_message (const TmOops *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; self->message != NULL && i < self->message->len; i++)
    append_line (self, text, g_ptr_array_index (self->message, i));

  return g_string_free (text, FALSE);
}

static char *
get_text (const TmOops *self, const char *message)
{
  GString *text = g_string_new (message);

  for (guint i = 0; i < self->lines->len; i++)
    append_line (self, text, ((const TmOopsLine *) g_ptr_array_index (self->lines, i))->text);

  return g_string_free (text, FALSE);
}

static void
set_text (const TmOops *self, JsonObject *object, const char *key, const char *text)
{
  g_autofree char *clean = text != NULL ? scrub (self, text) : NULL;

  if (clean != NULL)
    json_object_set_string_member (object, key, clean);
}

JsonNode *
tm_oops_to_payload (const TmOops *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *message = get_message (self);
  g_autofree char *text = get_text (self, message);

  json_object_set_object_member (object, "signature", get_signature (self));
  json_object_set_string_member (object, "kind", self->format->kind);
  set_text (self, object, "reason", self->reason);
  if (*message != '\0')
    json_object_set_string_member (object, "message", g_strchomp (message));
  set_text (self, object, "function", self->function);
  set_text (self, object, "module", self->module);
  set_text (self, object, "kernel_version", self->kernel_version);
  set_text (self, object, "taint", self->taint);
  set_text (self, object, "hardware", self->hardware);
  if (self->cpu != TM_KLOG_UNKNOWN)
    json_object_set_int_member (object, "cpu", self->cpu);
  if (self->time_usec != TM_KLOG_UNKNOWN)
    json_object_set_int_member (object, "uptime_us", self->time_usec);
  json_object_set_boolean_member (object, "panicked", self->has_panicked);
  json_object_set_boolean_member (object, "complete", self->is_complete);
  json_object_set_array_member (object, "frames", get_frames (self));
  json_object_set_array_member (object, "modules", get_modules (self));
  json_object_set_string_member (object, "text", text);
  json_node_take_object (node, object);
  return g_steal_pointer (&node);
}
