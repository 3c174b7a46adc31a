/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-boot.h. */
#include "tm-boot.h"

#include <string.h>

/* A stage that took longer than a day is a broken clock. */
#define STAGE_MAX_USEC (24 * 3600 * (guint64) G_USEC_PER_SEC)

/* "NAME=", 20 digits, and more than anybody needs. */
#define LINE_MAX_BYTES 256

static const struct
{
  const char *name;
  gsize offset;
} timestamps[] = {
  { "FirmwareTimestampMonotonic", G_STRUCT_OFFSET (TmBootTimes, firmware) },
  { "LoaderTimestampMonotonic", G_STRUCT_OFFSET (TmBootTimes, loader) },
  { "KernelTimestamp", G_STRUCT_OFFSET (TmBootTimes, kernel) },
  { "InitRDTimestampMonotonic", G_STRUCT_OFFSET (TmBootTimes, initrd) },
  { "UserspaceTimestampMonotonic", G_STRUCT_OFFSET (TmBootTimes, userspace) },
  { "FinishTimestampMonotonic", G_STRUCT_OFFSET (TmBootTimes, finish) },
};

void
tm_boot_times_set (TmBootTimes *self, const char *name, guint64 usec)
{
  for (guint i = 0; i < G_N_ELEMENTS (timestamps); i++)
    if (strcmp (timestamps[i].name, name) == 0)
      G_STRUCT_MEMBER (guint64, self, timestamps[i].offset) = usec;
}

static void
parse_line (TmBootTimes *self, const char *text, gsize n_bytes)
{
  g_autofree char *line = g_strndup (text, n_bytes);
  char *value = strchr (line, '=');

  if (value == NULL)
    return;

  *value++ = '\0';
  /* "systemctl show" writes what counts since 1970 as a date: that it is there is all that counts.
   */
  if (g_ascii_isdigit (value[0]))
    tm_boot_times_set (self, line, g_ascii_strtoull (value, NULL, 10));
  else
    tm_boot_times_set (self, line, value[0] != '\0');
}

void
tm_boot_times_parse (TmBootTimes *self, const char *text, gsize n_bytes)
{
  const char *end = text + n_bytes;

  while (text < end)
    {
      const char *line_end = memchr (text, '\n', end - text);

      if (line_end == NULL)
        line_end = end;
      if (line_end - text <= LINE_MAX_BYTES)
        parse_line (self, text, line_end - text);
      text = line_end + 1;
    }
}

static void
add_stage (JsonObject *object, const char *name, guint64 begin, guint64 end)
{
  if (end > begin && end - begin <= STAGE_MAX_USEC)
    json_object_set_int_member (object, name, (gint64) ((end - begin) / 1000));
}

void
tm_boot_times_add_stages (const TmBootTimes *self, JsonObject *object)
{
  guint64 kernel_end = self->initrd != 0 ? self->initrd : self->userspace;

  /* Firmware and loader count backwards from the kernel. */
  add_stage (object, "firmware_ms", self->loader, self->firmware);
  add_stage (object, "loader_ms", 0, self->loader);
  /* In a container it is somebody else's kernel. */
  if (self->kernel != 0)
    add_stage (object, "kernel_ms", 0, kernel_end);
  if (self->initrd != 0)
    add_stage (object, "initrd_ms", self->initrd, self->userspace);
  if (self->userspace != 0)
    add_stage (object, "userspace_ms", self->userspace, self->finish);
}
