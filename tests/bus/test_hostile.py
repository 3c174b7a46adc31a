# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input at the bus's doors, and users who want to be the only ones: a clear error, the process lives, others go on."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

import raw_bus
from gi.repository import GLib

from harness import BusError, SystemTest
from harness.bus import BUS_NAME, MANAGER_NAME, NO_REPLY, memfd
from harness.process import as_user, run_as, wait_until

INVALID_ARGS = 'org.freedesktop.DBus.Error.InvalidArgs'
PATHS = {BUS_NAME: '/org/telemetrics/Telemetry1', MANAGER_NAME: '/org/telemetrics/TelemetryManager1'}
MEMORY_LIMIT_KIB = 256 * 1024  # what the unit allows


class HostileTest(SystemTest):
    def setUp(self):
        self.root = self.system.caller('root')
        self.system.opt_in()
        self.pid = self.system.telemprobd_pid()

    def tearDown(self):
        self.assertEqual(self.system.telemprobd_pid(), self.pid, 'it is still the same process')
        self.assertNotIn('CRITICAL', self.system.log())
        self.system.reset()

    def memory_kib(self, key='VmHWM'):
        for line in Path(f'/proc/{self.pid}/status').read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1])
        raise KeyError(key)

    def n_descriptors(self):
        return len(os.listdir(f'/proc/{self.pid}/fd'))

    # Input

    def test_wrong_types(self):
        """Arguments of other types than the manual says are InvalidArgs, on every interface."""
        calls = [
            (BUS_NAME, 'Recorder', 'Submit', None),
            (BUS_NAME, 'Recorder', 'Submit', GLib.Variant('(s)', ('a/b/c',))),
            (BUS_NAME, 'Recorder', 'Submit', GLib.Variant('(sisa{sv})', ('a/b/c', 1, 'x', {}))),
            (BUS_NAME, 'Recorder', 'Submit', GLib.Variant('(susa{ss})', ('a/b/c', 1, 'x', {}))),
            (BUS_NAME, 'Recorder', 'Submit', GLib.Variant('(suaya{sv})', ('a/b/c', 1, b'x', {}))),
            (BUS_NAME, 'Recorder', 'SubmitBatch', GLib.Variant('(a(sus)a{sv})', ([('a/b/c', 1, 'x')], {}))),
            (BUS_NAME, 'Recorder', 'SubmitFd', GLib.Variant('(suua{sv})', ('a/b/c', 1, 0, {}))),
            (BUS_NAME, 'Recorder', 'GetEffective', GLib.Variant('(s)', ('me',))),
            (MANAGER_NAME, 'Consent', 'SetEnabled', GLib.Variant('(sa{sv})', ('true', {}))),
            (MANAGER_NAME, 'Consent', 'SetConsent', GLib.Variant('(a{si}ua{sv})', ({'custom': 2}, 1, {}))),
            (MANAGER_NAME, 'Consent', 'Withdraw', None),
            (MANAGER_NAME, 'Records', 'List', GLib.Variant('(a{sv}ii)', ({}, 0, 0))),
            (MANAGER_NAME, 'Identity', 'Rotate', None),
            (MANAGER_NAME, 'Delivery', 'UploadNow', GLib.Variant('(s)', ('now',))),
        ]
        for name, interface, method, body in calls:
            with self.subTest(method=method, body=body):
                with self.assertRaises(BusError) as caught:
                    self.root.call(name, PATHS[name], f'{name}.{interface}', method, body)
                self.assertEqual(caught.exception.name, INVALID_ARGS)
        self.root.submit()

    def test_unknown_things(self):
        """Unknown methods, interfaces, objects and properties are told by their standard names."""
        cases = [
            ('UnknownMethod', PATHS[BUS_NAME], BUS_NAME + '.Recorder', 'Erase', None),
            ('UnknownMethod', PATHS[BUS_NAME], BUS_NAME + '.Nothing', 'Submit', None),
            ('UnknownMethod', '/', BUS_NAME + '.Recorder', 'GetEffective', None),
            ('InvalidArgs', PATHS[BUS_NAME], 'org.freedesktop.DBus.Properties', 'Get',
             GLib.Variant('(ss)', (BUS_NAME + '.Recorder', 'MachineId'))),
            ('InvalidArgs', PATHS[BUS_NAME], 'org.freedesktop.DBus.Properties', 'Set',
             GLib.Variant('(ssv)', (BUS_NAME + '.Recorder', 'Enabled', GLib.Variant('b', False)))),
        ]
        for name, path, interface, method, body in cases:
            with self.subTest(method=method, path=path):
                with self.assertRaises(BusError) as caught:
                    self.root.call(BUS_NAME, path, interface, method, body)
                self.assertTrue(caught.exception.name.startswith('org.freedesktop.DBus.Error.'), caught.exception.name)
        self.assertEqual(self.root.get('Recorder', 'Enabled'), True)

    def test_text_that_is_no_text(self):
        """Bytes that are not UTF-8, and a NUL inside of a string, end the sender's connection and nothing else."""
        bad_bodies = {
            'not UTF-8': raw_bus.submit_body(payload=b'\xff\xfe'),
            'surrogate': raw_bus.submit_body(payload=b'\xed\xa0\x80'),
            'NUL': raw_bus.submit_body(payload=b'a\0b'),
            'not UTF-8 in the class': raw_bus.submit_body(classification=b'a/\xff/c'),
            'longer than the message': struct.pack('<I', 1 << 30) + b'a/b/c\0',
            'cut': raw_bus.submit_body()[:9],
        }
        for what, body in bad_bodies.items():
            with self.subTest(what=what):
                channel = raw_bus.connect()
                channel.sendall(raw_bus.message('Submit', body, 'susa{sv}'))
                self.assertTrue(raw_bus.is_closed(channel))
                channel.close()
        self.root.submit()

    def test_bytes_that_are_no_message(self):
        """Noise after Hello, and a message that claims 128 MiB, end the connection and nothing else."""
        huge = bytearray(raw_bus.message('Submit', raw_bus.submit_body(), 'susa{sv}'))
        huge[4:8] = struct.pack('<I', 1 << 27)
        noise = b'\0' + os.urandom(4095)  # neither of the two letters that a message begins with
        for data in (noise, bytes(huge), b'l\1\0\2' + b'\0' * 60):
            channel = raw_bus.connect()
            channel.sendall(data)
            # The claim of 128 MiB is within what the bus takes: it may wait for the rest.
            closed = raw_bus.is_closed(channel, *([1] if data == bytes(huge) else []))
            channel.close()
            self.assertTrue(closed or data == bytes(huge))
        self.root.submit()

    def test_huge_payload(self):
        """16 MiB inline, and a batch of 30 MiB, are refused with a name, and cost no lasting memory."""
        with self.assertRaises(BusError) as caught:
            self.root.submit(payload='x' * (15 << 20))
        self.assertEqual(caught.exception.short, 'TooLarge')
        with self.assertRaises(BusError) as caught:
            self.root.submit_batch([('a/b/c', 1, 'x' * 32_000)] * 900)
        self.assertEqual(caught.exception.name, 'org.freedesktop.DBus.Error.LimitsExceeded')
        self.root.submit()
        self.assertLess(self.memory_kib(), MEMORY_LIMIT_KIB)

    def test_many_options(self):
        """A dictionary of ten thousand unknown options is refused at its first."""
        options = {f'option-{number}': GLib.Variant('u', number) for number in range(10_000)}
        with self.assertRaises(BusError) as caught:
            self.root.submit(**options)
        self.assertEqual(caught.exception.short, 'InvalidFields')

    def test_descriptors_that_nobody_asked_for(self):
        """Descriptors with a call that takes none, or many with one that takes one: nothing leaks."""
        self.root.submit()
        before = self.n_descriptors()
        channel = raw_bus.connect()
        read_end, write_end = os.pipe()
        for count in (1, 2, 16):
            data = raw_bus.message('Submit', raw_bus.submit_body(), 'susa{sv}', serial=count + 1, fds=count)
            socket.send_fds(channel, [data], [read_end] * count)
        wait_until(lambda: self.n_descriptors() <= before, 'all of them are closed again')
        channel.close()
        os.close(read_end)
        os.close(write_end)
        for _ in range(50):
            with self.assertRaises(BusError):
                self.root.submit_fd('a/b/c', 9, memfd(b'x'))
        wait_until(lambda: self.n_descriptors() <= before, 'nothing has leaked')

    def limit_descriptors(self, number):
        """As the user of the process: root in a sandbox may not change what others may use."""
        run_as(Path(f'/proc/{self.pid}').owner(), ['prlimit', f'--pid={self.pid}', f'--nofile={number}:'])

    def test_no_descriptor_is_left(self):
        """A call that wants no answer and brings a descriptor, when there is no room for a second one: it is dropped."""
        body = GLib.Variant('(suha{sv})', ('a/b/c', 1, 0, {}))
        self.root.submit()
        used = {int(number) for number in os.listdir(f'/proc/{self.pid}/fd')}
        free = min(set(range(len(used) + 1)) - used)
        self.limit_descriptors(free + 1)
        try:
            self.root.call(BUS_NAME, PATHS[BUS_NAME], BUS_NAME + '.Recorder', 'SubmitFd', body, fds=[memfd(b'x')], flags=NO_REPLY)
            wait_until(lambda: 'a call is dropped' in self.system.log(), 'it has been dropped')
        finally:
            self.limit_descriptors(1024)
        self.root.submit_fd('a/b/c', 1, memfd(b'x'))
        # Nothing counts as unanswered: once telemetry is off, nothing keeps the process.
        self.root.set_enabled(False)
        wait_until(lambda: not Path(f'/proc/{self.pid}').exists(), 'it has left')
        self.pid = 0

    # Floods

    def start_flood(self, user, connections, kind):
        program = Path('/tmp/raw_bus.py')
        shutil.copy(Path(raw_bus.__file__), program)
        child = subprocess.Popen(as_user(user, ['/usr/bin/python3', program, 'flood', str(connections), kind]),
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.kill)
        self.assertGreater(int(child.stdout.readline()), 200)
        return child

    def test_flood_does_not_stop_others(self):
        """bob floods over 500 connections (or as many as the bus gives him); alice's Submit is answered all the time."""
        for kind in ('reply', 'no-reply'):
            with self.subTest(kind=kind):
                alice = self.system.new_caller('alice')
                alice.submit()
                flood = self.start_flood('bob', 500, kind)
                slowest = 0.0
                end = time.monotonic() + 6
                n_kept = 0
                while time.monotonic() < end or n_kept < 3:
                    begun = time.monotonic()
                    self.submit_in_flood(alice)
                    n_kept += 1
                    slowest = max(slowest, time.monotonic() - begun)
                    time.sleep(0.1)
                newcomer = self.system.new_caller('root')
                self.submit_in_flood(newcomer)
                newcomer.close()
                self.assertIsNone(flood.poll(), 'all of it was in the flood')
                flood.kill()
                flood.wait()
                flood.stdout.close()
                alice.close()
                print(f'{kind}: {n_kept} kept, slowest {slowest:.3f} s, most memory {self.memory_kib()} KiB')
                # The bus itself is what is busy then; a caller who waits as long as D-Bus does gets his answer.
                self.assertLess(slowest, 20)
                self.assertLess(self.memory_kib(), MEMORY_LIMIT_KIB)

    def submit_in_flood(self, caller):
        """Until it is kept: on a machine that is too slow for the flood the bus refuses at once what it has no room for."""
        def is_kept():
            try:
                return caller.submit(payload='mine')
            except BusError as error:
                self.assertIn('destination has a full message queue', error.message)
                return None
        wait_until(is_kept, 'a record is kept')

    def test_ends_among_silent_calls(self):
        """SIGTERM while calls that want no answer are worked off: the process ends at once, and the next one serves."""
        self.system.configure('[settings]\nrate_limit_enabled=false\n')
        calls = b''.join(raw_bus.message('Submit', raw_bus.submit_body(), 'susa{sv}', serial, raw_bus.NO_REPLY)
                         for serial in range(2, 102))
        for number in range(10):
            channels = [raw_bus.connect() for _ in range(4)]
            wait_until(self.is_served, 'a new process serves')
            self.pid = self.system.telemprobd_pid()
            for channel in channels:
                channel.sendall(calls)
            time.sleep(number / 1000)
            os.kill(self.pid, signal.SIGTERM)
            wait_until(lambda: not Path(f'/proc/{self.pid}').exists(), 'it has ended')
            for channel in channels:
                channel.close()
        wait_until(self.is_served, 'a new process serves')
        self.pid = self.system.telemprobd_pid()

    def is_served(self, caller=None):
        """Whether a call is answered; False while the bus has no room for one more that waits."""
        try:
            return (caller or self.root).get('Recorder', 'Enabled')
        except BusError as error:
            self.assertEqual(error.name, 'org.freedesktop.DBus.Error.LimitsExceeded')
            return False

    def test_silent_calls_are_bounded(self):
        """More silent calls than may wait are dropped; the memory they took comes back, and the rest are kept or refused."""
        body = GLib.Variant('(susa{sv})', ('a/b/c', 1, 'x' * 1000, {}))
        alice = self.system.new_caller('alice')
        for _ in range(2000):
            alice.call(BUS_NAME, PATHS[BUS_NAME], BUS_NAME + '.Recorder', 'Submit', body, flags=NO_REPLY)
        self.root.submit()
        wait_until(lambda: self.is_served(alice), 'alice is served again once hers are worked off')
        alice.close()
        self.assertLess(self.memory_kib(), MEMORY_LIMIT_KIB)

    def test_connections_come_and_go(self):
        """A thousand callers that call once and leave: nothing of them is kept."""
        self.root.submit()
        before = self.memory_kib('VmRSS')
        call = raw_bus.message('GetEffective')
        for _ in range(1000):
            channel = raw_bus.connect()
            channel.sendall(call)
            channel.close()
        self.root.submit()
        self.assertLess(self.memory_kib('VmRSS') - before, 2048)
