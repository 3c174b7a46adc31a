# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a boot that was not survived leaves behind, and what the next one makes of it: real panics, kept by ramoops, by ACPI's
store of error records and by UEFI's variables, and firmware's BERT.

The tests are boots of one machine, in the order of their names.
"""

import re
import struct
import unittest
from pathlib import Path

from harness.firmware import ADDRESS, SERIAL, memory_error
from harness.vm.machine import FIRMWARE_OFFSET, KEPT_ADDRESS, Machine

PROBES = ('pstoreprobe.service', 'bertprobe.service', 'bootprobe.service')
REGION_BYTES = 4096
# More boots die here in an hour than the limits are made for.
LIMITS = 'per-boot 10\nper-hour 20\nsample 1\n'
# Read by the unit at each start: the probe finds nobody who takes what it tells.
DEAF = '/etc/pstoreprobe-environment'
DROP_IN = f'[Service]\nEnvironmentFile=-{DEAF}\n'
BEGINS = 'BUG: kernel NULL pointer dereference'
# Between two faults: so much that of a dump that ends with the second, Part1 begins in the midst of the first.
CHATTER = 'for n in {1..20}; do printf "chatter %02d%073d\n" $n 0 >/dev/kmsg; done'


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
        """After an orderly reboot there is nothing to tell but how this boot went; from now on with a store of error records."""
        before = self.counts()
        self.vm.add_error_store()
        self.vm.reboot()
        self.wait_probes()
        before['org.telemetrics/boot/finished'] += 1
        self.assertEqual(self.counts(), before)

    # Where a dump is in parts

    def prepare_parts(self):
        """systemd leaves them alone, and the probe of the next boots will find nobody to tell, until somebody is there."""
        self.vm.run('systemctl disable --quiet systemd-pstore.service')
        self.vm.run('mkdir -p /etc/telemetrics/probes /etc/systemd/system/pstoreprobe.service.d')
        self.vm.run('cat >/etc/telemetrics/probes/kernel-limits.list', stdin=LIMITS)
        self.vm.run('cat >/etc/systemd/system/pstoreprobe.service.d/deaf.conf', stdin=DROP_IN)
        self.vm.run(f'echo DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere >{DEAF}; sync')

    def die(self, fault):
        self.vm.run(f'lsmod | grep -qw provoke || insmod {self.module}; echo 1 >/proc/sys/kernel/panic_on_oops; sync')
        self.vm.crash(f'echo {fault} >/sys/kernel/debug/provoke')
        self.assertIn('Kernel panic', self.vm.console())

    def kernel_records(self):
        return self.vm.records('org.telemetrics/kernel/')

    def read_parts(self, backend):
        """{'Oops#1': {1: text, 2: text}}, of all dumps on the shelf, which are this backend's."""
        found = {}
        files = self.vm.run(['tail', '-vn+1', *self.dumps()]).split('==> /sys/fs/pstore/')[1:]
        for file in files:
            name, head, text = file.split('\n', 2)
            self.assertRegex(name, rf'^dmesg-{backend}-\d+ <==$')
            dump, number = re.fullmatch(r'(\w+#\d+) Part(\d+)', head).groups()
            found.setdefault(dump, {})[int(number)] = text
        return found

    def assert_kept_until_told(self, backend, dumps):
        """All parts are there as long as nobody has taken what they tell; then none is, and firmware has forgotten them."""
        self.vm.wait(lambda: 'failed' in self.vm.run('systemctl is-failed pstoreprobe.service', check=False), 'nobody was told')
        before = self.kernel_records()
        found = self.read_parts(backend)
        self.assertEqual(set(found), set(dumps))
        for parts in found.values():
            self.assertEqual(sorted(parts), list(range(1, len(parts) + 1)))
        # The order counts: what is told is on several parts of the dump that it is told from.
        self.assertNotIn(BEGINS, found[dumps[-1]][1])
        self.assertIn(BEGINS, ''.join(found[dumps[-1]].values()))

        self.vm.run(f'rm {DEAF}; systemctl start pstoreprobe.service')
        self.assertEqual(self.dumps(), [])
        self.vm.run('umount /sys/fs/pstore; mount -t pstore pstore /sys/fs/pstore')  # reads what firmware has
        self.assertEqual(self.dumps(), [])
        return [record for record in self.kernel_records() if record not in before]

    def test_7_error_records(self):
        """ERST: of two faults the one that ended the boot is told, under the system that ran then; the other was, when it happened.

        In the last dump that other one lies on two parts: put together wrongly it would be a new one.
        """
        self.prepare_parts()
        before = len(self.kernel_records())
        self.vm.run(f'insmod {self.module}')
        self.vm.run('echo oops >/sys/kernel/debug/provoke', check=False)
        self.vm.wait(lambda: len(self.kernel_records()) == before + 1, 'what the boot survived is told at once')
        self.vm.run(CHATTER)
        self.vm.run('sed -i "s/^VERSION_ID=.*/VERSION_ID=updated/" /etc/os-release')
        self.die('bug')
        self.assertGreater(self.vm.n_error_records(), 0)
        self.vm.boot()
        record, = self.assert_kept_until_told('erst', ['Oops#1', 'Oops#2', 'Panic#3'])
        payload = record['payload']
        self.assertEqual((record['classification'], payload['function'], payload['panicked'], payload['complete']),
                         ('org.telemetrics/kernel/bug', 'provoke_bug', True, True))
        self.assertEqual((record['system']['kernel_version'], record['system']['build']), (self.vm.kernel_version, '12'))
        self.assertEqual(self.vm.n_error_records(), 0)

    def test_8_uefi(self):
        """UEFI: a report over several variables, in the order in which the kernel wrote it."""
        self.prepare_parts()
        self.vm.run('echo efi_pstore >/etc/modules-load.d/pstore.conf; sync')
        self.vm.use_uefi()
        self.vm.reboot('pstore.backend=efi')
        self.vm.wait_has_run('pstoreprobe.service')
        self.die('oops')
        self.vm.boot('pstore.backend=efi')
        record, = self.assert_kept_until_told('efi', ['Oops#1', 'Panic#2'])
        payload = record['payload']
        self.assertEqual((record['classification'], payload['function'], payload['panicked'], payload['complete']),
                         ('org.telemetrics/kernel/oops', 'provoke_oops', True, True))
        self.assertEqual((record['system']['kernel_version'], record['system']['build']), (self.vm.kernel_version, 'updated'))

    def test_9_undecodable(self):
        """Parts that this kernel cannot decompress are one dump that nobody can read; of those before none has come back."""
        before = self.kernel_records()
        self.vm.crash('echo c >/proc/sysrq-trigger')
        self.vm.boot('pstore.backend=efi', 'pstore.compress=none')
        self.vm.wait_has_run('pstoreprobe.service')
        record, = [record for record in self.kernel_records() if record not in before]
        self.assertEqual((record['classification'], record['payload']['undecodable']), ('org.telemetrics/kernel/other', True))
        self.assertEqual(self.dumps(), [])


if __name__ == '__main__':
    unittest.main()
