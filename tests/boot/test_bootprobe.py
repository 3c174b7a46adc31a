# SPDX-License-Identifier: LGPL-2.1-or-later
"""bootprobe under the real systemd: what it tells of a start, whose units it names, and what it takes for a crash.

A boot before this one is made by its state: that is all the probe knows of it.
"""

import json
import re
import subprocess
import unittest
from pathlib import Path

from harness.bus import Caller
from harness.process import LOG_DIRECTORY, wait_until

PROBE = '/usr/libexec/telemetrics/bootprobe'
STATE = Path('/var/lib/telemetrics-probes/bootprobe.state')
BROKEN = '[Service]\nType=oneshot\nExecStart=/bin/false\n'


def systemctl(*arguments):
    return subprocess.run(['systemctl', *arguments], capture_output=True, text=True, check=False).stdout.strip()


def state_of(unit):
    return systemctl('show', '--value', '--property=SubState', unit)


class BootprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LOG_DIRECTORY.mkdir(parents=True, exist_ok=True)
        for name, directory in (('acme-broken@.service', '/usr/lib/systemd/system'), ('secret.service', '/etc/systemd/system')):
            (Path(directory) / name).write_text(BROKEN, encoding='utf-8')
        systemctl('daemon-reload')
        systemctl('start', 'acme-broken@secret.service')
        systemctl('start', 'secret.service')
        cls.root = Caller('root')
        cls.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': 2}, 1, {})
        wait_until(lambda: state_of('bootprobe.service') == 'exited', 'bootprobe has been there')

    @classmethod
    def tearDownClass(cls):
        cls.root.close()

    def records(self):
        said = subprocess.run(['telemctl', 'journal', '--json', '-i'], capture_output=True, text=True, check=True).stdout
        records = [json.loads(line) for line in said.splitlines()]
        return {record['classification'].rpartition('/')[2]: json.loads(record['payload']) for record in records}

    def pretend_another_boot(self, clean):
        text = STATE.read_text(encoding='utf-8')
        text = re.sub(r'\nboot=\w+\n', f'\nboot={"0" * 32}\n', text)
        STATE.write_text(re.sub(r'clean=\w+', f'clean={clean}', text), encoding='utf-8')

    def test_1_the_boot_of_the_agreement(self):
        """It began before, and is not told."""
        self.assertEqual(self.records(), {})
        self.assertIn('clean=false', STATE.read_text(encoding='utf-8'))

    def test_1_another_agreement(self):
        """A no ends it and what it had noted, though other things are still agreed to; another yes begins anew, in the same boot."""
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'custom': 2}, 1, {})
        before = STATE.read_text(encoding='utf-8')
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': 1}, 1, {})
        wait_until(lambda: state_of('bootprobe.service') == 'dead', 'bootprobe has ended')
        wait_until(lambda: not STATE.exists(), 'its state is gone')
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': 2}, 1, {})
        wait_until(STATE.exists, 'bootprobe has been there again')
        self.assertNotEqual(STATE.read_text(encoding='utf-8').splitlines()[0], before.splitlines()[0])
        self.assertEqual(self.records(), {})

    def test_2_a_stop_is_no_shutdown(self):
        systemctl('restart', 'bootprobe.service')
        wait_until(lambda: state_of('bootprobe.service') == 'exited', 'bootprobe has been there')
        self.assertIn('clean=false', STATE.read_text(encoding='utf-8'))
        self.assertEqual(self.records(), {})

    def start_another_boot(self, clean):
        systemctl('stop', 'bootprobe.service')
        self.pretend_another_boot(clean)
        systemctl('start', 'bootprobe.service')
        wait_until(lambda: state_of('bootprobe.service') == 'exited', 'the start is told', 60)

    def test_3_a_boot_after_an_orderly_shutdown(self):
        """The times, and the unit that the system came with; nothing of what an administrator has made."""
        self.start_another_boot('true')
        found = self.records()
        self.assertEqual(set(found), {'finished', 'unit-failed'})
        self.assertGreater(found['finished']['userspace_ms'], 0)
        self.assertEqual(found['finished']['failed'], ['acme-broken@.service'])
        self.assertGreaterEqual(found['finished']['n_failed'], 2)
        self.assertFalse(found['finished']['unclean'])
        self.assertEqual((found['unit-failed']['unit'], found['unit-failed']['result']), ('acme-broken@.service', 'exit-code'))
        self.assertNotIn('secret', str(found))

    def test_4_once(self):
        """The same boot is not told again."""
        before = self.records()
        systemctl('restart', 'bootprobe.service')
        wait_until(lambda: state_of('bootprobe.service') == 'exited', 'bootprobe has been there')
        self.assertEqual(self.records(), before)

    def test_5_a_boot_after_a_crash(self):
        """Without the mark."""
        self.start_another_boot('false')
        self.assertEqual(set(self.records()), {'finished', 'unit-failed', 'unclean'})

    def test_6_a_crash_before_it_had_started(self):
        """Also a boot that crashed before it could be told, after one that ended as it should."""
        for decision, state in ((1, 'dead'), (2, 'exited')):
            self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': decision}, 1, {})
            wait_until(lambda state=state: state_of('bootprobe.service') == state, f'bootprobe is {state}')
        self.assertEqual(self.records(), {})

        systemctl('stop', 'bootprobe.service')
        self.pretend_another_boot('true')
        systemctl('mask', '--runtime', '--now', 'telemprobd.service')
        systemctl('start', 'bootprobe.service')
        wait_until(lambda: state_of('bootprobe.service') == 'auto-restart', 'it cannot be told')
        systemctl('stop', 'bootprobe.service')
        systemctl('unmask', '--runtime', 'telemprobd.service')
        self.pretend_another_boot(re.search(r'clean=(\w+)', STATE.read_text(encoding='utf-8'))[1])
        systemctl('start', 'bootprobe.service')
        wait_until(lambda: state_of('bootprobe.service') == 'exited', 'the next start is told')
        self.assertIn('unclean', self.records())


if __name__ == '__main__':
    unittest.main()
