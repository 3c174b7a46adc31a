/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the maker of a board calls a place on it: "DIMM_A1", "CPU_SrcID#0_MC#0_Chan#1_DIMM#0". It is
 * free text, and some write the serial number of the module there, which must not leave the
 * machine.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A word, letters and digits without anything between them, of so many decimal digits, ... */
#define TM_CPER_PLACE_SERIAL_DIGITS 6
/* ... or of nothing but so many hexadecimal ones, one of them decimal, is a serial number. */
#define TM_CPER_PLACE_SERIAL_HEX_DIGITS 8

/* (transfer full): "[serial]" stands in place of what looks like a serial number, or is called one.
 */
char *tm_cper_place_clean (const char *text);

G_END_DECLS
