# SPDX-License-Identifier: LGPL-2.1-or-later
"""Consent of the system: what each change does, that it is announced, that it survives, and that a no is complete."""

import time
import uuid
from pathlib import Path

from gi.repository import GLib

from harness import BusError, SystemTest
from harness.bus import BUS_NAME, MANAGER_NAME
from harness.system import STATE

IDENTITY = STATE / 'identity.conf'
CATEGORIES = Path('/etc/telemetrics/categories.d')
ALL = ('boot', 'crashes', 'custom', 'hardware', 'heartbeat', 'journal', 'kernel', 'updates')


class ConsentTest(SystemTest):
    def decide(self, decisions, version=None, options=None):
        if version is None:
            version = self.root.get('Consent', 'PolicyVersion')
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', decisions, version, options or {})

    def kept(self):
        return [record['classification']
                for record in self.root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 1000)[0]]

    def secrets(self):
        """Every secret that the machine ever had and has not forgotten."""
        text = IDENTITY.read_text() if IDENTITY.exists() else ''
        return [line.partition('=')[2] for line in text.splitlines() if line.startswith('secret=')]

    def test_unset_at_first(self):
        """All eight categories are there, undecided, with a text for people; nobody is prompted."""
        self.assertEqual(self.root.get('Consent', 'Enabled'), False)
        self.assertEqual(set(self.root.get('Consent', 'Decisions').values()), {0})
        self.assertEqual(self.root.get('Consent', 'AcceptedPolicyVersion'), 0)
        categories = self.root.invoke('Consent', 'ListCategories')
        self.assertEqual([category[0] for category in categories], list(ALL))
        for _, title, explanation, decision, details in categories:
            self.assertTrue(title and explanation and details['purpose'] and details['classifications'])
            self.assertEqual((decision, details['active'], details['locked']), (0, False, False))

    def test_switch_grants_what_is_undecided(self):
        """Turning the switch on for the first time grants everything that nobody has decided on."""
        self.root.set_enabled(True)
        self.assertEqual(set(self.root.get('Consent', 'Decisions').values()), {2})
        self.assertEqual(self.root.get('Consent', 'AcceptedPolicyVersion'), self.root.get('Consent', 'PolicyVersion'))
        self.assertEqual(len(self.system.active_categories()), 8)
        self.assertTrue((STATE / 'enabled').exists())

    def test_switch_keeps_decisions(self):
        """Off and on again leaves the decisions as they were."""
        self.decide({'custom': 2})
        self.root.set_enabled(False)
        self.assertFalse((STATE / 'enabled').exists())
        self.assertEqual(self.root.get('Consent', 'Decisions')['custom'], 2)
        self.root.set_enabled(True)
        self.assertEqual(self.system.active_categories(), ['custom'])

    def test_refused_changes(self):
        """A wrong version, an unknown category, a wrong value, an option: each its error, and nothing changes."""
        version = self.root.get('Consent', 'PolicyVersion')
        cases = [
            ('PolicyChanged', {'custom': 2}, version + 1, None),
            ('PolicyChanged', {'custom': 1}, version + 1, None),
            ('UnknownCategory', {'shoes': 2}, version, None),
            ('InvalidFields', {'custom': 3}, version, None),
            ('InvalidFields', {'custom': 0}, version, None),
            ('InvalidFields', {'custom': 2}, version, {'later': GLib.Variant('b', True)}),
            ('UnknownCategory', {'custom': 2, 'shoes': 2}, version, None),
        ]
        for name, decisions, policy_version, options in cases:
            with self.subTest(name=name, decisions=decisions):
                with self.assertRaises(BusError) as caught:
                    self.decide(decisions, policy_version, options)
                self.assertEqual(caught.exception.short, name)
        self.assertEqual(self.root.get('Consent', 'Enabled'), False)
        self.assertEqual(set(self.root.get('Consent', 'Decisions').values()), {0})

    def test_locked(self):
        """What the administrator locks can't be granted; the switch leaves it alone."""
        self.system.configure('[consent]\nlocked=crashes;\n')
        self.assertEqual(self.root.get('Consent', 'Locked'), ['crashes'])
        with self.assertRaises(BusError) as caught:
            self.decide({'crashes': 2})
        self.assertEqual(caught.exception.short, 'Locked')
        self.root.set_enabled(True)
        self.assertNotIn('crashes', self.system.active_categories())
        self.decide({'crashes': 1})

    def test_broken_category(self):
        """A file that is not as it must be: its category is off, and so is the one that would get what it claims, everywhere."""
        self.root.set_enabled(True)
        self.root.submit('acme/app/event')
        override = CATEGORIES / 'crashes.category'
        override.parent.mkdir(parents=True)
        override.write_text('[Category]\nTitle=broken\n')
        self.system.stop_services()
        others = [name for name in ALL if name not in ('crashes', 'custom')]
        self.assertEqual(self.root.get('Consent', 'Locked'), ['crashes', 'custom'])
        self.assertEqual(self.system.active_categories(), others)
        self.assertEqual(self.root.get('Recorder', 'ActiveCategories'), others)
        self.assertEqual(self.root.invoke('Recorder', 'GetEffective'), others)
        for classification in ('acme/app/event', 'org.telemetrics/crash/native'):
            with self.assertRaises(BusError) as caught:
                self.root.submit(classification)
            self.assertEqual(caught.exception.short, 'Disabled')
        self.assertEqual(self.kept(), [])
        self.assertEqual(len(self.root.get('Health', 'Problems')), 2)
        listed = {category[0]: category[4] for category in self.root.invoke('Consent', 'ListCategories')}
        self.assertEqual([name for name in ALL if listed[name]['active']], others)
        self.assertEqual(listed['crashes']['classifications'], [])

        override.unlink()
        self.system.stop_services()
        self.assertEqual(self.root.get('Recorder', 'ActiveCategories'), list(ALL))

    def test_not_yet_supported(self):
        """Decisions of single users are told to be missing, by name."""
        for method, signature, values in (('GetOwnConsent', '()', ()),
                                          ('SetOwnConsent', '(a{su}ua{sv})', ({}, 1, {}))):
            with self.assertRaises(BusError) as caught:
                self.root.invoke('Consent', method, signature, *values)
            self.assertEqual(caught.exception.short, 'NotSupported')

    def test_denying_deletes(self):
        """Denying one category deletes its records and leaves the others."""
        self.root.set_enabled(True)
        self.root.submit('org.telemetrics/crash/native')
        self.root.submit('acme/app/event')
        self.decide({'crashes': 1})
        self.assertEqual(self.kept(), ['acme/app/event'])
        self.assertNotIn('crashes', self.system.active_categories())
        self.assertEqual(self.root.get('Consent', 'Enabled'), True)

    def test_withdraw(self):
        """Everything goes: records, decisions, identity; a receipt stays."""
        self.root.set_enabled(True)
        self.root.submit(payload='a text to look for')
        before = self.secrets()
        receipt = self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        self.assertTrue(uuid.UUID(receipt))
        self.assertEqual(self.root.get('Consent', 'Enabled'), False)
        self.assertEqual(set(self.root.get('Consent', 'Decisions').values()), {0})
        self.assertEqual(self.system.active_categories(), [])
        self.assertFalse((STATE / 'enabled').exists())
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.secrets()[:len(before)], before)
        self.assertEqual(len(self.secrets()), len(before) + 1)
        for path in STATE.iterdir():
            self.assertNotIn(b'a text to look for', path.read_bytes(), path)

    def test_withdraw_twice(self):
        """Withdrawing what is withdrawn succeeds, and takes no new identity each time."""
        self.root.set_enabled(True)
        self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        secrets = self.secrets()
        self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        self.assertEqual(self.secrets(), secrets)

    def test_off_deletes_and_renews(self):
        """The switch alone deletes what is kept, and the machine is another one afterwards."""
        self.root.set_enabled(True)
        self.root.submit()
        before = self.secrets()
        self.root.set_enabled(False)
        self.assertEqual(self.kept(), [])
        self.assertEqual(len(self.secrets()), len(before) + 1)

    def test_survives_restart(self):
        """Consent is what it was after the service was ended, and after it was killed."""
        self.decide({'custom': 2, 'crashes': 1})
        for end in (self.system.stop_services, lambda: self.system.kill(BUS_NAME)):
            end()
            self.assertEqual(self.root.get('Consent', 'Enabled'), True)
            decisions = self.root.get('Consent', 'Decisions')
            self.assertEqual((decisions['custom'], decisions['crashes'], decisions['kernel']), (2, 1, 0))
            self.assertEqual(self.system.active_categories(), ['custom'])
            self.root.submit()

    def test_damaged_file_means_no(self):
        """A file that can't be read is a no to everything, told in Problems."""
        self.root.set_enabled(True)
        self.system.stop_services()
        (STATE / 'consent.conf').write_text('[Consent\nEnabled=true\n')
        self.assertEqual(self.root.get('Consent', 'Enabled'), False)
        self.assertEqual(self.root.get('Health', 'Status'), 'failed')
        self.assertTrue(any('consent' in problem for problem in self.root.get('Health', 'Problems')))
        with self.assertRaises(BusError) as caught:
            self.root.submit()
        self.assertEqual(caught.exception.short, 'Disabled')

    def test_signals(self):
        """A panel sees each change, by one signal, before whoever made it gets his answer."""
        alice = self.system.caller('alice')
        alice.get('Consent', 'Enabled')
        alice.drain_signals()
        self.root.set_enabled(True)
        consent = MANAGER_NAME + '.Consent'
        changed = alice.wait_signal('PropertiesChanged', where=lambda values: values[0] == consent)[1]
        self.assertEqual(changed['Enabled'], True)
        self.assertEqual(set(changed['Decisions'].values()), {2})
        self.root.set_enabled(True)
        self.assertEqual([values for name, values in alice.drain_signals(0.3)
                          if name == 'PropertiesChanged' and values[0] == consent], [])

    def test_new_policy_version(self):
        """A new version asks again; what was granted goes on, an old version is refused."""
        self.decide({'custom': 2})
        self.system.configure('[policy]\nversion=2\nuri=https://example.org/privacy\n')
        self.assertEqual(self.root.get('Consent', 'PolicyVersion'), 2)
        self.assertEqual(self.root.get('Consent', 'AcceptedPolicyVersion'), 1)
        self.assertEqual(self.root.get('Consent', 'PromptNeeded'), True)
        self.assertEqual(self.root.get('Consent', 'PrivacyPolicyUri'), 'https://example.org/privacy')
        with self.assertRaises(BusError) as caught:
            self.decide({'crashes': 2}, 1)
        self.assertEqual(caught.exception.short, 'PolicyChanged')
        self.decide({'crashes': 2}, 2)
        self.assertEqual(self.root.get('Consent', 'PromptNeeded'), False)

    def test_withdrawal_under_load(self):
        """Records that were on their way when consent ended are refused or deleted, none is left."""
        self.system.configure('[settings]\nrate_limit_enabled=false\n')
        self.root.set_enabled(True)
        alice = self.system.caller('alice')
        calls = [alice.begin_invoke('Recorder', 'Submit', '(susa{sv})', 'a/b/c', 1, 'x' * 1000, {}) for _ in range(60)]
        time.sleep(0.005)
        self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        for call in calls:
            try:
                alice.finish(call)
            except BusError as error:
                self.assertEqual(error.short, 'Disabled')
        self.assertEqual(self.kept(), [])
