# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a boot that was not survived leaves behind, and what the next one makes of it: real panics, ramoops, firmware's BERT.

The tests are boots of one machine, in the order of their names.
"""

import struct
import unittest
from pathlib import Path

from harness.firmware import ADDRESS, SERIAL, memory_error
from harness.vm.machine import FIRMWARE_OFFSET, KEPT_ADDRESS, Machine

PROBES = ('pstoreprobe.service', 'bertprobe.service', 'bootprobe.service')
REGION_BYTES = 4096


def bert_table():
    """ACPI's Boot Error Record Table: where the region is."""
    head = struct.pack('<4sIBB6s8sI4sI', b'BERT', 48, 1, 0, b'TMTEST', b'TMBERT  ', 1, b'TM  ', 1)
    table = bytearray(head + struct.pack('<IQ', REGION_BYTES, KEPT_ADDRESS + FIRMWARE_OFFSET))
    table[9] = -sum(table) % 256
    return bytes(table)


class DeadKernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vm = Machine.prepare()
        cls.addClassCleanup(cls.vm.stop)
        cls.module = cls.vm.build_module(Path(__file__).with_name('provoke'))
        cls.vm.add_acpi_table(bert_table())

    def show_error(self, module):
        """Firmware has kept an error of this module of memory."""
        self.vm.write_kept(FIRMWARE_OFFSET, memory_error(module).ljust(REGION_BYTES, b'\0'))

    def wait_probes(self):
        for unit in PROBES:
            self.vm.wait_has_run(unit)

    def dumps(self, directory='/sys/fs/pstore'):
        return self.vm.run(f'find {directory} -name "dmesg-*"').split()

    def counts(self):
        found = {}
        for record in self.vm.records():
            found[record['classification']] = found.get(record['classification'], 0) + 1
        return found

    def test_1_before_consent(self):
        """A panic and an error that are older than the agreement are there to be read, and are not."""
        self.vm.start('vm.panic')
        self.vm.wait_off()
        self.show_error(3)
        self.vm.boot()
        self.assertEqual(len(self.dumps()), 1, 'ramoops kept the panic')
        self.vm.run('dmesg | grep "BERT: Total records found: 1"')
        self.vm.run('telemctl opt-in kernel hardware boot')
        self.wait_probes()
        self.assertEqual(self.vm.records(), [])
        self.assertEqual(len(self.dumps()), 1, 'what is not ours stays')

    def test_2_panic(self):
        """An oops that ends a boot is told in the next one: whom it blames, under which kernel; and then it may be removed."""
        self.show_error(5)
        self.vm.run(f'insmod {self.module}; echo 1 >/proc/sys/kernel/panic_on_oops; sync')
        self.vm.crash('echo oops >/sys/kernel/debug/provoke')
        self.assertIn('Kernel panic', self.vm.console())
        self.vm.boot()
        self.wait_probes()
        records = self.vm.records('org.telemetrics/kernel/')
        self.assertEqual([(record['classification'], record['payload'].get('function')) for record in records],
                         [('org.telemetrics/kernel/oops', 'provoke_oops')])
        self.assertTrue(records[0]['payload']['panicked'])
        self.assertEqual((records[0]['system']['kernel_version'], records[0]['system']['build']),
                         (self.vm.kernel_version, self.vm.run('. /etc/os-release; echo $VERSION_ID').strip()))
        self.assertEqual(self.dumps(), [])

    def test_3_hardware(self):
        """The error that firmware has kept meanwhile, without what must not leave the machine."""
        self.wait_probes()
        record, = self.vm.records('org.telemetrics/hardware/bert')
        self.assertEqual(record['severity'], 4)
        text = str(record['payload'])
        self.assertIn('memory', text)
        self.assertNotIn(SERIAL, text)
        self.assertNotIn(f'{ADDRESS:x}', text)

    def test_4_boot(self):
        """The boot before ended badly, and this one is told: with the time that the kernel took."""
        found = {record['classification'].rpartition('/')[2]: record['payload'] for record in self.vm.records('/boot/')}
        self.assertEqual(set(found) - {'unit-failed'}, {'finished', 'unclean'})
        self.assertGreater(found['finished']['kernel_ms'], 0)
        self.assertGreater(found['finished']['userspace_ms'], 0)
        self.assertTrue(found['finished']['unclean'])

    def test_5_archive(self):
        """Where systemd-pstore takes the dumps away, they are found there, and stay. The same error of the hardware is old."""
        self.show_error(5)
        self.vm.run('systemctl enable --quiet systemd-pstore.service; sync')
        before = self.counts()
        self.vm.crash('echo c >/proc/sysrq-trigger')
        self.vm.boot()
        self.wait_probes()
        after = self.counts()
        self.assertEqual(self.dumps(), [])
        self.assertEqual(len(self.dumps('/var/lib/systemd/pstore')), 1)
        self.assertEqual(after.pop('org.telemetrics/kernel/panic'), 1)
        for name in ('finished', 'unclean'):
            before[f'org.telemetrics/boot/{name}'] += 1
        self.assertEqual(after, before)

    def test_6_orderly(self):
        """After an orderly reboot there is nothing to tell but how this boot went."""
        before = self.counts()
        self.vm.reboot()
        self.wait_probes()
        before['org.telemetrics/boot/finished'] += 1
        self.assertEqual(self.counts(), before)


if __name__ == '__main__':
    unittest.main()
