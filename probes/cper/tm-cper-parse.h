/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From bytes to errors. The bytes are a boot error region (a row of generic error status blocks) or
 * a Common Platform Error Record, which begins with "CPER". Nothing in them is believed: every
 * length is held against what is there, counts of entries are not looked at, and what is repeated
 * has a limit.
 */
#pragma once

#include <gio/gio.h>

#include "tm-cper-event.h"

G_BEGIN_DECLS

/* More than any firmware sets aside. */
#define TM_CPER_MAX_BYTES (1024 * 1024)
#define TM_CPER_MAX_EVENTS 16
#define TM_CPER_MAX_SECTIONS 16

/* (transfer full) (element-type TmCperEvent): empty if nothing happened. bytes must outlive them.
 * Fails in the domain G_IO_ERROR if the bytes are neither. */
GPtrArray *tm_cper_parse (GBytes *bytes, GError **error);

/* (transfer full): what hexadecimal digits stand for if there is nothing else in the text; else the
 * bytes as they are. */
GBytes *tm_cper_unhex (GBytes *text);

G_END_DECLS
