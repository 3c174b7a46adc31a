# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says on the system bus what PackageKit may say of one update by a back end that has no history, with packages in plural, for
which a client can ask; then stays to answer questions about it.

packagekit_double.py N: begins N updates instead, and ends in the middle of them, once it was asked about each.
packagekit_double.py N more: then makes the one of above, and ends two of the N: when the second is told, the one is, or never will be.
"""

import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME = 'org.freedesktop.PackageKit'
TRANSACTION = f'{NAME}.Transaction'
UPDATING, INSTALLING, REMOVING = 11, 12, 13
INTERFACE = "<node><interface name='{name}'>{properties}</interface></node>"
MANAGER = "<property name='BackendName' type='s' access='read'/>"
OF_TRANSACTION = "<property name='Role' type='u' access='read'/><property name='TransactionFlags' type='t' access='read'/>"
VALUES = {'BackendName': ('s', 'zypp'), 'Role': ('u', 22), 'TransactionFlags': ('t', 2)}


class PackageKit:
    def __init__(self, n_begun=0, makes_more=False):
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.loop = GLib.MainLoop()
        self.begun = [f'/{number}_aa' for number in range(n_begun)]
        self.unasked = set(self.begun)
        self.to_end = self.begun[:2] if makes_more else []
        self.makes_more = makes_more
        self.export('/org/freedesktop/PackageKit', NAME, MANAGER)
        for path in [*self.begun, '/1_bb']:
            self.export(path, TRANSACTION, OF_TRANSACTION)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, self.begin if n_begun else self.update, None)

    def export(self, path, name, properties):
        node = Gio.DBusNodeInfo.new_for_xml(INTERFACE.format(name=name, properties=properties))
        self.bus.register_object(path, node.interfaces[0], None, self.answer, None)

    def answer(self, _bus, _sender, path, _interface, name):
        if name == 'TransactionFlags' and path in self.unasked:
            self.unasked.remove(path)
            if not self.unasked:
                GLib.timeout_add(200, self.go_on)  # when the last answer is out
        elif name == 'BackendName':
            GLib.idle_add(self.end_one)
        return GLib.Variant(*VALUES[name])

    def say(self, path, member, signature, *values):
        self.bus.emit_signal(None, path, TRANSACTION, member, GLib.Variant(signature, values))

    def begin(self, *_):
        for path in self.begun:
            self.say(path, 'Package', '(uss)', UPDATING, 'acme-a;1;noarch;repo', '')

    def go_on(self):
        if self.makes_more:
            self.update()
            self.end_one()
        else:
            self.loop.quit()

    def end_one(self):
        if self.to_end:
            self.say(self.to_end.pop(0), 'Finished', '(uu)', 1, 2500)

    def update(self, *_):
        packages = [(UPDATING, 'acme-a;1;noarch;repo', ''), (UPDATING, 'acme-a;1;noarch;repo', ''), (INSTALLING, 'acme-b;1;noarch;repo', '')]
        self.say('/1_bb', 'Packages', '(a(uss))', packages)
        self.say('/1_bb', 'Package', '(uss)', REMOVING, 'acme-c;1;noarch;repo', '')
        self.say('/1_bb', 'Finished', '(uu)', 1, 2500)


PackageKit(*map(int, sys.argv[1:2]), makes_more='more' in sys.argv).loop.run()
