# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files in data/ are what the programs that read them expect."""

import configparser
import json
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / 'data'
POLKIT_DTD = pathlib.Path('/usr/share/polkit-1/policyconfig-1.dtd')
CATEGORIES = ('boot', 'crashes', 'custom', 'hardware', 'heartbeat', 'journal', 'kernel', 'updates')


def read_category(category):
    file = configparser.ConfigParser(interpolation=None, delimiters=('=',))
    file.optionxform = str
    file.read(DATA / 'categories' / f'{category}.category.desktop.in')
    return file['Category']


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


class DataFiles(unittest.TestCase):
    def test_all_categories_are_there(self):
        """None was added or lost without a word in the list above."""
        found = {path.name.split('.')[0] for path in (DATA / 'categories').glob('*.in')}
        self.assertEqual(found, set(CATEGORIES))

    def test_categories_say_everything(self):
        """A person must be able to decide on what stands in the file."""
        for category in CATEGORIES:
            with self.subTest(category=category):
                keys = read_category(category)
                for key in ('Title', 'Explanation', 'Purpose'):
                    self.assertTrue(keys[key].strip())
                self.assertTrue(1 <= int(keys['Retention']) <= 90)
                json.loads(keys['Example'].replace('\\\\', '\\'))

    def test_xml(self):
        """Everything is well-formed, and the polkit policy is as its DTD says."""
        policy = DATA / 'polkit/org.telemetrics.telemetry.policy.in'
        for path in [policy, *(DATA / 'dbus').glob('*.conf'), *(ROOT / 'introspection').glob('*.xml')]:
            with self.subTest(path=path.name):
                result = run('xmllint', '--nonet', '--noout', str(path))
                self.assertEqual(result.returncode, 0, result.stderr)
        result = run('xmllint', '--nonet', '--noout', '--dtdvalid', str(POLKIT_DTD), str(policy))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_bus_policy_names_every_interface(self):
        """An interface in the XML that the policy lacks could be called by nobody."""
        for name in ('Telemetry1', 'TelemetryManager1'):
            xml = (ROOT / f'introspection/org.telemetrics.{name}.xml').read_text()
            policy = (DATA / f'dbus/org.telemetrics.{name}.conf').read_text()
            for line in xml.splitlines():
                if line.startswith('  <interface name='):
                    with self.subTest(interface=line):
                        self.assertIn(f'send_interface="{line.split(chr(34))[1]}"', policy)


if __name__ == '__main__':
    unittest.main()
