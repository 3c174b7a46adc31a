# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ground the other tests stand on: the sandbox, the bus and polkit in it, and callers of several users."""

import unittest

from gi.repository import GLib

from harness import BusError, System
from harness import agent, sessions
from harness.bus import INTERACTIVE
from harness.process import processes, run_as

# An action that Debian's polkit itself brings: only an administrator may, and a person is asked.
EXEC = 'org.freedesktop.policykit.exec'
AUTHORITY = agent.AUTHORITY


def check(caller, subject, interactive=False):
    """What polkit says about EXEC: (authorised, challenge)."""
    body = GLib.Variant('((sa{sv})sa{ss}us)', (subject, EXEC, {}, int(interactive), ''))
    return caller.call(*AUTHORITY, 'CheckAuthorization', body)[0][:2]


class HarnessTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def tearDown(self):
        self.system.reset()

    def subject_of(self, caller):
        return ('system-bus-name', {'name': GLib.Variant('s', caller.unique_name)})

    def test_callers_have_their_own_uid(self):
        """The bus sees each caller as the user it is meant to be."""
        for user in ('root', 'alice', 'bob'):
            uid = int(run_as(user, ['id', '-u']).stdout)
            caller = self.system.caller(user)
            self.assertEqual(caller.bus_call('GetConnectionUnixUser', '(s)', caller.unique_name), uid)

    def test_error_reply_is_raised(self):
        """An error reply becomes BusError with the name that was on the bus."""
        with self.assertRaises(BusError) as caught:
            self.system.caller('alice').bus_call('GetNameOwner', '(s)', 'org.example.Nobody')
        self.assertEqual(caught.exception.name, 'org.freedesktop.DBus.Error.NameHasNoOwner')

    def test_agent_answers(self):
        """polkit asks the scripted agent, and its yes and no count."""
        root, alice = self.system.caller('root'), self.system.caller('alice', session='active')
        self.assertEqual(check(root, self.subject_of(alice)), (False, True))
        for answer in ('yes', 'no'):
            with agent.Agent(alice, answer) as person:
                self.assertEqual(check(root, self.subject_of(alice), interactive=True)[0], answer == 'yes')
                self.assertEqual(person.asked, [EXEC])

    def test_rules(self):
        """A rules file counts as soon as polkit_rules() returns."""
        root, alice = self.system.caller('root'), self.system.caller('alice', session='active')
        self.assertFalse(check(root, self.subject_of(alice))[0])
        self.system.polkit_rules('polkit.addRule(function(a, s) { if (s.user == "alice") return "yes"; });')
        self.assertTrue(check(root, self.subject_of(alice))[0])

    def test_sessions(self):
        """polkit sees where a caller sits: at the active, an inactive or no seat."""
        self.system.polkit_rules(
            'polkit.addRule(function(a, s) { return s.local ? (s.active ? "yes" : "no") : "auth_admin"; });')
        root = self.system.caller('root')
        for user, session, answer in (('alice', 'active', (True, False)), ('bob', 'inactive', (False, False)),
                                      ('alice', 'remote', (False, True)), ('bob', None, (False, True))):
            with self.subTest(user=user, session=session):
                caller = self.system.caller(user, session=session)
                self.assertEqual(check(root, self.subject_of(caller)), answer)

    def test_session_changes(self):
        """Somebody else takes the seat: polkit sees it at once."""
        self.system.polkit_rules('polkit.addRule(function(a, s) { return s.active ? "yes" : "no"; });')
        root, alice = self.system.caller('root'), self.system.caller('alice', session='active')
        self.assertEqual(check(root, self.subject_of(alice)), (True, False))
        sessions.change('alice', sessions.open_session('alice'), 'inactive')
        self.assertEqual(check(root, self.subject_of(alice)), (False, False))

    def test_nothing_runs_but_what_was_started(self):
        """The process table of the sandbox is its own."""
        self.assertLessEqual({line.split()[0].rpartition('/')[2] for line in processes().values()},
                             {'dbus-daemon', 'polkitd', 'python3'})
        self.assertEqual(INTERACTIVE, 4)


if __name__ == '__main__':
    unittest.main()
