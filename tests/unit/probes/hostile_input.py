#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that somebody made to hurt, through the parsers of the probes that read files: each ends, within memory and processor
time that do not grow with the file, and what is whole in the file is still found.

usage: hostile_input.py BERTPROBE PSTOREPROBE UPDATEPROBE BOOTPROBE JOURNALPROBE
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MEBIBYTE = 1024 * 1024
# Of their own, without files that are mapped: what the system can take back at any time.
MEMORY_BYTES = 128 * MEBIBYTE
# Under sanitizers too; an endless loop takes more.
CPU_SECONDS = 120
GIBIBYTE = 1024 * MEBIBYTE

APT = b'Start-Date: 2026-11-22  13:44:18\nUpgrade: %s\nEnd-Date: 2026-11-22  13:45:00\n'
DNF = b'2026-11-22T13:44:18+0000 INFO --- logging initialized ---\n2026-11-22T13:44:20+0000 SUBDEBUG Installed: %s-1-1.noarch\n'
SWUPD = b'Update started\nPreparing to update from 1 to 2\n%s\nUpdate successful - System updated from version 1 to version 2\n'
BERT = b'BERT: Error records from previous boot:\n[Hardware Error]: event severity: fatal\n%s\n'
BOOT = b'UserspaceTimestampMonotonic=1830000\n%s\nFinishTimestampMonotonic=7950000\n'
FAILED = b'_PID=1\n_COMM=systemd\nMESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c\nUNIT=%s.service\nUNIT_RESULT=signal\n\n'
RULES = {'unit-failed': '[Rule]\nKind=unit-failed\n', 'any': '[Rule]\nTitle=x\nFields=MESSAGE\n[Glob]\nMESSAGE=*\n'}
PANIC = b'Panic#1 Part1\n<0>[    1.0] %s\n<0>[    2.0] Kernel panic - not syncing: the end\n'


def limit():
    limits = {resource.RLIMIT_CPU: CPU_SECONDS, resource.RLIMIT_CORE: 0}
    # A sanitizer sets aside more address space than there is memory.
    if os.environ.get('SANITIZERS', 'none') == 'none':
        limits[resource.RLIMIT_DATA] = MEMORY_BYTES
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))


class HostileInput(unittest.TestCase):
    bert = pstore = update = boot = journal = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = Path(directory.name) / 'dmesg-input'
        self.root = Path(directory.name) / 'root'
        rules = self.root / 'usr/share/telemetrics/journal.d'
        rules.mkdir(parents=True)
        for name, text in RULES.items():
            (rules / f'{name}.rule').write_text(text, encoding='ascii')

    def run_probe(self, program, *arguments):
        """The payloads that it shows; any end is good but that by a signal."""
        ran = subprocess.run([program, '--dry-run', f'--input={self.file}', *arguments], capture_output=True, check=False,
                             preexec_fn=limit, env={**os.environ, 'LC_ALL': 'C.UTF-8'})
        self.assertIn(ran.returncode, (0, 1), ran.stderr[-2000:])
        return [json.loads(line)['payload'] for line in ran.stdout.splitlines()]

    def failed_units(self):
        return [payload['unit'] for payload in self.run_probe(self.journal, f'--root={self.root}')]

    def all_probes(self):
        """Whatever the file is taken for."""
        yield self.bert, ()
        yield self.pstore, ()
        yield self.boot, ()
        yield self.journal, ()
        for name in ('apt', 'dnf', 'dnf5', 'swupd'):
            yield self.update, (f'--format={name}',)

    def try_all(self):
        for program, arguments in self.all_probes():
            with self.subTest(program=Path(program).name, arguments=arguments):
                self.run_probe(program, *arguments)

    def write_hole(self, front, back):
        """A file of one GiB that has only a beginning and an end."""
        with open(self.file, 'wb') as file:
            file.write(front)
            file.seek(GIBIBYTE)
            file.write(back)

    def test_garbage(self):
        self.file.write_bytes(random.Random(42).randbytes(8 * MEBIBYTE))
        self.try_all()

    def test_empty(self):
        self.file.write_bytes(b'')
        self.try_all()

    def test_one_gibibyte(self):
        """Zeros and nothing else: refused where there is a limit, passed over where there is none."""
        self.write_hole(b'', b'\0')
        self.try_all()

    def test_what_lies_behind_one_gibibyte(self):
        """Histories grow: what is in front of the hole is found, and what is behind it."""
        for form, text in (('apt', APT % b'a (1, 2)'), ('dnf', DNF % b'a')):
            with self.subTest(form=form):
                self.write_hole(text, b'\n' + text)
                self.assertEqual([payload['packages'] for payload in self.run_probe(self.update, f'--format={form}')], [1, 1])

    def test_entries_behind_one_gibibyte(self):
        """The journal's export format: a value of 1 GiB, and a binary one that says it has more than there is."""
        self.write_hole(FAILED % b'a' + b'MESSAGE=', b'\n\n' + FAILED % b'b')
        self.assertEqual(self.failed_units(), ['a.service', 'b.service'])
        self.file.write_bytes(FAILED % b'a' + b'MESSAGE\n' + b'\xff' * 8 + FAILED % b'b')
        self.assertEqual(self.failed_units(), ['a.service'])

    def test_many_fields(self):
        """As many fields in one entry as fit into 16 MiB: those beyond 1024 are passed over."""
        self.file.write_bytes(b'A=1\n' * (4 * MEBIBYTE) + b'\n' + FAILED % b'a')
        self.assertEqual(self.failed_units(), ['a.service'])

    def test_long_lines(self):
        """A line of 10 MiB in every format: the rest of the file counts."""
        line = b'x' * (10 * MEBIBYTE)
        self.file.write_bytes(APT % line + APT % b'a (1, 2)')
        self.assertEqual([payload['packages'] for payload in self.run_probe(self.update)], [0, 1])
        self.file.write_bytes(DNF % line + DNF % b'a')
        self.assertEqual([payload['packages'] for payload in self.run_probe(self.update)], [1, 1])
        self.file.write_bytes(SWUPD % line)
        self.assertEqual([payload['to'] for payload in self.run_probe(self.update)], ['2'])
        self.file.write_bytes(BOOT % line)
        self.assertEqual([payload['userspace_ms'] for payload in self.run_probe(self.boot)], [6120])
        self.file.write_bytes(BERT % line[:2 * MEBIBYTE])
        self.assertEqual(self.run_probe(self.bert), [])
        self.file.write_bytes(PANIC % line[:MEBIBYTE // 2])
        self.assertEqual([payload['kind'] for payload in self.run_probe(self.pstore)], ['panic'])

    def test_many_of_everything(self):
        """As many packages, transactions, entries and lines as fit into 16 MiB, or into what a probe reads at most."""
        self.file.write_bytes(APT % (b'a:b (1, 2), ' * (16 * MEBIBYTE // 12)))
        self.assertEqual([payload['upgraded'] for payload in self.run_probe(self.update)], [16 * MEBIBYTE // 12])
        self.file.write_bytes((APT % b'a (1, 2)') * 1000 + b'Start-Date: \n' * 1000)
        self.assertEqual(len(self.run_probe(self.update)), 2000)
        self.file.write_bytes(BOOT % (b'FinishTimestampMonotonic=1\n' * 500000))
        self.run_probe(self.boot)
        self.file.write_bytes(BERT % (b'[Hardware Error]: event severity: fatal\n[Hardware Error]:  Error 0, type: fatal\n' * 30000))
        self.assertLessEqual(len(self.run_probe(self.bert)), 16)
        self.file.write_bytes(b'Oops#1 Part1\n' + b'<4>[    1.0] WARNING: at f:1 fn+0x1/0x2\n' * 25000)
        self.run_probe(self.pstore)

    def test_nesting(self):
        """Brackets in brackets, and blocks that say they are within each other."""
        self.file.write_bytes(b'[{(<' * MEBIBYTE)
        self.try_all()
        self.file.write_bytes(APT % (b'a (' * MEBIBYTE + b')' * MEBIBYTE))
        self.run_probe(self.update)
        block = (1).to_bytes(4, 'little') + bytes(8) + (0xffffffff).to_bytes(4, 'little') + bytes(4)
        self.file.write_bytes(block * (MEBIBYTE // len(block)))
        self.assertLessEqual(len(self.run_probe(self.bert)), 16)


if __name__ == '__main__':
    HostileInput.bert, HostileInput.pstore, HostileInput.update, HostileInput.boot, HostileInput.journal = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
