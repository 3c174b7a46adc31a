# SPDX-License-Identifier: LGPL-2.1-or-later
"""The probe of docs/writing-a-probe.md, installed as it says: it runs after a boot, inside its hardening, and only while somebody agrees.

The file runs once in each boot; which one it is stands in a file.
"""

import json
import subprocess
import unittest
from pathlib import Path

from harness import document
from harness.process import wait_until

FILES = Path('/var/lib/writing-a-probe')
NEXT = Path('/next-boot')
DROP_IN = Path('/etc/systemd/system/full-disk.service.d/always.conf')


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()


def unit(name, key):
    return run('systemctl', 'show', '--value', f'--property={key}', name)


def records():
    return [json.loads(line)['classification'] for line in run('telemctl', 'journal', '--json', '--category', 'example').splitlines()]


class CustomProbeTest(unittest.TestCase):
    def test_boots(self):
        """Agreed in the first boot, at work in the second."""
        (self.at_work if FILES.exists() else self.install)()

    def install(self):
        FILES.mkdir()
        document.write_files(FILES)
        run('install', '-m', '755', FILES / 'full-disk', '/usr/bin/')
        for directory, names in (('/usr/share/telemetrics/categories.d', ['example.category']),
                                 ('/usr/lib/systemd/system', ['full-disk.service', 'full-disk.timer']),
                                 ('/usr/lib/sysusers.d', ['full-disk.conf'])):
            run('install', '-m', '644', '-t', directory, *(FILES / name for name in names))
        DROP_IN.parent.mkdir(parents=True)
        DROP_IN.write_text('[Service]\nEnvironment=LIMIT_PERCENT=0\n', encoding='utf-8')
        run('systemd-sysusers')
        run('systemctl', 'daemon-reload')
        run('systemctl', 'enable', '--now', 'full-disk.timer')
        run('systemctl', 'start', 'full-disk.service')
        self.assertEqual(unit('full-disk.service', 'ConditionResult'), 'no')
        run('telemctl', 'opt-in', 'example')
        NEXT.write_text('orderly', encoding='utf-8')

    def at_work(self):
        self.assertEqual(unit('full-disk.timer', 'ActiveState'), 'active')
        wait_until(Path('/run/telemetrics/active').exists, 'what is agreed to is known')
        run('systemctl', 'start', 'full-disk.service')
        self.assertEqual(unit('full-disk.service', 'Result'), 'success')
        self.assertIn('org.example/disk/almost-full', records())

        run('telemctl', 'opt-in', 'custom')
        run('telemctl', 'opt-out', 'example')
        run('systemctl', 'start', 'full-disk.service')
        self.assertEqual(unit('full-disk.service', 'ConditionResult'), 'no')
        self.assertEqual(records(), [])


if __name__ == '__main__':
    unittest.main()
