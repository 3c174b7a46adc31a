# SPDX-License-Identifier: LGPL-2.1-or-later
"""bootprobe where there is no real systemd to ask: what it shows of a file and of a double, and that without consent it asks nobody."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from harness import System
from harness.process import Process, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/bootprobe'
DOUBLE = Path(os.environ['TM_SOURCE']) / 'tests' / 'doubles' / 'systemd_double.py'
TIMES = 'KernelTimestamp=Sun 2026-11-22\nUserspaceTimestampMonotonic=1830000\nFinishTimestampMonotonic=7950000\n'


class BootprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def tearDown(self):
        self.system.reset()

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': decision}, 1, {})

    def test_input(self):
        """Shown without consent; the firmware is looked for below the other root."""
        file, root = Path('/tmp/times'), Path('/tmp/other')
        file.write_text(TIMES, encoding='utf-8')
        (root / 'sys/firmware/efi').mkdir(parents=True)
        shown = json.loads(run_as('root', [PROBE, '--dry-run', f'--input={file}', f'--root={root}']).stdout)
        self.assertEqual((shown['classification'], shown['severity']), ('org.telemetrics/boot/finished', 1))
        payload = shown['payload']
        self.assertEqual((payload['kernel_ms'], payload['userspace_ms'], payload['firmware']), (1830, 6120, 'uefi'))

    def test_no_systemd(self):
        """It says why it cannot, and keeps nothing."""
        self.decide(2)
        ran = run_as('root', [PROBE, '--once', '--dry-run'], check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn('bootprobe: ', ran.stderr)

    def test_units(self):
        """20 units that failed are told and named; all are counted."""
        self.decide(2)
        for n_failed in (19, 20, 21):
            with self.subTest(n_failed=n_failed), Process('systemd', ['/usr/bin/python3', DOUBLE, str(n_failed)]) as systemd:
                wait_until(lambda pid=systemd.pid: self.system.owner_pid('org.freedesktop.systemd1') == pid, 'systemd is on the bus')
                told = [json.loads(line)['payload'] for line in run_as('root', [PROBE, '--once', '--dry-run']).stdout.splitlines()]
                self.assertEqual([payload['unit'] for payload in told[:-1]], [f'acme-{number}.service' for number in range(min(n_failed, 20))])
                self.assertEqual((len(told[-1]['failed']), told[-1]['n_failed']), (min(n_failed, 20), n_failed))

    def test_off_asks_nobody(self):
        for arguments in ([], ['--shutdown']):
            trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect', PROBE, *arguments],
                                   capture_output=True, text=True, check=True).stderr
            self.assertRegex(trace, r'/run/telemetrics/active')
            self.assertNotRegex(trace, r'connect\(|boot_id|os-release|/sys/firmware')


if __name__ == '__main__':
    unittest.main()
