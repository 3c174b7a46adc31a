# SPDX-License-Identifier: LGPL-2.1-or-later
"""bertprobe with the real service: a region is reported once, not without consent, and not if it is older than that."""

import json
import subprocess
import tempfile
import unittest
import uuid
from pathlib import Path

from harness import System
from harness.firmware import SERIAL, memory_error
from harness.journal import Journal
from harness.process import run_as

PROBE = '/usr/libexec/telemetrics/bertprobe'
STATE = Path('/var/lib/telemetrics-probes/bertprobe.state')
REGION = 'sys/firmware/acpi/tables/data/BERT'
PRINTED = '''BERT: Error records from previous boot:
[Hardware Error]: event severity: fatal
[Hardware Error]:  Error 0, type: fatal
[Hardware Error]:   section_type: memory error
[Hardware Error]:   physical_address: 0x5e51a15e51a15e51
[Hardware Error]:   node:0 card:0 module:{module}
[Hardware Error]:   error_type: 3, multi-bit ECC
BERT: [Hardware Error]: Skipped 2 error records
BERT: Total records found: 3
Run /init as init process'''


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

    def printed_boot(self, module, **fields):
        """A boot of another tree that has such a region and only prints it."""
        journal = Journal(self.root)
        boot = self.root / 'proc/sys/kernel/random/boot_id'
        boot.parent.mkdir(parents=True, exist_ok=True)
        boot.write_text(f'{uuid.UUID(journal.boot)}\n')
        (self.file.parent.parent / 'BERT').touch()
        trusted = {'_TRANSPORT': 'kernel', 'SYSLOG_FACILITY': 0}
        journal.add_all({**trusted, 'MESSAGE': line, **fields} for line in PRINTED.format(module=module).splitlines())
        self.probe(f'--root={self.root}')

    def test_printed(self):
        """Where the region is not shown, what the kernel printed of it is the same error, and told once."""
        self.decide(2)
        for module in (1, 1, 2):
            self.printed_boot(module)
        self.assertEqual(self.titles(), [f'memory error: Multi-bit ECC in node 0, card 0, module {module}' for module in (1, 2)])
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        payload = json.loads(json.loads(said.splitlines()[0])['payload'])
        self.assertEqual((payload['source'], payload['count'], payload['severity']), ('kernel-log', 3, 'fatal'))

    def test_printed_by_others(self):
        """Not what a program says in the kernel's words, and not what another boot printed."""
        self.decide(2)
        for fields in ({'_TRANSPORT': 'syslog'}, {'_TRANSPORT': 'journal'}, {'SYSLOG_FACILITY': 1}, {'_BOOT_ID': '1' * 32}):
            self.printed_boot(3, **fields)
        self.assertEqual(self.titles(), [])

    def test_printed_nowhere(self):
        """A machine without such a table is not searched; one that has printed nothing has nothing to report."""
        self.decide(2)
        self.probe(f'--root={self.root}')
        Journal(self.root).kernel('Linux version 6.12.1-acme')
        (self.file.parent.parent / 'BERT').touch()
        self.probe(f'--root={self.root}')
        self.assertEqual(self.titles(), [])

    def test_shown_log(self):
        """A log of the kernel that somebody names, in any form."""
        for head in ('[    0.612345] ', '<6>[    0.612345] ', '6,345,612345,-;', 'Nov 22 12:00:00 host kernel: [    0.612345] '):
            with self.subTest(head=head):
                self.file.write_text(''.join(f'{head}{line}\n' for line in PRINTED.format(module=5).splitlines()))
                shown = json.loads(self.probe('--dry-run', f'--input={self.file}').stdout)
                self.assertEqual(shown['payload']['location'], 'node 0, card 0, module 5')
        self.file.write_text(''.join(f'14,345,612345,-;{line}\n' for line in PRINTED.format(module=5).splitlines()))
        self.assertEqual(self.probe('--dry-run', f'--input={self.file}').stdout, '')

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
