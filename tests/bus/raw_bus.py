# SPDX-License-Identifier: LGPL-2.1-or-later
"""D-Bus by hand: messages that no library would send, and floods that no library is fast enough for.

Also a program: raw_bus.py flood CONNECTIONS NO_REPLY prints a line when it has connected, and then floods Submit until it is killed.
"""

import os
import select
import socket
import struct
import sys

SOCKET = '/run/dbus/system_bus_socket'
NAME, PATH = 'org.telemetrics.Telemetry1', '/org/telemetrics/Telemetry1'
CALL, NO_REPLY = 1, 1


def padding(length, to):
    return b'\0' * (-length % to)


def string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack('<I', len(data)) + data + b'\0'


def signature(text):
    return bytes([len(text)]) + text.encode() + b'\0'


def header_field(code, kind, value):
    return bytes([code]) + signature(kind) + padding(1 + len(signature(kind)), 4) + value


def message(member, body=b'', kind='', serial=2, flags=0, destination=NAME, path=PATH, interface=NAME + '.Recorder', fds=0):
    """A method call as bytes; body must be marshalled."""
    fields = [(1, 'o', string(path)), (2, 's', string(interface)), (3, 's', string(member)), (6, 's', string(destination))]
    if kind:
        fields.append((8, 'g', signature(kind)))
    if fds:
        fields.append((9, 'u', struct.pack('<I', fds)))
    array = b''
    for code, type_code, value in fields:
        array += padding(len(array), 8) + header_field(code, type_code, value)
    header = struct.pack('<cBBBIII', b'l', CALL, flags, 1, len(body), serial, len(array)) + array
    return header + padding(len(header), 8) + body


def submit_body(classification=b'a/b/c', severity=1, payload=b'x'):
    body = string(classification)
    body += padding(len(body), 4) + struct.pack('<I', severity)
    body += string(payload)
    body += padding(len(body), 4) + struct.pack('<I', 0)
    return body + padding(len(body), 8)


def connect(seconds=None):
    """A socket that has said Hello; what the bus answered is read and forgotten. seconds: how long it may take."""
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(seconds)
    channel.connect(SOCKET)
    uid = str(os.getuid()).encode().hex().encode()
    channel.sendall(b'\0AUTH EXTERNAL ' + uid + b'\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n')
    channel.sendall(message('Hello', serial=1, destination='org.freedesktop.DBus', path='/org/freedesktop/DBus',
                            interface='org.freedesktop.DBus'))
    answer = b''
    while b'NameAcquired' not in answer:
        part = channel.recv(4096)
        if not part:
            raise ConnectionError('the bus has closed the connection')
        answer += part
    return channel


def is_closed(channel, seconds=60):
    """Whether the bus hangs up within that time; what it says before is read."""
    channel.settimeout(seconds)
    try:
        while channel.recv(65536):
            pass
        return True
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def connect_many(n_connections):
    """The bus has its own bound on the connections of a user, and leaves one more without an answer: three times, else this
    machine may have stood still."""
    channels, n_silent = [], 0
    while len(channels) < n_connections and n_silent < 3:
        try:
            channels.append(connect(2))
            n_silent = 0
        except OSError:
            n_silent += 1
    return channels


def flood(n_connections, no_reply):
    channels = connect_many(n_connections)
    print(len(channels), flush=True)
    calls = b''.join(message('Submit', submit_body(payload=b'x' * 500), 'susa{sv}', serial, NO_REPLY if no_reply else 0)
                     for serial in range(2, 12))
    position = dict.fromkeys(channels, 0)
    may_send = set(channels)
    for channel in channels:
        channel.setblocking(False)
    while position:
        readable, writable, _ = select.select(list(position), list(may_send), [], 0.5)
        for channel in readable:
            try:
                if not channel.recv(1 << 20):
                    raise ConnectionError
                may_send.add(channel)  # something was answered: the next ten
            except OSError:
                position.pop(channel, None)
                may_send.discard(channel)
        for channel in writable:
            if channel not in may_send:
                continue
            try:
                position[channel] += channel.send(calls[position[channel]:])
            except OSError:
                position.pop(channel, None)
                may_send.discard(channel)
                continue
            if position[channel] == len(calls):
                position[channel] = 0
                if not no_reply:
                    may_send.discard(channel)


if __name__ == '__main__':
    flood(int(sys.argv[2]), sys.argv[3] == 'no-reply')
