# SPDX-License-Identifier: LGPL-2.1-or-later
"""updateprobe next to the real packagekitd with its apt back end: each transaction is told once, by whoever knows it best."""

import json
import shutil
import unittest
from pathlib import Path

from harness import System
from harness.packages import Repository
from harness.process import Process, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/updateprobe'
DAEMON = Path('/usr/libexec/packagekitd')
BACKEND = Path('/usr/lib/x86_64-linux-gnu/packagekit-backend/libpk_backend_apt.so')


@unittest.skipUnless(DAEMON.exists() and BACKEND.exists() and shutil.which('dpkg-scanpackages'), 'PackageKit with its apt back end is not installed')
class PackagekitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()
        Path('/tmp/state').mkdir(mode=0o777)
        shutil.chown('/tmp/state', 'telemetry')
        repository = Repository()
        repository.add('acme-good')
        repository.add('acme-broken', script='exit 1')
        missing = repository.add('acme-missing')
        repository.publish()
        missing.unlink()
        cls.daemon = Process('packagekitd', [str(DAEMON)])
        wait_until(lambda: cls.system.owner_pid('org.freedesktop.PackageKit'), 'packagekitd is on the bus')
        cls.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'updates': 2}, 1, {})

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()
        cls.system.stop()

    def payloads(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(json.loads(line)['payload']) for line in said.splitlines()]

    def test_each_once(self):
        wanted = [('apt', 'success', None), ('apt', 'failure', 'package'), ('packagekit', 'failure', 'network')]
        with Process('updateprobe', [PROBE], user='telemetry', environment={'STATE_DIRECTORY': '/tmp/state'}):
            wait_until(lambda: Path('/tmp/state/updateprobe.state').exists(), 'the beginning is noted')
            for number, name in enumerate(('acme-good', 'acme-broken', 'acme-missing'), 1):
                run_as('root', ['pkcon', 'install', '--noninteractive', '--plain', name], check=False, seconds=60)
                wait_until(lambda number=number: len(self.payloads()) >= number, f'{name} is told')
            run_as('root', ['pkcon', 'search', 'name', 'acme'], check=False)
        found = [(payload['source'], payload['result'], payload['error']) for payload in self.payloads()]
        self.assertEqual(found, wanted)
        self.assertNotIn('acme', str(self.payloads()))


if __name__ == '__main__':
    unittest.main()
