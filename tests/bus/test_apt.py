# SPDX-License-Identifier: LGPL-2.1-or-later
"""updateprobe on the history that the real apt writes while it installs, upgrades, removes, fails and is killed."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import System
from harness.packages import Repository
from harness.process import run_as, wait_until

PROBE = '/usr/libexec/telemetrics/updateprobe'
RULES = Path('/etc/telemetrics/probes/updates.rules')
# dpkg runs the script, apt runs dpkg; the second time nobody but dpkg is there.
KILL_APT = 'apt=$(ps -o ppid= -p $PPID); [ "$(ps -o comm= -p $apt)" != apt-get ] || kill -KILL $apt'


@unittest.skipUnless(shutil.which('dpkg-scanpackages'), 'dpkg-dev is not installed')
class AptTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()
        repository = Repository()
        for name, version, script in (('acme-base', '1', None), ('acme-base', '2', None), ('acme-tool', '1', None),
                                      ('acme-broken', '1', 'exit 1'), ('acme-deadly', '1', KILL_APT)):
            repository.add(name, version, script)
        repository.publish()
        RULES.parent.mkdir(parents=True)
        RULES.write_text('[build]\npackages=acme-base\n', encoding='utf-8')
        cls.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'updates': 2}, 1, {})
        run_as('root', [PROBE, '--once'])

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def apt(self, *arguments):
        subprocess.run(['apt-get', '-qq', '-y', '-o', 'DPkg::Lock::Timeout=60', *arguments], capture_output=True, check=False,
                       env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'})

    def test_each_transaction(self):
        for arguments in (('install', 'acme-base=1', 'acme-tool'), ('install', 'acme-base=2'), ('remove', 'acme-tool'),
                          ('install', 'acme-broken'), ('remove', 'acme-broken'), ('install', 'acme-deadly')):
            self.apt(*arguments)
        wait_until(lambda: subprocess.run(['pgrep', '-x', 'dpkg'], capture_output=True, check=False).returncode == 1, 'dpkg has ended', 60)
        subprocess.run(['dpkg', '--configure', '-a'], capture_output=True, check=True)
        self.apt('install', 'acme-absent')
        self.apt('install', 'acme-tool')
        run_as('root', [PROBE, '--once'])
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        payloads = [json.loads(json.loads(line)['payload']) for line in said.splitlines()]
        found = [(payload['error'], payload['installed'], payload['upgraded'], payload['removed'], payload.get('from'), payload.get('to'))
                 for payload in payloads]
        self.assertEqual(found, [(None, 2, 0, 0, None, None), (None, 0, 1, 0, '1', '2'), (None, 0, 0, 1, None, None),
                                 ('package', 1, 0, 0, None, None), (None, 0, 0, 1, None, None), ('interrupted', 1, 0, 0, None, None),
                                 (None, 1, 0, 0, None, None)])
        self.assertTrue(all(payload['seconds'] >= 0 for payload in payloads if payload['error'] != 'interrupted'))
        self.assertNotIn('acme', str(payloads))


if __name__ == '__main__':
    unittest.main()
