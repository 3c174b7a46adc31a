# SPDX-License-Identifier: LGPL-2.1-or-later
"""klogprobe over logs without a report, next to `grep -c` over the same file in the same run; and over what was made to hurt
it, with the time and the memory that it may use."""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROBE = Path(os.environ['TM_BUILD']) / 'probes' / 'klogprobe'
MIB = 1024 * 1024
LOG_BYTES = int(os.environ.get('TM_BENCH_LOG_MIB', '200')) * MIB
# Beside the file, which is mapped: nothing that grows with the input.
MAX_HEAP = 64 * MIB
LINES = (
    'Linux version 6.12.1-acme (build@acme) (gcc 14.2.0) #1 SMP PREEMPT_DYNAMIC',
    'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
    'pci 0000:00:1f.2: [8086:2922] type 00 class 0x010601 conventional PCI endpoint',
    'usb 1-1: New USB device found, idVendor=0627, idProduct=0001, bcdDevice= 0.00',
    'e1000e 0000:00:19.0 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx',
    'audit: type=1400 audit(1767225600.123:45): apparmor="STATUS" operation="profile_load" profile="unconfined"',
    'EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none.',
    'IPv6: ADDRCONF(NETDEV_CHANGE): wlan0: link becomes ready',
)


def run(arguments):
    """Wall time, CPU time and what it said; never more memory than MAX_HEAP, whatever the file."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    ran = subprocess.run(arguments, capture_output=True, check=False, timeout=300,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MAX_HEAP, MAX_HEAP)))
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime, ran


def read(path):
    return run([PROBE, '--dry-run', '--input', path])


class Bench(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory(dir=os.environ['TM_BUILD'])))

    def write(self, name, chunks):
        path = self.directory / name
        with open(path, 'wb') as file:
            for chunk in chunks:
                file.write(chunk)
        return path

    def test_quiet_log(self):
        """A log in which nothing is wrong: at least 100 MB of it in a second of CPU time."""
        number = random.Random(1)
        lines = [f'<6>[{i // 100:5}.{i % 100:02}0000] {number.choice(LINES)}\n' for i in range(100000)]
        block = ''.join(lines).encode()
        path = self.write('quiet', [block] * (LOG_BYTES // len(block)))
        size = path.stat().st_size
        run(['grep', '-c', 'BUG:', path])  # into the page cache
        floor_wall, floor_cpu, _ = run(['grep', '-c', 'BUG:', path])
        wall, cpu, ran = read(path)
        self.assertEqual((ran.returncode, ran.stdout), (0, b''), ran.stderr)
        print(json.dumps({'bench': 'klog', 'mb': round(size / 1e6), 'mb_per_cpu_second': round(size / 1e6 / cpu),
                          'mb_per_second': round(size / 1e6 / wall), 'grep_mb_per_cpu_second': round(size / 1e6 / floor_cpu),
                          'grep_mb_per_second': round(size / 1e6 / floor_wall)}), file=sys.stderr)
        self.assertGreater(size / 1e6 / cpu, 100)

    def test_hostile(self):
        """Bounded by the size of the input, in time and memory: 64 MiB of heap, and 10 MB in a second of CPU time."""
        noise = random.Random(2)
        oops = b'BUG: kernel NULL pointer dereference, address: 0\n'
        inputs = {
            'long-line': [b'<1>[    1.000000] BUG: ' + b'x' * 10 * MIB + b'\n'],
            'long-frame': [oops + b'Call Trace:\n ' + b'f' * 10 * MIB + b'+0x1/0x2\n'],
            'open-brackets': [b'[' * 10 * MIB],
            'stamps': [b'[    1.000000]' * (10 * MIB // 14)],
            'spaces': [b' ' * 10 * MIB],
            'garbage': [noise.randbytes(MIB) for _ in range(10)],
            'begins': [oops * (10 * MIB // len(oops))],
            'contexts': [b''.join(b'[    1.0][ T%4d] %s' % (i % 5000, oops) for i in range(100000))],
            'endless-trace': [oops + b'Call Trace:\n' + b' gear_turn+0x1/0x2 [widget]\n' * 400000],
        }
        for name, chunks in inputs.items():
            with self.subTest(input=name):
                path = self.write(name, chunks)
                _, cpu, ran = read(path)
                print(json.dumps({'bench': f'klog-{name}', 'mb': round(path.stat().st_size / 1e6, 1), 'cpu_seconds': round(cpu, 3),
                                  'records': ran.stdout.count(b'\n')}), file=sys.stderr)
                self.assertEqual(ran.returncode, 0, ran.stderr[-400:])
                self.assertLess(cpu, 0.5 + path.stat().st_size / 10e6)
                path.unlink()

    def test_sparse(self):
        """A log of 1 GB that is one line of nothing."""
        path = self.directory / 'sparse'
        path.touch()
        os.truncate(path, 10**9)
        _, cpu, ran = read(path)
        print(json.dumps({'bench': 'klog-sparse', 'mb': 1000, 'cpu_seconds': round(cpu, 3)}), file=sys.stderr)
        self.assertEqual((ran.returncode, ran.stdout), (0, b''), ran.stderr[-400:])
        self.assertLess(cpu, 10)


if __name__ == '__main__':
    unittest.main()
