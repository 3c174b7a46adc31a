/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line of the kernel's log, whatever way it came: /dev/kmsg, dmesg, pstore, a serial console or
 * syslog. All of them put a head of their own in front of the same text:
 *
 *   6,1234,5678901,-,caller=T12;text            /dev/kmsg
 *   <6>[    5.678901][   T12] text              pstore, dmesg -r
 *   [    5.678901] text                         dmesg, console
 *   Nov 22 12:00:00 host kernel: [5.678] text   syslog
 *   [    5.678901] host kernel: text            journalctl -o short-monotonic
 *   [Sun Nov 22 12:00:00 2026] text             dmesg -T; -H, -d and --time-format iso likewise
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TM_KLOG_UNKNOWN (-1)

typedef struct
{
  int level;        /* 0 to 7, or TM_KLOG_UNKNOWN */
  int facility;     /* 0 is the kernel, or TM_KLOG_UNKNOWN */
  gint64 time_usec; /* since boot, or TM_KLOG_UNKNOWN */
  guint64 caller;   /* 0: not known; else a task or a CPU, told apart by the lowest bit */
  const char *text; /* into the line, not NUL-terminated */
  gsize n_bytes;
} TmKlogLine;

/* raw: one line without its line feed. Never fails: what has no head is all text. */
void tm_klog_line_parse (const char *raw, gsize n_bytes, TmKlogLine *out_line);

/* Where a second line begins that a console printed without a line feed in between ("... foo[  7.5]
 * bar"): its offset in raw, or n_bytes if there is none. */
gsize tm_klog_line_find_joint (const char *raw, gsize n_bytes);

G_END_DECLS
