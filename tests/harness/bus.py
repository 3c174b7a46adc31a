# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls on the bus of the sandbox, by any of its users.

    alice = system.caller('alice')
    record_id = alice.submit('acme/app/event', 3, 'text', event_id='0' * 32)
    alice.invoke('Consent', 'SetEnabled', '(ba{sv})', True, {})      # raises BusError
    alice.get('Recorder', 'Enabled')
"""

import fcntl
import os
import select
import shutil
import socket
import subprocess
from pathlib import Path

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

from harness.caller_process import pack, receive, send, unpack
from harness.process import LOG_DIRECTORY, PATIENCE_SECONDS, as_user, environment_of

BUS_NAME = 'org.telemetrics.Telemetry1'
MANAGER_NAME = 'org.telemetrics.TelemetryManager1'
POST_NAME = 'org.telemetrics.TelemetryPost1'
ERROR_PREFIX = 'org.telemetrics.Telemetry1.Error.'

INTERFACES = {'Recorder': BUS_NAME, 'Consent': MANAGER_NAME, 'Records': MANAGER_NAME, 'Delivery': MANAGER_NAME,
              'Identity': MANAGER_NAME, 'Health': MANAGER_NAME, 'Transport': POST_NAME}

OPTION_TYPES = {'payload-format-version': 'u', 'event-id': 's', 'created-at': 'x', 'dedup-key': 's', 'system': 'a{ss}'}

INTERACTIVE = int(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
NO_REPLY = int(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)


class BusError(Exception):
    """An error reply. short: the name without our prefix ('Disabled'); foreign names stay whole."""

    def __init__(self, name, message):
        super().__init__(f'{name}: {message}')
        self.name, self.message = name, message
        self.short = name.removeprefix(ERROR_PREFIX)


def path_of(bus_name):
    return '/' + bus_name.replace('.', '/')


def options_variant(options):
    """Keyword arguments (event_id='…') as the dictionary that Submit takes; a GLib.Variant passes as it is."""
    made = {}
    for key, value in options.items():
        key = key.replace('_', '-')
        made[key] = value if isinstance(value, GLib.Variant) else GLib.Variant(OPTION_TYPES[key], value)
    return made


class Caller:
    """A connection to the bus that belongs to user, in a process of that user."""

    def __init__(self, user):
        self.user = user
        self.signals = []
        self._answers = {}
        self._last_id = 0
        program = Path('/tmp/harness/caller_process.py')  # a place that every user can read
        if not program.exists():
            program.parent.mkdir(exist_ok=True)
            shutil.copy(Path(__file__).with_name('caller_process.py'), program)
        self._channel, theirs = socket.socketpair()
        with theirs, open(LOG_DIRECTORY / f'caller-{user}.log', 'ab') as log:
            self._child = subprocess.Popen(as_user(user, ['/usr/bin/python3', program, str(theirs.fileno())]),
                                           pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=environment_of(user), cwd='/', start_new_session=True)
        hello, _ = receive(self._channel)
        if hello is None:
            raise RuntimeError(f'{user} cannot connect to the bus')
        self.unique_name, self.pid = hello['unique_name'], hello['pid']

    # Calls

    def begin(self, name, path, interface, method, body=None, fds=(), timeout=PATIENCE_SECONDS, flags=0):
        """Send a call and return its number for finish(). body: a tuple variant or None."""
        self._last_id += 1
        send(self._channel, {'id': self._last_id, 'name': name, 'path': path, 'interface': interface, 'method': method,
                             'body': pack(body) if body is not None else None, 'timeout': timeout, 'flags': flags}, fds)
        return self._last_id

    def finish(self, call):
        """Wait for the reply of call: a tuple of its values, file descriptors behind them."""
        while call not in self._answers:
            self._read_one()
        answer, descriptors = self._answers.pop(call)
        if 'error' in answer:
            raise BusError(answer['error'], answer['message'])
        return (*unpack(answer['body']).unpack(), *descriptors)

    def call(self, *arguments, **keywords):
        return self.finish(self.begin(*arguments, **keywords))

    def begin_invoke(self, interface, method, signature='()', *values, **keywords):
        name = INTERFACES[interface]
        return self.begin(name, path_of(name), f'{name}.{interface}', method, GLib.Variant(signature, values), **keywords)

    def invoke(self, interface, method, signature='()', *values, **keywords):
        """Call one of our methods; interface is its last word. One value is returned as it is, several as a tuple."""
        reply = self.finish(self.begin_invoke(interface, method, signature, *values, **keywords))
        return reply[0] if len(reply) == 1 else reply

    def get(self, interface, name):
        bus_name = INTERFACES[interface]
        return self.call(bus_name, path_of(bus_name), 'org.freedesktop.DBus.Properties', 'Get',
                         GLib.Variant('(ss)', (f'{bus_name}.{interface}', name)))[0]

    def bus_call(self, method, signature='()', *values):
        """A method of the bus daemon itself."""
        reply = self.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', method,
                          GLib.Variant(signature, values))
        return reply[0] if reply else None

    # What nearly every test needs

    def submit(self, classification='acme/app/event', severity=1, payload='{}', **options):
        return self.invoke('Recorder', 'Submit', '(susa{sv})', classification, severity, payload, options_variant(options))

    def submit_batch(self, records):
        """records: (classification, severity, payload) each; returns (id, error name) each."""
        rows = [(*record, {}) for record in records]
        return self.invoke('Recorder', 'SubmitBatch', '(a(susa{sv})a{sv})', rows, {})

    def submit_fd(self, classification, severity, descriptor, **options):
        return self.invoke('Recorder', 'SubmitFd', '(suha{sv})', classification, severity, 0, options_variant(options),
                           fds=[descriptor])

    def set_enabled(self, enabled, **keywords):
        self.invoke('Consent', 'SetEnabled', '(ba{sv})', enabled, {}, **keywords)

    # Signals

    def drain_signals(self, seconds=0.05):
        """Everything that has arrived, and arrives within that time, as (member, values)."""
        while self._has_more(seconds):
            self._read_one()
        taken, self.signals = self.signals, []
        return taken

    def wait_signal(self, member, seconds=PATIENCE_SECONDS, where=lambda values: True):
        """Wait for a signal of that name and return its values; others stay in self.signals."""
        while True:
            for index, (name, values) in enumerate(self.signals):
                if name == member and where(values):
                    del self.signals[index]
                    return values
            if not self._has_more(seconds):
                raise TimeoutError(f'not within {seconds} s: {member}')
            self._read_one()

    def _has_more(self, seconds):
        """Only the beginning of a message is waited for so long: one that was read in part would spoil all that follow."""
        return bool(select.select([self._channel], [], [], seconds)[0])

    def _read_one(self):
        message, descriptors = receive(self._channel)
        if message is None:
            raise RuntimeError(f'the caller of {self.user} is gone')
        if 'signal' in message:
            self.signals.append((message['signal'], unpack(message['body']).unpack()))
        else:
            self._answers[message['id']] = (message, descriptors)

    def close(self):
        """Leave the bus at once, open calls and all."""
        self._channel.close()
        self._child.kill()
        self._child.wait()


def memfd(data, sealed=True):
    """A memfd holding data (bytes); sealed the way SubmitFd wants it."""
    descriptor = os.memfd_create('payload', os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, data)
    if sealed:
        all_seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, all_seals)
    return descriptor
