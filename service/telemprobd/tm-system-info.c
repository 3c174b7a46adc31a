/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine is; see tm-system-info.h. */
#include "tm-system-info.h"

#include <string.h>
#include <sys/utsname.h>

#include "tm-uuid.h"

#define MAX_FILE_BYTES (1024 * 1024)

/* DMI's own words for "nobody filled this in". */
static const char *const dmi_nothing[] = {
  "to be filled by o.e.m.", "default string", "not specified", "none", "n/a", "", NULL
};

/* NULL if it cannot be read, or is nothing. (transfer full) */
static char *
read_first_line (const char *root, const char *path)
{
  g_autofree char *file = g_build_filename (*root != '\0' ? root : "/", path, NULL);
  g_autofree char *text = NULL;
  char *end;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return NULL;

  end = strchr (text, '\n');
  if (end != NULL)
    *end = '\0';
  g_strstrip (text);
  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static char *
read_dmi (const char *root, const char *name)
{
  g_autofree char *path = g_build_filename ("/sys/class/dmi/id", name, NULL);
  g_autofree char *value = read_first_line (root, path);
  g_autofree char *lower = value != NULL ? g_ascii_strdown (value, -1) : NULL;

  if (lower == NULL || g_strv_contains (dmi_nothing, lower))
    return NULL;

  return g_steal_pointer (&value);
}

/* vendor|product|version; unknown parts are empty, and nothing at all is nothing. */
static char *
read_host_type (const char *root)
{
  g_autofree char *vendor = read_dmi (root, "sys_vendor");
  g_autofree char *product = read_dmi (root, "product_name");
  g_autofree char *version = read_dmi (root, "product_version");

  if (vendor == NULL && product == NULL && version == NULL)
    return NULL;

  return g_strdup_printf ("%s|%s|%s", vendor != NULL ? vendor : "", product != NULL ? product : "",
                          version != NULL ? version : "");
}

static char *
read_board_name (const char *root)
{
  g_autofree char *name = read_dmi (root, "board_name");
  g_autofree char *vendor = read_dmi (root, "board_vendor");

  if (name == NULL)
    return NULL;
  if (vendor == NULL)
    return g_steal_pointer (&name);

  return g_strdup_printf ("%s|%s", name, vendor);
}

/* The value of a line "key : value" or "KEY=value". (transfer full) (nullable) */
static char *
find_value (char **lines, const char *key, char separator)
{
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *end = strchr (lines[i], separator);
      g_autofree char *name = end != NULL ? g_strndup (lines[i], end - lines[i]) : NULL;

      if (name != NULL && g_str_equal (g_strstrip (name), key))
        return g_strstrip (g_strdup (end + 1));
    }

  return NULL;
}

static char **
read_lines (const char *root, const char *path)
{
  g_autofree char *file = g_build_filename (*root != '\0' ? root : "/", path, NULL);
  g_autofree char *text = NULL;
  gsize n_bytes = 0;

  if (!g_file_get_contents (file, &text, &n_bytes, NULL) || n_bytes > MAX_FILE_BYTES)
    return NULL;

  return g_strsplit (text, "\n", -1);
}

static char *
find_os_release (char **lines, const char *key)
{
  g_autofree char *value = find_value (lines, key, '=');
  char *unquoted;

  if (value == NULL || *value == '\0')
    return NULL;

  unquoted = g_shell_unquote (value, NULL);
  return unquoted != NULL ? unquoted : g_steal_pointer (&value);
}

/* ID or ID_VARIANT_ID; VERSION_ID, or BUILD_ID where a distribution has no versions. */
static void
read_os_release (const char *root, char **values)
{
  g_auto (GStrv) lines = read_lines (root, "/etc/os-release");
  g_autofree char *id = NULL;
  g_autofree char *variant = NULL;

  if (lines == NULL)
    lines = read_lines (root, "/usr/lib/os-release");
  if (lines == NULL)
    return;

  id = find_os_release (lines, "ID");
  variant = find_os_release (lines, "VARIANT_ID");
  if (id != NULL && variant != NULL)
    values[TM_SYSTEM_SYSTEM_NAME] = g_strdup_printf ("%s_%s", id, variant);
  else
    values[TM_SYSTEM_SYSTEM_NAME] = g_strdup (id != NULL ? id : "linux");

  values[TM_SYSTEM_BUILD] = find_os_release (lines, "VERSION_ID");
  if (values[TM_SYSTEM_BUILD] == NULL)
    values[TM_SYSTEM_BUILD] = find_os_release (lines, "BUILD_ID");
}

/* x86 says "model name"; arm and riscv say less, and each something else. */
static char *
read_cpu_model (const char *root)
{
  static const char *const keys[] = { "model name", "Model", "cpu model", "uarch", "cpu" };
  g_auto (GStrv) lines = read_lines (root, "/proc/cpuinfo");

  for (guint i = 0; lines != NULL && i < G_N_ELEMENTS (keys); i++)
    {
      char *value = find_value (lines, keys[i], ':');

      if (value != NULL && *value != '\0')
        return value;
      g_free (value);
    }

  return NULL;
}

/* As a label must be: valid UTF-8 without control characters. Firmware writes what it likes. */
static void
make_label (TmSystemFieldId id, char **value)
{
  g_autoptr (GString) label = NULL;
  g_autofree char *valid = NULL;

  if (*value == NULL)
    return;

  valid = g_utf8_make_valid (*value, -1);
  label = g_string_new (NULL);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    g_string_append_unichar (label,
                             g_unichar_iscntrl (g_utf8_get_char (c)) ? '?' : g_utf8_get_char (c));

  g_clear_pointer (value, g_free);
  if (label->len > 0 && label->len <= tm_system_field_get (id)->max)
    *value = g_string_free (g_steal_pointer (&label), FALSE);
}

TmSystem *
tm_system_info_read (const char *root)
{
  char *values[TM_N_SYSTEM_FIELDS] = { NULL };
  g_autoptr (GError) error = NULL;
  struct utsname names;
  TmSystem *system;

  if (uname (&names) == 0)
    {
      values[TM_SYSTEM_ARCH] = g_strdup (names.machine);
      values[TM_SYSTEM_KERNEL_VERSION] = g_strdup (names.release);
    }
  read_os_release (root, values);
  values[TM_SYSTEM_HOST_TYPE] = read_host_type (root);
  values[TM_SYSTEM_BOARD_NAME] = read_board_name (root);
  values[TM_SYSTEM_BIOS_VERSION] = read_dmi (root, "bios_version");
  values[TM_SYSTEM_CPU_MODEL] = read_cpu_model (root);

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    make_label (i, &values[i]);
  system = tm_system_new ((const char *const *) values, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    g_free (values[i]);
  return system;
}

char *
tm_system_info_read_boot_id (const char *root)
{
  g_autofree char *text = read_first_line (root, "/proc/sys/kernel/random/boot_id");
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, "-", -1) : NULL;
  g_autofree char *hex = parts != NULL ? g_strjoinv ("", parts) : NULL;
  char random[33];

  if (hex != NULL && strlen (hex) == 32 && strspn (hex, "0123456789abcdef") == 32)
    return g_steal_pointer (&hex);

  tm_random_hex32 (random);
  return g_strdup (random);
}
