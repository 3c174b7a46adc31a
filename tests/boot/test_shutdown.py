# SPDX-License-Identifier: LGPL-2.1-or-later
"""How bootprobe knows a crash, over real boots: one that ends in an orderly way leaves the mark, one that is cut off does not.

The file runs once in each boot; which one it is stands in a file.
"""

import json
import subprocess
import unittest
from pathlib import Path

from harness.bus import Caller
from harness.process import LOG_DIRECTORY, wait_until

STATE = Path('/var/lib/telemetrics-probes/bootprobe.state')
COUNT = Path('/var/lib/boot-count')
NEXT = Path('/next-boot')
OVERRIDE = Path('/etc/systemd/system/bootprobe.service.d/boot-id.conf')


def records():
    said = subprocess.run(['telemctl', 'journal', '--json', '-i'], capture_output=True, text=True, check=True).stdout
    return [(record['classification'].rpartition('/')[2], record, json.loads(record['payload']))
            for record in map(json.loads, said.splitlines())]


def kinds():
    return [kind for kind, _, _ in records()]


def unit(name, key):
    return subprocess.run(['systemctl', 'show', '--value', f'--property={key}', name], capture_output=True, text=True, check=False).stdout.strip()


class ShutdownTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LOG_DIRECTORY.mkdir(parents=True, exist_ok=True)

    def test_boots(self):
        """A start after an orderly shutdown is clean, one after a crash is not, and says which build had been running."""
        boot = int(COUNT.read_text()) + 1 if COUNT.exists() else 1
        COUNT.write_text(str(boot))
        (self.agree, self.after_an_orderly_shutdown, self.after_a_crash)[boot - 1]()

    def end(self, how):
        wait_until(lambda: unit('bootprobe.service', 'SubState') == 'exited', 'bootprobe has been there')
        NEXT.write_text(how)

    def agree(self):
        # A container's own boot id lies over one file of /proc; whoever gets a /proc of his own sees the host's.
        OVERRIDE.parent.mkdir(parents=True)
        OVERRIDE.write_text('[Service]\nProtectProc=default\nProtectKernelTunables=no\nProtectControlGroups=no\n')
        subprocess.run(['systemctl', 'daemon-reload'], check=True)
        Path('/etc/os-release').unlink(missing_ok=True)
        Path('/etc/os-release').write_text('ID=acme\nVERSION_ID=41\n')
        root = Caller('root')
        self.addCleanup(root.close)
        root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': 2}, 1, {})
        wait_until(STATE.exists, 'bootprobe has noted this boot')
        self.assertEqual(kinds(), [])
        self.end('orderly')

    def after_an_orderly_shutdown(self):
        wait_until(lambda: 'finished' in kinds(), 'the start is told', 60)
        self.assertNotIn('unclean', kinds())
        (_, record, payload), = [record for record in records() if record[0] == 'finished']
        self.assertFalse(payload['unclean'])
        self.assertGreater(payload['userspace_ms'], 0)
        self.assertIn(payload['firmware'], ('uefi', 'other'))
        self.assertIsInstance(payload['failed'], list)
        self.end('crash')

    def after_a_crash(self):
        Path('/etc/os-release').write_text('ID=acme\nVERSION_ID=42\n')
        wait_until(lambda: kinds().count('finished') == 2, 'the second start is told', 60)
        (_, record, _), = [record for record in records() if record[0] == 'unclean']
        self.assertEqual(record['system']['build'], '41')
        self.assertEqual([payload['unclean'] for kind, _, payload in records() if kind == 'finished'], [False, True])


if __name__ == '__main__':
    unittest.main()
