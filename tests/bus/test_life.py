# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of the process: not there while off, started by the bus, ends in good order, and costs little when idle."""

import os
import re
import signal
import time
from pathlib import Path

from gi.repository import GLib

from harness import BusError, SystemTest
from harness.bus import BUS_NAME, MANAGER_NAME
from harness.process import wait_until
from harness.system import RUNTIME, STATE

IDLE_SECONDS = 10
RSS_LIMIT_KIB = 10 * 1024


def status(pid, key):
    for line in Path(f'/proc/{pid}/status').read_text().splitlines():
        if line.startswith(key + ':'):
            return int(line.split()[1])
    raise KeyError(key)


def switches(pid):
    """How often each thread of the process has gone to sleep and been woken."""
    return {task: status(f'{pid}/task/{task}', 'voluntary_ctxt_switches') for task in os.listdir(f'/proc/{pid}/task')}


class LifeTest(SystemTest):
    def test_one_process_has_both_names(self):
        """Whoever is called first, one process serves both names; two calls at once start it once."""
        for _ in range(5):
            alice = self.system.caller('alice')
            calls = [(self.root, self.root.begin_invoke('Recorder', 'GetEffective')),
                     (alice, alice.begin_invoke('Consent', 'ListCategories'))]
            for caller, call in calls:
                caller.finish(call)
            self.assertEqual(self.system.owner_pid(BUS_NAME), self.system.owner_pid(MANAGER_NAME))
            self.system.stop_services()

    def test_two_connections(self):
        """The names are on connections of their own, so that a rule for one does not open the other."""
        self.root.get('Recorder', 'Enabled')
        owners = {self.root.bus_call('GetNameOwner', '(s)', name) for name in (BUS_NAME, MANAGER_NAME)}
        self.assertEqual(len(owners), 2)
        owner = self.root.bus_call('GetNameOwner', '(s)', BUS_NAME)
        with self.assertRaises(BusError):
            self.root.call(owner, '/org/telemetrics/TelemetryManager1', MANAGER_NAME + '.Consent', 'ListCategories')

    def test_leaves_when_off(self):
        """Off means not a process: gone 10 s after the last call, not before; and back for the next one."""
        self.root.get('Recorder', 'Enabled')
        pid = 0
        while pid != self.system.telemprobd_pid():  # this machine may have stood still until another one was started
            pid = self.system.telemprobd_pid()
            time.sleep(IDLE_SECONDS - 4)
            last_call = time.monotonic()
            self.root.get('Recorder', 'Enabled')
        wait_until(lambda: not Path(f'/proc/{pid}').exists(), 'it has left')
        self.assertGreater(time.monotonic() - last_call, IDLE_SECONDS)
        self.assertEqual(self.root.get('Recorder', 'Enabled'), False)

    def test_calls_while_it_leaves(self):
        """No call is lost around the moment when it leaves."""
        self.root.get('Recorder', 'Enabled')
        deadline = time.monotonic() + IDLE_SECONDS + 3
        last = 0
        while time.monotonic() < deadline:
            # Once shortly before, then densely around the moment.
            time.sleep(0.001 if last else IDLE_SECONDS - 0.02)
            last = self.root.get('Recorder', 'MaxBatch')
            self.assertEqual(last, 1000)
            if time.monotonic() > deadline - 2.5:
                break

    def test_stays_when_on(self):
        """With telemetry on it stays, is small, and sleeps."""
        self.system.configure('[settings]\nrate_limit_enabled=false\n')
        self.system.opt_in()
        for _ in range(200):
            self.root.submit(payload='x' * 1000)
        pid = self.system.telemprobd_pid()
        time.sleep(IDLE_SECONDS + 2)
        self.assertEqual(self.system.telemprobd_pid(), pid)
        rss = status(pid, 'VmRSS')

        def is_quiet():  # also who was stopped counts as woken
            before = switches(pid)
            time.sleep(5)
            return all(count == before.get(task) for task, count in switches(pid).items())
        wait_until(is_quiet, 'no timer runs while nothing is due')
        print(f'idle: {rss} KiB resident')
        self.assertLess(rss, RSS_LIMIT_KIB)

    def test_term_answers_what_was_accepted(self):
        """SIGTERM in the middle of submits: each call is answered or refused, each answered record is kept."""
        self.system.configure('[settings]\nrate_limit_enabled=false\n')
        self.system.opt_in()
        calls = [self.root.begin_invoke('Recorder', 'Submit', '(susa{sv})', 'a/b/c', 1, 'x', {}) for _ in range(100)]
        os.kill(self.system.telemprobd_pid(), signal.SIGTERM)
        ids = set()
        for call in calls:
            try:
                ids.add(self.root.finish(call)[0])
            except BusError:
                pass
        kept = {record['record_id'] for record in self.root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 1000)[0]}
        self.assertLessEqual(ids, kept)

    def test_withdrawal_that_was_cut_is_finished(self):
        """Killed in the middle of a withdrawal: either nothing has changed or everything is gone, never a part."""
        for delay in (0, 0.002, 0.005, 0.01, 0.02):
            with self.subTest(delay=delay):
                self.system.opt_in()
                self.root.submit(payload='to be deleted')
                call = self.root.begin_invoke('Consent', 'Withdraw', '(a{sv})', {})
                time.sleep(delay)
                self.system.kill(BUS_NAME)
                try:
                    self.root.finish(call)
                except BusError:
                    pass
                enabled = self.root.get('Consent', 'Enabled')
                kept = self.root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 100)[0]
                self.assertEqual(bool(kept), enabled)
                self.assertEqual(bool(self.system.active_categories()), enabled)
                self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})

    def test_calls_while_it_ends(self):
        """A call that comes while the process ends is answered by the next one, and soon."""
        for _ in range(10):
            self.root.get('Recorder', 'Enabled')
            os.kill(self.system.telemprobd_pid(), signal.SIGTERM)
            begun = time.monotonic()
            for _ in range(30):
                for name in ('Recorder', 'Consent'):
                    try:
                        self.assertEqual(self.root.get(name, 'Enabled'), False)
                    except BusError as error:  # it was on its way to the one that has ended
                        self.assertEqual(error.name, 'org.freedesktop.DBus.Error.NoReply')
            self.assertLess(time.monotonic() - begun, 20)

    def test_statistics(self):
        """Everybody may read how the service is; the numbers are those of what happened."""
        self.system.opt_in()
        for _ in range(3):
            self.root.submit(payload='four')
        statistics = self.system.caller('alice').invoke('Health', 'GetStatistics')
        self.assertEqual(statistics['pending-records'], 3)
        self.assertTrue(12 < statistics['pending-bytes'] < 3 * 1000)
        self.assertGreaterEqual(statistics['commits'], 1)
        self.assertEqual([statistics[key] for key in ('accepted', 'sent', 'rejected', 'attempts', 'bytes-sent')],
                         [3, 0, 0, 0, 0])
        self.assertGreater(statistics['uptime-usec'], 0)
        self.assertEqual(self.root.get('Health', 'Status'), 'ok')
        self.assertEqual(self.root.get('Health', 'Problems'), [])
        self.assertEqual(self.root.get('Health', 'Version'), self.root.get('Recorder', 'Version'))

    def test_statistics_are_those_of_the_manual(self):
        """Every key that the manual names is there, and every one that is there has its place in the manual."""
        self.system.opt_in()
        self.root.submit()
        statistics = self.root.invoke('Health', 'GetStatistics')
        source = Path(os.environ['TM_SOURCE']) / 'introspection/org.telemetrics.TelemetryManager1.xml'
        text = source.read_text(encoding='utf-8').partition('      GetStatistics:')[2].partition('-->')[0]
        named = re.findall(r'([a-z-]+) \((?:u|t|a\(sst\)|a\{st\})\)', text)
        self.assertEqual(sorted(statistics), sorted(named))

    def test_problems_of_the_configuration(self):
        """A bad value is told with file, key and range, and the service works all the same."""
        self.system.configure('[settings]\nbyte_burst_limit=many\n')
        self.system.opt_in()
        self.root.submit()
        self.assertEqual(self.root.get('Health', 'Status'), 'degraded')
        problem = self.root.get('Health', 'Problems')[0]
        self.assertIn('byte_burst_limit', problem)
        self.assertIn('50-test.conf', problem)

    def test_active_file_cannot_be_written(self):
        """That programs cannot see what is active is told, and is over when they can."""
        os.chown(RUNTIME, 0, 0)
        self.system.opt_in()
        self.assertEqual(self.root.get('Health', 'Status'), 'degraded')
        self.assertIn(str(RUNTIME / 'active'), self.root.get('Health', 'Problems')[0])
        os.chown(RUNTIME, STATE.stat().st_uid, STATE.stat().st_gid)
        self.root.set_enabled(False)
        self.assertEqual(self.root.get('Health', 'Problems'), [])

    def test_records_changed(self):
        """Changed tells of new records, at most once a second."""
        self.system.opt_in()
        self.root.drain_signals()
        self.root.submit_batch([('a/b/c', 1, 'four')] * 10)
        in_bytes = self.root.wait_signal('Changed', where=lambda values: values[0] == 10)[1]
        self.assertTrue(40 < in_bytes < 10 * 1000)
        self.assertEqual([name for name, _ in self.root.drain_signals(0.5) if name == 'Changed'], [])

    def test_listing_pages(self):
        """Pages are newest first, none is listed twice, and filters count."""
        self.system.opt_in()
        ids = [self.root.submit('a/b/c', 1 + number % 4, str(number)) for number in range(10)]
        seen, cursor = [], 0
        while True:
            records, cursor = self.root.invoke('Records', 'List', '(a{sv}tu)', {}, cursor, 3)
            seen += [record['record_id'] for record in records]
            if not cursor:
                break
        self.assertEqual(seen, ids[::-1])
        high = self.root.invoke('Records', 'List', '(a{sv}tu)', {'severity': GLib.Variant('u', 3)}, 0, 0)[0]
        self.assertEqual({record['severity'] for record in high}, {3, 4})
        for filter_ in ({'severity': GLib.Variant('u', 5)}, {'severity': GLib.Variant('s', '3')},
                        {'state': GLib.Variant('s', 'lost')}, {'shoes': GLib.Variant('s', 'x')},
                        {'record-id': GLib.Variant('s', 'x')}):
            with self.assertRaises(BusError) as caught:
                self.root.invoke('Records', 'List', '(a{sv}tu)', filter_, 0, 0)
            self.assertEqual(caught.exception.short, 'InvalidFields')
            self.assertIn(next(iter(filter_)), caught.exception.message)

    def test_later_members_say_so(self):
        """What a later version fills answers NotSupported."""
        calls = [('Records', 'Preview', '(as)', ([],)), ('Records', 'Delete', '(as)', ([],)),
                 ('Records', 'DeleteMatching', '(a{sv})', ({},)), ('Records', 'ListTransmissions', '(tu)', (0, 0)),
                 ('Records', 'ReadTransmission', '(s)', ('x',)), ('Delivery', 'Pause', '(ta{sv})', (0, {})),
                 ('Delivery', 'Resume', '(a{sv})', ({},)), ('Identity', 'RequestErasure', '(a{sv})', ({},)),
                 ('Identity', 'ListErasures', '()', ())]
        for interface, method, signature, values in calls:
            with self.subTest(method=method):
                with self.assertRaises(BusError) as caught:
                    self.root.invoke(interface, method, signature, *values)
                self.assertEqual(caught.exception.short, 'NotSupported')
