# SPDX-License-Identifier: LGPL-2.1-or-later
"""journalprobe under the real systemd and journald, inside its own hardening: what systemd says when a service fails, and who else says so."""

import json
import subprocess
import unittest
from pathlib import Path

from harness.bus import Caller
from harness.process import LOG_DIRECTORY, wait_until

STATE = Path('/var/lib/telemetrics-probes/journalprobe.state')
UNITS = {
    '/usr/lib/systemd/system/acme-exits@.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "exit 3"\n',
    '/usr/lib/systemd/system/acme-returns.service': '[Service]\nExecStart=/bin/false\nRestart=on-failure\nRestartSec=100ms\n'
                                                    '[Unit]\nStartLimitBurst=3\n',
    '/usr/lib/systemd/system/acme-killed.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "kill -KILL $$$$"\n',
    '/etc/systemd/system/secret.service': '[Service]\nType=oneshot\nExecStart=/bin/false\n',
}
FORGED = '''MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c
UNIT=dbus.service
UNIT_RESULT=exit-code
MESSAGE=dbus.service: Failed with result 'exit-code'.
_PID=1
_COMM=systemd
'''


def systemctl(*arguments):
    return subprocess.run(['systemctl', *arguments], capture_output=True, text=True, check=False).stdout.strip()


class JournalprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LOG_DIRECTORY.mkdir(parents=True, exist_ok=True)
        for path, text in UNITS.items():
            Path(path).write_text(text, encoding='utf-8')
        systemctl('daemon-reload')
        cls.root = Caller('root')
        cls.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'journal': 2}, 1, {})
        wait_until(STATE.exists, 'the probe has noted where it begins', 60)

    @classmethod
    def tearDownClass(cls):
        cls.root.close()

    def failures(self):
        """{unit: payload}"""
        said = subprocess.run(['telemctl', 'journal', '--json', '-i'], capture_output=True, text=True, check=True).stdout
        payloads = [json.loads(json.loads(line)['payload']) for line in said.splitlines()]
        return {payload['unit']: payload for payload in payloads}

    def wait_for(self, unit):
        wait_until(lambda: unit in self.failures(), f'the failure of {unit} is told', 60)
        return self.failures()[unit]

    def test_1_exit(self):
        systemctl('start', 'acme-exits@secret.service')
        payload = self.wait_for('acme-exits@.service')
        self.assertEqual((payload['result'], payload['exit_code'], payload['exit_status'], payload['restarts']), ('exit-code', 'exited', 3, 0))

    def test_2_signal(self):
        systemctl('start', 'acme-killed.service')
        payload = self.wait_for('acme-killed.service')
        self.assertEqual((payload['result'], payload['exit_code'], payload['exit_status']), ('signal', 'killed', 9))

    def test_3_who_else_says_so(self):
        """Neither a service that an administrator made nor a program that writes the same fields."""
        systemctl('start', 'secret.service')
        subprocess.run(['logger', '--journald'], input=FORGED, text=True, check=True)
        systemctl('start', '--no-block', 'acme-returns.service')
        self.wait_for('acme-returns.service')
        self.assertEqual(set(self.failures()), {'acme-exits@.service', 'acme-killed.service', 'acme-returns.service'})
        self.assertNotIn('secret', json.dumps(self.failures()))


if __name__ == '__main__':
    unittest.main()
