# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults of the hardware as a running kernel tells of them: machine checks out of the processor's registers, errors of memory
through EDAC, and of PCI Express through its port; each by mceprobe's own instance of the kernel's tracing, under systemd.

The tests share one boot; each looks for what only it has caused.
"""

import re
import socket
import struct
import unittest
from pathlib import Path

from harness.trace import MIDDLE, Shape
from harness.vm.machine import DIRECTORY, Machine

INSTANCE = '/sys/kernel/tracing/instances/telemetrics'
STATE = '/var/lib/telemetrics-probes/mceprobe.state'
MONITOR = DIRECTORY / 'monitor'
BAD_TLP = 1 << 6


class HardwareMachine(Machine):
    """One with a port on PCI Express, and whose registers can be written from outside."""

    def _command(self, words):
        return [*super()._command(words), '-device', 'pcie-root-port,id=express,chassis=1',
                '-monitor', f'unix:{MONITOR},server=on,wait=off']

    def tell(self, command):
        """To qemu's monitor."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(MONITOR))
            connection.sendall(f'{command}\n'.encode())
            answer = b''
            while answer.count(b'(qemu)') < 2:
                answer += connection.recv(4096)
        return answer.decode()


class HardwareTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vm = HardwareMachine.prepare()
        cls.addClassCleanup(cls.vm.stop)
        module = cls.vm.build_module(Path(__file__).with_name('memory'))
        cls.vm.boot()
        cls.vm.run(f'insmod {module}')
        cls.vm.run('telemctl opt-in hardware')
        cls.listen()

    @classmethod
    def listen(cls):
        try:
            cls.vm.wait(lambda: cls.vm.run(f'cat {INSTANCE}/events/ras/mc_event/enable && test -f {STATE} && echo noted', check=False)
                        .split() == ['1', 'noted'], 'mceprobe listens')
        except TimeoutError as error:
            raise AssertionError(cls.explain()) from error

    @classmethod
    def explain(cls):
        return cls.vm.run('journalctl -b -u mceprobe.service -u mceprobe.path; systemctl status mceprobe.service mceprobe.path; '
                          f'ls -la /sys/kernel/tracing/instances {INSTANCE} $(dirname {STATE}) /run/telemetrics; mount | grep trac', check=False)

    def memory(self, words):
        self.vm.run(f'echo {words} >/sys/kernel/debug/memory')

    def wait_told(self, kind, condition):
        """The one record of this kind whose payload is meant."""
        def find():
            return [record for record in self.vm.records(f'org.telemetrics/hardware/{kind}') if condition(record['payload'])]
        try:
            found = self.vm.wait(find, f'there is a record of {kind}')
        except TimeoutError:
            self.fail(f'{self.vm.records()}\n{self.explain()}')
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_formats(self):
        """What the other tests take for the events of this version is what this kernel says of them."""
        shape = Shape(MIDDLE)
        for name, (system, _) in shape.events.items():
            with self.subTest(event=name):
                said = self.vm.run(f'cat /sys/kernel/tracing/events/{system}/{name}/format')
                wanted = re.findall(r'(\w+)(?:\[\w*\])?;\toffset:(\d+);\tsize:(\d+);', shape.format(name))
                self.assertEqual(re.findall(r'(\w+)(?:\[\w*\])?;\toffset:(\d+);\tsize:(\d+);', said), wanted)
        self.assertEqual(self.vm.run('cat /sys/kernel/tracing/events/header_page').split(), shape.header_page().split())

    def test_registers(self):
        """A corrected read of memory, found by the kernel in the registers of a bank."""
        self.vm.run('for file in /sys/devices/system/machinecheck/machinecheck*/check_interval; do echo 1 >$file; done')
        self.vm.tell('mce 0 7 0x8c00004000010090 0 0x5e51a15e51a15000 0x8c')
        record = self.wait_told('mce', lambda payload: payload['details']['bank'] == 7)
        payload = record['payload']
        self.assertEqual((record['severity'], payload['severity'], payload['source'], payload['count']), (2, 'corrected', 'trace', 1))
        self.assertEqual((payload['details']['class'], payload['details']['request']), ('memory-controller', 'read'))
        self.assertNotIn('5e51a1', str(record))

    def test_injected(self):
        """As a program of the kernel's injects it: cached data that was lost."""
        self.vm.machine_check(0xb200000000000135, bank=1)
        record = self.wait_told('mce', lambda payload: payload['details']['bank'] == 1)
        self.assertEqual((record['severity'], record['payload']['severity']), (4, 'fatal'))
        self.assertIn('data read in the level 1 data cache', record['payload']['signature']['title'])

    def test_memory(self):
        """A driver's errors: told by the trace, with the module's label; not again by the counters, nor by the log."""
        self.memory('corrected 3')
        record = self.wait_told('memory', lambda payload: payload['severity'] == 'corrected' and payload['source'] == 'trace')
        self.assertEqual((record['payload']['location'], record['payload']['count']), ('DIMM_A1', 3))
        self.assertEqual(record['payload']['details']['rank'], '1')
        self.memory('uncorrected 1')
        self.wait_told('memory', lambda payload: payload['severity'] == 'uncorrected')
        self.vm.run('systemctl restart mceprobe.service')
        self.listen()
        self.memory('corrected 2 quietly')
        self.vm.run('systemctl restart mceprobe.service')
        self.listen()
        record = self.wait_told('memory', lambda payload: payload['source'] == 'counter')
        self.assertEqual((record['payload']['location'], record['payload']['count']), ('DIMM_A1', 2))
        self.assertEqual(len(self.vm.records('hardware/memory')), 3)
        self.assertNotIn('5e51a', str(self.vm.records('hardware/memory')))

    def test_port(self):
        """A port reports a packet that had to be sent again; which model it is stands beside it."""
        place = Path(self.vm.run('dirname $(grep -l 0x060400 /sys/bus/pci/devices/*/class)').strip()).name
        device, function = (int(number, 16) for number in place.rpartition(':')[2].split('.'))
        error = struct.pack('=BBBxIIIIIII', 0, device, function, 0, BAD_TLP, 0, 0, 0, 0, 0)
        self.vm.run(f'modprobe aer_inject && echo {error.hex()} | xxd -r -p >/dev/aer_inject')
        record = self.wait_told('pcie', lambda payload: True)
        self.assertEqual((record['severity'], record['payload']['details']['errors'], record['payload']['unit']),
                         (2, ['bad_tlp'], 'port 1b36:000c'))
        self.assertEqual(record['payload']['location'], place)

    def test_heat(self):
        """What has no event is read in the journal."""
        self.memory('hot 7')
        record = self.wait_told('thermal', lambda payload: True)
        self.assertEqual(record['payload']['details']['total_events'], 7)

    def test_killed(self):
        """Whatever happens while nobody reads is read by the next start; systemd makes one."""
        self.vm.run('systemctl kill --signal=STOP mceprobe.service')
        self.vm.machine_check(0x9000000000000151, bank=2)
        self.vm.run('systemctl kill --signal=KILL mceprobe.service')
        self.vm.run('systemctl restart mceprobe.service')
        self.wait_told('mce', lambda payload: payload['details']['bank'] == 2)

    def test_y_lost(self):
        """Behind the other tests of memory: of more than the kernel's buffer holds while nobody reads, what is gone is counted."""
        self.vm.run('systemctl kill --signal=STOP mceprobe.service')
        self.vm.run('for number in $(seq 3000); do echo corrected 1 >/sys/kernel/debug/memory; done')
        self.vm.run('systemctl kill --signal=CONT mceprobe.service')
        record = self.wait_told('mce', lambda payload: 'could not keep' in payload['text'])
        self.assertGreater(record['payload']['count'], 1000)
        self.vm.wait(lambda: self.untold() == 3000 - record['payload']['count'], 'the rest is counted')

    def untold(self):
        """Errors that were seen and travel as counts later."""
        return sum(int(number) for number in re.findall(r'(?m)^untold=(\d+)$', self.vm.run(f'cat {STATE}')))

    def test_z_withdrawal(self):
        """Last: when somebody takes it back nothing stays in the kernel, and nothing runs."""
        self.vm.run('telemctl opt-out')
        self.vm.wait(lambda: self.vm.run(f'test -e {INSTANCE} || echo gone', check=False).strip() == 'gone', 'the instance is gone')
        self.assertEqual(self.vm.run('systemctl is-active mceprobe.service', check=False).strip(), 'inactive')


if __name__ == '__main__':
    unittest.main()
