# SPDX-License-Identifier: LGPL-2.1-or-later
"""crashprobe behind systemd-coredump: which entries of the journal count, and what leaves the machine."""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from harness.cores import PROBE
from harness.crashing import ABORT, CRASH, LOADER, MANY
from harness.crashprobe import CORES, CrashprobeTest
from harness.journal import MACHINE, Journal
from harness.process import Process, open_files, run_as, wait_until


class JournalOfCrashes(CrashprobeTest):
    # What must not leave

    def test_secrets(self):
        """Arguments, environment, memory, directories and the name of the machine stay here."""
        home = Path('/home/alice-hunter2')
        home.mkdir(exist_ok=True)
        program = self.build(CRASH)
        core = self.crash(program, 'hunter2-argument', environment={'TOKEN': 'hunter2-environment', 'HOME': str(home)}, cwd=home)
        self.assertIn(b'hunter2-environment', core.read_bytes())
        text, record = self.show(core)
        self.assertIn(b'hunter2-comm', core.read_bytes())
        for secret in ('hunter2', 'alice', '/home', os.uname().nodename, str(self.directory)):
            self.assertNotIn(secret, text)
        self.assertEqual(record['classification'], 'org.telemetrics/crash/process')
        self.assertEqual(set(record['payload']), {'signature', 'program', 'component', 'signal', 'signal_number', 'si_code', 'reason',
                                                  'threads', 'complete', 'frames', 'modules', 'text'})

    def test_third_party(self):
        """Of somebody else's program: that one crashed."""
        for into in ('/usr/local/bin', '/opt', '/home'):
            program = self.build(CRASH, into=into, name='hunter2')
            text, record = self.show(self.crash(program))
            self.assertEqual(record['classification'], 'org.telemetrics/crash/third-party')
            self.assertEqual(record['severity'], 2)
            self.assertEqual(set(record['payload']), {'signature', 'count', 'text'})
            for word in ('hunter2', 'touch', 'SIGSEGV', into):
                self.assertNotIn(word, text)

    def test_foreign_library(self):
        """A library of somebody else's inside a program of the system has neither name nor functions."""
        library = self.build('int hunter2_function (int *p) { return *p + 1; }', '-shared', '-fPIC', into='/opt', name='libhunter2.so')
        program = self.build('int hunter2_function (int *p); int main (void) { return hunter2_function (0) + 1; }', str(library))
        text, record = self.show(self.crash(program))
        self.assertNotIn('hunter2', text)
        self.assertEqual(record['payload']['signature']['title'], 'gears|SIGSEGV|[other]')

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'it knows files of 64 bit')
    def test_library_without_a_file(self):
        """What a program wrote into its memory may look like a library, with a name, a build-id and functions: none of it leaves."""
        source = 'int hunter2_function (int *p) { return *p + 1; }'
        library = self.build(source, '-shared', '-fPIC', '-Wl,-soname,/usr/lib/hunter2.so,--build-id=0x68756e746572322d', into='/opt',
                             name='libhunter2.so')
        core = self.crash(self.build(LOADER), library)
        self.assertIn('68756e746572322d', str(self.eu_stack(core)), 'there is something to be left out')
        for _ in range(2):
            text, record = self.show(core)
            for secret in ('hunter2', '68756e746572322d'):
                self.assertNotIn(secret, text)
            self.assertEqual(record['payload']['frames'][0], {'module': '[jit]', 'activation': True})
            library.unlink(missing_ok=True)

    # Packages and units

    def test_package_of_dpkg(self):
        """Of the program, and of the libraries on the stack."""
        payload = self.payload(self.crash('/bin/sh', '-c', 'kill -SEGV $$'))
        owner = subprocess.run(['dpkg', '-S', Path('/bin/sh').resolve(), '/bin/dash'], capture_output=True, text=True, check=False).stdout
        name = owner.partition(':')[0]
        asked = ['dpkg-query', '-W', '-f', '${Package} ${Version}']
        self.assertEqual(payload['package'], subprocess.run([*asked, name], capture_output=True, text=True, check=True).stdout)
        modules = {module['name']: module.get('package') for module in payload['modules']}
        libc = subprocess.run([*asked, f'libc6:{self.debian_architecture()}'], capture_output=True, text=True, check=True).stdout
        self.assertEqual(modules['libc.so.6'], libc)

    @staticmethod
    def debian_architecture():
        return subprocess.run(['dpkg', '--print-architecture'], capture_output=True, text=True, check=True).stdout.strip()

    def test_package_of_the_file(self):
        """What the builder of a program wrote into it; of somebody else's program it is not said."""
        note = ['-Xlinker', '--package-metadata={"type":"deb","os":"debian","name":"gears","version":"1.2-3"}']
        payload = self.payload(self.crash(self.build(CRASH, *note)))
        self.assertEqual(payload['package'], 'gears 1.2-3')
        self.assertEqual(payload['modules'][0]['package'], 'gears 1.2-3')
        text, record = self.show(self.crash(self.build(CRASH, *note, into='/opt')))
        self.assertEqual(record['classification'], 'org.telemetrics/crash/third-party')
        self.assertNotIn('1.2-3', text)

    def test_package_of_the_journal(self):
        self.prepare_journal()
        told = {'/usr/bin/gears': {'type': 'deb', 'name': 'gears', 'version': '9'}, '/home/hunter2/x.so': {'name': 'hunter2', 'version': '1'}}
        self.coredump(self.crash(self.build(CRASH)), COREDUMP_PACKAGE_JSON=json.dumps(told))
        self.once()
        self.assertEqual([said['package'] for said in self.payloads()], ['gears 9'])
        self.assertNotIn('hunter2', json.dumps(self.kept()))

    def test_unit(self):
        """A unit that the system brings, without its instance; what people made and named is not named."""
        self.prepare_journal()
        program = self.build(MANY)
        said = {'user@1000.service': 'user@.service', 'hunter2.service': None, 'systemd-journald.service': 'systemd-journald.service',
                'session-7.scope': None}
        for number, unit in enumerate(said):
            self.coredump(self.crash(program, str(number)), COREDUMP_UNIT=unit)
            self.once()
        self.assertEqual(sorted(str(payload.get('unit')) for payload in self.payloads()), sorted(map(str, said.values())))

    # Handing over

    def test_handed_over(self):
        core = self.crash(self.build(CRASH))
        run_as('root', [PROBE, '--core', str(core)])
        self.assertEqual(self.kept(), [])
        self.decide(2)
        run_as('root', [PROBE, '--core', str(core)])
        run_as('root', [PROBE, '--core', str(core)])
        kept = self.kept()
        self.assertEqual([record['classification'] for record in kept], ['org.telemetrics/crash/process'])
        self.assertEqual(json.loads(kept[0]['payload'])['component'], 'gears')

    # The journal

    def test_journal(self):
        self.prepare_journal()
        self.coredump(self.crash(self.build(CRASH)))
        self.once()
        kept = self.kept()
        self.assertEqual(self.kinds(), ['process'])
        self.assertEqual(json.loads(kept[0]['payload'])['signature']['title'], 'gears|SIGSEGV|touch')
        self.assertTrue(kept[0]['created_at'].startswith('2026-01-01T00:00:00'))
        self.assertNotIn('hunter2', json.dumps(kept))

    def test_another_system(self):
        """Below a directory: its journal, its cores, and its programs, of which this system has others."""
        self.decide(2)
        other = self.directory / 'other'
        for directory in ('usr/bin', 'etc', 'var/lib/dpkg/info', CORES.relative_to('/')):
            (other / directory).mkdir(parents=True)
        (other / 'etc/machine-id').write_text(MACHINE)
        (other / 'var/lib/dpkg/info/gears.list').write_text('/usr/bin/gears\n')
        (other / 'var/lib/dpkg/status').write_text('Package: gears\nArchitecture: all\nVersion: 1.2-3\n')
        program = self.build(CRASH)
        core = self.crash(program)
        expected = self.payload(core)['frames']
        shutil.move(program, other / 'usr/bin')
        self.build(ABORT)
        self.assertNotEqual(self.payload(core)['frames'], expected)
        self.assertEqual(self.payload(core, '--root', other)['frames'], expected)
        self.journal = Journal(other)
        self.coredump(core, directory=other)
        run_as('root', [PROBE, '--once', '--root', other])
        self.assertEqual([(said['frames'], said['package']) for said in self.payloads()], [(expected, 'gears 1.2-3')])

    def test_follow(self):
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        with Process('crashprobe', [PROBE]):
            self.coredump(core)
            wait_until(lambda: self.kinds() == ['process'], 'the crash is reported')

    def test_restart(self):
        """Nothing is lost and nothing is told twice."""
        self.prepare_journal()
        for number, source in enumerate((CRASH, ABORT), 1):
            self.coredump(self.crash(self.build(source)), f'core.{number}.zst')
            self.once()
            self.once()
            self.assertEqual(self.kinds(), ['process'] * number)

    def test_service_away(self):
        """What cannot be handed over is not passed over."""
        self.prepare_journal()
        self.coredump(self.crash(self.build(CRASH)))
        self.once(expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.once()
        self.assertEqual(self.kinds(), ['process'])

    def test_forged_entries(self):
        """Anybody can write the fields without an underscore; nobody else those that have one."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        for fields in ({'_UID': 1000}, {'_UID': None}, {'_EXE': '/usr/bin/logger'}, {'_EXE': None}, {'_UID': '0x0'}, {'_UID': ''},
                       {'_EXE': '/home/alice/usr/lib/systemd/systemd-coredump'}, {'_EXE': '/usr/lib/systemd/systemd-coredump '},
                       {'_EXE': None, 'EXE': '/usr/lib/systemd/systemd-coredump'}, {'MESSAGE_ID': '0' * 32}):
            self.coredump(core, **fields)
        self.once()
        self.assertEqual(self.kinds(), [])

    def test_flood_of_forged_entries(self):
        """They cost nothing but being read: no core is looked for, and the disk is not kept busy."""
        self.prepare_journal()
        forged = {'MESSAGE_ID': 'fc2e22bc6ee647b6b90729ab34a250b1', '_UID': 1000, '_EXE': '/usr/bin/logger', '_TRANSPORT': 'journal',
                  'COREDUMP_EXE': '/usr/bin/gears', 'COREDUMP_FILENAME': f'{CORES}/x'}
        self.journal.add_all([forged] * 500)
        trace = subprocess.run(['strace', '-f', '-e', 'trace=fsync,fdatasync,openat', PROBE, '--once'], capture_output=True, text=True,
                               check=True).stderr
        self.assertLess(len(re.findall(r'fsync|fdatasync', trace)), 10)
        self.assertNotIn(str(CORES), trace)
        self.coredump(self.crash(self.build(CRASH)))
        self.once()
        self.assertEqual(self.kinds(), ['process'])

    def test_only_files_of_systemd(self):
        """A core is opened only where systemd keeps them, and not through a link."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        (CORES / 'link').symlink_to(core)
        (CORES / 'directory').mkdir()
        shutil.copy(core, CORES / 'directory/core')
        os.mkfifo(CORES / 'pipe')
        names = [core, CORES / 'link', CORES / 'directory', CORES / 'directory/core', CORES / 'pipe', CORES / 'missing',
                 f'{CORES}/../coredump/link', f'{CORES}/', f'{CORES}/..', 'core', '']
        for name in names:
            self.coredump(COREDUMP_FILENAME=name)
        self.once()
        self.assertEqual(self.kinds(), ['undecodable'] * 2)
        self.assertEqual(self.counts(), [len(names) - 1])

    def test_third_party_of_the_journal(self):
        """Its core is not even opened; nor is a container's program one of the system."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        self.coredump(core, COREDUMP_EXE='/home/alice/hunter2')
        self.coredump(core, COREDUMP_CONTAINER_CMDLINE='podman hunter2')
        trace = subprocess.run(['strace', '-f', '-e', 'trace=openat', PROBE, '--once'], capture_output=True, text=True,
                               check=True).stderr
        self.assertEqual(self.kinds(), ['third-party'] * 2)
        self.assertNotIn('hunter2', json.dumps(self.kept()))
        self.assertNotIn('/usr/lib/debug', trace)

    def test_nothing_from_before(self):
        self.prepare_journal()
        self.decide(1)
        self.coredump(self.crash(self.build(CRASH)))
        self.decide(2)
        self.once()
        self.once()
        self.assertEqual(self.kinds(), [])

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no journal, no core, no service."""
        trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect,execve', PROBE], capture_output=True, text=True,
                               check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertFalse(re.search(r'journal/|coredump|connect\(|--analyse', trace), trace)

    def test_the_end_of_consent_ends_it_at_once(self):
        self.prepare_journal()
        with Process('crashprobe', [PROBE]) as probe:
            wait_until(lambda: 'anon_inode:inotify' in open_files(probe.pid),
                       'it watches')
            self.decide(1)
            self.assertEqual(probe.wait(20), 0)


if __name__ == '__main__':
    unittest.main()
