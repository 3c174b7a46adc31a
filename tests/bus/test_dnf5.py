# SPDX-License-Identifier: LGPL-2.1-or-later
"""updateprobe on the databases of dnf, in the forms of dnf 5 and of dnf 4, written by SQLite itself: what is a transaction, what
became of it, and that nothing in the file can hold the probe."""

import json
import sqlite3
import unittest
from pathlib import Path

from harness import System
from harness.dnf_history import FORMS, DnfHistory
from harness.process import Process, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/updateprobe'
STATE = Path('/var/lib/telemetrics-probes/updateprobe.state')
HISTORY = Path('/usr/lib/sysimage/libdnf5/transaction_history.sqlite')


class Dnf5Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.make('dnf5-output')

    def tearDown(self):
        STATE.unlink(missing_ok=True)
        HISTORY.unlink(missing_ok=True)
        self.system.reset()

    def make(self, form):
        self.history = DnfHistory(HISTORY, form)
        self.dnf = self.history.add

    def opt_in(self):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'updates': 2}, 1, {})
        self.probe('--once')

    def probe(self, *arguments, expect=0):
        ran = run_as('root', [PROBE, *arguments], check=False)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran.stdout

    def payloads(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(json.loads(line)['payload']) for line in said.splitlines()]

    def shown(self):
        return [json.loads(line)['payload'] for line in self.probe('--dry-run', f'--input={HISTORY}').splitlines()]

    def test_a_transaction(self):
        """Counts, builds and the time it took; nobody's name, no package, no command. In each form of the database."""
        for form in FORMS:
            with self.subTest(form=form):
                self.make(form)
                self.dnf([('Upgrade', 'fedora-release-common', '42.2'), ('Replaced', 'fedora-release-common', '42.1'),
                          ('Install', 'secret-game', '1'), ('Remove', 'secret-tool', '1'), ('Downgrade', 'secret-lib', '1'),
                          ('Reason Change', 'secret-other', '1')])
                payload, = self.shown()
                self.assertEqual((payload['source'], payload['from'], payload['to']), ('dnf', '42.1-1.fc42', '42.2-1.fc42'))
                self.assertEqual((payload['installed'], payload['upgraded'], payload['removed'], payload['seconds']), (1, 2, 1, 7))
                self.assertEqual((payload['result'], payload['error']), ('success', None))
                self.assertNotIn('secret', str(payload))

    def test_names_where_a_rule_allows(self):
        rules = Path('/etc/telemetrics/probes/updates.rules')
        rules.parent.mkdir(parents=True, exist_ok=True)
        rules.write_text('[names]\nallow=acme-*\n', encoding='utf-8')
        self.dnf([('Install', 'acme-tool', '1'), ('Install', 'secret-game', '1')])
        self.assertEqual(self.shown()[0]['names'], ['acme-tool'])

    def test_what_became_of_it(self):
        """Failed, and of what; interrupted, if another one has begun since; no update at all."""
        package = [('Install', 'secret-game', '1')]
        self.dnf(package, 'Error', ['unpacking of archive failed on file /usr/bin/game: No space left on device'])
        self.dnf(package, 'Error', ['cannot fetch', '%post(ca-certificates-1-1.noarch) scriptlet failed, exit status 1'])
        self.dnf(package, 'Error')
        self.dnf(package, 'Started')
        self.dnf([('Reason Change', 'secret-game', '1')])
        self.dnf(package, 'Started')
        self.assertEqual([payload['error'] for payload in self.shown()], ['disk-full', 'package', 'package', 'interrupted'])

    def test_once_and_none_from_before(self):
        """What was there when somebody agreed is not told; what comes is, once, when it has ended, and to the one who waits."""
        self.dnf([('Install', 'a', '1')] * 1)
        self.opt_in()
        self.dnf([('Install', f'b{number}', '1') for number in range(2)])
        self.probe('--once')
        self.probe('--once')
        self.assertEqual([payload['packages'] for payload in self.payloads()], [2])
        under_way = self.dnf([('Install', f'c{number}', '1') for number in range(3)], 'Started')
        with Process('updateprobe', [PROBE]):
            self.dnf([('Install', f'd{number}', '1') for number in range(4)], 'Started')
            wait_until(lambda: len(self.payloads()) == 2, 'the interrupted one is kept')
            self.history.end(under_way + 1)
            wait_until(lambda: len(self.payloads()) == 3, 'the last one is kept')
        self.assertEqual([(payload['packages'], payload['error']) for payload in self.payloads()],
                         [(2, None), (3, 'interrupted'), (4, None)])

    def test_no_database(self):
        """None, a damaged one, a strange one, and one that would never come to an end: said, or passed over, in a bounded time."""
        self.dnf([('Install', 'a', '1')])
        whole = HISTORY.read_bytes()
        HISTORY.write_bytes(whole[:5000])
        self.probe('--dry-run', f'--input={HISTORY}', expect=1)
        HISTORY.write_bytes(b'SQLite format 3\0' + bytes(4096))
        self.probe('--dry-run', f'--input={HISTORY}', expect=1)
        HISTORY.unlink()
        database = sqlite3.connect(HISTORY)
        database.executescript('''CREATE TABLE trans_state (id INTEGER PRIMARY KEY, name TEXT);
          CREATE VIEW trans AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT i AS id, 1 AS dt_begin, 2 AS dt_end, 2 AS state_id FROM n;''')
        database.close()
        self.assertIn('updateprobe: ', run_as('root', [PROBE, '--dry-run', f'--input={HISTORY}'], check=False).stderr)
        self.opt_in()
        self.probe('--once')
        self.assertEqual(self.payloads(), [])


if __name__ == '__main__':
    unittest.main()
