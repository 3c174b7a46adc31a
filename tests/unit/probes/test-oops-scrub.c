/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is cut out of the lines of a kernel's report, and what must stay for whoever reads it. */
#include "tm-oops-scrub.h"

static const struct
{
  const char *line;
  const char *cleaned; /* NULL: as it is */
} vectors[] = {
  { "BUG: kernel NULL pointer dereference, address: 0000000000000008",
    "BUG: kernel NULL pointer dereference, address: [address]" },
  { "PGD 1fed4067 P4D 1fed5067 PUD 1fed6067 PMD 0 ",
    "PGD [address] P4D [address] PUD [address] PMD 0 " },
  { "pgd = 8c2f1a33", "pgd = [address]" },
  { "[00000010] *pgd=8a31b831, *pte=00000000, *ppte=00000000",
    "[[address]] *pgd=[address], *pte=[address], *ppte=[address]" },
  { "[ffff800008000000] pgd=10000001ffff003, p4d=10000001fffe003",
    "[[address]] pgd=[address], p4d=[address]" },
  { "RIP: 0033:0x47b7a0", "RIP: 0033:[address]" },
  { "RIP: 002b:00000000f7f3a559", "RIP: 002b:[address]" },
  { "RIP: 0033:0x7f1c2a3b4c5d", "RIP: 0033:[address]" },
  { "CPU: 0 PID: 89 Comm: secret app Tainted: G", "CPU: 0 PID: 89 Comm: [program] Tainted: G" },
  { "CPU: 0 PID: 9 Comm: kworker/0:1 Not tainted 6.1.0", NULL },
  { "eth0: link up, 52:54:00:12:34:56, 192.168.1.17", "eth0: link up, [mac], [ip]" },
  { "file /home/alice/secret.txt, error", "file [path], error" },
  { "open \"/home/alice/My Diary/x y.txt\" and '/root/a b': denied",
    "open \"[path]\" and '[path]': denied" },
  { "e1000 0000:00:19.0: to fe80::1a2b:3cff:fe4d:5e6f and 2001:db8:85a3:0:0:8a2e:370:7334",
    "e1000 0000:00:19.0: to [ip] and [ip]" },
  { "for ada.lovelace@example.org on /mnt/adas-disk", "for [mail] on [path]" },
  { "user@1000.service: killed, and backup@home-ada.service",
    "user@[instance].service: killed, and backup@[instance].service" },
  { "Pid: 77, comm: ada-tool Not tainted 2.6.32", "Pid: 77, comm: [program] Not tainted 2.6.32" },
  { "Process ada tool (pid: 1234, stack limit = 0x20)",
    "Process [program] (pid: 1234, stack limit = 0x20)" },
  { "TASK = c7a2b3c0[1234] 'ada-tool' THREAD: c7b0",
    "TASK = [address][1234] '[program]' THREAD: c7b0" },
  { "Write of size 8 by task ada tool/1234", "Write of size 8 by task [program]/1234" },
  { "INFO: task ada tool:1234 blocked for more than 120 seconds.",
    "INFO: task [program]:1234 blocked for more than 120 seconds." },
  { "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [ada tool:4711]",
    "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [[program]:4711]" },
  { "BUG: Bad page state in process ada tool  pfn:12345",
    "BUG: Bad page state in process [program]  pfn:12345" },
  { "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 42, name: ada tool",
    "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 42, name: [program]" },
  { "BUG: scheduling while atomic: ada-tool/1234/0x00000002",
    "BUG: scheduling while atomic: [program]/1234/[address]" },
  { "traps: ada-tool[1234] general protection fault",
    "traps: [program][1234] general protection fault" },
  { "WARNING: drivers/gear.c:12 at gear_turn+0x5/0x10 [gears], CPU#3: ada tool/1234",
    "WARNING: drivers/gear.c:12 at gear_turn+0x5/0x10 [gears], CPU#3: [program]/1234" },
  { "WARNING: drivers/gear.c:12 at gear_turn+0x5/0x10, CPU#3: swapper/3/0", NULL },
  { "BUG: spinlock bad magic on CPU#3, ada-tool/1234",
    "BUG: spinlock bad magic on CPU#3, [program]/1234" },
  { "BUG: using smp_processor_id() in preemptible [00000000] code: ada tool/1234",
    "BUG: using smp_processor_id() in preemptible [00000000] code: [program]/1234" },
  { "  comm \"ada tool\", pid 1234, jiffies 4294937368",
    "  comm \"[program]\", pid 1234, jiffies 4294937368" },
  { "page last allocated via order 0, pid 3608, tgid 3608 (ada-tool), ts 64771645974",
    "page last allocated via order 0, pid 3608, tgid 3608 ([program]), ts 64771645974" },
  { "WARNING: kernel stack regs at (ptrval) in ada-tool:4493 has bad 'bp' value",
    "WARNING: kernel stack regs at (ptrval) in [program]:4493 has bad 'bp' value" },
  { "INFO: task ada tool:1234 is blocked on a mutex likely owned by task adas other:99.",
    "INFO: task [program]:1234 is blocked on a mutex likely owned by task [program]:99." },
  { "INFO: task ada:12 <writer> blocked on an rw-semaphore likely owned by task bob:99 <reader>",
    "INFO: task [program]:12 <writer> blocked on an rw-semaphore likely owned by task "
    "[program]:99 <reader>" },
  { "ada tool: page allocation failure: order:5", "[program]: page allocation failure: order:5" },
  { "ada-tool: vmalloc: allocation failure", "[program]: vmalloc: allocation failure" },
  { "ada-tool cpuset=/ mems_allowed=0", "[program] cpuset=[path] mems_allowed=0" },
  { "sctp: [Deprecated]: ada-tool (pid 22154) Use of int", "sctp: [Deprecated]: [program] (pid "
                                                           "22154) Use of int" },
  { "warning: process `ada-tool' used the deprecated sysctl",
    "warning: process `[program]' used the deprecated sysctl" },
  { "program ada-tool is using a deprecated SCSI ioctl",
    "program [program] is using a deprecated SCSI ioctl" },
  { "deprecated getsockopt used by ada-tool!", "deprecated getsockopt used by [program]!" },
  { "ada-tool[1234]: unhandled signal 11", "[program][1234]: unhandled signal 11" },
  { "ada-tool.2  D26840 11340   9045 0x00000004", "[program]  D26840 11340   9045 [address]" },
  { "ada-tool   R running task on cpu   0     0 19712   4019 0x0",
    "[program]   R running task on cpu   0     0 19712   4019 0x0" },
  { "WARNING: ada-tool/6054 still has locks held!",
    "WARNING: [program]/6054 still has locks held!" },
  { "Kernel command line: root=/dev/disk/by-id/ata-S3Z9NB0K", "Kernel command line: [text]" },
  { "systemd[1]: Set hostname to <adas-laptop>.", "[program][1]: Set hostname to <[text]>." },
  { "proctitle=2F62696E2F7368002F686F6D652F616461", "proctitle=[data]" },
  { " gear_turn+0x1/0x2 [gears 1234567890abcdef1234567890abcdef12345678]", NULL },
  { " lock: 0xc1234560, .magic: dead4ead, .owner: ada tool/99, .owner_cpu: 1",
    " lock: [address], .magic: [address], .owner: [program]/99, .owner_cpu: 1" },
  { " lock: 0xc1234560, .magic: 00000000, .owner: <none>/-1, .owner_cpu: 0",
    " lock: [address], .magic: 00000000, .owner: <none>/-1, .owner_cpu: 0" },
  { "Unable to handle kernel paging request at virtual address 81234567 when read",
    "Unable to handle kernel paging request at virtual address [address] when read" },
  { " #2: 83539724 (cgroup_mutex){+.+.}-{3:3}, at: gear_turn+0x28/0x424",
    " #2: [address] (cgroup_mutex){+.+.}-{3:3}, at: gear_turn+0x28/0x424" },
  { "BUG: Bad page map in process ada  pte:81234567 pmd:12345067",
    "BUG: Bad page map in process [program]  pte:[address] pmd:[address]" },
  { "Control: 10c5387d  Table: 8903c06a", "Control: [address]  Table: [address]" },
  { "CPU: 3 PID: 7 Comm: swapper/3 Not tainted 4.20.0-next-20190102+ #5", NULL },
  { "ada-tool[1234]: segfault at 8", "[program][1234]: segfault at 8" },
  { "task:ada-tool        state:D stack:0     pid:1234",
    "task:[program]        state:D stack:0     pid:1234" },
  { "ada-tool        D    0  1234      1 0x00000004",
    "[program]        D    0  1234      1 [address]" },
  { "2 locks held by ada tool/4242:", "2 locks held by [program]/4242:" },
  { "ada tool/1234 is trying to acquire lock:", "[program]/1234 is trying to acquire lock:" },
  { "ada-tool/1234 [HC0[0]:SC0[0]:HE1:SE1] takes:",
    "[program]/1234 [HC0[0]:SC0[0]:HE1:SE1] takes:" },
  { "BUG: ada-tool/1234 still has locks held!", "BUG: [program]/1234 still has locks held!" },
  { "ada tool invoked oom-killer: gfp_mask=0x100cca",
    "[program] invoked oom-killer: gfp_mask=0x100cca" },
  { "Out of memory: Killed process 4242 (ada (x) tool) total-vm:9kB",
    "Out of memory: Killed process 4242 ([program]) total-vm:9kB" },
  { "Memory cgroup out of memory: Kill process 42 (ada) score 9 or sacrifice child",
    "Memory cgroup out of memory: Kill process 42 ([program]) score 9 or sacrifice child" },
  { "oom-kill:constraint=CONSTRAINT_NONE,cpuset=/ada,mems_allowed=0,global_oom,"
    "task_memcg=/user.slice/app-ada-1.scope,task=ada,tool,pid=4242,uid=1000",
    "oom-kill:constraint=CONSTRAINT_NONE,cpuset=[path],mems_allowed=0,global_oom,"
    "task_memcg=[path],task=[program],pid=4242,uid=1000" },
  { "Task in /lxc/ada killed as a result of limit of /lxc",
    "Task in [path] killed as a result of limit of [path]" },
  { "Memory cgroup stats for /lxc/ada: cache:0KB", "Memory cgroup stats for [path]: cache:0KB" },
  { "[   4242]  1000  4242      123       22    45056        0             0 ada tool",
    "[   4242]  1000  4242      123       22    45056        0             0 [program]" },
  { "audit: exe=\"/opt/ada/tool\" comm=ada hostname=ada-laptop",
    "audit: exe=[text] comm=[text] hostname=[text]" },
  /* stays */
  { "BUG: soft lockup - CPU#1 stuck for 22s! [kworker/1:2:4711]", NULL },
  { "pcieport 0000:00:1c.0: device [8086:9d10]", NULL },
  { "usb 1-1: New USB device found, idVendor=046d, idProduct=c52b", NULL },
  { "i2c i2c-1: mmc@7e300000 is of add::face", NULL },
  { "Task dump for CPU 1:", NULL },
  { "RIP: 0010:gears_count_teeth+0xc/0x30 [gears]", NULL },
  { " vfs_write+0xc7/0x3f0", NULL },
  { "#PF: error_code(0x0000) - not-present page", NULL },
  { "Oops: 0000 [#1] PREEMPT SMP NOPTI", NULL },
  { "Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2-debian-1.16.2-1 04/01/2014",
    NULL },
  { " pmd_alloc+0x12/0x80", NULL },
  { " pte faded", NULL },
  { "Modules linked in: gears(OE)", NULL },
};

static void
test_lines (void)
{
  g_autoptr (TmOopsScrubber) scrubber = tm_oops_scrubber_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      const char *expected = vectors[i].cleaned != NULL ? vectors[i].cleaned : vectors[i].line;
      g_autofree char *cleaned = tm_oops_scrubber_clean (scrubber, vectors[i].line);

      g_assert_cmpstr (cleaned, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oops/scrub/lines", test_lines);

  return g_test_run ();
}
