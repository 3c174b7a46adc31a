# SPDX-License-Identifier: LGPL-2.1-or-later
"""updateprobe next to the real packagekitd with its apt back end: each transaction is told once, by whoever knows it best."""

import json
import os
import shutil
import unittest
from pathlib import Path

from harness import System
from harness.packages import Repository
from harness.process import Process, run_as, wait_until

STATE = Path('/tmp/state/updateprobe.state')
PROBE = '/usr/libexec/telemetrics/updateprobe'
DAEMON = Path('/usr/libexec/packagekitd')
DOUBLE = Path(os.environ['TM_SOURCE']) / 'tests' / 'doubles' / 'packagekit_double.py'
BACKEND = Path('/usr/lib/x86_64-linux-gnu/packagekit-backend/libpk_backend_apt.so')


@unittest.skipUnless(DAEMON.exists() and BACKEND.exists() and shutil.which('dpkg-scanpackages'), 'PackageKit with its apt back end is not installed')
class PackagekitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()
        STATE.parent.mkdir(mode=0o777)
        shutil.chown(STATE.parent, 'telemetry')
        # By which apt would have the bus start another one.
        Path('/etc/apt/apt.conf.d/20packagekit').unlink(missing_ok=True)
        repository = Repository()
        repository.add('acme-good')
        repository.add('acme-broken', script='exit 1')
        missing = repository.add('acme-missing')
        repository.publish()
        missing.unlink()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'updates': 2}, 1, {})

    def tearDown(self):
        STATE.unlink()
        self.system.reset()

    def start_probe(self):
        probe = Process('updateprobe', [PROBE], user='telemetry', environment={'STATE_DIRECTORY': str(STATE.parent)})
        self.addCleanup(probe.stop)
        wait_until(STATE.exists, 'the beginning is noted')

    def start_packagekit(self, *arguments):
        daemon = Process('packagekitd', arguments)
        self.addCleanup(daemon.stop)
        wait_until(lambda: self.system.owner_pid('org.freedesktop.PackageKit'), 'PackageKit is on the bus')

    def payloads(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(json.loads(line)['payload']) for line in said.splitlines()]

    def packages(self):
        return sorted(payload['packages'] for payload in self.payloads())

    def test_each_once(self):
        wanted = [('apt', 'success', None), ('apt', 'failure', 'package'), ('packagekit', 'failure', 'network')]
        self.start_packagekit(str(DAEMON))
        self.start_probe()
        for number, name in enumerate(('acme-good', 'acme-broken', 'acme-missing'), 1):
            run_as('root', ['pkcon', 'install', '--noninteractive', '--plain', name], check=False, seconds=60)
            wait_until(lambda number=number: len(self.payloads()) >= number, f'{name} is told')
        run_as('root', ['pkcon', 'search', 'name', 'acme'], check=False)
        found = [(payload['source'], payload['result'], payload['error']) for payload in self.payloads()]
        self.assertEqual(found, wanted)
        self.assertNotIn('acme', str(self.payloads()))

    def test_in_plural(self):
        """Packages may be said one by one and by the dozen; each counts once."""
        self.start_probe()
        self.start_packagekit('/usr/bin/python3', str(DOUBLE))
        wait_until(self.payloads, 'the update is told')
        payload, = self.payloads()
        self.assertEqual((payload['source'], payload['result'], payload['seconds']), ('packagekit', 'success', 2))
        self.assertEqual((payload['installed'], payload['upgraded'], payload['removed']), (1, 1, 1))

    def test_ends_in_the_middle(self):
        """What it leaves unfinished when it ends does not fill the 64 places: the next one is told."""
        self.start_probe()
        with Process('packagekitd', ['/usr/bin/python3', str(DOUBLE), '64']) as daemon:
            self.assertEqual(daemon.wait(60), 0)
        self.start_packagekit('/usr/bin/python3', str(DOUBLE))
        wait_until(self.payloads, 'the next update is told')
        self.assertEqual([payload['packages'] for payload in self.payloads()], [3])

    def make_beside(self, n_open):
        """How many packages each update has that is told: of one beside so many that are open, and then of two of these."""
        self.start_probe()
        self.start_packagekit('/usr/bin/python3', str(DOUBLE), str(n_open), 'more')
        wait_until(lambda: self.packages().count(1) == 2, 'two of them are told')
        return self.packages()

    def test_the_last_place(self):
        self.assertEqual(self.make_beside(63), [1, 1, 3])

    def test_one_too_many(self):
        """64 are listened to at a time; one that begins meanwhile is passed over."""
        self.assertEqual(self.make_beside(64), [1, 1])


if __name__ == '__main__':
    unittest.main()
