/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves what is a report and what is none, whom each kind blames, that a report ends, and that
 * nothing private is in its record. The logs are written in the dialects of several kernels.
 */
#include <gio/gio.h>
#include <string.h>

#include "oops-fixture.h"
#include "tm-oops-record.h"

static void
feed (OopsFixture *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      TmKlogLine line;

      tm_klog_line_parse (lines[i], strlen (lines[i]), &line);
      tm_oops_reader_feed (self->reader, &line);
    }
}

#define SOME_TRACE                                                                                 \
  "[   10.000004] Call Trace:\n"                                                                   \
  "[   10.000005]  <TASK>\n"                                                                       \
  "[   10.000006]  dump_stack_lvl+0x60/0x80\n"                                                     \
  "[   10.000007]  ? unsure_frame+0x1/0x2\n"                                                       \
  "[   10.000008]  memcpy+0x10/0x20\n"                                                             \
  "[   10.000009]  widget_probe+0x123/0x200 [widget]\n"                                            \
  "[   10.000010]  do_syscall_64+0x5c/0xf0\n"                                                      \
  "[   10.000011]  entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n"

static const struct
{
  const char *log;
  const char *kind;
  const char *title;
} cases[] = {
  /* A work function that is no name, or was cut off, blames nobody. */
  { "[   10.000001] BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/7\n"
    "[   10.000002]      last function: \xff\xfegears_work\n",
    "bug", "workqueue leaked lock" },
  { "[   10.000001] BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/7\n"
    "[   10.000002]      last function: \n",
    "bug", "workqueue leaked lock" },
  { "[   10.000001] BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/7\n"
    "[   10.000002]      last function: gears_work [gears]\n",
    "bug", "workqueue leaked lock in gears_work" },
  /* Every slab cache has its name, not only those of kmalloc. */
  { "[   10.000001] BUG gear_cache (Tainted: G    B   W   ): Poison overwritten\n"
    "[   10.000002] 0x00000000a1-0x00000000a4 @offset=3144. First byte 0x0 instead of 0x6b\n"
    "[   10.000003] CPU: 1 PID: 8 Comm: gears Tainted: G    B   W    6.1.0 #1\n" SOME_TRACE,
    "bug", "slab corruption in widget!widget_probe" },
  /* MIPS and LoongArch put the processor first. */
  { "[   10.000001] CPU 0 Unable to handle kernel paging request at virtual address "
    "0000000000000008,"
    " era == 9000000000a1, ra == 9000000000b2\n"
    "[   10.000002] Oops[#1]:\n" SOME_TRACE,
    "oops", "bad access in widget!widget_probe" },
  { "[   10.000001] WARNING: bad contention detected!\n" SOME_TRACE, "lockdep",
    "bad lock contention in widget!widget_probe" },
  /* Whose interrupt it is stands in no frame. */
  { "[   10.000001] irq 16: nobody cared (try booting with the \"irqpoll\" option)\n" SOME_TRACE,
    "other", "interrupt that nobody handles" },
  /* A stack that ran over is the fault of whoever began it, not of who noticed. */
  { "[   10.000001] Kernel panic - not syncing: corrupted stack end detected inside scheduler\n"
    "[   10.000002] CPU: 1 PID: 77 Comm: kworker/1:1 Not tainted 6.12.1-acme #1\n"
    "[   10.000003] Call Trace:\n"
    "[   10.000004]  __schedule+0x1ec6/0x1ed0\n"
    "[   10.000005]  schedule+0xef/0x370\n"
    "[   10.000006]  gear_leaf+0x10/0x20\n"
    "[   10.000007]  gear_middle+0x10/0x20\n"
    "[   10.000008]  gear_workfn+0x10/0x20\n"
    "[   10.000009]  process_one_work+0xc90/0x1c40\n"
    "[   10.000010]  kthread+0x35a/0x440\n",
    "panic", "kernel panic in gear_workfn" },
  /* The bus does as the driver says. */
  { "[   10.000001] WARNING: CPU: 1 PID: 77 at drivers/usb/core/urb.c:477 usb_submit_urb+0x1/0x2\n"
    "[   10.000002] CPU: 1 PID: 77 Comm: kworker/1:1 Not tainted 6.12.1-acme #1\n"
    "[   10.000003] RIP: 0010:usb_submit_urb+0x1/0x2\n"
    "[   10.000004] Call Trace:\n"
    "[   10.000005]  usb_start_wait_urb+0x108/0x2b0\n"
    "[   10.000006]  usb_bulk_msg+0x228/0x550\n"
    "[   10.000007]  gear_write+0x20b/0x310\n"
    "[   10.000008]  gear_probe+0x5e1/0x770\n"
    "[   10.000009]  really_probe+0x287/0x660\n",
    "warning", "warning in gear_write" },
  { "[   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
    "[   10.000002] CPU: 1 UID: 0 PID: 77 Comm: gears Tainted: G        W  OE      6.12.1-acme #1\n"
    "[   10.000003] RIP: 0010:gear_turn+0x1c/0x40 [gears]\n" SOME_TRACE,
    "oops", "bad access in gears!gear_turn" },
  { "[   10.000001] BUG: KASAN: slab-out-of-bounds in memcpy+0x1d/0x40\n"
    "[   10.000002] Read of size 8 at addr ffff88003a6bd110 by task gears/77\n" SOME_TRACE,
    "sanitizer", "KASAN: slab-out-of-bounds in widget!widget_probe" },
  { "[   10.000001] WARNING: CPU: 0 PID: 1 at drivers/widget.c:12 widget_check+0x5/0x10 [widget]\n",
    "warning", "warning in widget_check" },
  { "[   10.000001] WARNING: drivers/widget.c:12 at widget_check+0x5/0x10, CPU#0: swapper/0/1\n",
    "warning", "warning in widget_check" },
  { "[   10.000001] kernel BUG at mm/widget.c:7!\n"
    "[   10.000002] invalid opcode: 0000 [#1] SMP\n"
    "[   10.000003] RIP: 0010:widget_free+0x5/0x10\n",
    "bug", "kernel BUG in widget_free" },
  { "[   10.000001] general protection fault, probably for non-canonical address "
    "0xdead000000000100\n"
    "[   10.000002] RIP: 0010:gear_turn+0x1c/0x40\n",
    "oops", "general protection fault in gear_turn" },
  { "[   10.000001] INFO: task gears:77 blocked for more than 120 seconds.\n"
    "[   10.000002] Call Trace:\n"
    "[   10.000003]  __schedule+0x1/0x2\n"
    "[   10.000004]  schedule+0x1/0x2\n"
    "[   10.000005]  gear_wait+0x1/0x2\n",
    "hung-task", "task hung in gear_wait" },
  { "[   10.000001] INFO: task gears:77 blocked for more than 120 seconds.\n"
    "[   10.000002] Call Trace:\n"
    "[   10.000003]  __schedule+0x1/0x2\n"
    "[   10.000004]  __mutex_lock+0x1/0x2\n"
    "[   10.000005]  rtnl_lock+0x1/0x2\n"
    "[   10.000006]  gear_ioctl+0x1/0x2\n",
    "hung-task", "task hung in rtnl_lock" },
  { "[   10.000001] rcu: INFO: rcu_preempt self-detected stall on CPU\n"
    "[   10.000002] Call Trace:\n"
    "[   10.000003]  <IRQ>\n"
    "[   10.000004]  update_process_times+0x1/0x2\n"
    "[   10.000005]  sysvec_apic_timer_interrupt+0x1/0x2\n"
    "[   10.000006]  asm_sysvec_apic_timer_interrupt+0x1/0x2\n"
    "[   10.000007]  </IRQ>\n"
    "[   10.000008] RIP: 0010:gear_spin+0x1/0x2\n"
    "[   10.000009]  gear_write+0x1/0x2\n"
    "[   10.000010]  vfs_write+0x1/0x2\n",
    "rcu-stall", "rcu stall in gear_write" },
  { "[   10.000001] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [gears:77]\n"
    "[   10.000002] RIP: 0010:gear_spin+0x1/0x2\n"
    "[   10.000003] Call Trace:\n"
    "[   10.000004]  gear_read+0x1/0x2\n"
    "[   10.000005]  vfs_read+0x1/0x2\n",
    "lockup", "soft lockup in gear_read" },
  { "[   10.000001] WARNING: possible circular locking dependency detected\n"
    "[   10.000002] gears/77 is trying to acquire lock:\n"
    "[   10.000003] ffff888012345678 (&gear->lock){+.+.}-{3:3}, at: gear_lock_all+0x1/0x2\n",
    "lockdep", "possible deadlock in gear_lock_all" },
  { "[   10.000001] Internal error: Oops: 96000004 [#1] SMP\n"
    "[   10.000002] pc : gear_turn+0x14/0x28 [gears]\n"
    "[   10.000003] lr : gear_start+0x7c/0x190 [gears]\n",
    "oops", "Internal error in gears!gear_turn" },
  { "[   10.000001] Unable to handle kernel paging request at virtual address 12345678\n"
    "[   10.000002] [<8010ef84>] (show_stack) from [<807bb0d8>] (dump_stack+0xa0/0xc0)\n"
    "[   10.000003] [<807bb0d8>] (dump_stack) from [<80126690>] (gear_turn+0x104/0x2cc)\n",
    "oops", "bad access in gear_turn" },
  /* Where nobody is to blame, what is said names the report; whose number it is does not. */
  { "[   10.000001] Kernel panic - not syncing: VFS: Unable to mount root fs on "
    "unknown-block(8,17)\n",
    "panic", "kernel panic: VFS: Unable to mount root fs on unknown-block([N],[N])" },
  /* What is not the kernel's own answers for itself, whatever its functions are called. */
  { "[   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
    "[   10.000002] Modules linked in: ext4 gears(OE)\n"
    "[   10.000003] RIP: 0010:mutex_gear+0x1c/0x40 [gears]\n"
    "[   10.000004] Call Trace:\n"
    "[   10.000005]  gear_close+0x1c/0x40 [gears]\n",
    "oops", "bad access in gears!mutex_gear" },
  { "[   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
    "[   10.000002] Modules linked in: ext4 gears\n"
    "[   10.000003] RIP: 0010:mutex_gear+0x1c/0x40 [gears]\n"
    "[   10.000004] Call Trace:\n"
    "[   10.000005]  gear_close+0x1c/0x40 [gears]\n",
    "oops", "bad access in gears!gear_close" },
  /* What a notifier calls recurses, not the notifier; it came in above the recursion. */
  { "[   10.000001] Insufficient stack space to handle exception!\n"
    "[   10.000002] pc : mark_lock+0x4/0x1b4\n"
    "[   10.000003] Call trace:\n"
    "[   10.000004]  panic+0x218/0x50c\n"
    "[   10.000005]  __bad_stack+0x78/0x7c\n"
    "[   10.000006]  notifier_call_chain+0x1/0x2\n"
    "[   10.000007]  gear_event+0x1/0x2\n"
    "[   10.000008]  notifier_call_chain+0x1/0x2\n"
    "[   10.000009]  gear_event+0x1/0x2\n"
    "[   10.000010]  gear_register+0x1/0x2\n"
    "[   10.000011]  rtnetlink_rcv_msg+0x1/0x2\n",
    "oops", "stack overflow in gear_event" },
  /* A line that is a report only with a stack does not keep a real one from being seen. */
  { "[   10.000001] WARNING: the gears are old\n"
    "[   10.000002] kernel BUG at mm/widget.c:7!\n"
    "[   10.000003] RIP: 0010:widget_free+0x5/0x10\n",
    "bug", "kernel BUG in widget_free" },
  { "[   10.000001] WARNING: the gears are old\n"
    "[   10.000002] Kernel panic - not syncing: no gears\n" SOME_TRACE,
    "panic", "kernel panic in widget!widget_probe" },
  /* Nothing but a helper is named: better that than nobody. */
  { "[   10.000001] WARNING: possible circular locking dependency detected\n"
    "[   10.000002] gears/77 is trying to acquire lock:\n"
    "[   10.000003] ffff888012345678 ((gear_wq)){+.+.}, at: flush_workqueue+0x1/0x2\n",
    "lockdep", "possible deadlock in flush_workqueue" },
  { "<4>[   10.000001] UBSAN: array-index-out-of-bounds in drivers/gear.c:12:3\n" SOME_TRACE,
    "sanitizer", "UBSAN: array-index-out-of-bounds in widget!widget_probe" },
};

static void
test_reports (OopsFixture *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = NULL;
      const TmOops *oops;

      g_test_message ("%u: %s", i, cases[i].title);
      g_ptr_array_set_size (self->found, 0);
      feed (self, cases[i].log);
      tm_oops_reader_flush (self->reader);
      g_assert_cmpuint (self->found->len, ==, 1);
      oops = g_ptr_array_index (self->found, 0);
      title = tm_oops_get_title (oops);
      g_assert_cmpstr (oops->format->kind, ==, cases[i].kind);
      g_assert_cmpstr (title, ==, cases[i].title);
    }
}

static void
test_no_reports (OopsFixture *self, gconstpointer data)
{
  feed (
      self,
      "[    1.0] XFS (sda1): WARNING: Reset corrupted AGFL\n"
      "[    1.000001] Spectre V2 : WARNING: Unprivileged eBPF is enabled\n"
      "[    1.000002] traps: gears[77] general protection fault ip:7f sp:2 error:0 in libc.so\n"
      "[    1.000003] INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.3 msecs\n"
      "[    1.000004] perf: interrupt took too long (3985 > 3976)\n"
      "[    1.000005] debug: panic: 0, kasan: bad access detected\n"
      "[    1.000006] rcu: INFO: Stall ended before state dump start\n"
      "\xff\xfe\x00 BUG:\n"
      "\n");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 0);
}

/* What anyone may write with logger -t kernel, or into /dev/kmsg, carries another facility. */
static void
test_users_cannot_report (OopsFixture *self, gconstpointer data)
{
  feed (self, "12,1,10000001,-;kernel BUG at mm/fake.c:1!");
  feed (self, "<12>[   10.000001] kernel BUG at mm/fake.c:1!");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 0);

  feed (self, "2,1,10000001,-;kernel BUG at mm/real.c:1!");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 1);
}

static void
test_two_at_once (OopsFixture *self, gconstpointer data)
{
  feed (self, "[   10.000001][   T1] kernel BUG at mm/one.c:1!\n"
              "[   10.000002][    C1] kernel BUG at mm/two.c:1!\n"
              "[   10.000003][   T1] RIP: 0010:one_free+0x1/0x2\n"
              "[   10.000004][    C1] RIP: 0010:two_free+0x1/0x2\n");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 2);
  g_assert_cmpstr (((TmOops *) g_ptr_array_index (self->found, 0))->function, ==, "one_free");
  g_assert_cmpstr (((TmOops *) g_ptr_array_index (self->found, 1))->function, ==, "two_free");
}

/* Three seconds of log time without a line end a report; the next line is not its. */
static void
test_a_gap_ends_a_report (OopsFixture *self, gconstpointer data)
{
  feed (self, "[   10.000001] kernel BUG at mm/one.c:1!\n"
              "[   10.000002] RIP: 0010:one_free+0x1/0x2\n"
              "[   13.000003] RIP: 0010:other+0x1/0x2\n");
  g_assert_cmpuint (self->found->len, ==, 1);
  g_assert_cmpuint (((TmOops *) g_ptr_array_index (self->found, 0))->frames->len, ==, 1);
}

static void
test_panic_at_the_end (OopsFixture *self, gconstpointer data)
{
  feed (self, "[   10.000001] kernel BUG at mm/one.c:1!\n"
              "[   10.000002] RIP: 0010:one_free+0x1/0x2\n"
              "[   10.000003] ---[ end trace 0000000000000000 ]---\n"
              "[   10.000004] Kernel panic - not syncing: Fatal exception\n");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 1);
  g_assert_true (((TmOops *) g_ptr_array_index (self->found, 0))->has_panicked);
  g_assert_true (((TmOops *) g_ptr_array_index (self->found, 0))->is_complete);
}

/* As x86 does it: the registers stand once more between the end mark and the panic. */
static void
test_panic_behind_registers (OopsFixture *self, gconstpointer data)
{
  feed (self, "[   10.000001] kernel BUG at mm/one.c:1!\n"
              "[   10.000002] RIP: 0010:one_free+0x1/0x2\n"
              "[   10.000003] ---[ end trace 0000000000000000 ]---\n"
              "[   10.000004] RIP: 0010:one_free+0x1/0x2\n");
  for (guint i = 0; i < 15; i++)
    feed (self, "[   10.000005] RAX: 0000000000000001 RBX: 0000000000000005");
  feed (self, "[   10.000006] Kernel panic - not syncing: Fatal exception\n");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 1);
  g_assert_true (((TmOops *) g_ptr_array_index (self->found, 0))->has_panicked);
}

static void
test_a_report_is_bounded (OopsFixture *self, gconstpointer data)
{
  g_autofree char *long_line = g_strnfill (10 * 1024 * 1024, 'x');

  feed (self, "[   10.000001] kernel BUG at mm/one.c:1!");
  feed (self, long_line);
  for (guint i = 0; i < 2 * TM_OOPS_MAX_LINES; i++)
    feed (self, "[   10.000002]  some line of the report");
  g_assert_cmpuint (self->found->len, ==, 1);
  g_assert_cmpuint (((TmOops *) g_ptr_array_index (self->found, 0))->lines->len, ==,
                    TM_OOPS_MAX_LINES);
}

/* What WARN() was given to say explains more than the line that counts as the first. */
static void
test_message (OopsFixture *self, gconstpointer data)
{
  g_autoptr (JsonNode) payload = NULL;
  JsonObject *object;

  feed (self, "[   10.000001][   T1] ------------[ cut here ]------------\n"
              "[   10.000002][   T1] gear_t: underflow at 00:1b:44:11:3a:b7\n"
              "[   10.000003][    C1] usb 1-1: unrelated\n"
              "[   10.000004][   T1] WARNING: CPU: 0 PID: 1 at lib/gear.c:12 gear_put+0x5/0x10\n"
              "[   10.000005][   T1] RIP: 0010:gear_put+0x5/0x10");
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 1);
  payload = tm_oops_to_payload (g_ptr_array_index (self->found, 0));
  object = json_node_get_object (payload);
  g_assert_cmpstr (json_object_get_string_member (object, "message"), ==,
                   "gear_t: underflow at [mac]");
  g_assert_cmpstr (json_object_get_string_member (object, "text"), ==,
                   "gear_t: underflow at [mac]\n"
                   "WARNING: CPU: 0 PID: 1 at lib/gear.c:12 gear_put+0x5/0x10\n"
                   "RIP: 0010:gear_put+0x5/0x10\n");
}

/* Eight lines of 1024 bytes; more than that belongs to something else. A report has none of the
 * one before. */
static void
test_a_message_is_bounded (OopsFixture *self, gconstpointer data)
{
  g_autofree char *long_line = g_strnfill (5000, 'x');

  feed (self, "[   10.000001] ------------[ cut here ]------------");
  for (guint i = 0; i < 8; i++)
    feed (self, long_line);
  feed (self, "[   10.000002] kernel BUG at mm/one.c:1!\n"
              "[   10.000003] ---[ end trace 0000000000000000 ]---\n"
              "[   10.000004] kernel BUG at mm/two.c:1!\n"
              "[   10.000005] ---[ end trace 0000000000000000 ]---\n"
              "[   10.000006] ------------[ cut here ]------------");
  for (guint i = 0; i < 9; i++)
    feed (self, "[   10.000007] some line");
  feed (self, "[   10.000008] kernel BUG at mm/three.c:1!");
  tm_oops_reader_flush (self->reader);

  g_assert_cmpuint (self->found->len, ==, 3);
  g_assert_cmpuint (((TmOops *) g_ptr_array_index (self->found, 0))->message->len, ==, 8);
  g_assert_cmpuint (
      strlen (g_ptr_array_index (((TmOops *) g_ptr_array_index (self->found, 0))->message, 0)), ==,
      1024);
  g_assert_null (((TmOops *) g_ptr_array_index (self->found, 1))->message);
  g_assert_null (((TmOops *) g_ptr_array_index (self->found, 2))->message);
}

/* What would make a first line stands within 1024 bytes, or it is none. */
static void
test_a_first_line_is_bounded (OopsFixture *self, gconstpointer data)
{
  g_autofree char *name = g_strnfill (1024, 'x');
  g_autofree char *line = g_strdup_printf ("INFO: task %s:7 blocked for more than 120 s", name);

  feed (self, line);
  tm_oops_reader_flush (self->reader);
  g_assert_cmpuint (self->found->len, ==, 0);
}

static void
test_fields (OopsFixture *self, gconstpointer data)
{
  const TmOops *oops;

  feed (self,
        "[   10.000001] kernel BUG at mm/one.c:1!\n"
        "[   10.000002] Modules linked in: xfs(OE) gears widget\n"
        "[   10.000003]  ext4 [last unloaded: old]\n"
        "[   10.000004] CPU: 3 PID: 77 Comm: gears Tainted: G        W  OE      6.12.1-acme #1\n"
        "[   10.000005] Hardware name: ACME Anvil/Board, BIOS 1.2 01/01/2026\n");
  tm_oops_reader_flush (self->reader);
  oops = g_ptr_array_index (self->found, 0);
  g_assert_cmpstr (oops->kernel_version, ==, "6.12.1-acme");
  g_assert_cmpstr (oops->taint, ==, "GWOE");
  g_assert_cmpint (oops->cpu, ==, 3);
  g_assert_cmpstr (oops->hardware, ==, "ACME Anvil/Board, BIOS 1.2 01/01/2026");
  g_assert_cmpuint (oops->modules->len, ==, 4);
  g_assert_cmpint (oops->time_usec, ==, 10000001);
}

/* The version becomes a field of the record, which has its limits: what is none is left out. */
static void
test_what_is_no_version (OopsFixture *self, gconstpointer data)
{
  g_autofree char *endless = g_strnfill (65, '6');
  const char *const versions[] = { "6.12\xff", "6.12;rm", endless };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *log =
          g_strdup_printf ("[   10.000001] kernel BUG at mm/one.c:1!\n"
                           "[   10.000002] CPU: 3 PID: 77 Comm: gears Not tainted %s #1\n",
                           versions[i]);

      feed (self, log);
      tm_oops_reader_flush (self->reader);
      g_assert_cmpuint (self->found->len, ==, i + 1);
      g_assert_null (((TmOops *) g_ptr_array_index (self->found, i))->kernel_version);
    }
}

/* Plants secrets in every place a report has, and looks for them in the record. */
static void
test_nothing_private (OopsFixture *self, gconstpointer data)
{
  static const char *const secrets[] = { "mallory",
                                         "ffff88003a6bd110",
                                         "deadbeefcafe0123",
                                         "/home/ada/thesis",
                                         "00:1b:44:11:3a:b7",
                                         "192.168.1.77",
                                         "S3R1AL",
                                         "80813f44",
                                         "81234567",
                                         "123e4567-e89b-12d3-a456-426614174000" };
  g_autoptr (JsonNode) payload = NULL;
  g_autofree char *text = NULL;

  feed (self, "[   10.000001] BUG: KASAN: use-after-free in gear_turn+0x1/0x2\n"
              "[   10.000002] Read of size 8 at addr ffff88003a6bd110 by task mallory/77\n"
              "[   10.000003] CPU: 0 PID: 77 Comm: mallory Not tainted 6.12.1 #1\n"
              "[   10.000004] RSP: 0018:ffff88003a6bd110 EFLAGS: 00010246\n"
              "[   10.000005] Code: de ad be ef ca fe 01 23\n"
              "[   10.000006] value deadbeefcafe0123 read from /home/ada/thesis\n"
              "[   10.000007] eth0: 00:1b:44:11:3a:b7 192.168.1.77 SerialNumber: S3R1AL\n"
              "[   10.000007]  r7:80813f44 r6:00000000\n"
              "[   10.000007] $ 4   : 81234567 00000000\n"
              "[   10.000008] uuid 123e4567-e89b-12d3-a456-426614174000\n"
              "[   10.000009] INFO: task mallory:77 blocked for more than 120 seconds\n");
  tm_oops_reader_flush (self->reader);
  payload = tm_oops_to_payload (g_ptr_array_index (self->found, 0));
  text = json_to_string (payload, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_test_message ("%s in %s", secrets[i], text);
      g_assert_null (strstr (text, secrets[i]));
    }
  g_assert_nonnull (strstr (text, "gear_turn+0x1/0x2"));
}

/* Another build moves every offset; the group must stay the same, whatever else changes. */
static void
test_hash_ignores_offsets (OopsFixture *self, gconstpointer data)
{
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;

  feed (self, "[ 10.000001] kernel BUG at mm/one.c:1!\n[ 10.000002] RIP: 0010:one_free+0x1/0x2\n");
  tm_oops_reader_flush (self->reader);
  feed (self, "[ 20.000001] kernel BUG at mm/one.c:9!\n[ 20.000002] RIP: 0010:one_free+0x7/0x9\n");
  tm_oops_reader_flush (self->reader);
  feed (self, "[ 30.000001] kernel BUG at mm/one.c:1!\n[ 30.000002] RIP: 0010:two_free+0x1/0x2\n");
  tm_oops_reader_flush (self->reader);
  a = tm_oops_get_hash (g_ptr_array_index (self->found, 0), 3);
  b = tm_oops_get_hash (g_ptr_array_index (self->found, 1), 3);
  c = tm_oops_get_hash (g_ptr_array_index (self->found, 2), 3);
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
}

/* How the kernel prints a report, where in a loop a stall is seen and how a lock was taken before
 * differ from one version, one second and one boot to the next. */
static void
test_hash_is_of_the_bug (OopsFixture *self, gconstpointer data)
{
  static const char *const pairs[][2] = {
    { "[ 10.000001] BUG: KASAN: use-after-free in gear_turn+0x1/0x2\n"
      "[ 10.000002]  dump_stack+0x1/0x2\n"
      "[ 10.000003]  print_address_description+0x1/0x2\n"
      "[ 10.000004]  kasan_report.cold+0x1/0x2\n"
      "[ 10.000005]  gear_turn+0x1/0x2\n"
      "[ 10.000006]  gear_ioctl+0x1/0x2\n",
      "[ 10.000001] BUG: KASAN: use-after-free in gear_turn+0x3/0x4\n"
      "[ 10.000002]  dump_stack_lvl+0x3/0x4\n"
      "[ 10.000003]  print_report+0x3/0x4\n"
      "[ 10.000004]  kasan_report+0x3/0x4\n"
      "[ 10.000005]  gear_turn.isra.0+0x3/0x4\n"
      "[ 10.000006]  gear_ioctl+0x3/0x4\n" },
    { "[ 10.000001] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [gears:77]\n"
      "[ 10.000002] RIP: 0010:gear_spin+0x1/0x2\n"
      "[ 10.000003]  gear_read+0x1/0x2\n"
      "[ 10.000004]  vfs_read+0x1/0x2\n",
      "[ 10.000001] watchdog: BUG: soft lockup - CPU#7 stuck for 48s! [gears:99]\n"
      "[ 10.000002] RIP: 0010:gear_look+0x1/0x2\n"
      "[ 10.000003]  gear_spin+0x3/0x4\n"
      "[ 10.000004]  gear_read+0x1/0x2\n"
      "[ 10.000005]  vfs_read+0x1/0x2\n" },
    { "[ 10.000001] WARNING: possible circular locking dependency detected\n"
      "[ 10.000002] gears/77 is trying to acquire lock:\n"
      "[ 10.000003] ffff888012345678 (&gear->lock){+.+.}-{3:3}, at: gear_lock_all+0x1/0x2\n"
      "[ 10.000004] -> #1 (&gear->other){+.+.}-{3:3}:\n"
      "[ 10.000005]  gear_once+0x1/0x2\n"
      "[ 10.000006] stack backtrace:\n"
      "[ 10.000007]  gear_lock_all+0x1/0x2\n",
      "[ 10.000001] WARNING: possible circular locking dependency detected\n"
      "[ 10.000002] gears/78 is trying to acquire lock:\n"
      "[ 10.000003] ffff888012345679 (&gear->lock){+.+.}-{4:4}, at: gear_lock_all+0x3/0x4\n"
      "[ 10.000004] -> #1 (&gear->other){+.+.}-{4:4}:\n"
      "[ 10.000005]  gear_elsewhere+0x1/0x2\n"
      "[ 10.000006] stack backtrace:\n"
      "[ 10.000007]  gear_lock_all+0x3/0x4\n" },
    { "[ 10.000001] Kernel panic - not syncing: no gear on block(8,1) for 10s\n",
      "[ 10.000001] Kernel panic - not syncing: no gear on block(259,7) for 12s\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;

      g_ptr_array_set_size (self->found, 0);
      for (guint k = 0; k < 2; k++)
        {
          feed (self, pairs[i][k]);
          tm_oops_reader_flush (self->reader);
        }
      g_assert_cmpuint (self->found->len, ==, 2);
      a = tm_oops_get_hash (g_ptr_array_index (self->found, 0), 3);
      b = tm_oops_get_hash (g_ptr_array_index (self->found, 1), 3);
      g_test_message ("%s", pairs[i][0]);
      g_assert_cmpstr (a, ==, b);
    }
}

/* A guess of the unwinder tells two bugs apart where it knows nothing better, and is no guess
 * where an interrupt came in. */
static void
test_unreliable_frames (OopsFixture *self, gconstpointer data)
{
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  feed (self, "[ 10.000001] kernel BUG at mm/one.c:1!\n[ 10.000002]  ? gear_turn+0x1/0x2\n");
  tm_oops_reader_flush (self->reader);
  feed (self, "[ 10.000001] kernel BUG at mm/one.c:1!\n[ 10.000002]  ? gear_stop+0x1/0x2\n");
  tm_oops_reader_flush (self->reader);
  feed (self, "[ 10.000001] kernel BUG at mm/one.c:1!\n"
              "[ 10.000002]  <EOI>  [<ffffffff81234567>] ? gear_turn+0x1/0x2\n");
  tm_oops_reader_flush (self->reader);
  a = tm_oops_get_hash (g_ptr_array_index (self->found, 0), 3);
  b = tm_oops_get_hash (g_ptr_array_index (self->found, 1), 3);
  g_assert_cmpstr (a, !=, b);
  g_assert_null (((TmOops *) g_ptr_array_index (self->found, 0))->function);
  g_assert_cmpstr (((TmOops *) g_ptr_array_index (self->found, 2))->function, ==, "gear_turn");
}

/* Two panics that blame nobody are not one. */
static void
test_hash_tells_panics_apart (OopsFixture *self, gconstpointer data)
{
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  feed (self, "[ 10.000001] Kernel panic - not syncing: no gear\n");
  tm_oops_reader_flush (self->reader);
  feed (self, "[ 10.000001] Kernel panic - not syncing: no widget\n");
  tm_oops_reader_flush (self->reader);
  a = tm_oops_get_hash (g_ptr_array_index (self->found, 0), 3);
  b = tm_oops_get_hash (g_ptr_array_index (self->found, 1), 3);
  g_assert_cmpstr (a, !=, b);
}

static void
test_normalise (void)
{
  static const struct
  {
    const char *printed;
    const char *name;
  } names[] = {
    { "gear_turn", "gear_turn" },
    { "gear_turn.isra.0", "gear_turn" },
    { "gear_turn.constprop.0.cold", "gear_turn" },
    { "__x64_sys_mount", "mount" },
    { "SyS_ioctl", "ioctl" },
    { "__se_sys_openat", "openat" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = tm_oops_function_normalise (names[i].printed);

      g_assert_cmpstr (name, ==, names[i].name);
    }
}

static void
test_line_heads (void)
{
  static const struct
  {
    const char *raw;
    int level;
    int facility;
    gint64 time_usec;
    const char *text;
  } lines[] = {
    { "6,1234,5678901,-,caller=T12;hello", 6, 0, 5678901, "hello" },
    { "12,1,2,-;hello", 4, 1, 2, "hello" },
    { "<3>[    5.678901] hello", 3, 0, 5678901, "hello" },
    { "[    5.678901][   T12] hello\r", -1, -1, 5678901, "hello" },
    { "Nov 22 12:00:00 host kernel: [    5.678901] hello", -1, -1, 5678901, "hello" },
    { "Nov 22 12:00:00 host kernel: hello", -1, -1, -1, "hello" },
    { "login: [    5.678901] hello", -1, -1, 5678901, "hello" },
    { "2018/01/09 14:28:48 hello", -1, -1, -1, "hello" },
    { "[    5.678901] host kernel: hello", -1, -1, 5678901, "hello" },
    { "[    5.678901] host systemd[1]: hello", -1, -1, 5678901, "host systemd[1]: hello" },
    { "[    5.678901] [   T12]  hello", -1, -1, 5678901, " hello" },
    { "[    5.678901]  [<c0123456>] hello", -1, -1, 5678901, " [<c0123456>] hello" },
    { "[    5.678901 <    0.000012>] hello", -1, -1, 5678901, "hello" },
    { "[Sun Nov  1 12:00:00 2026] hello", -1, -1, -1, "hello" },
    { "[Sun Nov 22 12:00:00 2026] [    C1] hello", -1, -1, -1, "hello" },
    { "[Sun Nov 22 12:00:00 2026 <    0.000012>] hello", -1, -1, -1, "hello" },
    { "[Sun Nov 22 12:00:00] hello", -1, -1, -1, "[Sun Nov 22 12:00:00] hello" },
    { "[Nov22 12:00] hello", -1, -1, -1, "hello" },
    { "[  +0.000012] hello", -1, -1, -1, "hello" },
    { "[  +0.] hello", -1, -1, -1, "[  +0.] hello" },
    { "2026-11-22T12:00:00,123456+01:00 hello", -1, -1, -1, "hello" },
    { "2026-11-22T12:00:00Z hello", -1, -1, -1, "hello" },
    { "2026-11-22T12:00:00+0100 host kernel: hello", -1, -1, -1, "hello" },
    { "kern  :warn  : [    5.678901] hello", -1, -1, 5678901, "hello" },
    { "hello", -1, -1, -1, "hello" },
    { "", -1, -1, -1, "" },
    { "[", -1, -1, -1, "[" },
    { "<", -1, -1, -1, "<" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      TmKlogLine line;

      g_test_message ("%u: %s", i, lines[i].raw);
      tm_klog_line_parse (lines[i].raw, strlen (lines[i].raw), &line);
      g_assert_cmpmem (line.text, line.n_bytes, lines[i].text, strlen (lines[i].text));
      g_assert_cmpint (line.level, ==, lines[i].level);
      g_assert_cmpint (line.facility, ==, lines[i].facility);
      g_assert_cmpint (line.time_usec, ==, lines[i].time_usec);
    }
}

static void
test_rules_name_the_line (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) class_error = NULL;

  g_assert_null (tm_oops_rules_new ("# ok\nBUG: | bug | nonsense | ^BUG | BUG\n", "", &error));
  g_assert_nonnull (strstr (error->message, "line 2"));
  g_assert_null (tm_oops_rules_new ("BUG: | bug | said=0 | ^BUG | BUG\n", "", NULL));
  g_assert_null (tm_oops_rules_new ("BUG: | bug | fn=12 | ^BUG | BUG\n", "", NULL));
  g_assert_null (tm_oops_rules_new ("", "nonsense foo\n", &class_error));
  g_assert_nonnull (strstr (class_error->message, "nonsense foo"));
}

/* '*' may stand anywhere in a pattern. */
static void
test_patterns (void)
{
  static const char frames[] =
      "helper arch_*_bit\nhelper *panicking*\nhelper gear_*\nwait gear_w*\n";
  g_autoptr (TmOopsRules) rules = tm_oops_rules_new ("", frames, NULL);

  g_assert_true (tm_oops_rules_is (rules, "arch_set_bit", TM_OOPS_CLASS_HELPER));
  g_assert_false (tm_oops_rules_is (rules, "arch_set_byte", TM_OOPS_CLASS_HELPER));
  g_assert_true (tm_oops_rules_is (rules, "_RNv4core9panicking5panic", TM_OOPS_CLASS_HELPER));
  g_assert_true (tm_oops_rules_is (rules, "gear_wait", TM_OOPS_CLASS_WAIT));
  g_assert_false (tm_oops_rules_is (rules, "gear_turn", TM_OOPS_CLASS_WAIT));
}

#define ADD(name, func)                                                                            \
  g_test_add ("/probes/oops/" name, OopsFixture, NULL, oops_fixture_set_up, func,                  \
              oops_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("reports", test_reports);
  ADD ("no-reports", test_no_reports);
  ADD ("users-cannot-report", test_users_cannot_report);
  ADD ("two-at-once", test_two_at_once);
  ADD ("a-gap-ends-a-report", test_a_gap_ends_a_report);
  ADD ("panic-at-the-end", test_panic_at_the_end);
  ADD ("panic-behind-registers", test_panic_behind_registers);
  ADD ("a-report-is-bounded", test_a_report_is_bounded);
  ADD ("message", test_message);
  ADD ("a-message-is-bounded", test_a_message_is_bounded);
  ADD ("a-first-line-is-bounded", test_a_first_line_is_bounded);
  ADD ("fields", test_fields);
  ADD ("nothing-private", test_nothing_private);
  ADD ("hash-ignores-offsets", test_hash_ignores_offsets);
  ADD ("hash-is-of-the-bug", test_hash_is_of_the_bug);
  ADD ("unreliable-frames", test_unreliable_frames);
  ADD ("hash-tells-panics-apart", test_hash_tells_panics_apart);
  ADD ("what-is-no-version", test_what_is_no_version);
  g_test_add_func ("/probes/oops/patterns", test_patterns);
  g_test_add_func ("/probes/oops/normalise", test_normalise);
  g_test_add_func ("/probes/oops/line-heads", test_line_heads);
  g_test_add_func ("/probes/oops/rules-name-the-line", test_rules_name_the_line);
  return g_test_run ();
}
