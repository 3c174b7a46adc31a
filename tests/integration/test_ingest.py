# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the collector does with batches: outcomes, deduplication, quarantine, rejects, losses, rollups."""

import json
import threading
import time
import unittest
import uuid

from backend import MACHINE, Backend, batch, record, rfc3339

DAY = 86400


class Ingest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = cls.enterClassContext(Backend())

    def setUp(self):
        self.before = self.backend.count()

    def added(self):
        return self.backend.count() - self.before

    def test_accepted_is_committed(self):
        """A record that is answered “accepted” is in the database with every field."""
        one = record(severity=4, origin='user', app='org.example.App', payload='zwölf\n', sequence=7,
                     system={'build': '43', 'kernel_version': '6.1.0'})
        answer = self.backend.post(batch([one]))
        self.assertEqual((answer.status, answer.json),
                         (200, {'results': [{'record_id': one['record_id'], 'outcome': 'accepted'}], 'advice': {}}))
        row = self.backend.query(f"""
            select c.name, b.name, k.name, s.name, a.name, r.severity, r.flags, r.sequence, encode (m.machine_id, 'hex'),
                   convert_from (p.body, 'UTF8') = E'zw\u00f6lf\\n', replace (r.event_id::text, '-', '')
            from record r join record_payload p using (record_id) join class c using (class_pk) join build b using (build_pk)
            join kernel k using (kernel_pk) join system s using (system_pk) join app a using (app_pk)
            join machine m using (machine_pk) where record_id = '{one['record_id']}'""")[0]
        self.assertEqual(row, ['org.example/test/one', '43', '6.1.0', 'example', 'org.example.App', '4', '1', '7', MACHINE, 't',
                               one['event_id']])

    def test_batch_twice(self):
        """The same bytes again are answered with duplicates, and nothing is added."""
        for size in (1, 100):
            with self.subTest(size=size):
                before = self.backend.count()
                content = batch([record() for _ in range(size)])
                self.assertEqual(self.backend.post(content).outcomes, ['accepted'] * size)
                self.assertEqual(self.backend.post(content).outcomes, ['duplicate'] * size)
                self.assertEqual(self.backend.count() - before, size)

    def test_record_twice(self):
        """A record in another batch, or twice in one, is one record; its neighbours are new."""
        for size in (2, 100):
            with self.subTest(size=size):
                before = self.backend.count()
                first = [record() for _ in range(size)]
                self.backend.post(batch(first))
                again = [first[0]] + [record() for _ in range(size)]
                self.assertEqual(self.backend.post(batch(again)).outcomes, ['duplicate'] + ['accepted'] * size)
                twice = record()
                self.assertEqual(sorted(self.backend.post(batch([twice] + [record() for _ in range(size)] + [twice])).outcomes),
                                 ['accepted'] * (size + 1) + ['duplicate'])
                self.assertEqual(self.backend.count() - before, 3 * size + 1)

    def test_batch_id_reused(self):
        """The same batch id with other records is a sender's fault, but no record is lost by it."""
        first = batch([record()])
        second = batch([record() for _ in range(60)], batch_id=first['batch_id'])
        self.backend.post(first)
        self.assertEqual(self.backend.post(second).outcomes, ['accepted'] * 60)
        self.assertEqual(self.added(), 61)
        self.backend.wait_folded()
        self.assert_rollups_exact()

    def test_same_records_at_once(self):
        """Eight batches with the same records in other orders, at once: each record once, each accepted once."""
        shared = [record() for _ in range(80)]
        answers = []

        def send(number):
            ordered = shared[number * 7:] + shared[:number * 7]
            answers.append(self.backend.post(batch(ordered)))
        threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([answer.status for answer in answers], [200] * 8)
        outcomes = [outcome for answer in answers for outcome in answer.outcomes]
        self.assertEqual(outcomes.count('accepted'), 80)
        self.assertEqual(self.added(), 80)

    def test_good_and_bad(self):
        """A bad record is rejected with its field and kept as it came; its neighbours are stored; the order stays."""
        bad = record(severity=9)
        nameless = {'severity': 1}
        answer = self.backend.post(batch([record(), bad, record(), nameless, 'text']))
        self.assertEqual(answer.outcomes, ['accepted', 'rejected', 'accepted', 'rejected', 'rejected'])
        self.assertIn('severity', answer.json['results'][1]['reason'])
        self.assertEqual(answer.json['results'][1]['record_id'], bad['record_id'])
        self.assertEqual(self.added(), 2)
        kept = self.backend.query(f"select reason, convert_from (body, 'UTF8') from record_dead where record_id = '{bad['record_id']}'")
        self.assertIn('severity', kept[0][0])
        self.assertEqual(json.loads(kept[0][1]), bad)

    def test_broken_inside(self):
        """A record that is no JSON inside is rejected under its id, so that its sender can settle it; nobody else is."""
        one, two, three = record(), record(payload='@'), record()
        body = json.dumps(batch([one, two, three])).encode().replace(b'@', b'\xff')
        answer = self.backend.post_raw(body)
        self.assertEqual([(result['record_id'], result['outcome']) for result in answer.json['results']],
                         [(one['record_id'], 'accepted'), (two['record_id'], 'rejected'), (three['record_id'], 'accepted')])
        self.assertIn('UTF-8', answer.json['results'][1]['reason'])

    def test_rejects_again(self):
        """A batch with rejects that comes again is answered the same, and its rejects are kept once."""
        content = batch([record(), record(severity=0)])
        before = self.backend.count('record_dead')
        self.backend.post(content)
        self.assertEqual(self.backend.post(content).outcomes, ['duplicate', 'rejected'])
        self.assertEqual(self.backend.count('record_dead') - before, 1)

    def test_window(self):
        """34 days old is stored; 36 days old, or 26 hours ahead, is quarantined, and is accepted once."""
        now = time.time()
        content = [record(now - 34 * DAY), record(now + 24 * 3600), record(now - 36 * DAY), record(now + 26 * 3600)]
        quarantined = self.backend.count('record_quarantine')
        self.assertEqual(self.backend.post(batch(content)).outcomes, ['accepted'] * 4)
        self.assertEqual((self.added(), self.backend.count('record_quarantine') - quarantined), (2, 2))
        self.assertEqual(self.backend.post(batch(content)).outcomes, ['duplicate'] * 4)

    def redated(self, one):
        return self.backend.query(f"""select redated_by, round (extract (epoch from created_at)) from record_quarantine
                                      where record_id = '{one['record_id']}'""")[0]

    def test_redated_by_boottime(self):
        """The wrong clock was put right within the boot: another record of the boot says when it was."""
        now = time.time()
        boot = uuid.uuid4().hex
        wrong = record(86400 * 365, boot_id=boot, boottime_us=10_000_000)
        right = record(now, boot_id=boot, boottime_us=40_000_000)
        self.backend.post(batch([wrong, right]))
        way, at = self.redated(wrong)
        self.assertEqual(way, 'boottime')
        self.assertAlmostEqual(int(at), now - 30, delta=1.5)

    def test_redated_by_sent_at(self):
        """The clock was wrong when sending, too: the difference to the server's is added."""
        began = time.time()
        wrong = record(86400 * 365 - 60, boot_id=None)
        self.backend.post(batch([wrong]), {'Sent-At': rfc3339(86400 * 365)})
        way, at = self.redated(wrong)
        self.assertEqual(way, 'sent-at')
        self.assertTrue(began - 61 <= int(at) <= time.time() - 59, at)

    def test_redated_by_reception(self):
        """Nothing is known: the time of reception."""
        began = time.time()
        wrong = record(86400 * 365, boot_id=None)
        self.backend.post(batch([wrong]))
        way, at = self.redated(wrong)
        self.assertEqual(way, 'received')
        self.assertTrue(began - 1 <= int(at) <= time.time() + 1, at)

    def test_losses(self):
        """Counters of losses only grow, in whatever order batches come."""
        machine = uuid.uuid4().hex
        for count in (5, 9, 7):
            self.backend.post(batch([record()], machine_id=machine,
                                    ledger=[{'reason': 'evicted', 'classification': 'a/b/c', 'count': count}]))
        self.assertEqual(self.backend.query(f"""select reason, name, n from loss join class using (class_pk)
            join machine using (machine_pk) where machine_id = '\\x{machine}'"""), [['evicted', 'a/b/c', '9']])

    def test_large_payload(self):
        """A payload at its limit of 1 MiB is stored, one byte more is rejected, its neighbours are not."""
        answer = self.backend.post(batch([record(payload='x' * 1048576), record(payload='y' * 1048577), record()]))
        self.assertEqual(answer.outcomes, ['accepted', 'rejected', 'accepted'])
        self.assertIn('1048576', answer.json['results'][1]['reason'])

    def test_batch_of_1000(self):
        """1000 records are a batch, 1001 are too many."""
        self.assertEqual(self.backend.post(batch([record() for _ in range(1000)])).outcomes, ['accepted'] * 1000)
        answer = self.backend.post(batch([record() for _ in range(1001)]))
        self.assertEqual(answer.status, 413)
        self.assertIn('1000', answer.message)

    def test_empty_batch(self):
        """A batch may carry only losses."""
        answer = self.backend.post(batch([], ledger=[{'reason': 'expired', 'classification': 'a/b/c', 'count': 1}]))
        self.assertEqual((answer.status, answer.json['results']), (200, []))

    def assert_rollups_exact(self):
        self.assertEqual(
            self.backend.query('select day, n_records, n_machines from rollup_day order by 1'),
            self.backend.query('select record_day_of_id (record_id), count (*), count (distinct machine_pk) from record group by 1 order by 1'))
        self.assertEqual(
            self.backend.query('select day, build_pk, n_records, n_machines from rollup_day_build order by 1, 2'),
            self.backend.query("""select record_day_of_id (record_id), build_pk, count (*), count (distinct machine_pk)
                                  from record group by 1, 2 order by 1, 2"""))
        self.assertEqual(
            self.backend.query('select day, class_pk, n_records, n_machines from rollup_day_class order by 1, 2'),
            self.backend.query("""select record_day_of_id (record_id), class_pk, count (*), count (distinct machine_pk)
                                  from record group by 1, 2 order by 1, 2"""))
        self.assertEqual(
            self.backend.query('select day, class_pk, severity, n_records from rollup_day_class_severity order by 1, 2, 3'),
            self.backend.query("""select record_day_of_id (record_id), class_pk, severity, count (*)
                                  from record group by 1, 2, 3 order by 1, 2, 3"""))
        self.assertEqual(
            self.backend.query('select day, class_pk, build_pk, n_records from rollup_day_class_build order by 1, 2, 3'),
            self.backend.query("""select record_day_of_id (record_id), class_pk, build_pk, count (*)
                                  from record group by 1, 2, 3 order by 1, 2, 3"""))

    def test_rollups(self):
        """The rollups say what counting all records says, machines included."""
        now = time.time()
        for machine in (uuid.uuid4().hex, uuid.uuid4().hex):
            content = [record(now - age * DAY, severity=1 + age % 4, classification=f'org.example/test/c{age % 3}',
                              system={'build': str(age % 2)}) for age in range(20)]
            self.backend.post(batch(content, machine_id=machine))
            self.backend.post(batch(content[:10] + [record()], machine_id=machine))
        self.backend.wait_folded()
        self.assert_rollups_exact()
        life = self.backend.query(f"select last_day - first_day, last_build from machine where machine_id = '\\x{machine}'")[0]
        self.assertIn(int(life[0]), {19, 19 + int(time.time() // DAY) - int(now // DAY)})  # midnight may have passed

    def test_metrics(self):
        """The counters at /metrics move with what happens."""
        def counters():
            text = self.backend.request('GET', '/metrics').body.decode()
            return dict(line.rsplit(' ', 1) for line in text.splitlines() if not line.startswith('#'))
        before = counters()
        content = batch([record(), record(severity=0)])
        self.backend.post(content)
        self.backend.post(content)
        early = [record(0)]
        self.backend.post(batch(early))
        self.backend.post(batch(early))
        after = counters()
        grown = {name: int(after[f'telemetrics_ingest_{name}_total']) - int(before[f'telemetrics_ingest_{name}_total'])
                 for name in ('batches', 'known_batches', 'accepted', 'duplicate', 'rejected', 'quarantined')}
        self.assertEqual(grown, {'batches': 4, 'known_batches': 1, 'accepted': 2, 'duplicate': 2, 'rejected': 2, 'quarantined': 1})


if __name__ == '__main__':
    unittest.main()
