# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is installed for systemd, as systemd itself reads it."""

import configparser
import grp
import pwd
import re
import stat
import subprocess
import unittest
from pathlib import Path

UNIT_DIRECTORY = Path('/usr/lib/systemd/system')
UNITS = ('telemprobd.service', 'telemprobd-boot.service', 'telemprobd-off.service', 'telemprobd-off.path', 'telempostd.service', 'telemetrics-server.service',
         'hprobe.service', 'hprobe.timer', 'hprobe.path', 'journalprobe.service', 'journalprobe.path', 'klogprobe.service', 'klogprobe.path',
         'bertprobe.service', 'bertprobe.path', 'mceprobe.service', 'mceprobe.path', 'pstoreprobe.service', 'pstoreprobe.path',
         'updateprobe.service', 'updateprobe.path',
         'bootprobe.service', 'bootprobe.path', 'crashprobe.service', 'crashprobe.path')

# Highest exposure that "systemd-analyze security" may find, 0 (nothing) to 10 (everything). The services with a network
# cannot have 0.
MAX_EXPOSURE = {'telemprobd.service': 0.6, 'telempostd.service': 1.2, 'hprobe.service': 0.8, 'klogprobe.service': 0.9,
                'journalprobe.service': 0.9,
                'bertprobe.service': 1.1, 'pstoreprobe.service': 1.3, 'updateprobe.service': 0.8, 'bootprobe.service': 0.8,
                'crashprobe.service': 1.4, 'mceprobe.service': 1.4,
                'telemetrics-server.service': 1.4}


# What each probe may take at most: MiB of memory; and what else differs. crashprobe has a child that unpacks cores.
PROBE_MEMORY = {'hprobe': 64, 'klogprobe': 96, 'journalprobe': 96, 'bertprobe': 64, 'mceprobe': 64, 'pstoreprobe': 128, 'updateprobe': 96,
                'bootprobe': 96, 'crashprobe': 1024}
PROBE_TASKS = 16
# What stays while its category is agreed to.
STAYING = {'hprobe': 'heartbeat', 'klogprobe': 'kernel', 'journalprobe': 'journal', 'mceprobe': 'hardware', 'updateprobe': 'updates',
           'crashprobe': 'crashes'}


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def read_unit(name):
    """{section: {key: [values]}}; a unit may have a key more than once, which configparser can't keep apart."""
    sections, current = {}, None
    for line in (UNIT_DIRECTORY / name).read_text().splitlines():
        if line.startswith('['):
            current = sections.setdefault(line.strip('[]'), {})
        elif '=' in line and not line.startswith('#'):
            key, _, value = line.partition('=')
            current.setdefault(key, []).append(value)
    return sections


class Units(unittest.TestCase):
    def test_systemd_accepts_them(self):
        """No unit has an unknown key, a bad value, or a program that is not there."""
        for unit in UNITS:
            with self.subTest(unit=unit):
                result = run('systemd-analyze', 'verify', '--man=no', unit)
                ours = [line for line in result.stderr.splitlines() if re.search(r'telem|\w+probe', line)]
                self.assertEqual((result.returncode, ours), (0, []))

    def test_exposure(self):
        """Nobody takes the hardening out unseen."""
        for unit, highest in MAX_EXPOSURE.items():
            with self.subTest(unit=unit):
                result = run('systemd-analyze', 'security', '--offline=yes', f'--threshold={highest * 10:.0f}', unit)
                self.assertEqual(result.returncode, 0, result.stdout[-400:])

    def test_the_keeper_has_no_network(self):
        """The service that reads everything can reach nobody but the bus."""
        service = read_unit('telemprobd.service')['Service']
        self.assertEqual(service['PrivateNetwork'], ['yes'])
        self.assertEqual(service['RestrictAddressFamilies'], ['AF_UNIX'])
        self.assertEqual(service['User'], ['telemetry'])

    def test_the_sender_has_no_records(self):
        """telempostd is another user, may not enter the directory, and doesn't even see it."""
        service = read_unit('telempostd.service')['Service']
        self.assertEqual(service['User'], ['telemetry-post'])
        self.assertIn('-/var/lib/telemetrics', service['InaccessiblePaths'])
        self.assertNotEqual(run('setpriv', '--reuid=telemetry-post', '--regid=telemetry-post', '--init-groups',
                                'ls', '/var/lib/telemetrics').returncode, 0)

    def test_limits_of_probes(self):
        """A probe that goes mad takes neither the memory nor the processor, and what runs once does not run for ever."""
        units = {'M': 1, 'G': 1024}
        for probe, memory in PROBE_MEMORY.items():
            with self.subTest(probe=probe):
                service = read_unit(f'{probe}.service')['Service']
                number, unit = re.fullmatch(r'(\d+)([MG])', *service['MemoryMax']).groups()
                self.assertEqual(int(number) * units[unit], memory)
                self.assertEqual(service['TasksMax'], [str(PROBE_TASKS)])
                if service['Type'] == ['oneshot']:
                    self.assertEqual(service['TimeoutStartSec'], ['1min'])
                else:
                    self.assertEqual((service['CPUWeight'], service['IOWeight'], service['RestartSec']), (['20'], ['20'], ['1min']))
        self.assertEqual(read_unit('mceprobe.service')['Service']['LimitNOFILE'], ['16384'])

    def test_off_means_off(self):
        """At boot nothing starts without consent, but the bus can start the service to give it."""
        self.assertEqual(read_unit('telemprobd-boot.service')['Unit']['ConditionPathExists'],
                         ['/var/lib/telemetrics/enabled'])
        for unit, category in STAYING.items():
            if unit != 'mceprobe':  # it asks by itself
                self.assertEqual(read_unit(f'{unit}.service')['Unit']['ConditionPathExists'], [f'/run/telemetrics/active.d/{category}'])
            self.assertEqual(read_unit(f'{unit}.path')['Path']['PathExists'], [f'/run/telemetrics/active.d/{category}'])
        self.assertEqual(read_unit('hprobe.timer')['Unit']['ConditionPathExists'], ['/run/telemetrics/active.d/heartbeat'])
        self.assertEqual(read_unit('bootprobe.service')['Unit']['ConditionPathExists'], ['/run/telemetrics/active'])
        self.assertIn('/run/telemetrics/active', read_unit('bertprobe.service')['Unit']['ConditionPathExists'])
        telemprobd = read_unit('telemprobd.service')
        self.assertNotIn('Install', telemprobd)
        self.assertFalse([key for key in telemprobd['Unit'] if key.startswith('Condition')])

    def test_often(self):
        """What each change of consent starts has no limit of starts: with it, the path would be dead until the next boot.

        What stays while it is agreed to has one that nobody reaches who changes his mind, but it would if it ended at once each time.
        """
        paths = [unit for unit in UNITS if unit.endswith('.path') and 'Unit' not in read_unit(unit)['Path']]
        self.assertGreater(len(paths), 7)
        for path in paths:
            with self.subTest(path=path):
                unit = read_unit(path.replace('.path', '.service'))
                stays = path.removesuffix('.path') in STAYING
                self.assertEqual(unit['Unit'].get('StartLimitIntervalSec'), ['10s' if stays else '0'])
                self.assertEqual(unit['Unit'].get('StartLimitBurst'), ['50'] if stays else None)
                self.assertIn(unit['Service'].get('Restart', ['no']), (['no'], ['on-failure']))
                self.assertIn(unit['Service'].get('RestartSec', ['1min']), (['1min'],))

    def test_heartbeat(self):
        """One heartbeat a UTC day, and a missed one is made up for: within an hour, so that who is on for an hour a day is counted."""
        timer = read_unit('hprobe.timer')['Timer']
        self.assertEqual(run('systemd-analyze', 'calendar', timer['OnCalendar'][0]).returncode, 0)
        jitter = run('systemd-analyze', 'timespan', timer['RandomizedDelaySec'][0]).stdout
        microseconds = int(re.search(r'μs: (\d+)', jitter).group(1))
        self.assertGreaterEqual(microseconds, 3600 * 10**6)
        self.assertLessEqual(microseconds, 3600 * 10**6)
        self.assertEqual(timer['Persistent'], ['yes'])

    def test_activation(self):
        """The bus starts each name as the right user, with and without systemd."""
        wanted = {'Telemetry1': ('telemetry', 'telemprobd'), 'TelemetryManager1': ('telemetry', 'telemprobd'),
                  'TelemetryPost1': ('telemetry-post', 'telempostd')}
        for name, (user, program) in wanted.items():
            with self.subTest(name=name):
                file = configparser.ConfigParser()
                file.read(f'/usr/share/dbus-1/system-services/org.telemetrics.{name}.service')
                self.assertEqual(dict(file['D-BUS Service']), {
                    'name': f'org.telemetrics.{name}', 'user': user, 'exec': f'/usr/libexec/{program}',
                    'systemdservice': f'{program}.service'})


class Users(unittest.TestCase):
    def test_users(self):
        """Each has its own group and no other, no shell, and no password."""
        for name in ('telemetry', 'telemetry-post', 'telemetrics-server'):
            with self.subTest(user=name):
                entry = pwd.getpwnam(name)
                self.assertLess(entry.pw_uid, 1000)
                self.assertTrue(entry.pw_shell.endswith('nologin'))
                self.assertEqual(grp.getgrgid(entry.pw_gid).gr_name, name)
                self.assertFalse([group.gr_name for group in grp.getgrall() if name in group.gr_mem])

    def test_directories(self):
        """The store is the service's alone; what tells whether telemetry is on is everybody's to read."""
        for path, owner, mode in (('/var/lib/telemetrics', 'telemetry', 0o700),
                                  ('/run/telemetrics', 'telemetry', 0o755), ('/etc/telemetrics', 'root', 0o755)):
            with self.subTest(path=path):
                status = Path(path).stat()
                self.assertEqual(status.st_uid, pwd.getpwnam(owner).pw_uid)
                self.assertEqual(stat.S_IMODE(status.st_mode), mode)


if __name__ == '__main__':
    unittest.main()
