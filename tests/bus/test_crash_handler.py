# SPDX-License-Identifier: LGPL-2.1-or-later
"""crashprobe as the kernel starts it: one process for each crash, with the core on its standard input."""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from harness.cores import PROBE
from harness.crashing import CRASH
from harness.crashprobe import STATE, CrashprobeTest
from harness.process import wait_until

SYSCTL = Path('/usr/share/telemetrics/sysctl.d/90-crashprobe.conf')


class HandlerOfCrashes(CrashprobeTest):
    def test_handler_mode(self):
        """A core that comes as a stream, of a process that is still there, whose file is not."""
        self.decide(2)
        program = self.build(CRASH)
        core = self.crash(program)
        waiting = self.build(CRASH.replace('return relay', 'if (write (1, "", 1)) pause (); return relay'))
        child = subprocess.Popen([waiting], stdout=subprocess.PIPE)
        try:
            child.stdout.read(1)  # it is in main()
            subprocess.run(['gcore', '-o', self.directory / 'handled', str(child.pid)], check=True, capture_output=True)
            waiting.unlink()
            self.handle(self.directory / f'handled.{child.pid}', str(child.pid), '1000', '1000', '11', '1767225600')
        finally:
            child.kill()
            child.communicate()
        payload = json.loads(self.kept()[0]['payload'])
        self.assertIn('main', [frame.get('function') for frame in payload['frames']])
        self.assertTrue(self.kept()[0]['created_at'].startswith('2026-01-01T00:00:00'))
        self.handle(core, str(os.getpid()), '1000', '1000', '11', '1767225600')
        self.assertEqual(self.kinds(), ['process'] * 2)

    def test_as_the_kernel_starts_it(self):
        """With the setting that is installed, no stream but the core, and an environment of three words."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        settings = SYSCTL.read_text()
        pattern = re.search(r'^kernel.core_pattern=\|(.*)$', settings, re.MULTILINE)[1]
        self.assertLess(len(pattern) + 1, 128, 'the kernel cuts it there')
        values = {'%P': str(os.getpid()), '%u': '1000', '%g': '1000', '%s': '11', '%t': '1767225600'}
        command = ' '.join(values.get(word, word) for word in pattern.split(' '))
        trace = self.directory / 'trace'
        for closed, opened in (('>&- 2>&-', '= 1 = 2'), ('>&-', '= 1'), ('2>&-', '= 2')):
            self.system.reset()
            self.decide(2)
            STATE.unlink(missing_ok=True)
            with open(core, 'rb') as stream:
                subprocess.run(['env', '-i', 'HOME=/', 'TERM=linux', 'PATH=/sbin:/usr/sbin:/bin:/usr/bin', 'sh', '-c',
                                f'cat | exec strace -o {trace} -e trace=openat {command} {closed}'], stdin=stream, check=True)
            streams = re.findall(r'"/dev/(?:null|kmsg)", O_WRONLY\) (= \d)', trace.read_text())
            self.assertEqual(' '.join(streams), opened, 'what it opens first is not taken for a stream')
            self.assertEqual(self.kinds(), ['process'])
            self.assertTrue(STATE.read_text().startswith('since '))

    def test_handler_of_a_third_party(self):
        """The core of somebody else's program is not read, also if its file is gone."""
        self.decide(2)
        program = self.build(CRASH.replace('return relay', 'pause (); return relay'), into='/opt', name='hunter2')
        child = subprocess.Popen([program])
        program.unlink()
        trace = self.directory / 'third'
        try:
            with open(self.crash(self.build(CRASH)), 'rb') as core:
                subprocess.run(['strace', '-f', '-o', trace, '-e', 'trace=execve,read', PROBE, '--handler', str(child.pid), '0', '0', '11',
                                '1767225600'], stdin=core, check=True)
        finally:
            child.kill()
            child.wait()
        self.assertEqual(self.kinds(), ['third-party'])
        self.assertNotIn('--analyse', trace.read_text())
        self.assertNotRegex(trace.read_text(), r'read\(0,')

    def handle_within(self, mounts):
        """What becomes of the crash of a process that made these mounts for itself alone."""
        self.system.reset()
        self.decide(2)
        STATE.unlink(missing_ok=True)
        program = self.build(CRASH.replace('return relay', 'pause (); return relay'), '-static')
        core = self.crash(self.build(CRASH, name='gears-that-ran'))
        child = subprocess.Popen(['unshare', '--mount', 'sh', '-ec', mounts + '; exec "$0"', program])
        try:
            wait_until(lambda: os.readlink(f'/proc/{child.pid}/exe') == str(program), 'it runs')
            self.handle(core, str(child.pid), '0', '0', '11', '1767225600')
        finally:
            child.kill()
            child.wait()
        return self.kinds()

    def test_handler_of_a_container(self):
        """What a container calls /usr is not ours; nor is a process that nobody can tell of."""
        own = 'mkdir -p /run/own/bin; cp /usr/bin/gears /run/own/bin; mount --bind /run/own'
        self.assertEqual(self.handle_within(f'{own} /usr'), ['third-party'])
        self.assertEqual(self.handle_within(f'{own}/bin /usr/bin'), ['third-party'])
        self.system.reset()
        self.decide(2)
        self.handle(self.crash(self.build(CRASH)), '999999', '0', '0', '11', '1767225600')
        self.assertEqual(self.kinds(), ['third-party'])

    def test_handler_of_a_service(self):
        """Most services of the system see its files through mounts of their own: ProtectSystem=, PrivateTmp=."""
        for mounts in ('true', 'mount --bind /usr /usr; mount -o remount,bind,ro /usr; mount -t tmpfs none /var/tmp'):
            self.assertEqual(self.handle_within(mounts), ['process'])

    def test_handler_without_consent(self):
        core = self.crash(self.build(CRASH))
        self.handle(core, str(os.getpid()), '0', '0', '11', '1767225600')
        self.assertEqual(self.kept(), [])

    def test_handler_arguments(self):
        self.decide(2)
        core = self.crash(self.build(CRASH))
        for arguments in ((), ('1',), ('1', '2', '3', '4', '5', '6'), ('x', '0', '0', '11', '0'), ('1', '0', '0', '65', '0'),
                          ('1', '0', '0', '11', '99999999999999999999')):
            self.assertIn('crashprobe: ', self.handle(core, *arguments, expect=2).stderr)
        self.assertEqual(self.kept(), [])


if __name__ == '__main__':
    unittest.main()
