/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Intel's banks are numbered by model: the first ones belong to the core and have stayed since
 * 2011; those behind are known for servers, whose manuals say which are the memory's and the
 * links'.
 */
#include "tm-mca-bank.h"

#include <string.h>

#define INTEL_FAMILY 6
#define BITS(first, last)                                                                          \
  (((G_GUINT64_CONSTANT (2) << (last)) - 1) & ~((G_GUINT64_CONSTANT (1) << (first)) - 1))
#define BIT(n) (G_GUINT64_CONSTANT (1) << (n))

/* Families of models whose banks 0 to 4 are alike: since Sandy Bridge, without the Atoms and
 * without processors that mix kinds of cores. */
static const guint8 core_models[] = {
  0x2a, 0x2d, 0x3a, 0x3c, 0x3d, 0x3e, 0x3f, 0x45, 0x46, 0x47, 0x4e, 0x4f, 0x55,
  0x56, 0x5e, 0x6a, 0x6c, 0x7d, 0x7e, 0x8e, 0x8f, 0x9e, 0xa5, 0xa6, 0xcf,
};

static const char *const core_names[] = { "instruction fetch unit", "data cache unit",
                                          "data translation buffer", "level 2 cache",
                                          "power control unit" };

static const struct
{
  guint8 model;
  guint64 banks;
  const char *name;
} intel_banks[] = {
  { 0x2d, BITS (6, 7), "QPI link" },
  { 0x2d, BITS (8, 11), "memory controller" },
  { 0x3e, BIT (5), "QPI link" },
  { 0x3e, BITS (9, 16), "memory controller" },
  { 0x3f, BIT (5) | BITS (20, 21), "QPI link" },
  { 0x3f, BITS (7, 8), "home agent" },
  { 0x3f, BITS (9, 16), "memory controller" },
  { 0x4f, BIT (5) | BITS (20, 21), "QPI link" },
  { 0x4f, BITS (7, 8), "home agent" },
  { 0x4f, BITS (9, 16), "memory controller" },
  { 0x56, BITS (9, 10), "memory controller" },
  { 0x55, BIT (5) | BIT (12) | BIT (19), "UPI link" },
  { 0x55, BITS (7, 8), "mesh to memory" },
  { 0x55, BITS (9, 11), "caching and home agent" },
  { 0x55, BITS (13, 18), "memory controller" },
  { 0x6a, BIT (5) | BITS (7, 8), "UPI link" },
  { 0x6a, BITS (9, 11), "caching and home agent" },
  { 0x6a, BIT (12) | BIT (16) | BIT (20) | BIT (24), "mesh to memory" },
  { 0x6a, G_GUINT64_CONSTANT (0x06666000), "memory controller" },
  { 0x8f, BIT (5), "UPI link" },
  { 0x8f, BITS (13, 20), "memory controller" },
  { 0xcf, BIT (5), "UPI link" },
  { 0xcf, BITS (13, 20), "memory controller" },
};

/* Families 10h to 16h. */
static const char *const amd_names[] = { "data cache",         "instruction cache",
                                         "level 2 cache",      "load-store unit",
                                         "northbridge",        "execution unit",
                                         "floating-point unit" };

static const char *
get_intel_name (const TmMachineCheck *check)
{
  guint model = tm_machine_check_get_model (check);

  if (tm_machine_check_get_family (check) != INTEL_FAMILY)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (core_models) && check->bank < G_N_ELEMENTS (core_names); i++)
    if (core_models[i] == model)
      return core_names[check->bank];
  for (guint i = 0; i < G_N_ELEMENTS (intel_banks) && check->bank < 64; i++)
    if (intel_banks[i].model == model && (intel_banks[i].banks >> check->bank & 1) != 0)
      return intel_banks[i].name;

  return NULL;
}

static const char *
get_amd_name (const TmMachineCheck *check)
{
  guint family = tm_machine_check_get_family (check);

  if (tm_machine_check_is_scalable (check))
    return tm_mca_smca_get_name (check->ipid);
  if (family < 0x10 || family > 0x16 || check->bank >= G_N_ELEMENTS (amd_names))
    return NULL;

  return amd_names[check->bank];
}

const char *
tm_mca_bank_get_name (const TmMachineCheck *check)
{
  switch (check->vendor)
    {
    case TM_MCA_VENDOR_INTEL:
      return get_intel_name (check);
    case TM_MCA_VENDOR_AMD:
    case TM_MCA_VENDOR_HYGON:
      return get_amd_name (check);
    default:
      return NULL;
    }
}

const char *
tm_mca_bank_get_error (const TmMachineCheck *check)
{
  if (!tm_machine_check_is_scalable (check))
    return NULL;

  return tm_mca_smca_get_error (check->ipid, check->status >> 16 & 0x3f);
}

/* Of servers from Ivy Bridge to Skylake, whose memory controllers share these codes. */
static const struct
{
  guint16 code;
  const char *words;
} memory_codes[] = {
  { 0x0001, "parity error of an address" },
  { 0x0002, "parity error of data to be written, from the home agent" },
  { 0x0004, "parity error of byte enables, from the home agent" },
  { 0x0008, "corrected by the patrol scrubber" },
  { 0x0010, "found by the patrol scrubber, not corrected" },
  { 0x0020, "corrected while copying to a spare" },
  { 0x0040, "not corrected while copying to a spare" },
  { 0x0080, "found while reading" },
  { 0x0100, "parity error in the buffer of data to be written" },
  { 0x0200, "parity error of command or address on the memory bus" },
};

const char *
tm_mca_bank_get_model_error (const TmMachineCheck *check)
{
  static const guint8 models[] = { 0x3e, 0x3f, 0x4f, 0x55 };
  const char *name = check->vendor == TM_MCA_VENDOR_INTEL ? get_intel_name (check) : NULL;
  guint code = check->status >> 16 & 0xffff;

  if (name == NULL || strcmp (name, "memory controller") != 0 ||
      memchr (models, (int) tm_machine_check_get_model (check), sizeof models) == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (memory_codes); i++)
    if (memory_codes[i].code == code)
      return memory_codes[i].words;

  return NULL;
}
