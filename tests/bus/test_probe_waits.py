# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long resident probes sleep with nothing to do, or for more to come: what they ask of the kernel is looked at, and nobody waits for it."""

import re
import unittest
from pathlib import Path

from harness.process import Process, wait_until
from harness.straced import StracedProbeTest

PROBES = {'klogprobe': 'kernel', 'journalprobe': 'journal', 'crashprobe': 'crashes', 'mceprobe': 'hardware'}


class ProbeWaitsTest(StracedProbeTest):
    def setUp(self):
        super().setUp()
        self.journal.kernel('Linux version 6.12.1-acme')

    def start(self, probe, *options):
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {PROBES.get(probe, 'updates'): 2}, 1, {})
        return Process(probe, ['strace', '-D', '-o', self.trace, '-e', 'trace=poll,inotify_add_watch', *options,
                               f'/usr/libexec/telemetrics/{probe}'])

    def waits(self):
        """Of each poll() that may last, how many milliseconds."""
        text = self.trace.read_text(encoding='utf-8', errors='replace') if self.trace.exists() else ''
        return [int(found) for found in re.findall(r'(?m)^poll\(\[\{.*\}\], \d+, (\d+)', text) if int(found) > 0]

    def wait_last(self, least, most):
        """Until the last one, which is under way, lasts that long: on a slow machine it may sleep for something else before."""
        waits = []

        def is_so_long():
            nonlocal waits
            before, waits = waits, self.waits()
            return waits and waits == before and least <= waits[-1] / 1000 <= most
        try:
            wait_until(is_so_long, 'it sleeps', step=0.5)
        except TimeoutError:
            self.fail(f'it sleeps for {waits} ms, not for {least} to {most} s')

    def test_an_hour(self):
        """They sleep for an hour: then counts may be due."""
        for probe in PROBES:
            with self.subTest(probe=probe), self.start(probe):
                self.wait_last(3540, 3600)
                longest = max(self.waits()) / 1000
                self.assertLessEqual(longest, 3600)
                self.assertGreater(longest, 3590 if probe == 'mceprobe' else 3599.999)  # it counts from its last look
            self.trace.unlink()

    def test_a_minute(self):
        """Where nothing can tell them of the end of consent they look for it once a minute."""
        for probe in PROBES:
            with self.subTest(probe=probe), self.start(probe, '-e', 'inject=inotify_add_watch:error=ENOSPC'):
                self.wait_last(60, 60)
            self.trace.unlink()
        with self.start('updateprobe', '-e', 'inject=inotify_add_watch:error=ENOSPC'):
            self.wait_last(59, 60)  # GLib takes off what has passed

    def test_updates_that_follow_each_other(self):
        """updateprobe looks 300 ms behind the first change."""
        history = Path('/var/log/apt/history.log')
        history.parent.mkdir(parents=True, exist_ok=True)
        history.write_text('', encoding='ascii')
        self.addCleanup(history.unlink)

        def has_waited():
            history.write_text('\n', encoding='ascii')
            return 300 in self.waits()  # GLib takes off what has passed, if it is a millisecond
        with self.start('updateprobe'):
            wait_until(has_waited, 'it waits for 300 ms')
            self.assertEqual(max(msec for msec in self.waits() if msec < 1000), 300)  # answers on the bus have longer

    def test_a_report_that_goes_on(self):
        """For the next line of a report klogprobe waits three seconds, and mceprobe one, both less what has passed since the last."""
        for probe, line, msec in (('klogprobe', 'kernel BUG at mm/gear.c:1!', 3000),
                                  ('mceprobe', 'pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer', 1000)):
            with self.subTest(probe=probe), self.start(probe):
                self.wait_last(3540, 3600.001)
                self.journal.boot = Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip().replace('-', '')
                n_before = len(self.waits())

                def has_waited(line=line, msec=msec, n_before=n_before):
                    self.journal.kernel(line)
                    return any(msec - 20 < wait <= msec for wait in self.waits()[n_before:])
                wait_until(has_waited, 'it waits for more')
                self.assertLessEqual(max(wait for wait in self.waits()[n_before:] if wait < 60 * 1000), msec)  # else it is over
            self.trace.unlink()


if __name__ == '__main__':
    unittest.main()
