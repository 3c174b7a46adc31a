/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-machine-check.h. */
#include "tm-machine-check.h"

#include "tm-mca-register.h"

guint
tm_machine_check_get_family (const TmMachineCheck *self)
{
  guint base = self->signature >> 8 & 0xf;

  return base == 0xf ? base + (self->signature >> 20 & 0xff) : base;
}

guint
tm_machine_check_get_model (const TmMachineCheck *self)
{
  return (self->signature >> 4 & 0xf) | (self->signature >> 12 & 0xf0);
}

gboolean
tm_machine_check_is_amd (const TmMachineCheck *self)
{
  return self->vendor == TM_MCA_VENDOR_AMD || self->vendor == TM_MCA_VENDOR_HYGON;
}

gboolean
tm_machine_check_is_scalable (const TmMachineCheck *self)
{
  return tm_machine_check_is_amd (self) && tm_machine_check_get_family (self) >= 0x17 &&
         self->ipid != 0;
}

static TmFaultSeverity
get_amd_severity (const TmMachineCheck *self)
{
  if ((self->status & TM_MCA_STATUS_UNCORRECTED) == 0)
    return (self->status & (TM_MCA_STATUS_DEFERRED | TM_MCA_STATUS_POISON)) != 0
               ? TM_FAULT_DEFERRED
               : TM_FAULT_CORRECTED;
  if ((self->status & TM_MCA_STATUS_TASK_CORRUPT) != 0)
    return TM_FAULT_ACTION_REQUIRED;

  return TM_FAULT_UNCORRECTED;
}

static TmFaultSeverity
get_intel_severity (const TmMachineCheck *self)
{
  guint bits = ((self->status & TM_MCA_STATUS_SIGNALLED) != 0 ? 2 : 0) |
               ((self->status & TM_MCA_STATUS_ACTION) != 0 ? 1 : 0);
  static const TmFaultSeverity severities[] = { TM_FAULT_NO_ACTION, TM_FAULT_UNCORRECTED,
                                                TM_FAULT_ACTION_OPTIONAL,
                                                TM_FAULT_ACTION_REQUIRED };

  if ((self->status & TM_MCA_STATUS_UNCORRECTED) == 0)
    return TM_FAULT_CORRECTED;
  if ((self->capabilities & TM_MCA_CAPABILITY_RECOVERY) == 0)
    return TM_FAULT_UNCORRECTED;

  return severities[bits];
}

TmFaultSeverity
tm_machine_check_get_severity (const TmMachineCheck *self)
{
  if ((self->status & TM_MCA_STATUS_UNCORRECTED) != 0 &&
      (self->status & TM_MCA_STATUS_CONTEXT_CORRUPT) != 0)
    return TM_FAULT_FATAL;

  return tm_machine_check_is_amd (self) ? get_amd_severity (self) : get_intel_severity (self);
}

guint
tm_machine_check_get_count (const TmMachineCheck *self)
{
  guint count = self->status >> 38 & 0x7fff;

  if (tm_machine_check_is_amd (self) || (self->capabilities & TM_MCA_CAPABILITY_COUNT) == 0 ||
      (self->status & TM_MCA_STATUS_UNCORRECTED) != 0)
    return 1;

  return MAX (count, 1);
}
