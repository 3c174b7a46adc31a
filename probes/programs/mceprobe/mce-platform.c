/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mce-platform.h. */
#include "mce-platform.h"

#include <string.h>

#include "tm-pcie-fault.h"

#define DMI "/sys/class/dmi/id/"
#define DEVICES "/sys/bus/pci/devices/"
#define MODEL_KEY "model name"
/* What a board's maker writes has 64 bytes at most. */
#define MAX_NAME_BYTES 128

static char *
read_line (TmProbe *probe, const char *absolute)
{
  g_autofree char *file = tm_probe_get_path (probe, absolute);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return NULL;

  text[strcspn (text, "\n")] = '\0';
  return g_utf8_make_valid (g_strstrip (text), (gssize) MIN (strlen (text), MAX_NAME_BYTES));
}

/* The first processor's; they are alike. */
static char *
read_cpu (TmProbe *probe)
{
  g_autofree char *file = tm_probe_get_path (probe, "/proc/cpuinfo");
  g_autofree char *text = NULL;
  char *at;
  char *colon;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return NULL;
  at = strstr (text, MODEL_KEY);
  if (at == NULL)
    return NULL;

  at[strcspn (at, "\n")] = '\0';
  colon = strchr (at, ':');
  return colon != NULL ? g_utf8_make_valid (g_strstrip (colon + 1), -1) : NULL;
}

JsonObject *
mce_platform_read (TmProbe *probe)
{
  static const char *const fields[][2] = { { "vendor", DMI "sys_vendor" },
                                           { "product", DMI "product_name" },
                                           { "board", DMI "board_name" },
                                           { "bios", DMI "bios_version" } };
  JsonObject *object = json_object_new ();
  g_autofree char *cpu = read_cpu (probe);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = read_line (probe, fields[i][1]);

      if (value != NULL && value[0] != '\0')
        json_object_set_string_member (object, fields[i][0], value);
    }
  if (cpu != NULL)
    json_object_set_string_member (object, "cpu", cpu);
  return object;
}

/* "0x8086" */
static gboolean
read_hex (TmProbe *probe, const char *place, const char *name, guint *out_number)
{
  g_autofree char *absolute = g_strconcat (DEVICES, place, "/", name, NULL);
  g_autofree char *text = read_line (probe, absolute);

  if (text == NULL || !g_str_has_prefix (text, "0x"))
    return FALSE;

  *out_number = (guint) g_ascii_strtoull (text, NULL, 16);
  return TRUE;
}

void
mce_platform_complete (TmProbe *probe, TmFault *fault)
{
  guint vendor;
  guint device;
  guint class_code = 0;

  if (fault->kind != TM_FAULT_PCIE || fault->unit != NULL || fault->location == NULL ||
      !tm_pcie_fault_is_place (fault->location) ||
      !read_hex (probe, fault->location, "vendor", &vendor) ||
      !read_hex (probe, fault->location, "device", &device))
    return;

  read_hex (probe, fault->location, "class", &class_code);
  tm_pcie_fault_set_model (fault, vendor, device, class_code & 0xffffff);
}
