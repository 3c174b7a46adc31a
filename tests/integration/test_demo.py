# SPDX-License-Identifier: LGPL-2.1-or-later
"""./demo as people start it, behind its build: what really goes wrong in it is on the dashboard, in words, and then all is gone."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

from pages import PageParser

from harness import System, firmware, wait_until
from harness.process import processes

SOURCE, BUILD = Path(os.environ['TM_SOURCE']), Path(os.environ['TM_BUILD'])
DEMO = ['/usr/bin/python3', str(SOURCE / 'build-aux/demo'), '--build', str(BUILD)]
PROBE = '/usr/libexec/telemetrics/crashprobe'
PORT = 8123
URL = f'http://127.0.0.1:{PORT}'
WAIT_SECONDS = 300
LOGS = Path('/tmp/demo-logs')
ENVIRONMENT = {**os.environ, 'TM_LOGS': str(LOGS)}

# For each fault: its classification, severity and title, and what its page must say.
FAULTS = [
    ('org.telemetrics/crash/process', 3, 'clockwork|SIGSEGV|wheel_turn',
     ['/usr/bin/clockwork ended with SIGSEGV (SEGV_MAPERR)', 'wheel_turn+0x', 'clock_tick+0x', 'main+0x']),
    ('org.telemetrics/kernel/oops', 3, 'bad access in gears!gears_count_teeth',
     ['BUG: kernel NULL pointer dereference', 'RIP: 0010:gears_count_teeth+0xc/0x30 [gears]', ' vfs_write+0xc7/0x3f0']),
    ('org.telemetrics/hardware/bert', 4, 'memory error: Multi-bit ECC in module 3',
     ['The firmware reports an error of the hardware: Fatal', 'Multi-bit ECC in module 3']),
    ('org.telemetrics/update/failure', 3, 'apt update failed: package',
     ['A package could not be put in place, or a script of it failed.', '0 installed, 1 upgraded, 0 removed']),
]
# Of the kernel's report and of the firmware's: where in memory, and which piece of hardware.
SECRETS = ['1fed4067', '0x47b7a0', 'ff855ed200393d98', firmware.SERIAL, f'{firmware.ADDRESS:x}']


class DemoTest(unittest.TestCase):
    def tearDown(self):
        wait_until(lambda: not processes(), f'no process is left: {processes()}')
        self.forget()

    @staticmethod
    def forget():
        """Each run of the demo has a machine of its own; here all have the same one."""
        System.forget()
        for directory in (LOGS, Path('/tmp/postgres')):
            shutil.rmtree(directory, ignore_errors=True)

    def start(self, *arguments):
        """The demo with its pages open, and all that it has said so far."""
        child = subprocess.Popen([*DEMO, f'--port={PORT}', *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 env=ENVIRONMENT)
        self.addCleanup(child.kill)
        said = []
        for line in child.stdout:
            said.append(line)
            if line.startswith('Ctrl-C ends'):
                return child, ''.join(said)
        raise AssertionError(f'it ended with {child.wait()}:\n{"".join(said)}')

    def end(self, child):
        """As with Ctrl-C; its last words."""
        child.send_signal(signal.SIGINT)
        said = child.communicate(timeout=WAIT_SECONDS)[0]
        self.assertEqual(child.returncode, 0, said)
        return said

    def once(self, *arguments):
        """The JSON object of the last line."""
        ran = subprocess.run([*DEMO, '--once', f'--port={PORT}', *arguments], capture_output=True, text=True, timeout=WAIT_SECONDS,
                             check=False, env=ENVIRONMENT)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return json.loads(ran.stdout.splitlines()[-1])

    @staticmethod
    def get(address):
        with urllib.request.urlopen(address, timeout=WAIT_SECONDS) as answer:
            return answer.read().decode()

    def find(self, classification):
        query = urllib.parse.urlencode({'class': classification})
        return json.loads(self.get(f'{URL}/api/v1/records?{query}'))['records']

    def test_what_goes_wrong_is_shown(self):
        """Each of the four faults is one record, under the right classification, on the page whose address was printed."""
        child, said = self.start()
        addresses = re.findall(rf'{URL}/records/\S+', said)
        self.assertEqual(len(addresses), len(FAULTS), said)
        for address, (classification, severity, title, words) in zip(addresses, FAULTS):
            with self.subTest(classification=classification):
                found = self.find(classification)
                self.assertEqual([f'{URL}/records/{record["record_id"]}' for record in found], [address])
                record = json.loads(self.get(f'{address}.json'))
                self.assertEqual((record['classification'], record['severity']), (classification, severity))
                self.assertEqual(json.loads(record['payload'])['signature']['title'], title)
                page = PageParser(self.get(address)).text
                for word in [title, *words]:
                    self.assertIn(word, page)
                for secret in SECRETS:
                    self.assertNotIn(secret, page)
        self.assertIn('nothing is left behind', self.end(child))

    def test_once(self):
        """The last line is an object with these four, for a program that started it."""
        result = self.once()
        self.assertEqual(set(result), {'submitted', 'stored', 'url', 'seconds'})
        self.assertEqual((result['submitted'], result['stored'], result['url']), (9, 9, f'{URL}/'))
        self.assertGreater(result['seconds'], 0)

    def test_kept(self):
        """What the first run has stored is there in the second one."""
        with tempfile.TemporaryDirectory(dir='/var/tmp') as directory:
            Path(directory).chmod(0o755)
            self.assertEqual(self.once(f'--keep={directory}')['stored'], 9)
            self.forget()
            child, _ = self.start(f'--keep={directory}')
            self.assertEqual(len(self.find('org.telemetrics/hardware/bert')), 2)
            self.assertIn('The database is kept', self.end(child))

    def test_plain(self):
        """Without a copy of the machine: all of it below one directory, which is gone then."""
        with tempfile.TemporaryDirectory(dir='/var/tmp') as directory:
            place = Path(directory, 'demo')
            place.mkdir()
            Path(directory).chmod(0o755)
            result = self.once(f'--plain={place}')
            self.assertEqual((result['submitted'], result['stored']), (9, 9))
            self.assertFalse(place.exists())

    def test_core_of_a_debugger(self):
        """Where the kernel gives cores to a program of the machine, or none: the debugger's core tells the same."""
        sys.path.insert(0, str(SOURCE / 'build-aux/demo'))
        self.addCleanup(sys.path.remove, str(SOURCE / 'build-aux/demo'))
        import core
        import faults
        titles = []
        for ways in ([core.by_kernel], [core.by_debugger], [lambda *_: 'no core', core.by_debugger]):
            with tempfile.TemporaryDirectory(dir='/var/tmp') as directory:
                file = core.make('alice', faults.MISLED, Path(directory), ways)
                shown = subprocess.run([PROBE, f'--core={file}', '--dry-run'], capture_output=True, text=True, check=True).stdout
            record = json.loads(shown)
            self.assertEqual(record['classification'], 'org.telemetrics/crash/process')
            titles.append(record['payload']['signature']['title'])
        self.assertEqual(len(set(titles)), 1, titles)
        self.assertIn('SIGSEGV', titles[0])


if __name__ == '__main__':
    unittest.main()
