# SPDX-License-Identifier: LGPL-2.1-or-later
"""The limits of what probes read, at both of their sides: what is just accepted, and what is just too much. And how long they wait:
what they tell the kernel is looked at, and nobody waits for it."""

import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.journal import Journal
from harness.process import run_as

PROBES = Path('/usr/libexec/telemetrics')
KIB = 1024
MIB = 1024 * KIB
REPORT = '''<1>[   10.000001] kernel BUG at mm/gear.c:1!
<4>[   10.000002] RIP: 0010:{}+0x13/0x40
'''


class ProbeLimitsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def write(self, name, text):
        file = self.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def show(self, probe, *words, expect=0):
        ran = run_as('root', [PROBES / probe, '--dry-run', *words], check=False)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return [json.loads(line)['payload'] for line in ran.stdout.splitlines()] if expect == 0 else ran.stderr

    # pstoreprobe

    def part(self, name, n_bytes=0, text=REPORT.format('gear_turn'), event=1):
        text = f'Oops#{event} Part1\n' + text
        return self.write(name, text + 'x' * (n_bytes - len(text)))

    def shelf(self):
        return self.show('pstoreprobe', f'--input={self.directory}')

    def test_part_of_a_dump(self):
        """A part has at most 1 MiB, on its shelf and by its name."""
        file = self.part('dmesg-ramoops-0', MIB)
        self.assertEqual((len(self.shelf()), len(self.show('pstoreprobe', f'--input={file}'))), (1, 1))
        self.part('dmesg-ramoops-0', MIB + 1)
        self.assertEqual(self.shelf(), [])
        self.assertIn(str(MIB), self.show('pstoreprobe', f'--input={file}', expect=1))

    def test_bytes_of_a_shelf(self):
        """All parts have at most 16 MiB together."""
        for number in range(17):
            self.part(f'dmesg-ramoops-{number}', MIB, text=REPORT.format(f'gear_{number}'), event=number)
        self.assertEqual(len(self.shelf()), 16)

    def test_files_of_a_shelf(self):
        """1000 parts are looked at."""
        for number in range(1001):
            self.part(f'dmesg-ramoops-{number}', text=REPORT.format(f'gear_{number}'), event=number)
        self.assertEqual(len(self.shelf()), 1000)

    def test_depth_of_a_shelf(self):
        """Parts stand in a directory of a directory at most, as systemd-pstore puts them there."""
        self.part('event/part/dmesg-ramoops-0', text=REPORT.format('gear_turn'))
        self.part('event/part/deeper/dmesg-ramoops-0', text=REPORT.format('gear_deep'))
        self.assertEqual([payload['function'] for payload in self.shelf()], ['gear_turn'])

    def test_panic_without_a_reason(self):
        """Of a panic in which nothing is known the last 4096 bytes are told, from the beginning of a line on."""
        line = 'usb 1-1: ' + 'x' * 54 + '\n'
        for less, kept in ((0, 63), (1, 64)):
            self.write('dmesg-ramoops-0', 'Panic#1 Part1\n' + line * 99 + line[:-1 - less])
            payload, = self.shelf()
            self.assertEqual(payload['text'].count('usb 1-1'), kept)

    # updateprobe

    def database(self, n_transactions=1, lines=()):
        """Of dnf 5; each transaction failed, and this is what was said in the last one."""
        file = self.directory / 'transaction_history.sqlite'
        file.unlink(missing_ok=True)
        database = sqlite3.connect(file)
        with database:
            database.executescript('''CREATE TABLE trans_state (id INTEGER PRIMARY KEY, name TEXT);
              CREATE TABLE trans (id INTEGER PRIMARY KEY, dt_begin INTEGER, dt_end INTEGER, state_id INTEGER);
              CREATE TABLE console_output (id INTEGER PRIMARY KEY, trans_id INTEGER, line TEXT);''')
            database.execute("INSERT INTO trans_state VALUES (1, 'Error')")
            database.executemany('INSERT INTO trans VALUES (?, ?, ?, 1)', [(1 + n, 1000 + n, 1001 + n) for n in range(n_transactions)])
            database.executemany('INSERT INTO console_output VALUES (NULL, ?, ?)', [(n_transactions, line) for line in lines])
        database.close()
        return self.show('updateprobe', f'--input={file}')

    def test_transactions_of_dnf5(self):
        """The last 200 are read."""
        for number in (199, 200, 201):
            self.assertEqual(len(self.database(number)), min(number, 200))

    def test_lines_of_dnf5(self):
        """100 lines of a failure are looked at, of up to 1 MiB with what SQLite puts around them."""
        disk_full = 'No space left on device'
        self.assertEqual(self.database(lines=['said'] * 99 + [disk_full])[0]['error'], 'disk-full')
        self.assertEqual(self.database(lines=['said'] * 100 + [disk_full])[0]['error'], 'package')
        self.assertEqual(self.database(lines=[disk_full.ljust(MIB - 100)])[0]['error'], 'disk-full')
        self.assertEqual(self.database(lines=[disk_full.ljust(MIB + 1)])[0]['error'], 'package')

    def test_packed_history(self):
        """A history has at most 64 MiB when it is unpacked."""
        text = (b'\nStart-Date: 2026-11-22  13:44:18\nUpgrade: a:amd64 (1, 2)\nEnd-Date: 2026-11-22  13:44:19\n').ljust(64 * MIB, b'\n')
        file = self.write('history.log.1.gz', gzip.compress(text, 1))
        self.assertEqual(len(self.show('updateprobe', f'--input={file}')), 1)
        self.write('history.log.1.gz', gzip.compress(text + b'\n', 1))
        self.assertIn(str(64 * MIB), self.show('updateprobe', f'--input={file}', expect=1))

    # bertprobe

    def test_region(self):
        """A file to be shown has at most 3 MiB: a region of 1 MiB, in hexadecimal digits with blanks in between."""
        region = '00 ' * MIB
        file = self.write('region', region)
        self.assertEqual(self.show('bertprobe', f'--input={file}'), [])
        self.write('region', region + '\n')
        self.assertIn(str(3 * MIB), self.show('bertprobe', f'--input={file}', expect=1))

    # journalprobe

    def rules(self):
        directory = Path('/etc/telemetrics/journal.d')
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, directory)
        return directory

    def test_rules(self):
        """100 rules count."""
        rules = self.rules()
        (rules / 'unit-failed.rule').write_text('')
        for number in range(101):
            (rules / f'r{number:03}.rule').write_text(f'[Rule]\nTitle=t{number}\n[Match]\nMESSAGE=m{number}\n')
        export = self.write('export', ''.join(f'MESSAGE=m{number}\n\n' for number in range(101)))
        ran = run_as('root', [PROBES / 'journalprobe', '--dry-run', f'--input={export}'])
        self.assertEqual(len(ran.stdout.splitlines()), 100)
        self.assertIn('r100.rule: there are more than 100 rules', ran.stderr)

    def test_value(self):
        """A value in a journal has at most 1 MiB; one that is longer is none."""
        (self.rules() / 'long.rule').write_text('[Rule]\nTitle=t\n[Glob]\nMESSAGE=long*\n')
        journal = Journal(self.directory)
        for n_bytes in (MIB - 1, MIB, MIB + 1):
            journal.add(MESSAGE='long'.ljust(n_bytes, 'x'))
        self.assertEqual(len(self.show('journalprobe', f'--input={journal.file}')), 2)

    def test_rule(self):
        """A rule has at most 64 KiB; of what does not end no more is read."""
        text = '[Rule]\nTitle=t\n[Match]\nMESSAGE=m\n#'
        file = self.write('a.rule', text.ljust(64 * KIB, 'x'))
        check = [PROBES / 'journalprobe', '--check', file]
        self.assertEqual(run_as('root', check).returncode, 0)
        self.write('a.rule', text.ljust(64 * KIB + 1, 'x'))
        self.assertEqual(run_as('root', check, check=False).returncode, 1)
        file.unlink()
        file.symlink_to('/dev/zero')
        ran = run_as('root', ['prlimit', f'--as={512 * MIB}', *check], check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(str(64 * KIB), ran.stderr)


if __name__ == '__main__':
    unittest.main()
