# SPDX-License-Identifier: LGPL-2.1-or-later
"""From Submit to the server, with both services real and a server that records every byte."""

import os
import signal
import threading
import time
import unittest

from doubles.recording_server import Answer, RecordingServer, reply
from harness import BusError, SystemTest, wait_until
from harness.bus import BUS_NAME, POST_NAME

# Rounds follow each other at once; what waits in these tests waits because of an answer.
QUICK = 'interval=1\njitter=0'


class DeliveryTest(SystemTest):
    polkit = False

    def setUp(self):
        self.server = self.enterContext(RecordingServer())

    def begin(self, settings='', delivery=QUICK, opt_in=True):
        """Configure both services for the server, and opt in."""
        self.system.configure(f'[settings]\nserver={self.server.url}\nrate_limit_enabled=false\n{settings}\n[delivery]\n{delivery}\n')
        self.root = self.system.caller('root')
        if opt_in:
            self.system.opt_in()

    def submit(self, count=1, severity=1, payload='{}'):
        """Ids of so many new records."""
        rows = [('acme/app/event', severity, payload)] * count
        results = self.root.submit_batch(rows)
        self.assertEqual({error for _, error in results}, {''})
        return [record_id for record_id, _ in results]

    def states(self):
        """{record id: state} of all records that are kept."""
        rows, _ = self.root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 1000)
        return {row['record_id']: row['state'] for row in rows}

    def delivered(self):
        """Ids of all records in all batches that arrived whole, with repetitions."""
        return [record_id for exchange in self.server.exchanges if exchange.complete for record_id in exchange.record_ids()]

    def get(self, name):
        return self.root.get('Delivery', name)

    def wait_attempt(self, result=None, seconds=60):
        """The values of AttemptFinished, the next one or the next with that result."""
        return self.root.wait_signal('AttemptFinished', seconds, lambda values: result in (None, values[1]))

    def upload(self):
        return self.root.invoke('Delivery', 'UploadNow', '(a{sv})', {})

    def attempt(self):
        """The values of the next attempt: after an error one may begin by itself, by chance, before we ask for it."""
        try:
            self.upload()
        except BusError as error:
            self.assertEqual(error.short, 'Busy')
        return self.wait_attempt()

    def upload_and_wait(self):
        attempt_id = self.upload()
        return self.root.wait_signal('AttemptFinished', 60, lambda values: values[0] == attempt_id)

    # The way of a record

    def test_record_arrives(self):
        """What was submitted arrives, once, as it was; then nothing is left and nothing more is sent."""
        self.begin()
        record_id = self.root.submit('acme/app/event', 2, '{"answer": 42}', event_id='a' * 32)
        exchange = self.server.wait_exchanges(1)[0]
        batch = exchange.json()
        self.assertEqual((batch['format'], batch['batch_id'], batch['client']), (1, exchange.headers['idempotency-key'], 'telemetrics/0.1.0'))
        self.assertRegex(batch['machine_id'], '^[0-9a-f]{32}$')
        record = batch['records'][0]
        self.assertEqual((record['record_id'], record['classification'], record['severity'], record['payload'], record['event_id']),
                         (record_id, 'acme/app/event', 2, '{"answer": 42}', 'a' * 32))
        self.assertEqual(exchange.headers['attempt'], '1')
        self.wait_attempt('settled')
        self.assertEqual(self.root.get('Delivery', 'State'), 'idle')
        self.assertAlmostEqual(self.root.get('Delivery', 'LastSuccess') / 1e6, time.time(), delta=10)
        time.sleep(1.5)
        self.assertEqual(len(self.server.exchanges), 1)


    def test_all_of_a_batch(self):
        """More records than a batch holds go in one round, in batches of the configured size, no record twice."""
        self.begin(delivery='interval=1\njitter=0\nbatch_max_records=30')
        record_ids = self.submit(100)
        self.server.wait_exchanges(4)
        self.wait_attempt('settled')
        self.assertEqual(sorted(self.delivered()), sorted(record_ids))
        self.assertEqual([len(exchange.record_ids()) for exchange in self.server.exchanges], [30, 30, 30, 10])
        self.assertEqual(len({exchange.connection for exchange in self.server.exchanges}), 1)

    def test_urgent(self):
        """Severity 3 wakes delivery at once and takes along what waits; severity 2 waits for the timer."""
        self.begin(delivery='interval=3600\njitter=0')
        patient = self.submit(severity=2)
        time.sleep(1)
        self.assertEqual(self.server.exchanges, [])
        self.assertEqual(self.get('State'), 'waiting')
        urgent = self.submit(severity=3)
        exchange = self.server.wait_exchanges(1)[0]
        self.assertEqual(exchange.record_ids(), urgent + patient)

    def test_no_server(self):
        """Without a server records stay, and no second process is started."""
        self.server.url = ''
        self.begin()
        record_ids = self.submit(severity=4)
        time.sleep(1.5)
        self.assertFalse(self.system.telempostd_pid())
        self.assertEqual(self.states(), {record_ids[0]: 'pending'})
        _, result, records, _, details = self.upload_and_wait()
        self.assertEqual((result, records), ('unconfigured', 0))
        self.assertIn('no server', details['message'])

    def test_delivery_switched_off(self):
        """record_server_delivery_enabled=false: nothing is sent, not even when asked."""
        self.begin('record_server_delivery_enabled=false')
        self.submit(severity=4)
        self.assertEqual(self.upload_and_wait()[1], 'unconfigured')
        self.assertEqual(self.server.bytes_arrived(), 0)

    def test_off_is_silent(self):
        """Before anybody agreed nothing is sent, and UploadNow says why."""
        self.begin(opt_in=False)
        with self.assertRaises(BusError) as caught:
            self.upload()
        self.assertEqual(caught.exception.short, 'Disabled')
        self.assertEqual((self.get('State'), self.get('BlockedBy')), ('blocked', ['consent']))
        self.assertEqual(self.server.bytes_arrived(), 0)

    # Outcomes

    def test_one_bad_record(self):
        """A rejected record is settled alone; its neighbours are sent, and the loss is told with the next batch."""
        self.begin(delivery='interval=3600\njitter=0')
        record_ids = self.submit(5)

        def answer(exchange):
            return reply([(record_id, 'rejected' if record_id == record_ids[2] else 'accepted', 'no' if record_id == record_ids[2] else None)
                          for record_id in exchange.record_ids()])
        self.server.script(Answer(body=answer))
        self.assertEqual(self.upload_and_wait()[1:3], ('settled', 5))
        self.assertEqual(self.states(), {record_ids[2]: 'rejected'})
        self.assertEqual(self.server.exchanges[0].json()['ledger'], [])
        # The loss goes with the same round or the next; it counts one record.
        self.submit()
        self.upload_and_wait()
        ledger = [line for exchange in self.server.exchanges for line in exchange.json()['ledger']]
        self.assertEqual(ledger, [{'reason': 'rejected', 'classification': 'acme/app/event', 'count': 1}])

    def test_records_without_an_outcome(self):
        """A record leaves the pending state only on its own outcome."""
        self.begin(delivery='interval=3600\njitter=0')
        record_ids = self.submit(3)
        self.server.script(Answer(body=lambda exchange: reply([(record_ids[0], 'accepted', None)])))
        self.upload_and_wait()
        self.assertEqual(sorted(self.delivered()), sorted(record_ids + record_ids[1:]))
        self.assertEqual(self.states(), {})

    def test_answer_for_no_record(self):
        """A server that says 200 and nothing else is not asked again before the time that was drawn, which may be soon."""
        self.begin()
        record_ids = self.submit(3)
        self.server.default = Answer(body=reply([]))
        self.wait_attempt('retry')
        due = self.get('NextAttempt') / 1e6
        count = len(self.server.exchanges)
        time.sleep(1)
        early = [exchange for exchange in self.server.exchanges[count:] if exchange.began < due - 0.01]
        self.assertEqual(early, [])
        self.assertEqual(set(self.states()), set(record_ids))

    def test_retry_sends_the_same_bytes(self):
        """A failed attempt is repeated byte for byte under the same key, also when more was kept since."""
        self.begin(delivery='interval=3600\njitter=0')
        self.server.script(Answer(status=503), Answer(drop='body'), Answer(drop='answer'), Answer(status=500))
        self.submit(10)
        for attempt in range(1, 5):
            self.assertEqual(self.attempt()[1], 'retry')
            self.submit()
        self.assertEqual(self.attempt()[1], 'settled')
        wait_until(lambda: self.keep_asking() and self.states() == {}, 'everything is settled')
        exchanges = self.server.exchanges[:5]
        self.assertEqual({exchange.body for exchange in exchanges}, {exchanges[0].body})
        self.assertEqual({exchange.headers['idempotency-key'] for exchange in exchanges}, {exchanges[0].headers['idempotency-key']})
        self.assertEqual([exchange.headers['attempt'] for exchange in exchanges], ['1', '2', '3', '4', '5'])
        self.assertEqual(sum(len(exchange.record_ids()) for exchange in self.server.exchanges[5:]), 4)

    def test_retry_after_kill(self):
        """The same bytes also after kill -9 of either service, between attempts and in the middle of one."""
        self.begin()
        self.server.script(Answer(status=503), *[Answer(delay=60)] * 4)
        self.submit(20, payload=os.urandom(2000).hex())
        self.wait_attempt('retry')
        for count, victim in enumerate((BUS_NAME, POST_NAME, BUS_NAME, POST_NAME), 1):
            self.restart_and_upload(count)
            self.server.wait_exchanges(count + 1)
            self.system.kill(victim)
        self.server.script(Answer())
        self.restart_and_upload(5)
        wait_until(lambda: self.states() == {}, 'everything is settled')
        self.assertEqual(len({exchange.body for exchange in self.server.exchanges}), 1)
        self.assertEqual(len(self.server.exchanges), 6)

    def restart_and_upload(self, count):
        """Begin an attempt after so many, in a new process if need be, and whatever the server or we wanted to wait for."""
        def begun():
            try:
                self.upload()
                return True
            except BusError as error:
                return error.short == 'Busy' and len(self.server.exchanges) > count
        wait_until(begun, 'an attempt has begun')

    def test_kill_at_random(self):
        """Whoever is killed whenever: every record arrives, and what arrives twice has the same bytes."""
        self.begin(delivery='interval=1\njitter=0\nbatch_max_records=10')
        record_ids = self.submit(200, severity=3)
        for step in range(12):
            time.sleep(0.01 * step)
            self.system.kill((BUS_NAME, POST_NAME)[step % 2])
            self.keep_asking()
        wait_until(lambda: self.keep_asking() and self.states() == {}, 'everything is settled', 60)
        self.assertEqual(set(self.delivered()), set(record_ids))
        bodies = {}
        for exchange in self.server.exchanges:
            if exchange.complete:
                self.assertEqual(bodies.setdefault(exchange.headers['idempotency-key'], exchange.body), exchange.body)

    def keep_asking(self):
        try:
            self.upload()
        except BusError:
            pass
        return True

    def test_server_asks_to_wait(self):
        """Retry-After is kept even when somebody asks for an upload; a killed service does not forget it."""
        self.begin()
        self.server.script(Answer(status=429, headers={'Retry-After': '10'}))
        earliest = time.time() + 10
        self.submit()
        details = self.wait_attempt('retry')[4]
        self.assertEqual((details['http-status'], details['retry-after']), (429, 10))
        self.assertEqual((self.get('State'), self.get('BlockedBy')), ('waiting', ['server-backoff']))
        self.assertGreaterEqual(self.get('NextAttempt') / 1e6, earliest)
        self.assertEqual(self.upload_and_wait()[1], 'retry')
        self.submit(severity=4)
        self.system.kill(BUS_NAME)
        wait_until(lambda: self.keep_asking() and len(self.server.exchanges) > 1, 'it is sent again', 80)
        self.assertGreaterEqual(self.server.exchanges[1].began, earliest)

    def test_backoff(self):
        """After an error nothing is sent before its time, however urgent; the time is within the first minute."""
        self.begin()
        self.server.default = Answer(status=500)
        self.submit()
        self.wait_attempt('retry')
        due = self.get('NextAttempt') / 1e6
        self.assertLessEqual(due - time.time(), 60)
        if due - time.time() > 2:
            self.submit(severity=4)
            time.sleep(1)
            n_exchanges = len(self.server.exchanges)
            if time.time() < due:
                self.assertEqual(n_exchanges, 1)

    def test_hold(self):
        """A server that does not want us is asked once a day, or when somebody asks for it."""
        self.begin()
        for status in (401, 403, 404, 410):
            with self.subTest(status=status):
                self.server.script(Answer(status=status))
                self.submit(severity=3)
                self.wait_attempt('hold')
                self.assertEqual((self.get('State'), self.get('BlockedBy')), ('blocked', ['server-backoff']))
                self.assertAlmostEqual(self.get('NextAttempt') / 1e6 - time.time(), 86400 * 1.05, delta=86400 * 0.06)
                count = len(self.server.exchanges)
                self.submit(severity=4)
                time.sleep(1.2)
                self.assertEqual(len(self.server.exchanges), count)
                self.assertEqual(self.upload_and_wait()[1:3], ('settled', 2))

    def test_split(self):
        """413 halves the batch until it fits; no record is lost or sent in vain twice."""
        self.begin(delivery='interval=3600\njitter=0')
        record_ids = self.submit(16)
        sizes = []

        def by_size(exchange):
            sizes.append(len(exchange.record_ids()))
            return 413 if sizes[-1] > 3 else 200
        self.server.judge = by_size
        self.assertEqual(self.upload_and_wait()[1:3], ('settled', 16))
        self.assertEqual(sizes, [16, 8, 4, 2, 2, 2, 2, 2, 2, 2, 2])
        self.assertEqual(self.states(), {})
        self.assertEqual(len({exchange.headers['idempotency-key'] for exchange in self.server.exchanges}), 11)
        self.assertTrue(set(record_ids) <= set(self.delivered()))

    def test_split_down_to_one(self):
        """A record that is too large alone is refused for good; the others are sent, and the loss is told."""
        self.begin(delivery='interval=3600\njitter=0')
        large = self.submit(1, payload='x' * 30000)
        others = self.submit(4)
        self.server.judge = lambda exchange: 413 if large[0] in exchange.record_ids() else 200
        self.assertEqual(self.upload_and_wait()[1], 'settled')
        self.assertEqual(self.states(), {large[0]: 'rejected'})
        accepted = {record_id for exchange in self.server.exchanges if large[0] not in exchange.record_ids()
                    for record_id in exchange.record_ids()}
        self.assertEqual(accepted, set(others))
        self.submit()
        self.upload_and_wait()
        ledger = [line for exchange in self.server.exchanges for line in exchange.json()['ledger']]
        self.assertIn({'reason': 'rejected', 'classification': 'acme/app/event', 'count': 1}, ledger)

    # Saying no

    def begin_large_transfer(self):
        """A transfer that the server has read only the beginning of."""
        self.begin(delivery='interval=3600\njitter=0\nbatch_max_records=1000\nbatch_max_bytes=8388608')
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.server.script(Answer(read_gate=gate))
        for _ in range(120):
            self.submit(1, payload=os.urandom(15000).hex())
        self.upload()
        self.server.wait_bytes(20000)
        return gate

    def assert_nothing_more(self, gate, stop):
        before = self.server.bytes_arrived()
        stop()
        arrived = self.server.bytes_arrived()
        gate.set()
        time.sleep(1)
        self.assertEqual(self.server.bytes_arrived(), arrived)
        self.assertGreater(before, 10000)
        self.assertFalse(self.server.exchanges[0].complete)

    def test_opt_out_in_the_middle(self):
        """After the reply to SetEnabled(false) not one byte more arrives, and nothing is kept."""
        gate = self.begin_large_transfer()
        self.assert_nothing_more(gate, lambda: self.root.set_enabled(False))
        self.assertEqual(self.states(), {})
        self.assertEqual((self.get('State'), self.get('BlockedBy')), ('blocked', ['consent']))
        self.assertEqual(self.wait_attempt()[1], 'cancelled')

    def test_withdraw_in_the_middle(self):
        """The same for Withdraw, which also gives another machine id."""
        gate = self.begin_large_transfer()
        self.assert_nothing_more(gate, lambda: self.root.invoke('Consent', 'Withdraw', '(a{sv})', {}))
        self.assertEqual(self.states(), {})

    def test_deny_category_in_the_middle(self):
        """Denying one category stops the transfer that carries it; the others go on without it."""
        gate = self.begin_large_transfer()
        other = self.root.submit('org.telemetrics/heartbeat/ping', 1, 'alive')
        version = self.root.get('Consent', 'PolicyVersion')
        self.assert_nothing_more(gate, lambda: self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'custom': 1}, version, {}))
        self.assertEqual(self.states(), {other: 'pending'})
        self.assertEqual(self.upload_and_wait()[1:3], ('settled', 1))
        self.assertEqual(self.server.exchanges[-1].record_ids(), [other])

    def test_opt_out_while_telempostd_hangs(self):
        """A service that does not answer cannot keep telemetry on: it is off, and the caller hears that something is wrong."""
        gate = self.begin_large_transfer()
        os.kill(self.system.telempostd_pid(), signal.SIGSTOP)
        began = time.monotonic()
        try:
            with self.assertRaises(BusError):
                self.root.set_enabled(False, timeout=120)
            self.assertLess(time.monotonic() - began, 60)
            self.assertFalse(self.root.get('Consent', 'Enabled'))
            self.assertEqual(self.states(), {})
        finally:
            self.system.kill(POST_NAME)
            gate.set()

    def test_opt_in_again(self):
        """After off and on again, delivery works, under another machine id."""
        self.begin()
        self.submit()
        first = self.server.wait_exchanges(1)[0].json()['machine_id']
        self.root.set_enabled(False)
        self.system.opt_in()
        self.submit()
        self.server.wait_exchanges(2)
        self.assertNotEqual(self.server.exchanges[1].json()['machine_id'], first)

    # The network

    def test_busy(self):
        """A second UploadNow is Busy while the first runs."""
        self.begin(delivery='interval=3600\njitter=0')
        self.submit()
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.server.script(Answer(read_gate=gate))
        attempt_id = self.upload()
        with self.assertRaises(BusError) as caught:
            self.upload()
        self.assertEqual(caught.exception.short, 'Busy')
        self.assertEqual(self.get('State'), 'uploading')
        gate.set()
        self.assertEqual(self.wait_attempt('settled')[0], attempt_id)

    def test_pause_is_not_supported(self):
        """What a later version brings says so."""
        self.begin()
        for method, signature, values in (('Pause', '(ta{sv})', (0, {})), ('Resume', '(a{sv})', ({},))):
            with self.assertRaises(BusError) as caught:
                self.root.invoke('Delivery', method, signature, *values)
            self.assertEqual(caught.exception.short, 'NotSupported')


if __name__ == '__main__':
    unittest.main()
