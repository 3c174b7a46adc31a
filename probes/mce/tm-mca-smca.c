/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AMD's scalable machine check architecture, since family 17h: every bank carries the id of the
 * hardware behind it, and each kind of hardware has codes of its own. Codes whose meaning depends
 * on the model are left out: the number travels in any case.
 */
#include "tm-mca-bank.h"

static const char *const load_store[] = {
  "parity error in the load queue",
  "parity error in the store queue",
  "parity error in the buffer of missed addresses",
  "parity error in the level 1 translation buffer",
};

/* Since Zen 2. */
static const char *const load_store_v2[] = {
  "ECC error in the data of the data cache, found while another wanted it",
  "ECC error or bad data in the data cache, found by a load",
  "ECC error in the data of the data cache, found by a store",
  "ECC error in the tags of the data cache, found while another wanted it",
  "ECC error in the tags of the data cache, found by a load",
  "ECC error in the tags of the data cache, found by a store",
  "ECC error in the memory for emulation, found by a load",
  "ECC error in the memory for emulation, found by a store",
  "parity error in the level 1 translation buffer",
  "parity error in the level 2 translation buffer",
  "parity error in the cache of page directories",
  "parity error in the store queue",
  "parity error in the load queue",
  "parity error in the buffer of missed addresses",
};

static const char *const fetch[] = {
  "parity error in the micro tags of the micro-op cache",
  "several hits in the tags of the instruction cache",
  "parity error in the tags of the instruction cache",
  "parity error in the data of the instruction cache",
  "parity error in the queue of fetch addresses",
  "parity error in the level 0 translation buffer of instructions",
  "parity error in the level 1 translation buffer of instructions",
  "parity error in the level 2 translation buffer of instructions",
};

static const char *const level2[] = {
  "several ways hit in the tags of the level 2 cache",
  "ECC or parity error in the tags of the level 2 cache",
  "ECC error in the data of the level 2 cache",
  "hardware assertion in the level 2 cache",
};

static const char *const decode[] = {
  "parity error in the tags of the micro-op cache",
  "parity error in the data of the micro-op cache",
  "parity error in the instruction buffer",
  "parity error in the micro-op queue",
  "parity error in the dispatch queue",
  "parity error in the queue of fetch addresses",
  "parity error in the patch memory",
  "parity error in the sequencer of patches",
};

static const char *const execution[] = {
  "watchdog ran out",
  "parity error in the integer registers",
  "parity error in the flag registers",
};

static const char *const floating_point[] = {
  "parity error in the floating-point registers",
  "parity error in the list of free registers",
  "parity error in the scheduling queue",
  "parity error in the queue before scheduling",
  "parity error in the retire queue",
  "parity error in the status registers",
  "hardware assertion",
};

static const char *const level3[] = {
  "ECC error in the shadow tags of the level 3 cache",
  "several ways hit in the shadow tags of the level 3 cache",
  "ECC error in the tags of the level 3 cache",
  "several ways hit in the tags of the level 3 cache",
  "ECC error in the data of the level 3 cache",
  "parity error or bad data from the data fabric",
  "parity error in the victim queue",
  "hardware assertion in the level 3 cache",
};

static const char *const fabric[] = {
  "request that is not allowed",
  "address violation",
  "security violation",
  "response that is not allowed",
  "response without a request",
  "parity error of a request",
  "parity error of read data",
  "parity error of an atomic request",
  "ECC error in the probe filter",
};

static const char *const fabric_v2[] = {
  "request that is not allowed",
  "address violation",
  "security violation",
  "response that is not allowed",
  "response without a request",
  "parity error of a request",
  "parity error of read data",
  "parity error of an atomic request",
  "read data that nobody had asked for",
  "protocol error in the probe filter",
  "ECC error in the probe filter",
};

static const char *const power[] = {
  "hardware assertion in the data fabric",
  "register access that is not allowed",
  "error of a link",
  "poisoned data was about to be used",
  "bad data in the data fabric, marked as bad",
};

static const char *const memory[] = {
  "ECC error of memory",
  "poisoned data",
  "parity error of the data fabric's port",
  "error on the peripheral bus",
  "parity error of address or command to memory",
  "checksum error of data written to memory",
  "ECC error in the command queue",
  "ECC error in the encryption buffer",
};

static const char *const memory_v2[] = {
  "ECC error of memory",
  "poisoned data",
  "parity error of the data fabric's port",
  NULL,
  "parity error of address or command to memory",
  "parity error of data written to memory",
  "ECC error in the command queue",
  NULL,
  "parity error of data read from memory",
  "ECC error in the read buffer",
  "ECC error in the buffer of read responses",
};

#define ERRORS(table) table, G_N_ELEMENTS (table)
#define NO_ERRORS NULL, 0

static const struct
{
  guint16 hardware;
  guint16 type;
  const char *name;
  const char *const *errors;
  gsize n_errors;
} banks[] = {
  { 0xb0, 0x00, "load-store unit", ERRORS (load_store) },
  { 0xb0, 0x10, "load-store unit", ERRORS (load_store_v2) },
  { 0xb0, 0x01, "instruction fetch unit", ERRORS (fetch) },
  { 0xb0, 0x02, "level 2 cache", ERRORS (level2) },
  { 0xb0, 0x03, "decode unit", ERRORS (decode) },
  { 0xb0, 0x05, "execution unit", ERRORS (execution) },
  { 0xb0, 0x06, "floating-point unit", ERRORS (floating_point) },
  { 0xb0, 0x07, "level 3 cache", ERRORS (level3) },
  { 0x2e, 0x00, "data fabric, coherent port", ERRORS (fabric) },
  { 0x2e, 0x02, "data fabric, coherent port", ERRORS (fabric_v2) },
  { 0x2e, 0x01, "data fabric, power and interrupts", ERRORS (power) },
  { 0x2e, 0x04, "memory-attached cache", NO_ERRORS },
  { 0x96, 0x00, "memory controller", ERRORS (memory) },
  { 0x96, 0x01, "memory controller", ERRORS (memory_v2) },
  { 0x05, 0x00, "parameter block", NO_ERRORS },
  { 0xff, 0x00, "platform security processor", NO_ERRORS },
  { 0xff, 0x01, "platform security processor", NO_ERRORS },
  { 0x01, 0x00, "system management unit", NO_ERRORS },
  { 0x01, 0x01, "system management unit", NO_ERRORS },
  { 0x01, 0x02, "microprocessor 5", NO_ERRORS },
  { 0x01, 0x03, "microprocessor of the DMA engine", NO_ERRORS },
  { 0x18, 0x00, "northbridge I/O", NO_ERRORS },
  { 0x46, 0x00, "PCI Express root", NO_ERRORS },
  { 0x46, 0x01, "PCI Express root", NO_ERRORS },
  { 0x50, 0x00, "link between sockets", NO_ERRORS },
  { 0x6c, 0x00, "northbridge interface", NO_ERRORS },
  { 0x80, 0x00, "system hub", NO_ERRORS },
  { 0xa8, 0x00, "SATA", NO_ERRORS },
  { 0xaa, 0x00, "USB", NO_ERRORS },
  { 0x170, 0x00, "link between dies, data", NO_ERRORS },
  { 0x180, 0x00, "link between dies, control", NO_ERRORS },
  { 0x241, 0x00, "memory interconnect", NO_ERRORS },
  { 0x259, 0x00, "link between sockets, physical", NO_ERRORS },
  { 0x267, 0x00, "control link, physical", NO_ERRORS },
  { 0x269, 0x00, "memory interconnect, physical", NO_ERRORS },
};

static gboolean
find (guint64 ipid, guint *out_index)
{
  guint hardware = ipid >> 32 & 0xfff;
  guint type = ipid >> 48 & 0xffff;

  for (guint i = 0; i < G_N_ELEMENTS (banks); i++)
    if (banks[i].hardware == hardware && banks[i].type == type)
      {
        *out_index = i;
        return TRUE;
      }

  return FALSE;
}

const char *
tm_mca_smca_get_name (guint64 ipid)
{
  guint index;

  return find (ipid, &index) ? banks[index].name : NULL;
}

const char *
tm_mca_smca_get_error (guint64 ipid, guint extended_code)
{
  guint index;

  if (!find (ipid, &index) || extended_code >= banks[index].n_errors)
    return NULL;

  return banks[index].errors[extended_code];
}
