# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers on the system bus as systemd does when it has started everything, of which N services have failed.

systemd_double.py N
"""

import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME = 'org.freedesktop.systemd1'
PATH = '/org/freedesktop/systemd1'
MANAGER = f'''<node><interface name='{NAME}.Manager'>
  <method name='ListUnitsFiltered'><arg type='as' direction='in'/><arg type='a(ssssssouso)' direction='out'/></method>
  <property name='UserspaceTimestampMonotonic' type='t' access='read'/>
  <property name='FinishTimestampMonotonic' type='t' access='read'/>
</interface></node>'''
UNIT = f'''<node>
  <interface name='{NAME}.Unit'><property name='FragmentPath' type='s' access='read'/></interface>
  <interface name='{NAME}.Service'><property name='Result' type='s' access='read'/></interface>
</node>'''
VALUES = {'UserspaceTimestampMonotonic': ('t', 1830000), 'FinishTimestampMonotonic': ('t', 7950000), 'Result': ('s', 'timeout')}


class Systemd:
    def __init__(self, n_failed):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.names = [f'acme-{number}.service' for number in range(n_failed)]
        self.export(PATH, MANAGER)
        for number in range(n_failed):
            self.export(f'{PATH}/unit/{number}', UNIT)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)

    def export(self, path, xml):
        for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
            self.bus.register_object(path, interface, self.list_units, self.get, None)

    def get(self, _bus, _sender, path, _interface, name):
        if name == 'FragmentPath':
            return GLib.Variant('s', '/usr/lib/systemd/system/' + self.names[int(path.rpartition('/')[2])])
        return GLib.Variant(*VALUES[name])

    def list_units(self, _bus, _sender, _path, _interface, _method, _states, invocation):
        units = [(name, '', 'loaded', 'failed', 'failed', '', f'{PATH}/unit/{number}', 0, '', '/') for number, name in enumerate(self.names)]
        invocation.return_value(GLib.Variant('(a(ssssssouso))', (units,)))


Systemd(int(sys.argv[1]))
GLib.MainLoop().run()
