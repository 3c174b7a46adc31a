# SPDX-License-Identifier: LGPL-2.1-or-later
"""libtelemetry against the real service: from Python through GObject introspection, and what it leaves behind."""

import json
import os
import threading
import time
import unittest
from pathlib import Path

import gi

gi.require_version('Telemetry', '1')
from gi.repository import GLib, Telemetry  # noqa: E402

from harness import SystemTest
from harness.process import PATIENCE_SECONDS, run_as
from harness.system import STATE

Counter = Telemetry.Counter
# No limit of a user, and room for all of it.
MANY = '[settings]\nrate_limit_enabled=false\nspool_max_size=1048576\n'
PATIENCE_MSEC = int(1000 * PATIENCE_SECONDS)


def threads():
    return len(os.listdir('/proc/self/task'))


def sockets():
    links = (os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') if Path(f'/proc/self/fd/{fd}').is_symlink())
    return sum(link.startswith('socket:') for link in links)


class Library(SystemTest):
    def setUp(self):
        self.client = Telemetry.Client()

    def kept(self):
        return self.system.caller('root').invoke('Records', 'List', '(a{sv}tu)', {}, 0, 1000)[0]

    def counts(self):
        return {counter.value_nick: self.client.get_count(counter)
                for counter in (Counter.ACCEPTED, Counter.OFF, Counter.FULL, Counter.INVALID, Counter.LIMITED, Counter.LOST)
                if self.client.get_count(counter)}

    # Off

    def test_off_costs_nothing(self):
        """Off: an error or a count, no thread, no connection, and the service is not even started."""
        before = threads(), sockets()
        with self.assertRaises(GLib.Error) as caught:
            self.client.submit('acme/app/event', 1, 'text')
        self.assertTrue(caught.exception.matches(Telemetry.error_quark(), Telemetry.Error.DISABLED))
        self.assertFalse(self.client.record('acme/app/event', 1, 'text'))
        self.assertTrue(self.client.flush(0))
        self.assertEqual(self.counts(), {'off': 1})
        self.assertEqual((threads(), sockets()), before)
        self.assertEqual(self.system.telemprobd_pid(), 0)
        self.assertEqual(list(STATE.iterdir()), [])

    def test_off_again(self):
        """The switch is seen at once, in both directions, by a client that was there before."""
        self.system.opt_in()
        self.assertTrue(self.client.is_active())
        self.client.submit('acme/app/event', 1, 'text')
        self.system.caller('root').set_enabled(False)
        self.assertFalse(self.client.is_active())
        self.assertFalse(self.client.record('acme/app/event', 1, 'text'))
        self.assertEqual(self.kept(), [])

    def test_category_that_is_off(self):
        """Telemetry is on, but not for this: the service says so, and the client counts it."""
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'kernel': 2}, 1, {})
        with self.assertRaises(GLib.Error) as caught:
            self.client.submit('acme/app/event', 1, 'text')
        self.assertTrue(caught.exception.matches(Telemetry.error_quark(), Telemetry.Error.DISABLED))
        self.client.record('acme/app/event', 1, 'text')
        self.client.flush(PATIENCE_MSEC)
        self.assertEqual(self.counts(), {'off': 1})

    # On

    def test_submit(self):
        """The id that comes back is the record's, and the record is what was said."""
        self.system.opt_in()
        options = GLib.Variant('a{sv}', {'payload-format-version': GLib.Variant('u', 7), 'event-id': GLib.Variant('s', 'f' * 32)})
        record_id = self.client.submit('acme/app/event', Telemetry.Severity.HIGH, 'tëxt', options, None)
        [record] = self.kept()
        self.assertEqual((record['record_id'], record['classification'], record['severity'], record['event_id'],
                          record['payload_format_version']), (record_id, 'acme/app/event', 3, 'f' * 32, 7))

    def test_starts_the_service(self):
        """On, but nobody has called since: the bus starts the service, also after it was killed."""
        self.system.opt_in()
        for _ in range(3):
            self.system.kill('org.telemetrics.Telemetry1')
            self.assertTrue(self.client.submit('acme/app/event', 1, 'text'))
        self.assertEqual(len(self.kept()), 3)

    def test_large_payload(self):
        """Up to 1 MiB, whole; one byte more is refused by name."""
        self.system.opt_in()
        for size in (32 * 1024, 32 * 1024 + 1, 1024 * 1024):
            record_id = self.client.submit('acme/app/large', 1, 'x' * size)
            read = run_as('root', ['telemctl', 'show', '--json', record_id]).stdout
            self.assertEqual(json.loads(read)['payload'], 'x' * size)
        with self.assertRaises(GLib.Error) as caught:
            self.client.submit('acme/app/large', 1, 'x' * (1024 * 1024 + 1))
        self.assertTrue(caught.exception.matches(Telemetry.error_quark(), Telemetry.Error.TOO_LARGE))

    def test_batch(self):
        """Each record its own result, in the order of the records."""
        self.system.opt_in()
        records = GLib.Variant('a(susa{sv})', [('acme/app/a', 1, 'a', {}), ('bad', 1, 'b', {}), ('acme/app/c', 9, 'c', {}),
                                               ('acme/app/d', 4, 'd', {})])
        results = self.client.submit_batch(records).unpack()
        self.assertEqual([error.rpartition('.')[2] for _, error in results], ['', 'InvalidFields', 'InvalidFields', ''])
        self.assertEqual([record['record_id'] for record in self.kept()], [results[3][0], results[0][0]])

    def test_async(self):
        """Many calls at once in a main loop; each answers with its own id."""
        self.system.configure(MANY)
        self.system.opt_in()
        loop, ids = GLib.MainLoop(), []

        def finished(client, result, number):
            ids.append((number, client.submit_finish(result)))
            if len(ids) == 200:
                loop.quit()

        for number in range(200):
            self.client.submit_async('acme/app/event', 1, str(number), None, None, finished, number)
        loop.run()
        by_id = {record['record_id'] for record in self.kept()}
        self.assertEqual({record_id for _, record_id in ids}, by_id)

    def test_fire_and_forget(self):
        """Thousands of records: all on disk after flush(), in far fewer commits, and no thread is left."""
        self.system.configure(MANY)
        self.system.opt_in()
        before = threads()
        for number in range(3000):
            self.assertTrue(self.client.record('acme/app/event', 1, str(number)))
        self.assertTrue(self.client.flush(PATIENCE_MSEC))
        self.assertEqual(self.counts(), {'accepted': 3000})
        self.assertEqual(threads(), before)
        statistics = self.system.caller('root').invoke('Health', 'GetStatistics')
        self.assertEqual(statistics['pending-records'], 3000)
        self.assertLess(statistics['commits'], 600)

    def test_limits_are_counted(self):
        """Over the burst of a user: counted as limited, and nothing hangs."""
        self.system.opt_in()
        begun = time.monotonic()
        for number in range(150):
            self.client.record('acme/app/event', 1, str(number))
        self.assertTrue(self.client.flush(PATIENCE_MSEC))
        counts = self.counts()
        self.assertEqual(sum(counts.values()), 150)
        self.assertGreaterEqual(counts['limited'], 49 - (time.monotonic() - begun))  # one less a second
        self.assertEqual(counts['accepted'], len(self.kept()))

    def test_killed_under_load(self):
        """What was counted as accepted is on disk, however often the service dies in between."""
        self.system.configure(MANY)
        self.system.opt_in()
        stop = threading.Event()

        def report():
            while not stop.is_set():
                if not self.client.record('acme/app/event', 1, 'text'):
                    self.client.flush(PATIENCE_MSEC)

        reporter = threading.Thread(target=report)
        reporter.start()
        for _ in range(10):
            stop.wait(0.1)
            self.system.kill('org.telemetrics.Telemetry1')
        stop.set()
        reporter.join()
        self.assertTrue(self.client.flush(PATIENCE_MSEC))
        counts = self.counts()
        kept = self.system.caller('root').invoke('Health', 'GetStatistics')['pending-records']
        self.assertGreaterEqual(kept, counts['accepted'])
        self.assertLessEqual(kept, counts['accepted'] + counts.get('lost', 0))

    def test_service_goes_away(self):
        """Uninstalled under a running program: counted as off, no error, no hang."""
        self.system.opt_in()
        services = Path('/usr/share/dbus-1/system-services')
        for path in services.glob('org.telemetrics.*.service'):
            path.unlink()
        try:
            self.system.caller('root').bus_call('ReloadConfig', '()')
            self.system.kill('org.telemetrics.Telemetry1')
            self.client.record('acme/app/event', 1, 'text')
            self.assertTrue(self.client.flush(PATIENCE_MSEC))
            self.assertEqual(self.counts(), {'off': 1})
        finally:
            run_as('root', ['meson', 'install', '-C', os.environ['TM_BUILD'], '--no-rebuild', '--quiet'], seconds=120)
            self.system.caller('root').bus_call('ReloadConfig', '()')


if __name__ == '__main__':
    unittest.main()
