# SPDX-License-Identifier: LGPL-2.1-or-later
"""A running kernel's own words: what the probes make of a real journal, real faults and a real machine check.

The tests share one boot; each looks for what only it has caused.
"""

import unittest
from pathlib import Path

from harness.vm.machine import Machine

class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vm = Machine.prepare()
        cls.addClassCleanup(cls.vm.stop)
        module = cls.vm.build_module(Path(__file__).with_name('provoke'))
        cls.vm.boot()
        cls.vm.run(f'insmod {module}')
        cls.vm.run('telemctl opt-in kernel crashes hardware')
        cls.vm.wait(lambda: cls.vm.run('systemctl is-active klogprobe.service', check=False).strip() == 'active',
                    'klogprobe follows')

    def provoke(self, word):
        """What the kernel does to a process that brings it to a fault is none of our business."""
        self.vm.run(f'echo {word} >/sys/kernel/debug/provoke', check=False)

    def blamed(self, kind):
        """The payload of the one record of this kind."""
        records = self.vm.wait_records(f'org.telemetrics/kernel/{kind}')
        self.assertEqual(len(records), 1, records)
        self.assertEqual(records[0]['system']['kernel_version'], self.vm.kernel_version)
        return records[0]['payload']

    def assert_provoked(self, kind, function):
        payload = self.blamed(kind)
        self.assertEqual((payload['function'], payload['module'], payload['kernel_version']),
                         (function, 'provoke', self.vm.kernel_version))
        self.assertTrue(payload['complete'])
        self.assertIn('O', payload['taint'], 'a module from outside of the tree is loaded')
        self.assertTrue(payload['frames'][0]['pc'])
        self.assertIn('provoke(OE)', payload['modules'])

    def test_warning(self):
        """A WARN() in a module, from printk to the store."""
        self.provoke('warning')
        self.assert_provoked('warning', 'provoke_warning')

    def test_oops(self):
        """A write to nowhere: the function that did it, although the compiler has renamed it."""
        self.provoke('oops')
        self.assert_provoked('oops', 'provoke_oops')

    def test_bug(self):
        """A BUG(), with its place in the source."""
        self.provoke('bug')
        self.assert_provoked('bug', 'provoke_bug')


if __name__ == '__main__':
    unittest.main()
