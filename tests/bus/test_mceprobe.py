# SPDX-License-Identifier: LGPL-2.1-or-later
"""mceprobe with the real service: what it listens to, what it tells once, where it goes on, and when it must not look at all."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
import uuid
from pathlib import Path

from harness import System
from harness.journal import Journal
from harness.process import Process, open_files, run_as, wait_until
from harness.trace import MIDDLE, Shape

PROBE = '/usr/libexec/telemetrics/mceprobe'
DOUBLE = Path(os.environ['TM_BUILD']) / 'tests/doubles/tracefs-double.so'
HOUR_USEC = 3600 * 10**6


def memory(label, count=1):
    return ('mc_event', {'msg': 'memory read error', 'label': label, 'error_count': count, 'middle_layer': -1})


class Tracefs:
    """Below a root; what only a kernel can do is done by a library that is preloaded into the probe."""

    def __init__(self, root, shape):
        self.shape, self.directory = shape, root / 'sys/kernel/tracing'
        shape.write_formats(self.directory)
        template = self.directory / 'instances/.telemetrics'
        for name, (system, _) in shape.events.items():
            (template / 'events' / system / name).mkdir(parents=True)
            (template / 'events' / system / name / 'enable').write_text('0', encoding='ascii')
        for name in ('buffer_size_kb', 'buffer_percent'):
            (template / name).write_text('', encoding='ascii')
        (template / 'trace_clock').write_text('????[boot]', encoding='ascii')  # the first four are what is written
        pipe = template / 'per_cpu/cpu0/trace_pipe_raw'
        pipe.parent.mkdir(parents=True)
        os.mkfifo(pipe)
        self.instance = self.directory / 'instances/telemetrics'
        self._fd = os.open(pipe, os.O_RDWR)

    def close(self):
        os.close(self._fd)

    def happen(self, *events, at_nsec=None, **options):
        at_nsec = at_nsec or time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        os.write(self._fd, self.shape.page(events, time=at_nsec, **options))


class MceprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.root.chmod(0o755)
        self.state = self.root / 'var/lib/telemetrics-probes/mceprobe.state'
        self.journal = Journal(self.root)
        self.reboot()
        self.journal.kernel('Linux version 6.12.1-acme')
        self.tracefs = Tracefs(self.root, Shape(MIDDLE))
        self.addCleanup(self.tracefs.close)
        self.write('sys/class/dmi/id/sys_vendor', 'ACME')
        self.write('sys/class/dmi/id/product_serial', 'PLANTED-0815')
        self.write('proc/cpuinfo', 'processor\t: 0\nmodel name\t: Widget 9000\n')

    def tearDown(self):
        self.system.reset()

    # What a machine is

    def write(self, name, content):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'{content}\n', encoding='utf-8')

    def reboot(self):
        boot = uuid.uuid4()
        self.journal.boot = boot.hex
        self.write('proc/sys/kernel/random/boot_id', str(boot))

    def module(self, number, label, corrected, uncorrected=0):
        """What the driver of a memory controller says of one module, and of all."""
        base = f'sys/devices/system/edac/mc/mc0/dimm{number}'
        for name, value in (('dimm_label', label), ('dimm_ce_count', corrected), ('dimm_ue_count', uncorrected)):
            self.write(f'{base}/{name}', value)
        self.write('sys/devices/system/edac/mc/mc0/ce_count', corrected)
        self.write('sys/devices/system/edac/mc/mc0/ue_count', uncorrected)

    def say(self, text, monotonic_usec):
        """The lines are there at once."""
        self.journal.add_all([{'_TRANSPORT': 'kernel', 'SYSLOG_FACILITY': 0, 'SYSLOG_IDENTIFIER': 'kernel', 'PRIORITY': 4,
                               '_SOURCE_MONOTONIC_TIMESTAMP': monotonic_usec, 'MESSAGE': line} for line in text.splitlines()])

    # What people do

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'hardware': decision}, 1, {})

    def environment(self):
        return {'LD_PRELOAD': str(DOUBLE), 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'}

    def probe(self):
        """Resident, and it listens."""
        probe = Process('mceprobe', [PROBE, f'--root={self.root}'], environment=self.environment())
        wait_until(lambda: any('trace_pipe_raw' in path for path in open_files(probe.pid)), 'it listens')
        return probe

    def listening(self):
        """Agreed; the probe listens, and has looked at everything once."""
        self.decide(2)
        probe = self.probe()
        wait_until(self.state.exists, 'the state is saved')
        return probe

    def once(self, expect=0, **environment):
        ran = run_as('root', [PROBE, '--once', f'--root={self.root}'], check=False, environment={**self.environment(), **environment})
        self.assertEqual(ran.returncode, expect, ran.stderr)

    def records(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        self.assertNotIn('PLANTED', said)
        return [json.loads(line) for line in said.splitlines()]

    def told(self):
        """(kind, location, count) of the kept records, oldest first."""
        payloads = [json.loads(record['payload']) for record in self.records()]
        return [(payload['kind'], payload.get('location'), payload['count']) for payload in payloads]

    def wait_told(self, *expected):
        try:
            wait_until(lambda: self.told() == list(expected), 'the records are kept')
        except TimeoutError:
            self.assertEqual(self.told(), list(expected))

    # What it listens to

    def test_listens(self):
        """A fault is a record while the probe runs; the instance has small buffers, wakes at once, and only our events."""
        with self.listening():
            self.tracefs.happen(memory('DIMM_A1', 3))
            self.wait_told(('memory', 'DIMM_A1', 3))
            settings = {name: (self.tracefs.instance / name).read_text(encoding='ascii')
                        for name in ('buffer_size_kb', 'buffer_percent', 'trace_clock', 'events/ras/mc_event/enable')}
            self.assertEqual(settings, {'buffer_size_kb': '64', 'buffer_percent': '0', 'trace_clock': 'boot[boot]',
                                        'events/ras/mc_event/enable': '1'})
        record, = self.records()
        self.assertEqual((record['classification'], record['severity']), ('org.telemetrics/hardware/memory', 2))
        self.assertEqual(json.loads(record['payload'])['platform'], {'vendor': 'ACME', 'cpu': 'Widget 9000'})

    def test_one_event(self):
        """A machine check and what the memory's driver makes of it are of one event; the next one is of another."""
        check = ('mce_record', {'status': 0x8c00004000010090, 'bank': 7, 'cpuid': 0x50654})
        with self.listening():
            self.tracefs.happen(check, memory('DIMM_A1'))
            self.wait_told(('mce', 'CPU 0, socket 0, bank 7', 1), ('memory', 'DIMM_A1', 1))
            time.sleep(0.2)
            self.tracefs.happen(memory('DIMM_B2'))
            wait_until(lambda: len(self.records()) == 3, 'the third is kept')
        first, second, third = (record['event_id'] for record in self.records())
        self.assertEqual(first, second)
        self.assertNotEqual(second, third)

    def test_one_event_in_time(self):
        """What comes within a tenth of a second is of one event."""
        begin_nsec = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        with self.listening():
            for number, later_msec in enumerate((0, 95, 105)):
                self.tracefs.happen(memory(f'DIMM_{number}'), at_nsec=begin_nsec + later_msec * 10**6)
            wait_until(lambda: len(self.records()) == 3, 'all are kept')
        first, soon, late = (record['event_id'] for record in self.records())
        self.assertEqual((first == soon, first == late), (True, False))

    def test_long_names(self):
        """Of what the maker of a machine wrote 128 bytes are told."""
        self.write('sys/class/dmi/id/sys_vendor', 'A' * 128)
        self.write('sys/class/dmi/id/board_name', 'B' * 129)
        self.module(0, 'DIMM_A1', 0)
        self.decide(2)
        self.once()
        self.module(0, 'DIMM_A1', 1)
        self.once()
        platform = json.loads(self.records()[0]['payload'])['platform']
        self.assertEqual((platform['vendor'], platform['board']), ('A' * 128, 'B' * 128))

    def test_model_of_a_device(self):
        """Which model sits at the place on the bus is looked up."""
        for name, value in (('vendor', '0x8086'), ('device', '0x9d14'), ('class', '0x060400')):
            self.write(f'sys/bus/pci/devices/0000:00:1c.0/{name}', value)
        with self.listening():
            self.tracefs.happen(('aer_event', {'dev_name': '0000:00:1c.0', 'status': 1, 'severity': 2}))
            self.wait_told(('pcie', '0000:00:1c.0', 1))
        payload = json.loads(self.records()[0]['payload'])
        self.assertEqual(payload['signature']['title'], 'corrected PCI Express error: receiver error, port 8086:9d14')

    def test_end_takes_the_instance_along(self):
        with self.listening() as probe:
            self.assertTrue(self.tracefs.instance.exists())
            probe.kill(signal.SIGTERM)
            self.assertEqual(probe.wait(), 0)
        self.assertFalse(self.tracefs.instance.exists())

    def test_no_trace(self):
        """A kernel without the events, and one that lets nobody trace: the log remains."""
        self.decide(2)
        (self.root / 'sys/kernel/tracing/events/header_page').unlink()
        self.once()
        self.say('EDAC MC0: 1 UE on DIMM_B2 (row:0)', 1)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_B2', 1)])

    def test_first_reading(self):
        """It begins with the agreement, not when the probe first runs."""
        self.say('EDAC MC0: 1 UE on DIMM_A1 (row:0)', 1)
        self.decide(2)
        self.say('EDAC MC0: 1 UE on DIMM_B2 (row:0)', 2)
        self.once()
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_B2', 1)])

    # What it says once

    def test_storm(self):
        """The first at once, the rest as a count an hour later."""
        with self.listening() as probe:
            for _ in range(5):
                self.tracefs.happen(*[memory('DIMM_A1')] * 20)
            self.wait_told(('memory', 'DIMM_A1', 1))
            self.tracefs.happen(memory('DIMM_B2'))
            self.wait_told(('memory', 'DIMM_A1', 1), ('memory', 'DIMM_B2', 1))
            wait_until(lambda: 'untold=99' in self.state.read_text(encoding='utf-8'), 'the rest is noted')
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.pass_time(HOUR_USEC)
        self.once()
        self.once()
        self.assertEqual(self.told()[2:], [('memory', 'DIMM_A1', 99)])
        signatures = {json.loads(record['payload'])['signature']['hash'] for record in self.records()}
        self.assertEqual(len(signatures), 1)

    def pass_time(self, usec):
        """All that is noted was so much earlier."""
        text = self.state.read_text(encoding='utf-8')
        self.state.write_text(re.sub(r'(?m)^told=(\d+)$', lambda match: f'told={int(match[1]) - usec}', text), encoding='utf-8')

    def test_lost(self):
        with self.listening():
            self.tracefs.happen(memory('DIMM_A1'), lost=17)
            self.wait_told(('memory', 'DIMM_A1', 1), ('mce', None, 17))

    def test_limit(self):
        """Faults of 32 parts are told; the others are one count, and the heartbeat knows of them."""
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'hardware': 2, 'heartbeat': 2}, 1, {})
        with self.probe():
            for first in range(0, 36, 6):
                self.tracefs.happen(*[memory(f'DIMM_{first + number}') for number in range(6)])
            wait_until(lambda: len(self.told()) == 32 and 'quota=4' in self.state.read_text(encoding='utf-8'), 'the rest is counted')
        self.assertEqual(self.told(), [('memory', f'DIMM_{number}', 1) for number in range(32)])

    def test_too_large(self):
        """What the service refuses for what it is would be refused again: it is counted, and the others are told."""
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'hardware': 2, 'heartbeat': 2}, 1, {})
        self.once()
        self.write('proc/cpuinfo', f'model name\t: {"Widget" * 200000}')
        self.say('EDAC MC0: 1 UE on DIMM_B2 (row:0)', 1)
        self.once()
        self.assertIn('refused=1', self.state.read_text(encoding='utf-8'))
        self.write('proc/cpuinfo', 'model name\t: Widget 9000')
        self.say('EDAC MC0: 1 UE on DIMM_B3 (row:0)', 2)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_B3', 1)])

    def test_counters(self):
        """What is there at first is older than consent; what is new is told once; a reboot begins at zero."""
        self.module(0, 'DIMM_A1', 5)
        self.decide(2)
        self.once()
        self.module(0, 'DIMM_A1', 7)
        self.once()
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 2)])
        self.reboot()
        self.module(0, 'DIMM_A1', 6)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 2), ('memory', 'DIMM_A1', 6)])

    def rows(self, corrected, uncorrected=0):
        """What the driver says of a row with two channels."""
        for name, value in (('ch0_dimm_label', 'DIMM_A1'), ('ch0_ce_count', corrected), ('ch1_dimm_label', 'DIMM_B1'), ('ch1_ce_count', 0),
                            ('ce_count', corrected), ('ue_count', uncorrected)):
            self.write(f'sys/devices/system/edac/mc/mc0/csrow1/{name}', value)
        self.write('sys/devices/system/edac/mc/mc0/ce_count', corrected)
        self.write('sys/devices/system/edac/mc/mc0/ue_count', uncorrected)

    def test_counters_of_rows(self):
        """An old kernel counts by row and channel; its modules have a label and no counters."""
        self.write('sys/devices/system/edac/mc/mc0/dimm1/dimm_label', 'DIMM_A1')
        self.decide(2)
        self.rows(0)
        self.once()
        self.rows(3, 1)
        self.once()
        self.pass_time(HOUR_USEC)
        self.once()
        self.assertCountEqual(self.told(), [('memory', 'DIMM_A1', 3), ('memory', 'memory controller 0', 1)])

    def test_channels_of_a_row(self):
        """Eight: the kernels that count by them have no more."""
        self.decide(2)
        for corrected in (0, 1):
            for channel in (7, 8):
                self.write(f'sys/devices/system/edac/mc/mc0/csrow1/ch{channel}_dimm_label', f'DIMM_{channel}')
                self.write(f'sys/devices/system/edac/mc/mc0/csrow1/ch{channel}_ce_count', corrected)
            self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_7', 1)])

    def test_counters_shown_twice(self):
        """A newer kernel may show its modules as rows, too: an error is one error."""
        self.decide(2)
        for corrected in (0, 3):
            self.rows(corrected)
            self.module(1, 'DIMM_A1', corrected)
            self.once()
        self.pass_time(HOUR_USEC)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 3)])

    def test_counters_and_trace(self):
        """What the trace told is in the counters, too, and is not told again."""
        self.module(0, 'DIMM_A1', 0)
        with self.listening() as probe:
            self.tracefs.happen(memory('DIMM_A1', 4))
            self.wait_told(('memory', 'DIMM_A1', 4))
            wait_until(lambda: 'mc0/dimm0=4 0' in self.state.read_text(encoding='utf-8'), 'it is noted')
            probe.kill(signal.SIGTERM)
            probe.wait()
        self.module(0, 'DIMM_A1', 4)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 4)])

    def test_counters_and_log(self):
        """Nor what the log told, where nobody may trace; but what it told of another boot is not in them."""
        self.module(0, 'DIMM_A1', 0)
        self.decide(2)
        (self.root / 'sys/kernel/tracing/events/header_page').unlink()
        self.once()
        self.say('EDAC MC0: 3 CE memory read error on DIMM_A1 (row:0)', 1)
        self.module(0, 'DIMM_A1', 3)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 3)])
        self.say('EDAC MC0: 2 CE memory read error on DIMM_A1 (row:0)', 2)
        self.reboot()
        self.module(0, 'DIMM_A1', 1)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 3), ('memory', 'DIMM_A1', 2), ('memory', 'DIMM_A1', 1)])

    def test_counters_set_to_zero(self):
        self.module(0, 'DIMM_A1', 5)
        self.write('sys/devices/system/edac/mc/mc0/seconds_since_reset', 10**6)
        self.decide(2)
        self.once()
        self.module(0, 'DIMM_A1', 3)
        self.write('sys/devices/system/edac/mc/mc0/seconds_since_reset', -10)
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 3)])

    def test_log_and_trace(self):
        """What the trace has is not read in the log; what happened before it began, and what it lacks, is."""
        before = 'pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer\n' \
                 'pcieport 0000:00:1c.0:   device [8086:9d14] error status/mask=00000001/00002000'
        with self.listening():
            for line in before.splitlines():
                self.say(line, 5)
            self.wait_told(('pcie', '0000:00:1c.0', 1))
            now_usec = time.monotonic_ns() // 1000 + 10**6
            self.say('EDAC MC0: 1 CE memory read error on DIMM_A1 (row:0)', now_usec)
            self.say('CPU3: Core temperature above threshold, cpu clock throttled (total events = 7)', now_usec)
            self.wait_told(('pcie', '0000:00:1c.0', 1), ('thermal', None, 1))

    def test_log_of_the_firmware(self):
        """What the firmware could not correct in memory is in the log alone, unless the driver for it makes an event of it."""
        now_usec = time.monotonic_ns() // 1000 + 10**6
        with self.listening():
            for severity, place, driver in (('recoverable', 'DIMM_F1', 'skx_edac'), ('corrected', 'DIMM_F2', 'skx_edac'),
                                            ('recoverable', 'DIMM_F3', 'ghes_edac')):
                self.write('sys/devices/system/edac/mc/mc0/mc_name', driver)
                lines = (f'event severity: {severity}', 'section_type: memory error', 'error_type: 3, multi-bit ECC', f'DIMM location: {place}')
                self.say('\n'.join('{1}[Hardware Error]: ' + line for line in lines), now_usec)
                now_usec += 2 * 10**6
                self.say(f'thermal zone-{place}: critical temperature reached, shutting down', now_usec)
                wait_until(lambda place=place: ('thermal', f'zone-{place}', 1) in self.told(), 'it was read')
        self.assertEqual([told for told in self.told() if told[0] == 'memory'], [('memory', 'DIMM_F1', 1)])

    def test_log_in_pieces(self):
        """A report whose lines the journal gets in two pieces is one, whole; and so it is if the probe is killed in between."""
        def lines(place):
            return [f'{{1}}[Hardware Error]: {line}' for line in ('Hardware error from APEI Generic Hardware Error Source: 4',
                    'event severity: recoverable', 'section_type: memory error', 'error_type: 3, multi-bit ECC', f'DIMM location: {place}')]

        def say_first(place, usec):
            # The one in front is told at once: by that one sees that the probe woke. Then its second of patience does not pass.
            self.say('\n'.join([f'thermal zone-{place}: critical temperature reached, shutting down', *lines(place)[:-1]]), usec)
            wait_until(lambda: f'zone-{place}' in self.state.read_text(encoding='utf-8'), 'the first lines were read')
            time.sleep(0.1)
            probe.kill(signal.SIGSTOP)
            self.say(lines(place)[-1], usec)
        self.decide(2)
        (self.root / 'sys/kernel/tracing/events/header_page').unlink()
        with Process('mceprobe', [PROBE, f'--root={self.root}']) as probe:
            wait_until(self.state.exists, 'the state is saved')
            say_first('DIMM_F1', 10**9)
            probe.kill(signal.SIGCONT)
            first = [('thermal', 'zone-DIMM_F1', 1), ('memory', 'DIMM_F1', 1)]
            self.wait_told(*first)
            say_first('DIMM_F2', 2 * 10**9)
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.once()
        self.once()
        self.assertEqual(self.told(), [*first, ('thermal', 'zone-DIMM_F2', 1), ('memory', 'DIMM_F2', 1)])

    def test_log_stops_in_between(self):
        """A report whose end does not come, or not before the probe stops, is told as it is, once."""
        self.decide(2)
        (self.root / 'sys/kernel/tracing/events/header_page').unlink()
        begin = '{1}[Hardware Error]: section_type: memory error\n{1}[Hardware Error]: error_type: 3, multi-bit ECC'
        with Process('mceprobe', [PROBE, f'--root={self.root}']) as probe:
            wait_until(self.state.exists, 'the state is saved')
            self.say(begin, 10**9)
            self.wait_told(('memory', None, 1))
            self.say('thermal zone-A: critical temperature reached, shutting down\n' + begin.replace('3, multi-bit', '2, single-bit'), 2 * 10**9)
            wait_until(lambda: ('thermal', 'zone-A', 1) in self.told(), 'the first lines were read')
            probe.kill(signal.SIGTERM)
            self.assertEqual(probe.wait(), 0)
        self.once()
        self.assertEqual(self.told(), [('memory', None, 1), ('thermal', 'zone-A', 1), ('memory', None, 1)])

    def test_log_in_a_storm(self):
        """With the 256th line about hardware an open report ends, whatever comes: nothing waits for longer."""
        begin = 'pcieport 0000:00:{0}.0: PCIe Bus Error: severity=Corrected, type=Physical Layer'
        end = 'pcieport 0000:00:{0}.0:   device [8086:9d14] error status/mask=00000001/00002000'
        self.decide(2)
        self.once()
        for device, between in (('1c', 254), ('1d', 255)):
            self.say('\n'.join([begin.format(device), *['EDAC MC: Ver: 3.0.0'] * between, end.format(device)]), 10**9)
        self.once()
        self.assertEqual(self.told(), [('pcie', '0000:00:1c.0', 1)])

    def test_counters_wait_for_the_log(self):
        """While a report is open the counters are not looked at: what the log holds back behind it is in them already."""
        self.module(0, 'DIMM_A1', 0)
        (self.root / 'sys/kernel/tracing/events/header_page').unlink()
        self.decide(2)
        self.once()
        self.say('pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer\n'
                 'EDAC MC0: 1 CE memory read error on DIMM_A1 (row:0)', 10**9)
        self.module(0, 'DIMM_A1', 1)
        with Process('mceprobe', [PROBE, f'--root={self.root}']):
            wait_until(lambda: 'mc0/dimm0=1 0' in self.state.read_text(encoding='utf-8'), 'the counters are noted')
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 1)])

    def test_only_the_kernel_itself(self):
        """Who writes under the kernel's name is not the kernel."""
        self.decide(2)
        self.once()
        line = 'EDAC MC0: 1 UE on FORGED (row:0)'
        for fields in ({'_TRANSPORT': 'syslog', 'SYSLOG_FACILITY': 0}, {'_TRANSPORT': 'journal', 'SYSLOG_FACILITY': 0},
                       {'_TRANSPORT': 'kernel', 'SYSLOG_FACILITY': 1}, {'_TRANSPORT': 'kernel'}):
            self.journal.add(**fields, SYSLOG_IDENTIFIER='kernel', MESSAGE=line)
        self.once()
        self.assertEqual(self.told(), [])

    # Where it goes on

    def test_killed(self):
        """The instance goes on recording; the next start reads it, once."""
        with self.listening() as probe:
            self.tracefs.happen(memory('DIMM_A1'))
            self.wait_told(('memory', 'DIMM_A1', 1))
            wait_until(lambda: 'DIMM_A1' in self.state.read_text(encoding='utf-8'), 'it is noted')
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.tracefs.happen(memory('DIMM_B2'))
        with self.probe():
            self.wait_told(('memory', 'DIMM_A1', 1), ('memory', 'DIMM_B2', 1))
        self.assertFalse(self.tracefs.instance.exists())

    def test_service_away(self):
        """What cannot be handed over is kept, with its count."""
        with self.listening() as probe:
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.tracefs.happen(memory('DIMM_A1'), memory('DIMM_A1'))
        self.once(expect=1, DBUS_SYSTEM_BUS_ADDRESS='unix:path=/nowhere')
        self.assertEqual(self.told(), [])
        self.once()
        self.once()
        self.assertEqual(self.told(), [('memory', 'DIMM_A1', 2)])

    # When it must not look

    def test_nothing_from_before(self):
        """An instance that was there before anybody agreed is thrown away with what it has."""
        self.tracefs.directory.joinpath('instances/.telemetrics').rename(self.tracefs.instance)
        self.tracefs.happen(memory('BEFORE'))
        self.say('EDAC MC0: 1 UE on BEFORE (row:0)', 1)
        with self.listening():
            self.tracefs.happen(memory('AFTER'))
            self.wait_told(('memory', 'AFTER', 1))

    def test_a_no_in_between(self):
        """What happened between a no and another yes is not read, although a killed probe's instance recorded it."""
        with self.listening() as probe:
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.decide(1)
        self.tracefs.happen(memory('OFF'))
        self.decide(2)
        with self.probe():
            self.tracefs.happen(memory('AGAIN'))
            self.wait_told(('memory', 'AGAIN', 1))

    def test_the_end_of_consent_ends_it_at_once(self):
        with self.listening() as probe:
            self.decide(1)
            self.assertEqual(probe.wait(30), 0)  # where nothing told it, it would look once a minute
        self.assertFalse(self.tracefs.instance.exists())
        self.assertFalse(self.state.exists())

    def test_off_removes_what_a_killed_one_left(self):
        with self.listening() as probe:
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.decide(1)
        self.once()
        self.assertFalse(self.tracefs.instance.exists())

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no trace, no counters, no journal, no service."""
        trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect', PROBE, f'--root={self.root}'],
                               capture_output=True, text=True, check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertFalse(re.search(r'tracing|edac|journal/|dmi|random/boot_id|connect\(', trace), trace)

    def test_dry_run_takes_nothing_away(self):
        """To look at what would be told neither reads nor removes what the other one listens to."""
        with self.listening():
            self.module(0, 'DIMM_A1', 5)
            shown = run_as('root', [PROBE, '--dry-run', '--once', f'--root={self.root}'], environment=self.environment())
            self.assertEqual(shown.stdout, '')
            self.tracefs.happen(memory('DIMM_A1'))
            self.wait_told(('memory', 'DIMM_A1', 1))

    def test_waits_without_waking(self):
        """Nothing happens: it does not run."""
        with self.listening() as probe:
            def switches():
                status = Path(f'/proc/{probe.pid}/status').read_text(encoding='ascii')
                return int(re.search(r'(?m)^voluntary_ctxt_switches:\s*(\d+)', status)[1])

            def is_quiet():
                before = switches()
                time.sleep(1)
                return switches() == before
            wait_until(is_quiet, 'a second passes without it')


if __name__ == '__main__':
    unittest.main()
