# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of every part of the street, at random moments, under load, while answers get lost.

What is proved: a record whose Submit was answered is in the database exactly once in the end, with what was said. What was
not answered may be there or not, but not twice.
"""

import os
import random
import threading
import time
import unittest

from street import Street

from harness import BusError
from harness.bus import BUS_NAME, POST_NAME

KILLS_EACH = int(os.environ.get('TM_KILLS', '50'))
LOSS = 0.3
CALLERS = ('root', 'alice', 'bob')
MAX_PAUSE_SECONDS = 0.6
SEED = int(os.environ.get('TM_SEED', '0')) or random.randrange(1 << 30)


class Load(threading.Thread):
    """A user's application that submits without end and remembers what was acknowledged."""

    def __init__(self, system, user):
        super().__init__(daemon=True)
        self.acknowledged = {}
        self.n_failed = 0
        self.fault = None
        self._caller = system.new_caller(user)
        self._user = user
        self._ended = threading.Event()

    def run(self):
        number = 0
        try:
            while not self._ended.wait(0.01):
                number += 1
                self.submit(number)
        except Exception as error:  # pylint: disable=broad-except # shown by the test
            self.fault = error

    def submit(self, number):
        """A single record, or every tenth time a batch of ten."""
        said = [('acme/app/event', number % 4 + 1, f'{self._user} {number}.{index}') for index in range(10)]
        try:
            if number % 10:
                self.acknowledged[self._caller.submit(*said[0])] = said[0]
                return
            for (record_id, error), record in zip(self._caller.submit_batch(said), said):
                if not error:
                    self.acknowledged[record_id] = record
        except BusError:
            self.n_failed += 1  # its service was killed, so nothing was promised

    def end(self):
        self._ended.set()
        if self.is_alive():
            self.join(60)

    def close(self):
        self.end()
        self._caller.close()


class Impatience(Load):
    """Somebody who asks for delivery all the time, so that there always is a transfer to cut."""

    def run(self):
        while not self._ended.wait(0.1):
            try:
                self._caller.invoke('Delivery', 'UploadNow', '(a{sv})', {})
            except BusError:
                pass


class KillTest(unittest.TestCase):
    def setUp(self):
        self.street = Street().start()
        self.addCleanup(self.street.stop)
        self.system = self.street.system
        self.random = random.Random(SEED)

    def kill_telemprobd(self):
        return self.system.kill(BUS_NAME)

    def kill_telempostd(self):
        return self.system.kill(POST_NAME)

    def kill_server(self):
        self.street.server.kill()
        time.sleep(self.random.uniform(0, 0.2))
        self.street.server.start()
        return True

    def kill_postgres(self):
        self.street.postgres.kill()
        time.sleep(self.random.uniform(0, 0.2))
        self.street.postgres.start()
        return True

    def test_nothing_is_lost_and_nothing_is_twice(self):
        """50 kills of each part in random order: every acknowledged record is stored exactly once."""
        print(f'seed {SEED}')
        self.system.opt_in()
        self.street.proxy.loss = LOSS
        loads = [Load(self.system, user) for user in CALLERS]
        for load in [*loads, Impatience(self.system, 'root')]:
            self.addCleanup(load.close)
            load.start()
        self.kill_all_in_random_order()
        for load in loads:
            load.end()
        self.assertEqual([load.fault for load in loads], [None] * len(loads))

        acknowledged = {key: value for load in loads for key, value in load.acknowledged.items()}
        self.street.proxy.loss = 0
        self.street.wait_stored(acknowledged, 120)
        self.assert_exactly_once(acknowledged)
        print(f'{len(acknowledged)} records acknowledged, {sum(load.n_failed for load in loads)} calls failed, '
              f'{self.street.proxy.n_lost} answers lost, {self.street.postgres.count()} records stored')
        self.assertGreater(self.street.proxy.n_lost, KILLS_EACH // 2, 'the network was too good to prove anything')

    def kill_all_in_random_order(self):
        victims = [self.kill_telemprobd, self.kill_telempostd, self.kill_server, self.kill_postgres] * KILLS_EACH
        self.random.shuffle(victims)
        for kill in victims:
            time.sleep(self.random.uniform(0, MAX_PAUSE_SECONDS))
            deadline = time.monotonic() + 60
            while not kill():
                self.assertLess(time.monotonic(), deadline, f'{kill.__name__}: it does not run any more')
                time.sleep(0.005)

    def assert_exactly_once(self, acknowledged):
        stored = self.street.stored()
        wrong = {key: stored.get(key) for key, said in acknowledged.items() if stored.get(key) != said}
        self.assertEqual(wrong, {}, 'acknowledged, but not stored as it was said')
        payloads = [payload for _, _, payload in stored.values()]
        self.assertEqual(len(payloads), len(set(payloads)), 'a submission is stored under two ids')
        self.assertEqual(len(stored), self.street.postgres.count())


if __name__ == '__main__':
    unittest.main()
