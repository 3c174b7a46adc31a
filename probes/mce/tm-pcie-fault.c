/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-pcie-fault.h. */
#include "tm-pcie-fault.h"

#include <string.h>

#include "tm-cper-type.h"

/* The kernel writes 12: "0000:00:1c.0"; domains may have more digits. */
#define MAX_PLACE_BYTES 32
#define CLASS_BRIDGE 0x0604u

gboolean
tm_pcie_fault_is_place (const char *name)
{
  gsize n_bytes = strlen (name);

  return n_bytes > 0 && n_bytes <= MAX_PLACE_BYTES &&
         strspn (name, "0123456789abcdefABCDEF:.") == n_bytes && strstr (name, "..") == NULL &&
         strchr (name, ':') != NULL;
}

static JsonArray *
get_errors (const TmPcieFault *self)
{
  const TmCperName *names = self->severity == TM_FAULT_CORRECTED ? tm_cper_aer_correctable_names
                                                                 : tm_cper_aer_uncorrectable_names;
  JsonArray *errors = json_array_new ();

  for (guint i = 0; names[i].name != NULL; i++)
    if ((self->status >> names[i].value & 1) != 0)
      json_array_add_string_element (errors, names[i].name);
  return errors;
}

/* "bad tlp and replay timer timeout" */
static char *
join (JsonArray *errors)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (errors); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " and " : "",
                            json_array_get_string_element (errors, i));
  if (text->len == 0)
    g_string_assign (text, "no error bit");

  return g_strdelimit (g_string_free (g_steal_pointer (&text), FALSE), "_", ' ');
}

TmFault *
tm_pcie_fault_to_fault (const TmPcieFault *self)
{
  JsonArray *errors = get_errors (self);
  TmFault *fault = tm_fault_new (TM_FAULT_PCIE, self->severity, join (errors));
  JsonObject *object = tm_fault_get_details (fault);
  g_autofree char *status = g_strdup_printf ("0x%08x", self->status);

  json_object_set_array_member (object, "errors", errors);
  json_object_set_string_member (object, "status", status);
  if (!tm_pcie_fault_is_place (self->device))
    return fault;

  json_object_set_string_member (object, "device", self->device);
  fault->location = g_strdup (self->device);
  return fault;
}

void
tm_pcie_fault_set_model (TmFault *fault, guint vendor, guint device, guint class_code)
{
  JsonObject *object = tm_fault_get_details (fault);
  g_autofree char *class_text = g_strdup_printf ("%06x", class_code);

  tm_cper_set_pci_model (object, vendor, device);
  if (class_code != 0)
    json_object_set_string_member (object, "class", class_text);
  g_free (fault->unit);
  fault->unit = g_strdup_printf (
      "%s %04x:%04x", class_code >> 8 == CLASS_BRIDGE ? "port" : "device", vendor, device);
}
