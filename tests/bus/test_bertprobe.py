# SPDX-License-Identifier: LGPL-2.1-or-later
"""bertprobe with the real service: a region is reported once, not without consent, and not if it is older than that."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import System
from harness.firmware import SERIAL, memory_error
from harness.process import run_as

PROBE = '/usr/libexec/telemetrics/bertprobe'
STATE = Path('/var/lib/telemetrics-probes/bertprobe.state')
REGION = 'sys/firmware/acpi/tables/data/BERT'


class BertprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.file = self.root / REGION
        self.file.parent.mkdir(parents=True)

    def tearDown(self):
        for path in (STATE, self.root / str(STATE)[1:]):
            path.unlink(missing_ok=True)
        self.system.reset()

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'hardware': decision}, 1, {})

    def probe(self, *arguments, expect=0):
        ran = run_as('root', [PROBE, *arguments], check=False)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran

    def titles(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        self.assertNotIn(SERIAL, said)
        self.assertNotIn('5e51a1', said)
        return [json.loads(json.loads(line)['payload'])['signature']['title'] for line in said.splitlines()]

    def boot(self, content):
        """What a boot of another tree shows."""
        self.file.write_bytes(content)
        self.probe(f'--root={self.root}')

    def test_once(self):
        """The same region in boot after boot is one record; another one is another."""
        self.decide(2)
        for module in (1, 1, 2, 2):
            self.boot(memory_error(module))
        self.assertEqual(self.titles(), ['memory error: Multi-bit ECC in module 1', 'memory error: Multi-bit ECC in module 2'])

    def test_nothing_happened(self):
        """An empty region, and none, are nothing to report and no failure."""
        self.decide(2)
        self.boot(bytes(4096))
        self.file.unlink()
        self.probe(f'--root={self.root}')
        self.assertEqual(self.titles(), [])

    def test_damaged(self):
        """What is no region, or is endless, is said and not reported."""
        self.decide(2)
        self.file.write_bytes(b'\xff' * 64)
        self.probe(f'--root={self.root}', expect=1)
        self.file.write_bytes(bytes(1024 * 1024 + 1))
        self.assertIn('too long', self.probe(f'--root={self.root}', expect=1).stderr)
        self.assertEqual(self.titles(), [])

    def test_service_away(self):
        """What was not taken is not known: the next start tries again."""
        self.decide(2)
        self.file.write_bytes(memory_error(4))
        ran = run_as('root', [PROBE, f'--root={self.root}'], check=False,
                     environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.probe(f'--root={self.root}')
        self.assertEqual(self.titles(), ['memory error: Multi-bit ECC in module 4'])

    def test_older_than_consent(self):
        """What the machine itself shows when somebody agrees was there before; what comes after it is reported."""
        subprocess.run(['mount', '-t', 'tmpfs', 'none', '/sys/firmware'], check=True)
        self.addCleanup(subprocess.run, ['umount', '/sys/firmware'], check=True)
        real = Path('/', REGION)
        real.parent.mkdir(parents=True)
        real.write_bytes(memory_error(1))
        self.decide(2)
        self.probe()
        self.assertEqual(self.titles(), [])
        real.write_bytes(memory_error(2))
        self.probe()
        self.assertEqual(self.titles(), ['memory error: Multi-bit ECC in module 2'])

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no region, no service."""
        self.file.write_bytes(memory_error(1))
        trace = subprocess.run(['strace', '-f', '-e', 'trace=%file,connect', PROBE, f'--root={self.root}'], capture_output=True,
                               text=True, check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertNotRegex(trace, r'tables/data|connect\(')
        self.assertEqual(self.titles(), [])

    def test_shown_only(self):
        """A file that somebody names is shown without consent, whatever its form, and handed over to nobody."""
        self.file.write_bytes(memory_error(1).hex().encode())
        shown = json.loads(self.probe('--dry-run', f'--input={self.file}').stdout)
        self.assertEqual((shown['classification'], shown['severity']), ('org.telemetrics/hardware/bert', 4))
        decoded = json.loads(self.probe('--decode', f'--input={self.file}').stdout)
        self.assertEqual(decoded['sections'][0]['error']['physical_address'], '0x5e51a15e51a15e51')
        self.probe('--decode', expect=2)
        self.assertEqual(self.titles(), [])


if __name__ == '__main__':
    unittest.main()
