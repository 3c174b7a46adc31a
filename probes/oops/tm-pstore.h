/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last words of a kernel that did not live to write them into its log, as firmware kept them. A
 * dump comes in parts, one file each, whose first line says which: "Panic#2 Part3". The kernel
 * writes the end of its log first, so Part1 is the newest text and the highest part the oldest:
 *
 *   dmesg-efi-165467561503001   "Oops#1 Part3\n" and the beginning of the text
 *   dmesg-efi-165467561502001   "Oops#1 Part2\n" ...
 *   dmesg-efi-165467561501001   "Oops#1 Part1\n" and its end
 *
 * Behind the time and the part is the count of the dump: each part is of the second in which it was
 * written. ERST numbers all its files in one row, which is no time, and its parts are sorted by
 * their first lines alone. ramoops writes a dump as one file, which may end in a line about its
 * error correction. What the kernel could not decompress is named *.enc.z and cannot be read by
 * anyone; parts of that kind that were written at once are one dump.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A larger file is no part of a dump. */
#define TM_PSTORE_MAX_BYTES (1024 * 1024)

typedef struct
{
  char *name; /* of the file, for whoever removes it; tm_pstore_is_dump() */
  GBytes *bytes;
  guint64 second; /* when it was written, since 1970; 0: nobody knows */
} TmPstorePart;

/* second: as the file says it; where the name says it too, that counts. */
TmPstorePart *tm_pstore_part_new (const char *name, GBytes *bytes, guint64 second);
void tm_pstore_part_free (TmPstorePart *self);

typedef struct
{
  char *reason;         /* "Panic", "Oops", ...; "Undecodable" */
  char *text;           /* (nullable): all parts, oldest first; NULL if nothing can be read */
  GPtrArray *names;     /* (element-type utf8): the files that it was made of */
  gboolean is_complete; /* no part is missing between the first and the highest that is there */
} TmPstoreDump;

void tm_pstore_dump_free (TmPstoreDump *self);

/* Whether a file of this name is a part of a dump; console and pmsg files are not. */
gboolean tm_pstore_is_dump (const char *name);

/* Whether it says when it was written: such parts find each other wherever they were put. */
gboolean tm_pstore_names_time (const char *name);

/* parts: (element-type TmPstorePart), of one directory, in any order.
 * Returns: (transfer full) (element-type TmPstoreDump) */
GPtrArray *tm_pstore_assemble (GPtrArray *parts);

G_END_DECLS
