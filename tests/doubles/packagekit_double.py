# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says on the system bus what PackageKit may say of one update by a back end that has no history, with packages in plural, for
which a client can ask; then stays to answer questions about it."""

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME = 'org.freedesktop.PackageKit'
TRANSACTION = f'{NAME}.Transaction'
PATH = '/1_aa'
UPDATING, INSTALLING, REMOVING = 11, 12, 13
PROPERTIES = '''<node><interface name='{name}'>{properties}</interface></node>'''
MANAGER = "<property name='BackendName' type='s' access='read'/>"
OF_TRANSACTION = "<property name='Role' type='u' access='read'/><property name='TransactionFlags' type='t' access='read'/>"
VALUES = {'BackendName': ('s', 'zypp'), 'Role': ('u', 22), 'TransactionFlags': ('t', 2)}


def export(bus, path, name, properties):
    node = Gio.DBusNodeInfo.new_for_xml(PROPERTIES.format(name=name, properties=properties))
    bus.register_object(path, node.interfaces[0], None, lambda *about: GLib.Variant(*VALUES[about[4]]), None)


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    export(bus, '/org/freedesktop/PackageKit', NAME, MANAGER)
    export(bus, PATH, TRANSACTION, OF_TRANSACTION)

    def say(*_):
        packages = [(UPDATING, 'acme-a;1;noarch;repo', ''), (UPDATING, 'acme-a;1;noarch;repo', ''), (INSTALLING, 'acme-b;1;noarch;repo', '')]
        bus.emit_signal(None, PATH, TRANSACTION, 'Packages', GLib.Variant('(a(uss))', (packages,)))
        bus.emit_signal(None, PATH, TRANSACTION, 'Package', GLib.Variant('(uss)', (REMOVING, 'acme-c;1;noarch;repo', '')))
        bus.emit_signal(None, PATH, TRANSACTION, 'Finished', GLib.Variant('(uu)', (1, 2500)))

    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, say, None)
    GLib.MainLoop().run()


main()
