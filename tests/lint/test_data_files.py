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

# What the probes send, and what clients of Clear Linux send: the category that it must end up in.
CLASSIFICATIONS = {
    'org.telemetrics/hello/world': 'heartbeat',
    'org.telemetrics/heartbeat/ping': 'heartbeat',
    'org.telemetrics/kernel/oops': 'kernel',
    'org.telemetrics/kernel/hung-task': 'kernel',
    'org.telemetrics/crash/process': 'crashes',
    'org.telemetrics/crash/third-party': 'crashes',
    'org.telemetrics/hardware/bert': 'hardware',
    'org.telemetrics/hardware/mce': 'hardware',
    'org.telemetrics/update/failure': 'updates',
    'org.telemetrics/boot/unclean': 'boot',
    'org.telemetrics/journal/unit-failed': 'journal',
    'org.clearlinux/hello/world': 'heartbeat',
    'org.clearlinux/heartbeat/ping': 'heartbeat',
    'org.clearlinux/crash/clr': 'crashes',
    'org.clearlinux/kernel/stackoverflow': 'kernel',
    'org.clearlinux/mce/UCNA': 'hardware',
    'org.clearlinux/bert/debug': 'hardware',
    'org.clearlinux/journal/error': 'journal',
    'org.clearlinux/swupd-client/update': 'updates',
    'org.telemetrics/other/thing': 'custom',
    'com.example.App/index/broken': 'custom',
}


def read_category(category):
    file = configparser.ConfigParser(interpolation=None, delimiters=('=',))
    file.optionxform = str
    file.read(DATA / 'categories' / f'{category}.category.desktop.in')
    return file['Category']


def glob_matches(glob, classification):
    parts = list(zip(glob.split('/'), classification.split('/'), strict=True))
    return all(wanted in ('*', there) for wanted, there in parts)


def category_of(classification):
    """The category with the longest glob that matches, as the service decides it."""
    matching = [
        (len(glob), category) for category in CATEGORIES
        for glob in read_category(category)['Classifications'].strip(';').split(';')
        if glob_matches(glob, classification)
    ]
    return max(matching)[1]


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


class DataFiles(unittest.TestCase):
    def test_all_categories_are_there(self):
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

    def test_classifications(self):
        """What each probe sends belongs to the category whose text announces it."""
        for classification, category in CLASSIFICATIONS.items():
            with self.subTest(classification=classification):
                self.assertEqual(category_of(classification), category)

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
