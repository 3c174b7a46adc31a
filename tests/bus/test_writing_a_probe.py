# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/writing-a-probe.md is true: its files are what it shows, its commands run from top to bottom and say what it says."""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import SystemTest, document
from harness.process import run_as

PLACE = Path('/tmp/writing-a-probe')
ANY = '…'
PEOPLE = {'$': 'alice', '#': 'root'}


def commands(text):
    """(who, command, expected output) of a block that shows a terminal."""
    found = []
    for line in text.splitlines(keepends=True):
        if line[:2] in ('$ ', '# '):
            found.append([PEOPLE[line[0]], line[2:].rstrip('\n'), ''])
        else:
            found[-1][2] += line
    return found


def pattern(expected):
    """The mark stands for any text in its line, and alone on the last line for any lines."""
    last = f'{ANY}\n'
    is_open = expected.endswith('\n' + last) or expected == last
    parts = (expected[:-len(last)] if is_open else expected).split(ANY)
    return re.compile('[^\n]*'.join(re.escape(part) for part in parts) + (r'[\s\S]*' if is_open else ''))


class WritingAProbeTest(SystemTest):
    def setUp(self):
        super().setUp()
        PLACE.mkdir()
        self.addCleanup(shutil.rmtree, PLACE)
        document.write_files(PLACE)
        for path in [PLACE, *PLACE.iterdir()]:
            shutil.chown(path, 'alice', 'alice')

    def run_shown(self, user, command):
        ran = run_as(user, ['sh', '-c', f'cd {PLACE} && {{ {command}\n}} 2>&1'], check=False)
        return ran.stdout

    def records(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(line) for line in said.splitlines()]

    def test_top_to_bottom(self):
        """Each command says what the document shows; each record has a payload of JSON that the dashboard can read."""
        kept = []
        for language, _, text in document.blocks():
            if language != 'console':
                continue
            for user, command, expected in commands(text):
                with self.subTest(command=command):
                    said = self.run_shown(user, command)
                    self.assertTrue(pattern(expected).fullmatch(said), f'{command}\nshown:\n{expected}\nsaid:\n{said}')
            kept += self.records()
            if 'install -D' in text:
                self.system.stop_services()  # what the document lets systemctl do behind this block
        seen = {record['classification']: (record['severity'], record['category'], json.loads(record['payload'])) for record in kept}
        self.assertEqual({name: value[:2] for name, value in seen.items()},
                         {'org.example/disk/almost-full': (2, 'example'), 'org.example/battery/health': (1, 'custom'),
                          'org.example/job/failed': (2, 'custom')})
        for _, _, payload in seen.values():
            self.assertTrue(payload['signature']['title'] and payload['text'])
            self.assertNotIn('alice', json.dumps(payload))

    def test_commands_exist(self):
        """Also those that stand in a sentence."""
        known = re.findall(r'^  ([a-z-]+) ', run_as('root', ['telemctl', '--help']).stdout, re.MULTILINE)
        named = set(re.findall(r'\btelemctl ([a-z-]+)', document.text()))
        self.assertGreater(len(named), 4)
        self.assertEqual(named - set(known), set())

    def test_consent_first(self):
        """Where nobody agreed, none of them looks at its source or asks the service."""
        self.assertEqual(self.run_shown('alice', 'cc report-failure.c $(pkg-config --cflags --libs libtelemetry) -o report-failure'), '')
        (PLACE / 'BAT0').mkdir()
        (PLACE / 'BAT0/energy_full').write_text('1')
        for command, source in (('sh full-disk', r'execve\("\S*/df"'), ('/usr/bin/python3 battery-health --input .', r'BAT0'),
                                ('./report-failure false', r'connect\(')):
            with self.subTest(command=command):
                trace = self.run_shown('alice', f'strace -f -e trace=%file,connect {command}')
                self.assertIn('/run/telemetrics/', trace)
                self.assertNotRegex(trace, source)
                self.assertNotRegex(trace, r'connect\(.*system_bus_socket')

    def test_c(self):
        """The compiler has nothing to say, the status of the job is passed on, and no argument leaves."""
        flags = run_as('root', ['pkg-config', '--cflags', '--libs', 'libtelemetry']).stdout.split()
        run_as('root', ['cc', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wpedantic', '-Werror', f'{PLACE}/report-failure.c', *flags,
                        '-o', f'{PLACE}/report-failure'])
        self.system.opt_in()
        for arguments, status in ((['true'], 0), (['sh', '-c', 'exit 7', 'hunter2'], 7), (['sh', '-c', 'kill -9 $$'], 137),
                                  (['/tmp/"hunter2"'], 127)):
            self.assertEqual(run_as('alice', [PLACE / 'report-failure', *arguments], check=False).returncode, status)
        payloads = [json.loads(record['payload']) for record in self.records()]
        self.assertEqual([(payload['signature']['title'], payload['exit_status'], payload['signal']) for payload in payloads],
                         [('sh failed', 7, 0), ('sh failed', 0, 9), ('other failed', 127, 0)])
        self.assertNotIn('hunter2', json.dumps(payloads))

    def test_shell_is_clean(self):
        """Nobody learns a bad habit from it."""
        ran = subprocess.run(['shellcheck', PLACE / 'full-disk'], capture_output=True, text=True, check=False)
        self.assertEqual((ran.returncode, ran.stdout), (0, ''))

    def test_units(self):
        """systemd knows every line of the unit and the timer."""
        shutil.copy(PLACE / 'full-disk', '/usr/bin/full-disk')
        Path('/usr/bin/full-disk').chmod(0o755)
        self.addCleanup(Path('/usr/bin/full-disk').unlink)
        ran = subprocess.run(['systemd-analyze', 'verify', '--man=no', PLACE / 'full-disk.service', PLACE / 'full-disk.timer'],
                             capture_output=True, text=True, check=False)
        self.assertEqual((ran.returncode, [line for line in ran.stderr.splitlines() if 'full-disk' in line]), (0, []), ran.stderr)


if __name__ == '__main__':
    unittest.main()
