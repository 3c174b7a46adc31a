# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bus client in a process of its own, because who calls is decided by the kernel: the tests need callers of several users.

Talks to the test over a Unix stream socket (its number is the only argument): a message is a 4-byte length and JSON; file
descriptors travel with the length. GVariants are base64 of their serialised bytes, so that nothing is lost in text.
"""

import base64
import json
import os
import socket
import struct
import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402


def send(channel, message, descriptors=()):
    body = json.dumps(message).encode()
    socket.send_fds(channel, [struct.pack('=I', len(body))], list(descriptors))
    channel.sendall(body)


def receive(channel):
    header, descriptors, _, _ = socket.recv_fds(channel, 4, 16)
    if len(header) < 4:
        return None, []
    body, left = b'', struct.unpack('=I', header)[0]
    while left:
        part = channel.recv(left)
        if not part:
            return None, []
        body, left = body + part, left - len(part)
    return json.loads(body), descriptors


def pack(variant):
    return [variant.get_type_string(), base64.b64encode(variant.get_data_as_bytes().get_data() or b'').decode()]


def unpack(packed):
    return GLib.Variant.new_from_bytes(GLib.VariantType.new(packed[0]), GLib.Bytes.new(base64.b64decode(packed[1])), False)


class Client:
    def __init__(self, channel):
        self.channel = channel
        self.loop = GLib.MainLoop()
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags)
        self.bus.signal_subscribe(None, None, None, '/org/telemetrics/Telemetry1', None, 0, self.on_signal)
        self.bus.signal_subscribe(None, None, None, '/org/telemetrics/TelemetryManager1', None, 0, self.on_signal)
        GLib.io_add_watch(channel.fileno(), GLib.IO_IN | GLib.IO_HUP, self.on_request)
        send(channel, {'unique_name': self.bus.get_unique_name(), 'pid': os.getpid()})

    def on_signal(self, _bus, _sender, _path, interface, member, parameters):
        send(self.channel, {'signal': member, 'interface': interface, 'body': pack(parameters)})

    def on_request(self, *_):
        request, descriptors = receive(self.channel)
        if request is None:
            self.loop.quit()
            return False
        self.start_call(request, descriptors)
        return True

    def start_call(self, request, descriptors):
        message = Gio.DBusMessage.new_method_call(request['name'], request['path'], request['interface'], request['method'])
        if request['body'] is not None:
            message.set_body(unpack(request['body']))
        if descriptors:
            message.set_unix_fd_list(Gio.UnixFDList.new_from_array(descriptors))
        flags = Gio.DBusMessageFlags(request['flags'])
        message.set_flags(flags)
        if flags & Gio.DBusMessageFlags.NO_REPLY_EXPECTED:
            self.bus.send_message(message, Gio.DBusSendMessageFlags.NONE)
            self.bus.flush_sync()
            send(self.channel, {'id': request['id'], 'body': pack(GLib.Variant('()', ()))})
            return
        self.bus.send_message_with_reply(message, Gio.DBusSendMessageFlags.NONE, int(request['timeout'] * 1000), None,
                                         self.on_reply, request['id'])

    def on_reply(self, bus, result, request_id):
        try:
            reply = bus.send_message_with_reply_finish(result)
        except GLib.Error as error:
            send(self.channel, {'id': request_id, 'error': error.domain + '.' + str(error.code), 'message': error.message})
            return
        body = reply.get_body() or GLib.Variant('()', ())
        if reply.get_message_type() == Gio.DBusMessageType.ERROR:
            text = body.unpack()[0] if body.n_children() else ''
            send(self.channel, {'id': request_id, 'error': reply.get_error_name(), 'message': text})
            return
        descriptors = reply.get_unix_fd_list().peek_fds() if reply.get_unix_fd_list() else []
        send(self.channel, {'id': request_id, 'body': pack(body)}, descriptors)


if __name__ == '__main__':
    Client(socket.socket(fileno=int(sys.argv[1]))).loop.run()
