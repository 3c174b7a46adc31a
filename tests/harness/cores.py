# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real cores of real programs, and what crashprobe says of them, beside what eu-stack says."""

import contextlib
import json
import re
import resource
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROBE = '/usr/libexec/telemetrics/crashprobe'
FRAME = re.compile(r'^#(\d+) +0x([0-9a-f]+)(?: - 1)?(?: (.*?))?(?: - (\S+.*))?$')
PLACE = re.compile(r'^ +\[([0-9a-f]+)\]@0x([0-9a-f]+)\+0x([0-9a-f]+)$')


class CoreTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory = Path(tempfile.mkdtemp(dir='/var/tmp'))
        cls.directory.chmod(0o755)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)
        super().tearDownClass()

    def build(self, source, *flags, suffix='.c', compiler=('gcc', '-O1', '-fno-omit-frame-pointer'), into='/usr/bin', name='gears'):
        """A program of the operating system, unless said otherwise."""
        file = self.directory / (name + suffix)
        file.write_text(source)
        program = Path(into) / name
        program.unlink(missing_ok=True)
        subprocess.run([*compiler, '-o', program, file, *flags], check=True, cwd=self.directory, capture_output=True)
        return program

    def crash(self, program, *arguments, environment=None, cwd=None, stack_bytes=8 * 1024 * 1024):
        """The core of program."""
        where = Path(tempfile.mkdtemp(dir=cwd or self.directory))

        def set_limits():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            resource.setrlimit(resource.RLIMIT_STACK, (stack_bytes, stack_bytes))

        ran = subprocess.run([program, *arguments], cwd=where, env=environment, capture_output=True, check=False,
                             preexec_fn=set_limits)
        self.assertLess(ran.returncode, 0, 'it did not crash')
        cores = list(where.glob('core*'))
        self.assertEqual(len(cores), 1, 'this needs a kernel.core_pattern that is a file')
        return cores[0]

    @contextlib.contextmanager
    def without_debug_files(self):
        """As on a machine that nobody develops on: the C library tells only the names that programs may use."""
        Path('/usr/lib/debug').mkdir(exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', 'nothing', '/usr/lib/debug'], check=True)
        try:
            yield
        finally:
            subprocess.run(['umount', '/usr/lib/debug'], check=True)

    @staticmethod
    def show(core, *arguments):
        """The one record of --dry-run, as text and as what it says."""
        ran = subprocess.run([PROBE, '--core', core, *arguments, '--dry-run'], capture_output=True, text=True, check=True)
        return ran.stdout, json.loads(ran.stdout)

    def payload(self, core, *arguments, kind='process'):
        record = self.show(core, *arguments)[1]
        self.assertEqual(record['classification'], 'org.telemetrics/crash/' + kind)
        return record['payload']

    @staticmethod
    def eu_stack(core):
        """(build-id, offset, function) of the first thread's frames; c++filt, since eu-stack does not know the names of Rust."""
        said = subprocess.run(['eu-stack', f'--core={core}', '-b', '-m', '-r', '-n', '200000'], capture_output=True, text=True,
                              check=False).stdout
        frames, pc = [], None
        for line in said.partition('TID')[2].partition('\nTID')[0].splitlines():
            frame, place = FRAME.match(line), PLACE.match(line)
            if frame:
                pc, function = int(frame[2], 16), frame[3]
                frames.append(['', 0, None if function in (None, '-') or function.startswith('- ') else function])
            elif place:
                frames[-1][0], frames[-1][1] = place[1], pc - int(place[2], 16)
        symbols = '\n'.join(frame[2] or '' for frame in frames)
        names = subprocess.run(['c++filt', '--no-verbose'], input=symbols, capture_output=True, text=True, check=True).stdout.split('\n')
        return [(frame[0], frame[1], name or None) for frame, name in zip(frames, names)]

    @staticmethod
    def unfold(payload):
        """The frames as (build-id, offset, function), those of recursion as often as they were."""
        frames, found = [], payload['frames']
        at = 0
        while at < len(found):
            times = found[at].get('times', 1)
            end = at + 1
            while times > 1 and end < len(found) and found[end].get('times', 1) == times:
                end += 1
            frames += found[at:end] * times
            at = end
        return [(f.get('build_id', ''), f.get('offset', 0), f.get('function')) for f in frames]

    def assert_like_eu_stack(self, core, payload, least=2):
        expected = self.eu_stack(core)
        self.assertGreaterEqual(len(expected), least)
        self.assertEqual(self.unfold(payload), expected)
