# SPDX-License-Identifier: LGPL-2.1-or-later
"""updateprobe on histories of the real form with the real service: what is told, once, and when it must not look at all."""

import gzip
import json
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from harness import System
from harness.process import Process, open_files, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/updateprobe'
STATE = Path('/var/lib/telemetrics-probes/updateprobe.state')
APT = Path('/var/log/apt/history.log')


class UpdateprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.clock = int(time.time())
        shutil.rmtree(APT.parent, ignore_errors=True)
        APT.parent.mkdir(parents=True)

    def tearDown(self):
        STATE.unlink(missing_ok=True)
        self.system.reset()

    def apt(self, n_packages, error=None, file=APT):
        """One more transaction at the end of the history: its number of packages tells it apart."""
        self.clock += 1
        when = time.strftime('%Y-%m-%d  %H:%M:%S', time.localtime(self.clock))
        packages = ', '.join(f'secret{number}:amd64 (1, 2)' for number in range(n_packages))
        with open(file, 'a', encoding='utf-8') as history:
            history.write(f'\nStart-Date: {when}\nCommandline: apt-get upgrade secret\nRequested-By: alice (1000)\n'
                          f'Upgrade: {packages}\n' + (f'Error: {error}\n' if error else '') + f'End-Date: {when}\n')

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'updates': decision}, 1, {})

    def run_probe(self, *arguments, expect=0, **keywords):
        ran = run_as('root', [PROBE, *arguments], check=False, **keywords)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran.stdout

    def opt_in(self):
        """Agreed, and the probe has been there once: from here on it is to report."""
        self.decide(2)
        self.run_probe('--once')

    def records(self):
        """(classification, severity, payload) of the kept records, oldest first."""
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        records = [json.loads(line) for line in said.splitlines()]
        return [(record['classification'], record['severity'], json.loads(record['payload'])) for record in records]

    def counts(self):
        return [payload['packages'] for _, _, payload in self.records()]

    # What is told

    def test_records(self):
        self.opt_in()
        self.apt(3)
        self.apt(2, error='Sub-process /usr/bin/dpkg returned an error code (1)')
        self.run_probe('--once')
        success, failure = self.records()
        self.assertEqual(success[:2], ('org.telemetrics/update/success', 1))
        self.assertEqual(failure[:2], ('org.telemetrics/update/failure', 3))
        self.assertEqual((success[2]['upgraded'], failure[2]['error']), (3, 'package'))
        for secret in ('secret', 'alice', 'apt-get'):
            self.assertNotIn(secret, str(self.records()))

    def test_names_where_a_rule_allows(self):
        rules = Path('/etc/telemetrics/probes/updates.rules')
        self.opt_in()
        rules.parent.mkdir(parents=True)
        rules.write_text('[names]\nallow=*1\n', encoding='utf-8')
        self.apt(3)
        self.run_probe('--once')
        self.assertEqual(self.records()[0][2]['names'], ['secret1'])

    def test_hook(self):
        """swupd has put another build in place."""
        release = Path('/etc/os-release')
        release.unlink()
        release.write_text('ID=acme\nVERSION_ID=41100\n', encoding='utf-8')
        self.opt_in()
        self.run_probe('--post-update')
        release.write_text('ID=acme\nVERSION_ID=41110\n', encoding='utf-8')
        self.run_probe('--post-update')
        self.run_probe('--post-update')
        release.write_text('ID=acme\nVERSION_ID="of alice"\n', encoding='utf-8')
        self.run_probe('--post-update')
        payloads = [payload for _, _, payload in self.records()]
        self.assertEqual([(p['source'], p['from'], p['to']) for p in payloads], [('swupd', '41100', '41110')])

    def test_input(self):
        """A pipe, as behind "swupd update", and a packed file; shown without consent, handed over only with it."""
        said = 'Update started\nError: No space left on device\nUpdate failed\n'
        shown = json.loads(self.run_probe('--dry-run', '--input=-', stdin=said))
        self.assertEqual(shown['payload']['error'], 'disk-full')
        packed = Path('/tmp/history.log.1.gz')
        self.apt(4)
        packed.write_bytes(gzip.compress(APT.read_bytes()))
        self.assertEqual(json.loads(self.run_probe('--dry-run', f'--input={packed}'))['payload']['packages'], 4)
        self.run_probe('--input=-', stdin=said)
        self.decide(2)
        self.assertEqual(self.records(), [])
        self.run_probe('--input=-', stdin=said)
        self.assertEqual(self.records()[0][2]['error'], 'disk-full')

    def test_wrong_use(self):
        self.run_probe('--format=rpm', expect=2)
        self.run_probe('--dry-run', '--input=/nowhere', expect=1)

    # Where it goes on

    def test_restart(self):
        """Nothing is lost and nothing is told twice, while the history is rotated and packed."""
        self.opt_in()
        self.apt(1)
        self.run_probe('--once')
        self.apt(2)
        first = APT.with_name('history.log.1')
        APT.rename(first)
        self.apt(3)
        self.run_probe('--once')
        self.run_probe('--once')
        self.apt(4)
        first.rename(APT.with_name('history.log.2'))
        older = APT.with_name('history.log.2')
        older.with_name('history.log.2.gz').write_bytes(gzip.compress(older.read_bytes()))
        older.unlink()
        APT.rename(first)
        self.run_probe('--once')
        self.assertEqual(self.counts(), [1, 2, 3, 4])

    def test_lost_place(self):
        """The file with the place is gone: what is later is told, what is earlier is not."""
        self.apt(1)
        kept = APT.read_text(encoding='utf-8')
        self.opt_in()
        self.apt(2)
        self.run_probe('--once')
        APT.write_text(kept, encoding='utf-8')
        self.apt(3)
        self.run_probe('--once')
        self.assertEqual(self.counts(), [2, 3])

    def test_clock_was_ahead(self):
        """Somebody agreed while the clock was years ahead: since it is right, updates are told."""
        self.opt_in()
        ahead = f'began={int(time.time() + 10**9)}000000'
        STATE.write_text(re.sub('began=[0-9]+', ahead, STATE.read_text(encoding='utf-8')), encoding='utf-8')
        self.apt(1)
        self.run_probe('--once')
        self.assertEqual(self.counts(), [1])

    def test_old_histories(self):
        """The place may be in the twelfth of the files that were put away; in an older one it is not looked for, and the times decide."""
        for number, told in ((12, [4, 5]), (13, [5])):
            with self.subTest(number=number):
                self.clock += 7200
                self.apt(3)
                self.opt_in()
                APT.rename(APT.with_name(f'history.log.{number}'))
                self.clock -= 3600  # before the place: none that is new, if the times decide
                self.apt(4, file=APT.with_name('history.log.1'))
                self.clock += 7200
                self.apt(5)
                self.run_probe('--once')
                self.assertEqual(self.counts(), told)
            self.tearDown()
            self.setUp()

    def test_service_away(self):
        """What cannot be handed over is not passed over."""
        self.opt_in()
        self.apt(1)
        self.run_probe('--once', expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.run_probe('--once')
        self.assertEqual(self.counts(), [1])

    def test_follow(self):
        """Resident: it is told of a change, also behind a rotation."""
        self.apt(1)
        self.opt_in()
        with Process('updateprobe', [PROBE]):
            self.apt(2)
            wait_until(lambda: self.counts() == [2], 'the first is kept')
            APT.rename(APT.with_name('history.log.1'))
            self.apt(3)
            wait_until(lambda: self.counts() == [2, 3], 'the second is kept')
            self.apt(4)
            wait_until(lambda: self.counts() == [2, 3, 4], 'the third is kept')

    # When it must not look

    def test_nothing_from_before(self):
        """Also not what had begun before, and of which one learns only later that it never ended."""
        before = time.strftime('%Y-%m-%d  %H:%M:%S', time.localtime(self.clock - 60))
        self.apt(1)
        with open(APT, 'a', encoding='utf-8') as history:
            history.write(f'\nStart-Date: {before}\nUpgrade: a:amd64 (1, 2), b:amd64 (1, 2)\n')
        self.opt_in()
        self.run_probe('--once')
        self.apt(3)
        self.run_probe('--once')
        self.assertEqual(self.counts(), [3])

    def test_the_place_does_not_outlive_a_no(self):
        self.opt_in()
        self.decide(1)
        self.apt(1)
        self.decide(2)
        self.run_probe('--once')
        self.clock = int(time.time()) + 1
        self.apt(2)
        self.run_probe('--once')
        self.assertEqual(self.counts(), [2])

    def test_the_end_of_consent_ends_it_at_once(self):
        self.opt_in()
        with Process('updateprobe', [PROBE]) as probe:
            wait_until(lambda: open_files(probe.pid).count('anon_inode:inotify') == 2, 'it watches')
            self.decide(1)
            self.assertEqual(probe.wait(20), 0)
        self.assertFalse(STATE.exists())

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no history, no os-release, no service."""
        self.apt(1)
        trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect,inotify_add_watch', PROBE],
                               capture_output=True, text=True, check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertNotRegex(trace, r'/var/log|os-release|connect\(|inotify_add_watch')


if __name__ == '__main__':
    unittest.main()
