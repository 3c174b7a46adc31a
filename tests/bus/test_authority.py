# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may grant, withdraw, read and rotate: asked of the real polkit, with and without a person who answers."""

import time

from gi.repository import GLib

from harness import BusError, SystemTest
from harness.agent import Agent
from harness.bus import INTERACTIVE, MANAGER_NAME
from harness.process import PATIENCE_SECONDS, wait_until

AUTH_FAILED = 'org.freedesktop.DBus.Error.AuthFailed'
INTERACTION = 'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired'


class AuthorityTest(SystemTest):
    def enabled(self):
        return self.root.get('Consent', 'Enabled')

    def refusal(self, caller, enabled, **keywords):
        with self.assertRaises(BusError) as caught:
            caller.set_enabled(enabled, **keywords)
        return caught.exception.name

    # Without a person

    def test_root_may_both(self):
        """root turns it on and off."""
        self.root.set_enabled(True)
        self.assertTrue(self.enabled())
        self.root.set_enabled(False)
        self.assertFalse(self.enabled())

    def test_root_passes_without_polkit(self):
        """A broken polkit can't keep telemetry on: root withdraws when there is none."""
        self.root.set_enabled(True)
        self.system.stop_polkit()
        try:
            self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
            self.assertFalse(self.enabled())
        finally:
            self.system.start_polkit()

    def test_active_session(self):
        """A user in an active local session may withdraw, but not grant without authenticating."""
        alice = self.system.caller('alice', session='active')
        self.assertEqual(self.refusal(alice, True), INTERACTION)
        self.assertFalse(self.enabled())
        self.root.set_enabled(True)
        alice.set_enabled(False)
        self.assertFalse(self.enabled())
        self.root.set_enabled(True)
        alice.invoke('Consent', 'Withdraw', '(a{sv})', {})
        self.root.set_enabled(True)
        version = alice.get('Consent', 'PolicyVersion')
        alice.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'crashes': 1}, version, {})
        with self.assertRaises(BusError):
            alice.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'kernel': 1, 'crashes': 2}, version, {})
        self.assertEqual(alice.get('Consent', 'Decisions')['kernel'], 2)

    def test_other_sessions(self):
        """Without a session, in an inactive one, or from afar: neither."""
        self.root.set_enabled(True)
        for session in (None, 'inactive', 'remote'):
            with self.subTest(session=session):
                bob = self.system.new_caller('bob', session)
                self.assertIn(self.refusal(bob, False), (INTERACTION, AUTH_FAILED))
                self.assertIn(self.refusal(bob, True), (INTERACTION, AUTH_FAILED))
                self.assertTrue(self.enabled())
                bob.close()

    def test_denied_by_rule(self):
        """A rule of the administrator that says no is AuthFailed, also where the default is yes."""
        self.system.polkit_rules('polkit.addRule(function(a, s) {'
                                 ' if (a.id.indexOf("org.telemetrics.") == 0) return "no"; });')
        self.root.set_enabled(True)
        alice = self.system.caller('alice', session='active')
        self.assertEqual(self.refusal(alice, False), AUTH_FAILED)
        self.assertEqual(self.refusal(alice, False, flags=INTERACTIVE), AUTH_FAILED)
        self.assertTrue(self.enabled())

    def test_polkit_is_missing(self):
        """Without polkit everybody but root is told no, in reasonable time."""
        alice = self.system.caller('alice', session='active')
        self.root.set_enabled(True)
        self.system.stop_polkit()
        try:
            with open('/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service', encoding='utf-8') as file:
                text = file.read()
            with open('/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service', 'w', encoding='utf-8') as file:
                file.write(text.replace('/usr/lib/polkit-1/polkitd', '/bin/false'))
            self.root.bus_call('ReloadConfig')
            self.assertEqual(self.refusal(alice, False), AUTH_FAILED)
            self.assertTrue(self.enabled())
        finally:
            with open('/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service', 'w', encoding='utf-8') as file:
                file.write(text)
            self.root.bus_call('ReloadConfig')
            self.system.start_polkit()

    # With one

    def test_challenge_is_answered(self):
        """With the interaction flag a person is asked, and the answer counts."""
        alice = self.system.caller('alice', session='active')
        with Agent(alice, 'no') as person:
            self.assertEqual(self.refusal(alice, True, flags=INTERACTIVE), AUTH_FAILED)
            self.assertEqual(person.asked, ['org.telemetrics.telemetry.set-consent'])
        self.assertFalse(self.enabled())
        with Agent(alice, 'yes') as person:
            alice.set_enabled(True, flags=INTERACTIVE)
            self.assertEqual(person.asked, ['org.telemetrics.telemetry.set-consent'])
        self.assertTrue(self.enabled())

    def test_nobody_is_asked_without_the_flag(self):
        """Without the flag the person is left alone."""
        alice = self.system.caller('alice', session='active')
        with Agent(alice, 'yes') as person:
            self.assertEqual(self.refusal(alice, True), INTERACTION)
            self.assertEqual(person.asked, [])

    def test_no_agent(self):
        """The flag is set, but there is nobody to ask."""
        alice = self.system.caller('alice', session='active')
        self.assertEqual(self.refusal(alice, True, flags=INTERACTIVE), AUTH_FAILED)
        self.assertFalse(self.enabled())

    def test_person_does_not_answer(self):
        """While one dialog is open everybody else is served, the same user included."""
        alice = self.system.caller('alice', session='active')
        with Agent(alice, 'never') as person:
            call = alice.begin_invoke('Consent', 'SetEnabled', '(ba{sv})', True, {}, flags=INTERACTIVE, timeout=120)
            self.assertTrue(person.begun.wait(PATIENCE_SECONDS))
            begun = time.monotonic()
            self.assertFalse(alice.get('Consent', 'Enabled'))
            self.root.set_enabled(True)
            self.root.submit()
            alice.submit()
            alice.set_enabled(False)
            self.assertFalse(self.enabled())
            self.assertLess(time.monotonic() - begun, PATIENCE_SECONDS)
            # The question is still open; taking part of the session away ends it.
            self.system.kill('org.freedesktop.PolicyKit1')
            with self.assertRaises(BusError) as caught:
                alice.finish(call)
            self.assertEqual(caught.exception.name, AUTH_FAILED)
            self.assertFalse(self.enabled())
        self.restart_polkit()

    def restart_polkit(self):
        self.system.stop_polkit()
        if not self.system.owner_pid('org.freedesktop.PolicyKit1'):
            self.system.start_polkit()

    def test_caller_leaves(self):
        """When the caller leaves during the dialog, the dialog is taken back and nothing is changed."""
        leaving = self.system.new_caller('alice', 'active')
        with Agent(leaving, 'never') as person:
            leaving.begin_invoke('Consent', 'SetEnabled', '(ba{sv})', True, {}, flags=INTERACTIVE, timeout=120)
            self.assertTrue(person.begun.wait(PATIENCE_SECONDS))
            leaving.close()
            self.assertTrue(person.cancelled.wait(PATIENCE_SECONDS), 'polkit has told the agent that it is over')
        self.assertFalse(self.enabled())

    def test_open_questions_are_bounded(self):
        """A fifth question of one connection is Busy; the service and the first four go on."""
        alice = self.system.caller('alice', session='active')
        with Agent(alice, 'never') as person:
            calls = [alice.begin_invoke('Consent', 'SetEnabled', '(ba{sv})', True, {}, flags=INTERACTIVE, timeout=120)
                     for _ in range(5)]
            with self.assertRaises(BusError) as caught:
                alice.finish(calls[4])
            self.assertEqual(caught.exception.short, 'Busy')
            self.assertTrue(person.begun.wait(PATIENCE_SECONDS))
            self.assertFalse(self.enabled())

    def test_state_is_looked_at_again(self):
        """What is asked for is judged when the answer comes, not when the question was put."""
        alice = self.system.caller('alice', session='active')
        version = alice.get('Consent', 'PolicyVersion')
        with Agent(alice, 'yes'):
            alice.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'custom': 2}, version, {}, flags=INTERACTIVE)
        self.assertEqual(self.system.active_categories(), ['custom'])

    # The other objects

    def test_rotating_needs_an_administrator(self):
        """A user may not take a new identity, root may; the id itself is nowhere on the bus."""
        alice = self.system.caller('alice', session='active')
        with self.assertRaises(BusError) as caught:
            alice.invoke('Identity', 'Rotate', '(a{sv})', {})
        self.assertEqual(caught.exception.name, INTERACTION)
        self.root.set_enabled(True)
        before = self.root.get('Identity', 'Created')
        time.sleep(1.1)
        self.root.invoke('Identity', 'Rotate', '(a{sv})', {})
        wait_until(lambda: self.root.get('Identity', 'Created') > before, 'the new identity is in force')
        self.assertEqual(self.root.get('Identity', 'Mode'), 'rotating')
        self.assertEqual(self.root.get('Identity', 'Expires') - self.root.get('Identity', 'Created'),
                         3 * 24 * 3600 * 1_000_000)
        properties = self.root.call(MANAGER_NAME, '/org/telemetrics/TelemetryManager1',
                                    'org.freedesktop.DBus.Properties', 'GetAll',
                                    GLib.Variant('(s)', (MANAGER_NAME + '.Identity',)))[0]
        self.assertEqual(set(properties), {'Mode', 'Created', 'Expires'})

    def test_reading_follows_the_scope(self):
        """Everybody reads his own records; those of the system in an active session; those of others root alone."""
        self.root.set_enabled(True)
        alice, bob = self.system.caller('alice', session='active'), self.system.caller('bob')
        ids = {'alice': alice.submit('a/b/alice'), 'bob': bob.submit('a/b/bob'), 'root': self.root.submit('a/b/root')}

        def seen(caller, **filter_):
            return {record['record_id'] for record in caller.invoke('Records', 'List', '(a{sv}tu)', filter_, 0, 0)[0]}
        own, system, everything = ({'scope': GLib.Variant('s', name)} for name in ('own', 'system', 'all'))
        self.assertEqual(seen(bob, **own), {ids['bob']})
        self.assertEqual(seen(alice, **system), {ids['alice'], ids['root']})
        self.assertEqual(seen(alice), {ids['alice'], ids['root']})
        self.assertEqual(seen(self.root), set(ids.values()))
        for caller, filter_ in ((bob, system), (bob, everything), (alice, everything)):
            with self.assertRaises(BusError):
                seen(caller, **filter_)
        bob.invoke('Records', 'Read', '(as)', [ids['bob']])
        alice.invoke('Records', 'Read', '(as)', [ids['alice'], ids['root']])
        for caller, record_id in ((bob, ids['root']), (bob, ids['alice']), (alice, ids['bob'])):
            with self.assertRaises(BusError) as caught:
                caller.invoke('Records', 'Read', '(as)', [record_id])
            self.assertIn(caught.exception.name, (AUTH_FAILED, INTERACTION))
