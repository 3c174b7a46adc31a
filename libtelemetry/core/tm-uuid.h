/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * UUIDs of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, then random bits. Ids made
 * by one generator are strictly increasing, also when the wall clock steps back.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_UUID_TEXT_SIZE 37 /* with NUL */

typedef struct
{
  guint64 last_high; /* the first 8 bytes of the last id, in host order */
} TmUuidGenerator;

/* Zero-initialise the generator. Not thread-safe: one generator, one thread. */
void tm_uuid7_generate (TmUuidGenerator *self, gint64 now_usec, char out_text[TM_UUID_TEXT_SIZE]);

/* Accepts the canonical form only: lower-case hex with dashes. */
gboolean tm_uuid_parse (const char *text, guint8 out_bytes[16]);
void tm_uuid_format (const guint8 bytes[16], char out_text[TM_UUID_TEXT_SIZE]);
gboolean tm_uuid_is_version7 (const guint8 bytes[16]);
gint64 tm_uuid7_get_time_msec (const guint8 bytes[16]);

/* 32 lower-case hex digits of randomness, for event ids. */
void tm_random_hex32 (char out_text[33]);

G_END_DECLS
