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
  /* stays */
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
