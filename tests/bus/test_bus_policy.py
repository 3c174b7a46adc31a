# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bus policy as the real bus applies it: who may own our names, and who may call what under them."""

import unittest

from gi.repository import GLib

from harness import BusError, SystemTest
from harness.bus import BUS_NAME, MANAGER_NAME, POST_NAME, path_of

OWNERS = {BUS_NAME: 'telemetry', MANAGER_NAME: 'telemetry', POST_NAME: 'telemetry-post'}
USERS = ('root', 'telemetry', 'telemetry-post', 'alice')
REFUSED = 'org.freedesktop.DBus.Error.AccessDenied'
# The owner below has no objects: this answer can only have come from it, so the call was delivered.
DELIVERED = 'org.freedesktop.DBus.Error.UnknownMethod'
PRIMARY_OWNER = 1

INTERFACES = {
    BUS_NAME: ('Recorder',),
    MANAGER_NAME: ('Consent', 'Records', 'Delivery', 'Identity', 'Health'),
    POST_NAME: ('Transport',),
}


class BusPolicy(SystemTest):
    polkit = False

    def tearDown(self):
        self.system.close_callers()

    def own(self, name):
        """Have the rightful user own the name, in place of the service, on a connection of its own."""
        owner = self.system.new_caller(OWNERS[name])
        self.addCleanup(owner.close)
        self.assertEqual(owner.bus_call('RequestName', '(su)', name, 0), PRIMARY_OWNER)

    def answer(self, user, name, interface, member='NoSuchMember'):
        with self.assertRaises(BusError) as caught:
            self.system.caller(user).call(name, path_of(name), interface, member, GLib.Variant('()', ()))
        return caught.exception.name

    def test_who_may_own(self):
        """Each name can be owned by its own user alone; not even root may take it."""
        for name, owner in OWNERS.items():
            for user in USERS:
                if user == owner:
                    continue
                with self.subTest(name=name, user=user), self.assertRaises(BusError) as caught:
                    self.system.caller(user).bus_call('RequestName', '(su)', name, 0)
                self.assertEqual(caught.exception.name, REFUSED)
            self.own(name)

    def test_public_names(self):
        """Everybody reaches the interfaces of the two public names."""
        for name in (BUS_NAME, MANAGER_NAME):
            self.own(name)
            for interface in INTERFACES[name]:
                for user in USERS:
                    with self.subTest(interface=interface, user=user):
                        self.assertEqual(self.answer(user, name, f'{name}.{interface}'), DELIVERED)

    def test_default_is_no(self):
        """An interface that the policy doesn't name is not reachable, whoever asks."""
        for name in OWNERS:
            self.own(name)
        for name in (BUS_NAME, MANAGER_NAME):
            for user in ('root', 'alice'):
                with self.subTest(name=name, user=user):
                    self.assertEqual(self.answer(user, name, f'{name}.Secret'), REFUSED)

    def test_one_name_does_not_open_the_other(self):
        """The manager's interfaces are not reachable by the name that everybody may call."""
        self.own(BUS_NAME)
        self.assertEqual(self.answer('alice', BUS_NAME, f'{MANAGER_NAME}.Consent'), REFUSED)

    def test_delivery_is_private(self):
        """Only telemprobd's user and root reach the service that has the network."""
        self.own(POST_NAME)
        for interface in (f'{POST_NAME}.Transport', 'org.freedesktop.DBus.Properties',
                          'org.freedesktop.DBus.Introspectable', 'org.freedesktop.DBus.Peer'):
            with self.subTest(interface=interface):
                self.assertEqual(self.answer('alice', POST_NAME, interface), REFUSED)
                self.assertNotEqual(self.answer('telemetry', POST_NAME, interface), REFUSED)
                self.assertNotEqual(self.answer('root', POST_NAME, interface), REFUSED)


if __name__ == '__main__':
    unittest.main()
