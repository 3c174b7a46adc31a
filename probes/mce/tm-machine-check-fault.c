/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-machine-check-fault.h. */
#include "tm-machine-check-fault.h"

#include "tm-mca-bank.h"
#include "tm-mca-code.h"
#include "tm-mca-register.h"

typedef struct
{
  guint64 bit;
  const char *name;
} Flag;

static const Flag common_flags[] = {
  { TM_MCA_BIT (63), "valid" },           { TM_MCA_BIT (62), "overflow" },
  { TM_MCA_BIT (61), "uncorrected" },     { TM_MCA_BIT (60), "enabled" },
  { TM_MCA_BIT (59), "misc-valid" },      { TM_MCA_BIT (58), "address-valid" },
  { TM_MCA_BIT (57), "context-corrupt" },
};
static const Flag intel_flags[] = {
  { TM_MCA_BIT (56), "signalled" },
  { TM_MCA_BIT (55), "action-required" },
};
static const Flag amd_flags[] = {
  { TM_MCA_BIT (56), "core-id-valid" },
  { TM_MCA_BIT (55), "task-context-corrupt" },
  { TM_MCA_BIT (53), "syndrome-valid" },
  { TM_MCA_BIT (46), "corrected-by-ecc" },
  { TM_MCA_BIT (45), "uncorrected-by-ecc" },
  { TM_MCA_BIT (44), "deferred" },
  { TM_MCA_BIT (43), "poison" },
  { TM_MCA_BIT (40), "found-by-scrubber" },
};

static const char *
get_vendor_name (const TmMachineCheck *self)
{
  switch (self->vendor)
    {
    case TM_MCA_VENDOR_INTEL:
      return "Intel";
    case TM_MCA_VENDOR_AMD:
      return "AMD";
    case TM_MCA_VENDOR_HYGON:
      return "Hygon";
    case TM_MCA_VENDOR_ZHAOXIN:
      return "Zhaoxin";
    default:
      return "unknown";
    }
}

static void
add_flags (const TmMachineCheck *self, const Flag *flags, gsize n_flags, JsonArray *array)
{
  for (gsize i = 0; i < n_flags; i++)
    if ((self->status & flags[i].bit) != 0)
      json_array_add_string_element (array, flags[i].name);
}

static JsonArray *
get_flags (const TmMachineCheck *self)
{
  JsonArray *array = json_array_new ();

  add_flags (self, common_flags, G_N_ELEMENTS (common_flags), array);
  if (tm_machine_check_is_amd (self))
    add_flags (self, amd_flags, G_N_ELEMENTS (amd_flags), array);
  else if ((self->capabilities & TM_MCA_CAPABILITY_RECOVERY) != 0)
    add_flags (self, intel_flags, G_N_ELEMENTS (intel_flags), array);
  return array;
}

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static void
set_hex (JsonObject *object, const char *name, guint64 number)
{
  g_autofree char *text = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", number);

  json_object_set_string_member (object, name, text);
}

static void
set_processor (const TmMachineCheck *self, JsonObject *object)
{
  json_object_set_string_member (object, "vendor", get_vendor_name (self));
  if (self->signature != 0)
    {
      json_object_set_int_member (object, "family", tm_machine_check_get_family (self));
      json_object_set_int_member (object, "model", tm_machine_check_get_model (self));
      json_object_set_int_member (object, "stepping", self->signature & 0xf);
    }
  if (self->microcode != 0)
    set_hex (object, "microcode", self->microcode);
}

static void
set_code (const TmMachineCheck *self, const TmMcaCode *code, JsonObject *object)
{
  set_hex (object, "code", self->status & 0xffff);
  set_hex (object, "model_code", self->status >> 16 & 0xffff);
  set_text (object, "model_error", tm_mca_bank_get_model_error (self));
  json_object_set_string_member (object, "class", code->kind);
  set_text (object, "transaction", code->transaction);
  set_text (object, "level", code->level);
  set_text (object, "request", code->request);
  set_text (object, "participation", code->participation);
  set_text (object, "target", code->target);
  if (code->channel != TM_MCA_CHANNEL_UNKNOWN)
    json_object_set_int_member (object, "channel", code->channel);
  if (code->timed_out)
    json_object_set_boolean_member (object, "timed_out", TRUE);
}

/* Bits 53 and 54: how often this part has been corrected of late. */
static void
set_threshold (const TmMachineCheck *self, JsonObject *object)
{
  static const char *const names[] = { NULL, "green", "yellow", NULL };
  guint value = self->status >> 53 & 3;

  if (self->vendor == TM_MCA_VENDOR_INTEL &&
      (self->capabilities & TM_MCA_CAPABILITY_THRESHOLD) != 0 &&
      tm_machine_check_get_severity (self) == TM_FAULT_CORRECTED)
    set_text (object, "threshold", names[value]);
}

static void
set_details (const TmMachineCheck *self, const TmMcaCode *code, TmFault *fault)
{
  JsonObject *object = tm_fault_get_details (fault);

  json_object_set_int_member (object, "bank", self->bank);
  set_text (object, "bank_type", tm_mca_bank_get_name (self));
  json_object_set_boolean_member (object, "exception",
                                  (self->global_status & TM_MCA_GLOBAL_IN_PROGRESS) != 0);
  json_object_set_int_member (object, "cpu", self->cpu);
  json_object_set_int_member (object, "socket", self->socket);
  set_processor (self, object);
  set_code (self, code, object);
  set_hex (object, "status", self->status);
  json_object_set_array_member (object, "flags", get_flags (self));
  set_threshold (self, object);
  if (tm_machine_check_is_scalable (self))
    json_object_set_int_member (object, "extended_code", self->status >> 16 & 0x3f);
}

static void
append_text (const TmMachineCheck *self, TmFault *fault)
{
  const char *model_error = tm_mca_bank_get_model_error (self);

  if (model_error != NULL)
    g_string_append_printf (fault->text, "More closely: %s.\n", model_error);
  if (self->signature != 0)
    g_string_append_printf (fault->text, "Processor: %s, family %u, model %u, stepping %u.\n",
                            get_vendor_name (self), tm_machine_check_get_family (self),
                            tm_machine_check_get_model (self), self->signature & 0xf);
  if (self->microcode != 0)
    g_string_append_printf (fault->text, "Microcode: 0x%x.\n", self->microcode);
  if ((self->status & TM_MCA_STATUS_OVERFLOW) != 0)
    g_string_append (fault->text, "More errors came before this one was read; they are lost.\n");
  if ((self->status & TM_MCA_STATUS_POISON) != 0 && tm_machine_check_is_amd (self))
    g_string_append (fault->text, "The data had been marked as bad before.\n");
  g_string_append_printf (fault->text, "Status of the bank: 0x%016" G_GINT64_MODIFIER "x.\n",
                          self->status);
}

/* Of old kernels: bit 0 of the status of the sensor says that it is hot now. */
static TmFault *
thermal_to_fault (const TmMachineCheck *self)
{
  gboolean is_hot = (self->status & 1) != 0;
  TmFault *fault = tm_fault_new (
      TM_FAULT_THERMAL, is_hot ? TM_FAULT_CORRECTED : TM_FAULT_INFORMATIONAL,
      g_strdup (is_hot ? "core too hot, its clock is throttled" : "temperature is normal again"));

  fault->location = g_strdup_printf ("CPU %u", self->cpu);
  return fault;
}

TmFault *
tm_machine_check_to_fault (const TmMachineCheck *self)
{
  const char *unit = tm_mca_bank_get_name (self);
  const char *error = tm_mca_bank_get_error (self);
  TmFault *fault;
  TmMcaCode code;

  if (self->bank == TM_MCA_BANK_THERMAL && self->vendor == TM_MCA_VENDOR_INTEL)
    return thermal_to_fault (self);

  tm_mca_code_decode (self->status & 0xffff, &code);
  fault = tm_fault_new (TM_FAULT_MCE, tm_machine_check_get_severity (self),
                        error != NULL ? g_strdup (error)
                                      : tm_mca_code_to_text (&code, self->status & 0xffff));
  fault->unit = unit != NULL ? g_strdup (unit) : g_strdup_printf ("bank %u", self->bank);
  fault->location =
      g_strdup_printf ("CPU %u, socket %u, bank %u", self->cpu, self->socket, self->bank);
  fault->count = tm_machine_check_get_count (self);
  set_details (self, &code, fault);
  append_text (self, fault);
  return fault;
}
