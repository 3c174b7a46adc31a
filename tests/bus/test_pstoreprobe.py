# SPDX-License-Identifier: LGPL-2.1-or-later
"""pstoreprobe with the real service: what it reads, what it may remove and when, and which build a dump is said to be of."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import System
from harness.process import run_as

PROBE = '/usr/libexec/telemetrics/pstoreprobe'
STATE = Path('/var/lib/telemetrics-probes/pstoreprobe.state')
ROOT = Path('/tmp/machine')
LIVE = ROOT / 'sys/fs/pstore'
ARCHIVE = ROOT / 'var/lib/systemd/pstore'
FIRST = '''<1>[   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000008
<1>[   10.000002] Oops: 0002 [#1] PREEMPT SMP
<4>[   10.000003] CPU: 1 PID: 77 Comm: gears Not tainted 6.12.1-acme #1
'''
LAST = '''<4>[   10.000004] RIP: 0010:{function}+0x13/0x40 [widget]
<4>[   10.000005] Call Trace:
<4>[   10.000006]  {function}_caller+0x10/0x20 [widget]
<4>[   10.000006] ---[ end trace 0000000000000000 ]---
<0>[   10.000007] Kernel panic - not syncing: Fatal exception
<0>[   10.000008] ---[ end Kernel panic - not syncing: Fatal exception ]---
'''


def write(directory, name, text):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding='utf-8')


def dump(directory, second, function='gear_turn'):
    """A panic in two parts."""
    write(directory, f'dmesg-efi-{second}01001', 'Panic#1 Part1\n' + LAST.format(function=function))
    write(directory, f'dmesg-efi-{second}02001', 'Panic#1 Part2\n' + FIRST)


class PstoreprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        shutil.rmtree(ROOT, ignore_errors=True)
        LIVE.mkdir(parents=True)
        self.boot('1' * 32, '41', '6.12.1-acme')

    def tearDown(self):
        STATE.unlink(missing_ok=True)
        self.system.reset()

    def boot(self, boot_id, build, kernel):
        write(ROOT / 'proc/sys/kernel/random', 'boot_id', f'{boot_id}\n')
        write(ROOT / 'proc/sys/kernel', 'osrelease', f'{kernel}\n')
        write(ROOT / 'etc', 'os-release', f'ID=acme\nVERSION_ID="{build}"\n')

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'kernel': decision}, 1, {})

    def probe(self, *words, expect=0, environment=None):
        ran = run_as('root', [PROBE, '--root', str(ROOT), *words], check=False,
                     environment={'STATE_DIRECTORY': str(STATE.parent), **(environment or {})})
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran.stdout

    def opt_in(self):
        self.decide(2)
        self.probe()

    def records(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [(record, json.loads(record['payload'])) for record in map(json.loads, said.splitlines())]

    def functions(self):
        return [payload.get('function') for _, payload in self.records()]

    def test_the_boot_before(self):
        """The record says the build that died, not the one that came with the next boot."""
        self.opt_in()
        dump(LIVE, 1654675615)
        self.boot('2' * 32, '42', '6.13.0-acme')
        self.probe()
        (record, payload), = self.records()
        self.assertEqual((payload['function'], payload['panicked'], payload['dump']), ('gear_turn', True, 'Panic'))
        self.assertEqual((record['system']['build'], record['system']['kernel_version']), ('41', '6.12.1-acme'))
        self.assertEqual(list(LIVE.iterdir()), [])

    def test_an_oops_that_ended_a_boot(self):
        """The kernel dumps it twice, as an oops and at the end of the panic: one record, which knows how it ended."""
        self.opt_in()
        text = FIRST + LAST.format(function='gear_turn')
        write(LIVE, 'dmesg-ramoops-0', 'Oops#1 Part1\n' + text.partition('<0>')[0])
        write(LIVE, 'dmesg-ramoops-1', 'Panic#2 Part1\n' + text)
        self.probe()
        (_, payload), = self.records()
        self.assertEqual((payload['function'], payload['panicked'], payload['dump']), ('gear_turn', True, 'Panic'))
        self.assertEqual(list(LIVE.iterdir()), [])

    def test_an_oops_that_the_boot_survived(self):
        """The next dump has it again: it is no second one, and no count of what was seen again."""
        self.opt_in()
        text = FIRST + LAST.format(function='gear_turn').partition('<0>')[0]
        later = text.replace('10.0', '20.0').replace('gear_turn', 'gear_stop')
        write(LIVE, 'dmesg-efi-165467561501001', 'Oops#1 Part1\n' + text)
        write(LIVE, 'dmesg-efi-165467562501002', 'Oops#2 Part1\n' + text + later)
        self.probe()
        self.assertEqual(self.functions(), ['gear_turn', 'gear_stop'])
        self.assertEqual(list(LIVE.iterdir()), [])

    def test_not_removed_before_it_is_kept(self):
        """Without the service: the dump stays, and the next run reports it."""
        self.opt_in()
        dump(LIVE, 1654675615)
        self.probe(expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.assertEqual(len(list(LIVE.iterdir())), 2)
        self.probe()
        self.assertEqual((self.functions(), list(LIVE.iterdir())), (['gear_turn'], []))

    def test_archive(self):
        """Reported once, nothing removed; parts in directories of their own belong together."""
        self.opt_in()
        dump(ARCHIVE / '1654675615/001', 1654675615)
        write(ARCHIVE / '1654675615/001', 'dmesg.txt', FIRST + LAST.format(function='gear_turn'))
        dump(ARCHIVE / '1654679999', 1654679999, 'gear_other')
        self.probe()
        self.probe()
        self.assertEqual(sorted(self.functions()), ['gear_other', 'gear_turn'])
        self.assertEqual(len(list(ARCHIVE.rglob('dmesg-*'))), 4)

    def test_archive_of_seconds(self):
        """UEFI was so slow that its parts lie in two directories: it is one dump."""
        self.opt_in()
        dump(ARCHIVE / '1654675615/001', 1654675615)
        (ARCHIVE / '1654675616/001').mkdir(parents=True)
        (ARCHIVE / '1654675615/001/dmesg-efi-165467561502001').rename(ARCHIVE / '1654675616/001/dmesg-efi-165467561602001')
        self.probe()
        (_, payload), = self.records()
        self.assertEqual((payload['function'], payload['panicked'], payload['complete']), ('gear_turn', True, True))

    def test_nothing_from_before(self):
        """Not what was there at the first yes, and not what came between a no and another yes."""
        dump(LIVE, 1654675615, 'gear_before')
        self.opt_in()
        self.probe()
        self.decide(1)
        dump(ARCHIVE / '1654679999', 1654679999, 'gear_between')
        self.decide(2)
        self.probe()
        dump(LIVE, 1654680000, 'gear_after')
        self.probe()
        self.assertEqual(self.functions(), ['gear_after'])
        self.assertEqual(len(list(LIVE.iterdir())), 2)

    def test_other_ends(self):
        """A panic that nobody knows gives the end of its text, what cannot be decoded says so; other texts are none."""
        self.opt_in()
        write(LIVE, 'dmesg-ramoops-0', 'Panic#1 Part1\n' + '<6>[    1.0] gear line\n' * 500 + '<6>[    2.0] last words\n')
        write(LIVE, 'dmesg-ramoops-1.enc.z', 'junk')
        write(LIVE, 'dmesg-ramoops-2', 'Shutdown#1 Part1\n<6>[    1.0] reboot: Power down\n')
        write(LIVE, 'console-ramoops-0', FIRST)
        self.probe()
        found = {record['classification']: payload for record, payload in self.records()}
        self.assertEqual(set(found), {'org.telemetrics/kernel/panic', 'org.telemetrics/kernel/other'})
        self.assertIn('last words', found['org.telemetrics/kernel/panic']['text'])
        self.assertLess(len(found['org.telemetrics/kernel/panic']['text']), 5000)
        self.assertTrue(found['org.telemetrics/kernel/other']['undecodable'])
        self.assertEqual({path.name for path in LIVE.iterdir()}, {'dmesg-ramoops-2', 'console-ramoops-0'})

    def test_hostile_files(self):
        """Links are not followed, and what is too large is not read."""
        self.opt_in()
        secret = Path('/tmp/secret')
        secret.mkdir(exist_ok=True)
        dump(secret, 1654675615, 'gear_secret')
        (LIVE / 'dmesg-efi-165467561501001').symlink_to(secret / 'dmesg-efi-165467561501001')
        ARCHIVE.mkdir(parents=True)
        (ARCHIVE / '1654675615').symlink_to(secret)
        write(LIVE, 'dmesg-efi-7', 'Panic#1 Part1\n' + FIRST + LAST.format(function='gear_large') + 'x' * 1024 * 1024)
        self.probe()
        self.assertEqual(self.functions(), [])
        self.assertEqual(len(list(secret.iterdir())), 2)

    def test_cut_short(self):
        """A part is missing, by any firmware: what is there is told, as cut short, and without what ramoops adds to it."""
        self.opt_in()
        write(LIVE, 'dmesg-erst-7001', 'Panic#1 Part1\n' + LAST.format(function='gear_erst'))
        write(LIVE, 'dmesg-erst-7003', 'Panic#1 Part3\n' + FIRST)
        write(LIVE, 'dmesg-ramoops-0', 'Oops#1 Part1\n' + FIRST + LAST.format(function='gear_ram') + '\nECC: No errors detected\n')
        self.probe()
        found = {payload['function']: payload for _, payload in self.records()}
        self.assertEqual(set(found), {'gear_erst', 'gear_ram'})
        self.assertFalse(found['gear_erst']['complete'])
        self.assertTrue(found['gear_ram']['complete'])
        self.assertNotIn('ECC', str(found))
        self.assertEqual(list(LIVE.iterdir()), [])

    def test_limits(self):
        """What is beyond the limit of an hour is one count, what is the same again another; then all of it is removed."""
        self.opt_in()
        for number in range(8):
            dump(LIVE, 1654675615 + 1000 * number, f'gear_{number}')
        dump(LIVE, 1654695615, 'gear_0')
        self.probe()
        payloads = [payload for _, payload in self.records()]
        self.assertEqual([payload['function'] for payload in payloads if 'function' in payload], [f'gear_{number}' for number in range(5)])
        self.assertEqual(sorted((payload['count'], 'over the limit' in payload['signature']['title'])
                                for payload in payloads if 'count' in payload), [(1, False), (3, True)])
        self.assertEqual(list(LIVE.iterdir()), [])
        self.probe()
        self.assertEqual(len(self.records()), len(payloads))

    def test_undecodable_is_limited(self):
        """A shelf full of what nobody can read is not a record each."""
        self.opt_in()
        for number in range(40):
            write(LIVE, f'dmesg-ramoops-{number}.enc.z', 'junk')
            os.utime(LIVE / f'dmesg-ramoops-{number}.enc.z', (0, 1654675615 + 100 * number))
        self.probe()
        payloads = [payload for _, payload in self.records()]
        self.assertEqual((len(payloads), sum('undecodable' in payload for payload in payloads)), (6, 5))
        self.assertEqual(sum(payload.get('count', 1) for payload in payloads), 40)

    def test_undecodable_parts(self):
        """The parts of one death are one record, and go together."""
        self.opt_in()
        for part in range(1, 8):
            write(LIVE, f'dmesg-efi-16546756150{part}001.enc.z', 'junk')
        self.probe()
        (record, payload), = self.records()
        self.assertEqual((record['classification'], payload['undecodable']), ('org.telemetrics/kernel/other', True))
        self.assertEqual(list(LIVE.iterdir()), [])

    def test_shown_is_what_a_run_would_tell(self):
        """Without a file named: nothing from before somebody agreed, nothing that was told, and nothing is removed."""
        dump(LIVE, 1654675615, 'gear_before')
        self.assertEqual(self.probe('--dry-run'), '')
        self.decide(2)
        self.assertEqual(self.probe('--dry-run'), '')
        self.probe()
        self.assertEqual(self.probe('--dry-run'), '')
        dump(LIVE, 1654680000, 'gear_after')
        for _ in range(2):
            self.assertEqual(json.loads(self.probe('--dry-run'))['payload']['function'], 'gear_after')
        self.assertEqual(len(list(LIVE.iterdir())), 4)
        self.assertEqual(self.functions(), [])

    def test_input(self):
        """A directory or a file, shown without consent and not removed."""
        dump(LIVE, 1654675615)
        record = json.loads(self.probe('--dry-run', '--input', str(LIVE)))
        self.assertEqual(record['payload']['function'], 'gear_turn')
        write(ROOT, 'text', FIRST + LAST.format(function='gear_file'))
        record = json.loads(self.probe('--dry-run', '--input', str(ROOT / 'text')))
        self.assertEqual(record['payload']['function'], 'gear_file')
        self.assertEqual(len(list(LIVE.iterdir())), 2)
        self.assertEqual(self.system.telemprobd_pid(), 0)

    def test_off(self):
        dump(LIVE, 1654675615)
        self.probe()
        self.assertFalse(STATE.exists())
        self.assertEqual(len(list(LIVE.iterdir())), 2)

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no dump is looked for, here or in the archive, and nobody asked."""
        dump(LIVE, 1767225600)
        for words in ([], ['--dry-run'], ['--input', str(LIVE)]):
            trace = subprocess.run(['strace', '-f', '-e', 'trace=%file,connect', PROBE, '--root', str(ROOT), *words], capture_output=True, text=True,
                                   check=True).stderr
            self.assertIn('/run/telemetrics/active', trace)
            # The command line itself is the one place where the first may stand.
            calls = '\n'.join(line for line in trace.splitlines() if 'execve(' not in line)
            self.assertNotRegex(calls, r'pstore"|pstore/|boot_id|os-release|connect\(')


if __name__ == '__main__':
    unittest.main()
