# SPDX-License-Identifier: LGPL-2.1-or-later
"""The polkit actions as the real polkitd has read them."""

import unittest

from gi.repository import GLib

from harness import System
from harness.agent import AUTHORITY

PREFIX = 'org.telemetrics.telemetry.'
OWNER = 'org.freedesktop.policykit.owner'

NO, AUTH_ADMIN, AUTH_ADMIN_KEEP, YES = 0, 2, 4, 5

# action: what applies without a session, in an inactive and in an active one
DEFAULTS = {
    'set-consent': (AUTH_ADMIN, AUTH_ADMIN, AUTH_ADMIN_KEEP),
    'withdraw': (AUTH_ADMIN, AUTH_ADMIN, YES),
    'set-own-consent': (YES, YES, YES),
    'read-own-records': (YES, YES, YES),
    'read-system-records': (AUTH_ADMIN, AUTH_ADMIN, YES),
    'upload-now': (AUTH_ADMIN, AUTH_ADMIN, YES),
    'pause': (AUTH_ADMIN, AUTH_ADMIN, YES),
    'read-all-records': (AUTH_ADMIN, AUTH_ADMIN, AUTH_ADMIN_KEEP),
    'delete-records': (AUTH_ADMIN, AUTH_ADMIN, AUTH_ADMIN_KEEP),
    'manage-identity': (AUTH_ADMIN, AUTH_ADMIN, AUTH_ADMIN_KEEP),
}


class PolkitPolicy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def actions(self, locale):
        """Our actions as polkitd knows them: {short id: (description, message, defaults, annotations)}."""
        answer = self.system.caller('root').call(*AUTHORITY, 'EnumerateActions', GLib.Variant('(s)', (locale,)))
        return {entry[0].removeprefix(PREFIX): (entry[1], entry[2], tuple(entry[6:9]), entry[9])
                for entry in answer[0] if entry[0].startswith(PREFIX)}

    def test_defaults(self):
        """No action is missing or added, and each has the defaults that were decided on."""
        self.assertEqual({name: action[2] for name, action in self.actions('C').items()}, DEFAULTS)

    def test_owner(self):
        """The service may ask about its callers although it is not root."""
        for name, (_, _, _, annotations) in self.actions('C').items():
            with self.subTest(action=name):
                self.assertEqual(annotations.get(OWNER), 'unix-user:telemetry')

    def test_translations(self):
        """A person who is asked is asked in their language."""
        english, german = self.actions('C'), self.actions('de_DE.UTF-8')
        for name in DEFAULTS:
            for index, what in enumerate(('description', 'message')):
                with self.subTest(action=name, what=what):
                    self.assertNotEqual(german[name][index], english[name][index])


if __name__ == '__main__':
    unittest.main()
