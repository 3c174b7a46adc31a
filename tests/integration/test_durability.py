# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of the server and of PostgreSQL under load, with clients that repeat what was not answered: every
acknowledged record is in the database exactly once."""

import http.client
import os
import random
import threading
import time
import unittest

from backend import Backend, batch, record

CLIENTS = 4
ROUNDS = int(os.environ.get('TM_KILL_ROUNDS', '8'))


class Client(threading.Thread):
    """Sends batches one after the other; repeats one, with the same bytes, until it is answered with 200."""

    def __init__(self, backend, stop):
        super().__init__()
        self._backend = backend
        self._stop_event = stop
        self.acknowledged = set()
        self.accepted = 0
        self.unexpected = []

    def run(self):
        while not self._stop_event.is_set():
            self._deliver(batch([record() for _ in range(random.choice((1, 5, 60)))]))

    def _deliver(self, content):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                answer = self._backend.post(content)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if answer.status == 200:
                self.acknowledged.update(result['record_id'] for result in answer.json['results'])
                self.accepted += answer.outcomes.count('accepted')
                return
            if answer.status not in (503,):
                self.unexpected.append((answer.status, answer.body))
            time.sleep(0.05)
        self.unexpected.append('a batch was never answered')


class Durability(unittest.TestCase):
    def disturb(self, backend, disturbance):
        stop = threading.Event()
        clients = [Client(backend, stop) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(ROUNDS):
            time.sleep(random.uniform(0.1, 0.5))
            disturbance()
        time.sleep(0.3)
        stop.set()
        for client in clients:
            client.join()
        acknowledged = set().union(*(client.acknowledged for client in clients))
        self.assertEqual([error for client in clients for error in client.unexpected], [])
        self.assertGreater(len(acknowledged), 100)
        stored = [row[0] for row in backend.query('select record_id from record')]
        self.assertEqual(len(stored), len(set(stored)))
        self.assertEqual(set(stored), acknowledged)
        self.assertEqual(backend.count('record_payload'), len(stored))
        backend.wait_folded()
        self.assertEqual(backend.query('select sum (n_records) from rollup_day'), [[str(len(stored))]])

    def test_kill_server(self):
        """telemetrics-server is killed at random moments."""
        with Backend() as backend:
            def disturbance():
                backend.kill()
                backend.start()
            self.disturb(backend, disturbance)

    def test_kill_postgres(self):
        """Every process of PostgreSQL is killed at random moments; it recovers from its log."""
        with Backend(durable=True) as backend:
            def disturbance():
                backend.postgres.kill()
                backend.postgres.start()
            self.disturb(backend, disturbance)

    def test_kill_sessions(self):
        """Only the connections are cut, in the middle of transactions and commits."""
        with Backend() as backend:
            def disturbance():
                backend.query("select pg_terminate_backend (pid) from pg_stat_activity where usename = 'telemetrics'")
            self.disturb(backend, disturbance)


if __name__ == '__main__':
    unittest.main()
