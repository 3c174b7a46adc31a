# SPDX-License-Identifier: LGPL-2.1-or-later
"""A running kernel's own words: what the probes make of its journal, its core_pattern and its machine checks.

The tests share one boot; each looks for what only it has caused.
"""

import subprocess
import unittest
from pathlib import Path

from harness.crashing import ABORT, CRASH
from harness.vm.machine import Machine

HERE = Path(__file__).parent
FAKE = '''BUG: kernel NULL pointer dereference, address: 0000000000000008
Oops: 0002 [#1] PREEMPT SMP
CPU: 0 PID: 77 Comm: fake Not tainted 6.1.0 #1
RIP: 0010:faked_function+0x13/0x40 [fake]
Call Trace:
 <TASK>
 faked_caller+0x10/0x20 [fake]
 </TASK>
---[ end trace 0000000000000000 ]---
'''
HANDLER = '|/usr/libexec/telemetrics/crashprobe --handler %P %u %g %s %t'
# A corrected error of memory: valid, enabled, with address; "memory read, channel 0".
CORRECTED = 0x9400000000000090
# More than its group may have, in memory that nothing can be written back from.
GREEDY = '''
mkdir -p /sys/fs/cgroup/greedy
echo 32M >/sys/fs/cgroup/greedy/memory.max
echo $BASHPID >/sys/fs/cgroup/greedy/cgroup.procs
exec python3 -c 'block = b"x" * (64 << 20)'
'''


class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vm = Machine.prepare()
        cls.addClassCleanup(cls.vm.stop)
        for name, source in (('acme-gears', CRASH), ('acme-quitter', ABORT)):
            subprocess.run(['gcc', '-O1', '-fno-omit-frame-pointer', '-x', 'c', '-o', f'/usr/bin/{name}', '-'], input=source,
                           text=True, check=True)
        module = cls.vm.build_module(HERE / 'provoke')
        cls.vm.boot()
        cls.vm.run(f'insmod {module}')
        cls.vm.run('telemctl opt-in kernel crashes hardware')

    # Reports

    def provoke(self, word):
        """What the kernel does to a process that brings it to a fault is none of our business."""
        self.vm.run(f'echo {word} >/sys/kernel/debug/provoke', check=False)

    def only(self, classification):
        """The payload of the one record of this kind."""
        records = self.vm.wait_records(classification)
        self.assertEqual(len(records), 1, records)
        self.assertEqual(records[0]['system']['kernel_version'], self.vm.kernel_version)
        return records[0]['payload']

    def assert_provoked(self, kind):
        payload = self.only(f'org.telemetrics/kernel/{kind}')
        self.assertEqual((payload['function'], payload['module'], payload['kernel_version']),
                         (f'provoke_{kind}', 'provoke', self.vm.kernel_version))
        self.assertTrue(payload['complete'])
        self.assertIn('O', payload['taint'], 'a module from outside of the tree is loaded')
        self.assertTrue(payload['frames'][0]['pc'])
        self.assertIn('provoke(OE)', payload['modules'])

    def test_1_bug_at_once(self):
        """A BUG() right behind the agreement, while systemd still starts the probe: it is told."""
        self.provoke('bug')
        self.assert_provoked('bug')

    def test_warning(self):
        """A WARN() in a module, from printk to the store."""
        self.provoke('warning')
        self.assert_provoked('warning')

    def test_out_of_memory(self):
        """The kernel ends a process of a control group that is full."""
        self.vm.run(GREEDY, check=False)
        payload = self.only('org.telemetrics/kernel/oom')
        self.assertEqual(payload['kind'], 'oom')

    def test_only_the_kernel_itself(self):
        """Who speaks in its name, through syslog or into its own buffer, is not believed; the real oops behind it is."""
        before = len(self.vm.records('kernel/'))
        self.vm.run('cat >/tmp/fake', stdin=FAKE)
        self.vm.run('logger -t kernel -p kern.err -f /tmp/fake; logger -t kernel -p user.err -f /tmp/fake')
        self.vm.run('while read -r line; do echo "<3>$line" >/dev/kmsg; done </tmp/fake')
        self.vm.run('while read -r line; do echo "$line" >/dev/kmsg; done </tmp/fake')
        self.vm.run('systemd-cat -t kernel -p err cat /tmp/fake')
        self.assertEqual(self.vm.run('dmesg | grep -c faked_function').strip(), '2')
        self.vm.wait(lambda: self.vm.run('journalctl -o cat | grep -c faked_function || true').strip() == '5',
                     'the journal has all of them')
        self.provoke('oops')
        self.assert_provoked('oops')
        records = self.vm.records('kernel/')
        self.assertNotIn('faked', str(records))
        self.assertEqual(len(records), before + 1)

    # Crashes

    def crash(self, program):
        """It runs as one of the system's own users, as a daemon would: with a view of the files of its own."""
        self.vm.run('systemd-run --quiet --wait -p User=daemon -p LimitCORE=infinity -p ProtectSystem=strict -p PrivateTmp=yes '
                    + program, check=False)
        found = self.vm.wait(lambda: [record for record in self.vm.records('crash/') if program in str(record['payload'])],
                             f'there is a record of the crash of {program}')
        self.assertEqual([record['classification'] for record in found], ['org.telemetrics/crash/process'])
        return found[0]['payload']

    def functions(self, payload):
        return [frame.get('function') for frame in payload['frames']]

    def test_coredump_of_systemd(self):
        """The kernel starts systemd-coredump, that one writes the core and the journal, and the probe reads both."""
        self.assertIn('systemd-coredump', self.vm.run('cat /proc/sys/kernel/core_pattern'))
        payload = self.crash('/usr/bin/acme-gears')
        self.assertEqual(payload['signal'], 'SIGSEGV')
        self.assertEqual(self.functions(payload)[:3], ['touch', 'relay', 'main'])

    def test_handler_of_the_kernel(self):
        """The kernel starts the probe itself; no core is left anywhere."""
        before = self.vm.run('cat /proc/sys/kernel/core_pattern')
        self.addCleanup(self.vm.run, 'cat >/proc/sys/kernel/core_pattern', stdin=before)
        self.vm.run('cat >/proc/sys/kernel/core_pattern', stdin=HANDLER)
        payload = self.crash('/usr/bin/acme-quitter')
        self.assertEqual(payload['signal'], 'SIGABRT')
        self.assertIn('give_up', self.functions(payload))
        self.assertEqual(self.vm.run('ls /var/lib/systemd/coredump | grep -c quitter || true').strip(), '0')

    # Machine checks

    def test_machine_check(self):
        """What the machine offers to whoever builds on it: the kernel traces what is injected, and prints it."""
        trace = '/sys/kernel/tracing/instances/vm'
        self.vm.run(f'mkdir {trace}; echo 1 >{trace}/events/mce/mce_record/enable')
        self.addCleanup(self.vm.run, f'rmdir {trace}')
        self.vm.machine_check(CORRECTED, bank=4, address=0x1234000)
        self.vm.wait(lambda: 'mce_record' in self.vm.run(f'grep -v "^#" {trace}/trace || true'), 'it is traced')
        self.assertIn(f'{CORRECTED:x}', self.vm.run(f'cat {trace}/trace'))


if __name__ == '__main__':
    unittest.main()
