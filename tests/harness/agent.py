# SPDX-License-Identifier: LGPL-2.1-or-later
"""A polkit authentication agent with a script instead of a person: answers yes, no, or never.

    with Agent(alice, answer='yes') as agent:
        alice.set_enabled(True, flags=INTERACTIVE)
        agent.asked        # action ids, in order

Registered by root for the caller's process, which polkit allows; `yes` proves itself to polkitd as the helper of a real agent
would, which only uid 0 may.
"""

import threading

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

from harness.process import PATIENCE_SECONDS  # noqa: E402

AGENT_XML = '''<node><interface name="org.freedesktop.PolicyKit1.AuthenticationAgent">
<method name="BeginAuthentication"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="a{ss}" direction="in"/><arg type="s" direction="in"/><arg type="a(sa{sv})" direction="in"/></method>
<method name="CancelAuthentication"><arg type="s" direction="in"/></method></interface></node>'''
AUTHORITY = ('org.freedesktop.PolicyKit1', '/org/freedesktop/PolicyKit1/Authority', 'org.freedesktop.PolicyKit1.Authority')
OBJECT = '/org/telemetrics/test/agent'


class Agent:
    def __init__(self, caller, answer='yes'):
        self.asked = []
        self.cancelled = threading.Event()
        self.begun = threading.Event()
        self._answer = answer
        self._caller = caller
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop.new(self._context, False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def __enter__(self):
        self._thread.start()
        if not self._ready.wait(PATIENCE_SECONDS):
            raise RuntimeError('the agent could not register with polkit')
        return self

    def __exit__(self, *_):
        self._loop.quit()
        self._thread.join(10)
        self._bus.close_sync()

    def _run(self):
        self._context.push_thread_default()
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self._bus = Gio.DBusConnection.new_for_address_sync(address, flags)
        interface = Gio.DBusNodeInfo.new_for_xml(AGENT_XML).interfaces[0]
        self._bus.register_object(OBJECT, interface, self._on_call)
        self._ask('RegisterAuthenticationAgent', GLib.Variant('((sa{sv})ss)', (self._subject(), 'C', OBJECT)))
        self._ready.set()
        self._loop.run()
        self._context.pop_thread_default()

    def _subject(self):
        pid = self._caller.pid
        with open(f'/proc/{pid}/stat', encoding='utf-8') as stat:
            start_time = int(stat.read().rpartition(')')[2].split()[19])
        return ('unix-process', {'pid': GLib.Variant('u', pid), 'start-time': GLib.Variant('t', start_time)})

    def _ask(self, method, body):
        return self._bus.call_sync(*AUTHORITY, method, body, None, Gio.DBusCallFlags.NONE, 10000)

    def _on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == 'CancelAuthentication':
            self.cancelled.set()
            invocation.return_value(None)
            return
        action, _message, _icon, _details, cookie, identities = parameters.unpack()
        self.asked.append(action)
        self.begun.set()
        if self._answer == 'never':
            return
        if self._answer == 'yes':
            identity = parameters.get_child_value(5).get_child_value(0)
            body = GLib.Variant.new_tuple(GLib.Variant('u', 0), GLib.Variant('s', cookie), identity)
            self._bus.call(*AUTHORITY, 'AuthenticationAgentResponse2', body, None, Gio.DBusCallFlags.NONE, 10000, None,
                           lambda *_: invocation.return_value(None))
            return
        invocation.return_dbus_error('org.freedesktop.PolicyKit1.Error.Cancelled', 'the person said no')
