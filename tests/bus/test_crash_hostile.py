# SPDX-License-Identifier: LGPL-2.1-or-later
"""Core files that somebody made to do harm, or that broke: crashprobe ends soon, and its child may do nothing else."""

import re
import subprocess
import unittest
from pathlib import Path

from harness.cores import PROBE, CoreTest
from harness.crashing import CRASH


class HostileCores(CoreTest):
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
        trace = self.directory / 'trace'
        subprocess.run(['strace', '-f', '-o', trace, '-e', 'trace=setresuid,seccomp,prlimit64,setrlimit,prctl,openat,unshare', PROBE,
                        '--core', core, '--dry-run'], check=True, capture_output=True)
        text = trace.read_text()
        self.assertRegex(text, r'setresuid\(65534, 65534, 65534\) += 0')
        self.assertRegex(text, r'RLIMIT_CPU, \{rlim_cur=10, rlim_max=10\}')
        self.assertRegex(text, r'RLIMIT_AS, \{rlim_cur=524288\*1024, rlim_max=524288\*1024\}')
        self.assertRegex(text, r'RLIMIT_CORE, \{rlim_cur=0, rlim_max=0\}')
        self.assertRegex(text, r'PR_SET_NO_NEW_PRIVS, 1')
        self.assertRegex(text, r'SECCOMP_SET_MODE_FILTER.* = 0')
        inside = text[text.index('SECCOMP_SET_MODE_FILTER'):]
        self.assertFalse(re.search(r'O_WRONLY|O_RDWR|O_CREAT', inside), inside)


if __name__ == '__main__':
    unittest.main()
