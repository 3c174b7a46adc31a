# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recorder: off by default, an answer means durable, every argument and option is checked, and limits are told."""

import fcntl
import json
import os
import re
import time
import uuid

from gi.repository import GLib

from harness import BusError, SystemTest
from harness.bus import BUS_NAME, NO_REPLY, memfd
from harness.process import wait_until
from harness.system import STATE

KIB = 1024
WINDOW = 'org.telemetrics.Telemetry1.Error.'


def refusal(call, *arguments, **keywords):
    """The short name of the error that the call must end in, and its message."""
    try:
        call(*arguments, **keywords)
    except BusError as error:
        return error.short, error.message
    raise AssertionError('the call should have been refused')


class RecorderTest(SystemTest):
    def kept(self, **filter_):
        """Everything that is kept, newest first."""
        values = {key.replace('_', '-'): value for key, value in filter_.items()}
        return self.root.invoke('Records', 'List', '(a{sv}tu)', values, 0, 1000)[0]

    # Off

    def test_off_by_default(self):
        """Nobody has agreed: refused, the machine shows nothing, and no record is anywhere."""
        self.assertEqual(refusal(self.root.submit)[0], 'Disabled')
        self.assertEqual(self.root.get('Recorder', 'Enabled'), False)
        self.assertEqual(self.root.get('Recorder', 'ActiveCategories'), [])
        self.assertEqual(self.root.invoke('Recorder', 'GetEffective'), [])
        self.assertEqual(self.root.submit_batch([('a/b/c', 1, 'x')]), [('', WINDOW + 'Disabled')])
        self.assertEqual(self.system.active_categories(), [])
        self.assertEqual(sorted(path.name for path in STATE.glob('*')), [])

    def test_off_again(self):
        """After the switch is turned off the next record is refused."""
        self.system.opt_in()
        self.root.submit()
        self.root.set_enabled(False)
        self.assertEqual(refusal(self.root.submit)[0], 'Disabled')
        self.assertEqual(self.system.active_categories(), [])

    def test_denied_category(self):
        """Only the categories that were granted are recorded."""
        version = self.root.get('Consent', 'PolicyVersion')
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'custom': 2, 'crashes': 1}, version, {})
        self.root.submit('acme/app/event')
        self.assertEqual(refusal(self.root.submit, 'org.telemetrics/crash/native')[0], 'Disabled')
        self.assertEqual(self.root.get('Recorder', 'ActiveCategories'), ['custom'])
        self.assertEqual(self.root.invoke('Recorder', 'GetEffective'), ['custom'])
        self.assertEqual(self.system.active_categories(), ['custom'])

    # Durable

    def test_answer_is_durable(self):
        """What was answered is there after the process was killed at once."""
        self.system.opt_in()
        ids = []
        for number in range(20):
            ids.append(self.root.submit(payload=str(number)))
        self.system.kill(BUS_NAME)
        self.assertEqual([record['record_id'] for record in reversed(self.kept())], ids)

    def test_record_has_what_the_service_adds(self):
        """Ids, clocks, origin, sequence and system are set by the service."""
        self.system.opt_in()
        before = time.time_ns() // 1000
        first = self.root.submit('acme/app/event', 3, '{"a": 1}', payload_format_version=7)
        self.system.caller('alice').submit('acme/app/event', 1, 'text')
        after = time.time_ns() // 1000
        alices, roots = self.kept()
        self.assertEqual(roots['record_id'], first)
        self.assertEqual(uuid.UUID(first).version, 7)
        self.assertEqual((roots['classification'], roots['severity'], roots['payload_format_version']),
                         ('acme/app/event', 3, 7))
        self.assertRegex(roots['event_id'], '^[0-9a-f]{32}$')
        self.assertRegex(roots['boot_id'], '^[0-9a-f]{32}$')
        self.assertTrue(before <= roots['created_at'] <= after)
        self.assertEqual((roots['origin'], alices['origin']), ('system', 'user'))
        self.assertEqual(alices['sequence'], roots['sequence'] + 1)
        self.assertEqual(roots['system']['kernel_version'], os.uname().release)
        self.assertEqual((roots['category'], roots['state'], roots['payload_size']), ('custom', 'pending', 8))

    def test_options(self):
        """event-id and created-at are taken over; an event before this boot has no boot time."""
        self.system.opt_in()
        event_id = 'ab' * 16
        now = time.time_ns() // 1000
        self.root.submit(event_id=event_id, created_at=now - 1_000_000)
        self.root.submit(created_at=1_000_000)
        old, new = self.kept()
        self.assertEqual((new['event_id'], new['created_at']), (event_id, now - 1_000_000))
        self.assertIn('boottime_us', new)
        self.assertEqual(old['created_at'], 1_000_000)
        self.assertNotIn('boottime_us', old)
        self.assertNotIn('boot_id', old)

    def test_option_system_is_for_the_system(self):
        """Another system is believed from root; from a user it is ignored."""
        self.system.opt_in()
        self.root.submit(system={'build': 'earlier', 'kernel_version': '1.2.3'})
        self.system.caller('alice').submit(system={'build': 'forged'})
        alices, roots = self.kept()
        self.assertEqual((roots['system']['build'], roots['system']['kernel_version']), ('earlier', '1.2.3'))
        self.assertIn('arch', roots['system'])
        self.assertNotEqual(alices['system'].get('build'), 'forged')

    def test_dedup_key(self):
        """The same user, class and key give the first id; another user or class has its own."""
        self.system.opt_in()
        alice = self.system.caller('alice')
        first = self.root.submit('a/b/c', payload='1', dedup_key='key')
        self.assertEqual(self.root.submit('a/b/c', payload='2', dedup_key='key'), first)
        self.assertNotEqual(self.root.submit('a/b/d', dedup_key='key'), first)
        self.assertNotEqual(alice.submit('a/b/c', dedup_key='key'), first)
        self.system.stop_services()
        self.assertEqual(self.root.submit('a/b/c', dedup_key='key'), first)
        self.assertEqual(len(self.kept()), 3)

    # Refused

    def test_bad_fields(self):
        """Each field just outside of its limit is refused with a message that names it; just inside it is kept."""
        self.system.opt_in()
        part = 'x' * 40
        future = time.time_ns() // 1000 + 3_600_000_000
        bad = [
            ('classification', ('a/b', 1, ''), {}),
            ('classification', ('a/b/c/d', 1, ''), {}),
            ('classification', ('a//c', 1, ''), {}),
            ('classification', (f'{part}x/b/c', 1, ''), {}),
            ('classification', ('a/b/ä', 1, ''), {}),
            ('classification', ('', 1, ''), {}),
            ('severity', ('a/b/c', 0, ''), {}),
            ('severity', ('a/b/c', 5, ''), {}),
            ('event_id', ('a/b/c', 1, ''), {'event_id': 'AB' * 16}),
            ('event_id', ('a/b/c', 1, ''), {'event_id': 'ab' * 15}),
            ('created-at', ('a/b/c', 1, ''), {'created_at': future}),
            ('created-at', ('a/b/c', 1, ''), {'created_at': -1}),
            ('dedup-key', ('a/b/c', 1, ''), {'dedup_key': ''}),
            ('dedup-key', ('a/b/c', 1, ''), {'dedup_key': 'x' * 129}),
            ('shoe-size', ('a/b/c', 1, ''), {'shoe_size': GLib.Variant('u', 42)}),
            ('event-id', ('a/b/c', 1, ''), {'event_id': GLib.Variant('u', 42)}),
            ('hair', ('a/b/c', 1, ''), {'system': {'hair': 'red'}}),
        ]
        for field, arguments, options in bad:
            with self.subTest(field=field, arguments=arguments, options=options):
                name, message = refusal(self.root.submit, *arguments, **options)
                self.assertEqual(name, 'InvalidFields')
                self.assertIn(field, message)
        self.assertEqual(self.kept(), [])
        self.root.submit(f'{part}/{part}/{part}', 4, 'x' * 32 * KIB, dedup_key='x' * 128)
        self.assertEqual(self.root.get('Recorder', 'MaxInlineSize'), 32 * KIB)
        name, message = refusal(self.root.submit, 'a/b/c', 1, 'x' * (32 * KIB + 1))
        self.assertEqual(name, 'TooLarge')
        self.assertIn('32768', message)

    def test_rate_limit(self):
        """A burst of 100 records, then the message says how long to wait; another user goes on."""
        self.system.opt_in()
        alice, bob = self.system.caller('alice'), self.system.caller('bob')
        kept, begun = 0, time.monotonic()
        for _ in range(150):
            try:
                alice.submit(payload='x')
                kept += 1
            except BusError as error:
                self.assertEqual(error.short, 'RateLimited')
                self.assertRegex(error.message, r'retry-after=[0-9]+$')
        self.assertTrue(100 <= kept <= 101 + (time.monotonic() - begun), kept)  # one more a second
        bob.submit()
        refused = self.root.invoke('Health', 'GetStatistics')['refused']
        self.assertEqual(refused[WINDOW + 'RateLimited'], 150 - kept)

    def test_quota(self):
        """5 MiB a day, also by file descriptor; the message says how long to wait."""
        self.system.opt_in()
        alice = self.system.caller('alice')
        payload = b'x' * KIB * KIB
        for _ in range(5):
            alice.submit_fd('a/b/c', 1, memfd(payload))
        name, message = refusal(alice.submit_fd, 'a/b/c', 1, memfd(payload))
        self.assertEqual(name, 'QuotaExceeded')
        self.assertTrue(int(re.search(r'retry-after=([0-9]+)$', message)[1]) > 3600)

    # Batches

    def test_batch_judges_each(self):
        """One bad record does not hold back its neighbours."""
        self.system.opt_in()
        results = self.root.submit_batch([('a/b/c', 1, 'first'), ('bad', 1, ''), ('a/b/c', 9, ''),
                                          ('a/b/c', 1, 'x' * (32 * KIB + 1)), ('a/b/c', 2, 'last')])
        self.assertEqual([error.removeprefix(WINDOW) for _, error in results],
                         ['', 'InvalidFields', 'InvalidFields', 'TooLarge', ''])
        self.assertEqual([bool(record_id) for record_id, _ in results], [True, False, False, False, True])
        self.assertEqual([record['record_id'] for record in reversed(self.kept())], [results[0][0], results[4][0]])

    def test_batch_bounds(self):
        """1000 records are one call, 1001 are refused; an empty batch is empty; options are refused."""
        self.system.configure('[settings]\nrate_limit_enabled=false\n')
        self.system.opt_in()
        self.assertEqual(self.root.get('Recorder', 'MaxBatch'), 1000)
        results = self.root.submit_batch([('a/b/c', 1, 'x')] * 1000)
        self.assertEqual({error for _, error in results}, {''})
        self.assertEqual(len({record_id for record_id, _ in results}), 1000)
        self.assertEqual(refusal(self.root.submit_batch, [('a/b/c', 1, 'x')] * 1001)[0], 'TooLarge')
        self.assertEqual(self.root.submit_batch([]), [])
        name, message = refusal(self.root.invoke, 'Recorder', 'SubmitBatch', '(a(susa{sv})a{sv})', [],
                                {'now': GLib.Variant('b', True)})
        self.assertEqual(name, 'InvalidFields')
        self.assertIn('options', message)

    # File descriptors

    def test_submit_fd(self):
        """A sealed memfd of the largest size is kept whole, wherever its offset stands."""
        self.system.opt_in()
        payload = ('ü' * (512 * KIB)).encode()
        descriptor = memfd(payload)
        record_id = self.root.submit_fd('a/b/c', 1, descriptor)
        self.assertEqual(self.kept()[0]['payload_size'], KIB * KIB)
        with os.fdopen(self.root.invoke('Records', 'Read', '(as)', [record_id])[1], 'rb') as lines:
            records = [json.loads(line) for line in lines]
        self.assertEqual([record['record_id'] for record in records], [record_id])
        self.assertTrue(records[0]['payload'] == payload.decode(), 'the payload is what was handed over')

    def test_bad_descriptors(self):
        """A pipe, a file, a memfd without its seals, one too large, a NUL: a clear error, and nothing kept."""
        self.system.opt_in()
        reading, _writing = os.pipe()
        huge = os.memfd_create('huge', os.MFD_ALLOW_SEALING)
        os.ftruncate(huge, 1 << 50)
        fcntl.fcntl(huge, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
        cases = [
            ('NotSealed', reading),
            ('NotSealed', os.open('/etc/passwd', os.O_RDONLY)),
            ('NotSealed', os.open('/', os.O_PATH)),
            ('NotSealed', memfd(b'text', sealed=False)),
            ('TooLarge', memfd(b'x' * (KIB * KIB + 1))),
            ('TooLarge', huge),
            ('InvalidFields', memfd(b'a\0b')),
            ('InvalidFields', memfd(b'\xff\xfe')),
        ]
        for name, descriptor in cases:
            with self.subTest(name=name, descriptor=os.readlink(f'/proc/self/fd/{descriptor}')):
                self.assertEqual(refusal(self.root.submit_fd, 'a/b/c', 1, descriptor)[0], name)
        growing = memfd(b'text', sealed=False)
        fcntl.fcntl(growing, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_WRITE)
        self.assertEqual(refusal(self.root.submit_fd, 'a/b/c', 1, growing)[0], 'NotSealed')
        self.assertEqual(self.kept(), [])

    def test_descriptor_that_is_not_there(self):
        """A position that the message has no descriptor for is refused, not read."""
        self.system.opt_in()
        for index, fds in ((0, ()), (1, (memfd(b'x'),)), (-1, (memfd(b'x'),)), (2**31 - 1, (memfd(b'x'),))):
            with self.subTest(index=index):
                body = GLib.Variant('(suha{sv})', ('a/b/c', 1, index, {}))
                name, _ = refusal(self.root.call, BUS_NAME, '/org/telemetrics/Telemetry1',
                                  BUS_NAME + '.Recorder', 'SubmitFd', body, fds=fds)
                self.assertEqual(name, 'org.freedesktop.DBus.Error.InvalidArgs')
        self.root.submit()

    # Silence and signals

    def test_no_reply(self):
        """With NO_REPLY_EXPECTED the record is kept and nothing is answered; a bad one harms nothing."""
        self.system.opt_in()
        for classification in ('a/b/silent', 'bad', 'a/b/silent'):
            self.root.invoke('Recorder', 'Submit', '(susa{sv})', classification, 1, 'x', {}, flags=NO_REPLY)
        wait_until(lambda: len(self.kept()) == 2, 'both records are kept')
        self.root.submit()

    def test_property_signals(self):
        """Enabled and ActiveCategories are announced when they change, before the change is answered."""
        alice = self.system.caller('alice')
        self.assertEqual(alice.get('Recorder', 'Enabled'), False)
        alice.drain_signals()
        self.root.set_enabled(True)
        changed = alice.wait_signal('PropertiesChanged', where=lambda values: values[0] == BUS_NAME + '.Recorder')[1]
        self.assertEqual(changed['Enabled'], True)
        self.assertIn('custom', changed['ActiveCategories'])
        self.root.set_enabled(False)
        changed = alice.wait_signal('PropertiesChanged', where=lambda values: values[0] == BUS_NAME + '.Recorder')[1]
        self.assertEqual((changed['Enabled'], changed['ActiveCategories']), (False, []))
