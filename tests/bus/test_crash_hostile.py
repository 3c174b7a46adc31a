# SPDX-License-Identifier: LGPL-2.1-or-later
"""Core files that somebody made to do harm, or that broke: crashprobe ends soon, and its child may do nothing else."""

import os
import random
import re
import signal
import struct
import subprocess
import time
import unittest
from pathlib import Path

from harness.cores import PROBE, CoreTest
from harness.crashing import CRASH

MIB = 1024 * 1024
NT_PRSTATUS, NT_FILE = 1, 0x46494c45
PT_LOAD, PT_NOTE = 1, 4


def elf(n_headers, headers_at=64, n_sections=0):
    """The head of a core file of 64 bits."""
    return b'\x7fELF' + bytes([2, 1, 1, 0]) + bytes(8) + struct.pack(
        '<HHIQQQIHHHHHH', 4, 62, 1, 0, headers_at, 64 if n_sections else 0, 0, 64, 56, n_headers, 64, n_sections, 0)


def header(kind, at, n_bytes, address=0):
    return struct.pack('<IIQQQQQQ', kind, 4, at, address, 0, n_bytes, n_bytes, 4)


def note(kind, data):
    return struct.pack('<III', 5, len(data), kind) + b'CORE\0\0\0\0' + data + bytes(-len(data) % 4)


def many_files(count):
    """NT_FILE of a process that mapped so many files."""
    return struct.pack('<QQ', count, 4096) + b''.join(struct.pack('<QQQ', 4096 * n, 4096 * (n + 1), 0) for n in range(count)) + b''.join(
        b'/usr/bin/gears-%d\0' % n for n in range(count))


class HostileCores(CoreTest):
    def forge(self, content, n_bytes=None):
        """A core file of this content, and zeros up to n_bytes, which take no room."""
        file = self.directory / 'forged'
        file.write_bytes(content)
        if n_bytes:
            os.truncate(file, n_bytes)
        return file

    def analyse(self, core):
        """The child alone: how it ended, and what that took."""
        with open(core, 'rb') as stream, open(os.devnull, 'wb') as nothing:
            def take():
                os.dup2(stream.fileno(), 3)

            child = subprocess.Popen([PROBE, '--analyse', '/'], pass_fds=(3,), preexec_fn=take, stdout=nothing, stderr=nothing)
            _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, used
    def test_compressed(self):
        core = self.crash(self.build(CRASH))
        packed = core.with_name('core.zst')
        subprocess.run(['zstd', '-q', core, '-o', packed], check=True)
        self.assertEqual(self.show(packed), self.show(core))

    def test_undecodable(self):
        """Whatever is not a core makes one record that says no more than that."""
        core = self.crash(self.build(CRASH)).read_bytes()
        for content in (b'', b'\x7fELF', b'text', core[:100], Path('/bin/true').read_bytes(), b'\x28\xb5\x2f\xfd' + core[:1000]):
            file = self.directory / 'broken'
            file.write_bytes(content)
            self.payload(file, kind='undecodable')

    def test_truncated(self):
        """A core that was cut is read as far as it goes, or says that it cannot be."""
        core = self.crash(self.build(CRASH))
        content = core.read_bytes()
        for share in (0.1, 0.3, 0.6, 0.9):
            core.write_bytes(content[:int(len(content) * share)])
            record = self.show(core)[1]
            self.assertIn(record['classification'].rpartition('/')[2], ('process', 'undecodable'))

    def test_hole(self):
        """A core with a gigabyte of nothing behind it is read where it is."""
        core = self.crash(self.build(CRASH))
        before = self.payload(core)
        os.truncate(core, 1024 * MIB)
        self.assertEqual(self.payload(core), before)

    def test_forged_heads(self):
        """Counts and sizes that a core cannot have: refused at once, without taking the memory that they tell of."""
        status = note(NT_PRSTATUS, bytes(336))
        for name, content, n_bytes in (
                ('a gigabyte of empty notes', elf(1) + header(PT_NOTE, 120, 1024 * MIB - 120), 1024 * MIB),
                ('a note larger than all', elf(1) + header(PT_NOTE, 120, MIB) + struct.pack('<III', 0xffffffff, 0xffffffff, 1), 2 * MIB),
                ('notes beyond the end', elf(1) + header(PT_NOTE, 2**63, 2**63), None),
                ('100000 threads', elf(1) + header(PT_NOTE, 120, len(status) * 100000) + status * 100000, None),
                ('65530 files', elf(1) + header(PT_NOTE, 120, 4 * MIB) + status + note(NT_FILE, many_files(65530)), 5 * MIB),
                ('headers beyond the end', elf(0xffff, headers_at=2**62), MIB),
                ('more headers than fit', elf(0xffff, headers_at=128, n_sections=1) + bytes(64), MIB)):
            with self.subTest(name):
                core = self.forge(content, n_bytes)
                self.payload(core, kind='undecodable')
                code, used = self.analyse(core)
                self.assertGreaterEqual(code, 0, 'a signal ended it')
                self.assertLess(used.ru_utime + used.ru_stime, 5)
                self.assertLess(used.ru_maxrss, 550 * 1024)

    def test_processor_time(self):
        """What takes longer than it is worth is ended after ten seconds of the processor."""
        # The time grows with the square of the number, which stands in a section's header: it does not fit into the file's.
        count = 3 * 65536
        section = struct.pack('<IIQQQQIIQQ', 0, 0, 0, 0, 0, 0, 0, count, 0, 0)
        headers = b''.join(header(PT_LOAD, 4096, 4096, address=4096 * n) for n in range(count))
        content = elf(0xffff, headers_at=128, n_sections=1) + section + headers
        code, used = self.analyse(self.forge(content, len(content) + MIB))
        self.assertIn(-code, (signal.SIGKILL, signal.SIGXCPU))
        self.assertAlmostEqual(used.ru_utime + used.ru_stime, 10, delta=1.5)

    def test_damaged_anywhere(self):
        """Whatever is wrong in a core, there is one record, and it says what a record may say."""
        core = self.crash(self.build(CRASH))
        content = core.read_bytes()
        chance = random.Random(1)
        for _ in range(60):
            damaged = bytearray(content)
            end = chance.choice((64, 400, 4096, len(content)))
            for _ in range(chance.choice((1, 4, 16, 64, 400))):
                damaged[chance.randrange(end)] = chance.randrange(256)
            core.write_bytes(damaged)
            text, record = self.show(core)
            self.assertIn(record['classification'].rpartition('/')[2], ('process', 'undecodable', 'third-party'))
            self.assertNotIn('hunter2', text)

    def test_window(self):
        """A compressed core that needs two gigabytes to be read is not."""
        file = self.directory / 'window.zst'
        with open(file, 'wb') as output:
            zeros = subprocess.Popen(['head', '-c', '16M', '/dev/zero'], stdout=subprocess.PIPE)
            subprocess.run(['zstd', '-q', '-c', '-1', '--long=31'], stdin=zeros.stdout, stdout=output, check=True)
            zeros.wait()
        self.payload(file, kind='undecodable')
        code, used = self.analyse(file)
        self.assertEqual(code, 1)
        self.assertLess(used.ru_maxrss, 550 * 1024)

    def test_bomb(self):
        """A small file that unpacks to more than a core may have."""
        file = self.directory / 'bomb.zst'
        with open(file, 'wb') as output:
            zeros = subprocess.Popen(['head', '-c', '600M', '/dev/zero'], stdout=subprocess.PIPE)
            subprocess.run(['zstd', '-q', '-c', '-1'], stdin=zeros.stdout, stdout=output, check=True)
            zeros.wait()
        self.assertLess(file.stat().st_size, 100_000)
        self.payload(file, kind='undecodable')

    def test_child_is_nobody_and_may_nothing(self):
        core = self.crash(self.build(CRASH))
        trace, begun = self.directory / 'trace', time.monotonic()
        subprocess.run(['strace', '-f', '-o', trace, '-e', 'trace=setresuid,seccomp,prlimit64,setrlimit,prctl,openat,unshare,poll', PROBE,
                        '--core', core, '--dry-run'], check=True, capture_output=True)
        text = trace.read_text()
        self.assertRegex(text, r'setresuid\(65534, 65534, 65534\) += 0')
        self.assertRegex(text, r'RLIMIT_CPU, \{rlim_cur=10, rlim_max=10\}')
        self.assertRegex(text, r'RLIMIT_AS, \{rlim_cur=524288\*1024, rlim_max=524288\*1024\}')
        self.assertRegex(text, r'RLIMIT_CORE, \{rlim_cur=0, rlim_max=0\}')
        self.assertRegex(text, r'RLIMIT_NOFILE, \{rlim_cur=256, rlim_max=256\}')
        self.assertRegex(text, r'RLIMIT_NPROC, \{rlim_cur=1, rlim_max=1\}')
        self.assertRegex(text, r'PR_SET_NO_NEW_PRIVS, 1')
        self.assertRegex(text, r'SECCOMP_SET_MODE_FILTER.* = 0')
        waits = [int(found) for found in re.findall(r'poll\(\[\{fd=\d+, events=POLLIN\}\], 1, (\d+)', text)]
        self.assertLessEqual(max(waits), 30001, 'for no longer than half a minute')
        self.assertGreater(max(waits), 30000 - 1000 * (time.monotonic() - begun))
        inside = text[text.index('SECCOMP_SET_MODE_FILTER'):]
        self.assertFalse(re.search(r'O_WRONLY|O_RDWR|O_CREAT', inside), inside)


if __name__ == '__main__':
    unittest.main()
