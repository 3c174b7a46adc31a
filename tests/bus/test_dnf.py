# SPDX-License-Identifier: LGPL-2.1-or-later
"""updateprobe on the history that the real dnf 4 writes while it installs, upgrades, removes, undoes, fails and is killed."""

import json
import shutil
import sqlite3
import unittest
from pathlib import Path

from harness import System
from harness.process import Process, run_as, wait_until
from harness.rpms import RpmRepository

PROBE = '/usr/libexec/telemetrics/updateprobe'
RULES = Path('/etc/telemetrics/probes/updates.rules')
HISTORY = Path('/var/lib/dnf/history.sqlite')
STATE = Path('/tmp/state')
SERVICE = {'user': 'telemetry', 'environment': {'STATE_DIRECTORY': str(STATE)}}


@unittest.skipUnless(all(map(shutil.which, ('dnf', 'createrepo_c', 'rpmbuild'))), 'dnf, createrepo-c or rpm is not installed')
class DnfTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()
        STATE.mkdir()
        shutil.chown(STATE, 'telemetry')
        cls.repository = repository = RpmRepository()
        for version in ('1', '2'):
            repository.add('acme-base', version)
        repository.add('acme-old')
        repository.add('acme-tool')
        repository.add('acme-slow', post='sleep 2')
        repository.add('acme-broken', pre='exit 1')
        repository.add('acme-careless', post='exit 1')
        repository.add('acme-deadly', post='kill -KILL $PPID')
        repository.add('acme-lonely', tags='Requires: acme-nowhere')
        repository.add('acme-new', '3', tags='Obsoletes: acme-old < 3')
        missing = repository.add('acme-missing')
        repository.publish()
        missing.unlink()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        """Something stands in the history already when somebody agrees; then the probe is there once."""
        self.dnf('install', 'acme-shell', 'acme-base-1')
        self.decide(2)
        RULES.parent.mkdir(parents=True, exist_ok=True)
        RULES.write_text('[build]\npackages=acme-base\n', encoding='utf-8')
        self.probe('--once')

    def tearDown(self):
        self.dnf('remove', 'acme-*')
        (STATE / 'updateprobe.state').unlink(missing_ok=True)
        self.system.reset()

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'updates': decision}, 1, {})

    def dnf(self, *arguments, expect=0):
        self.assertEqual(self.repository.dnf(*arguments), expect, arguments)

    def probe(self, *arguments):
        run_as(SERVICE['user'], [PROBE, *arguments], environment=SERVICE['environment'])

    def payloads(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(json.loads(line)['payload']) for line in said.splitlines()]

    def told(self):
        """Of each record: error, installed, upgraded, removed, from, to."""
        keys = ('error', 'installed', 'upgraded', 'removed', 'from', 'to')
        return [tuple(payload.get(key) for key in keys) for payload in self.payloads()]

    def test_each_transaction(self):
        """What became of each, with what dnf says of it itself; none of what did not come to be one."""
        self.dnf('install', 'acme-tool', 'acme-slow')
        self.dnf('upgrade', 'acme-base')
        self.dnf('downgrade', 'acme-base')
        self.dnf('reinstall', 'acme-base')
        self.dnf('remove', 'acme-slow')
        self.dnf('history', 'undo', 'last')
        self.dnf('install', 'acme-broken', expect=1)
        self.dnf('install', 'acme-careless')
        self.dnf('install', 'acme-old', '--setopt=obsoletes=0')
        self.dnf('upgrade')
        self.probe('--once')
        self.assertEqual(self.told(), [
            (None, 2, 0, 0, None, None), (None, 0, 1, 0, '1-1', '2-1'), (None, 0, 1, 0, '2-1', '1-1'), (None, 0, 1, 0, '1-1', '1-1'),
            (None, 0, 0, 1, None, None), (None, 1, 0, 0, None, None), ('package', 1, 0, 0, None, None),
            (None, 1, 0, 0, None, None), (None, 1, 0, 0, None, None), (None, 1, 1, 1, '1-1', '2-1')])
        seconds = [payload['seconds'] for payload in self.payloads()]
        self.assertTrue(2 <= seconds[0] <= 60 and all(0 <= value <= 60 for value in seconds), seconds)
        self.assertEqual({payload['source'] for payload in self.payloads()}, {'dnf'})
        self.assertEqual([payload['result'] for payload in self.payloads()].count('failure'), 1)
        for secret in ('acme', 'upgrade -', 'noarch'):
            self.assertNotIn(secret, str(self.payloads()))

    def test_no_transaction(self):
        """A dependency or a file of a package that is not there, nothing to do, a mere question."""
        self.dnf('install', 'acme-lonely', expect=1)
        self.dnf('install', 'acme-missing', expect=1)
        self.dnf('install', 'acme-absent', expect=1)
        self.dnf('install', 'acme-base')
        self.dnf('list')
        self.probe('--once')
        self.assertEqual(self.told(), [])

    def test_killed(self):
        """It may be under way until another one begins."""
        self.dnf('install', 'acme-deadly', expect=-9)
        self.probe('--once')
        self.assertEqual(self.told(), [])
        self.dnf('install', 'acme-tool')
        self.probe('--once')
        self.assertEqual(self.told(), [('interrupted', 1, 0, 0, None, None), (None, 1, 0, 0, None, None)])

    def test_nothing_from_before(self):
        """Also not what had begun a minute before, and of which one learns only later that it never ended."""
        self.decide(1)
        self.dnf('install', 'acme-deadly', expect=-9)
        with sqlite3.connect(HISTORY) as database:
            database.execute('UPDATE trans SET dt_begin = dt_begin - 60 WHERE state = 0')
        database.close()
        self.decide(2)
        self.probe('--once')
        self.dnf('install', 'acme-tool')
        self.probe('--once')
        self.assertEqual(self.told(), [(None, 1, 0, 0, None, None)])

    def test_once(self):
        """Each is told once, whether the probe waits for it, or comes later."""
        with Process('updateprobe', [PROBE], **SERVICE):
            self.dnf('upgrade', 'acme-base')
            wait_until(lambda: len(self.told()) == 1, 'the first is told')
        self.dnf('install', 'acme-tool')
        self.dnf('remove', 'acme-tool')
        with Process('updateprobe', [PROBE], **SERVICE):
            wait_until(lambda: len(self.told()) == 3, 'the next two are told')
            self.dnf('install', 'acme-tool')
            wait_until(lambda: len(self.told()) == 4, 'the last is told')
        self.probe('--once')
        self.assertEqual([(installed, upgraded, removed) for _, installed, upgraded, removed, _, _ in self.told()],
                         [(0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 0, 0)])

    def test_beside_its_log(self):
        """The service's user may write nothing beside the database, whether dnf has left its log of changes there or not."""
        log = HISTORY.with_name('history.sqlite-wal')
        self.dnf('install', 'acme-tool')
        self.assertTrue(log.exists())
        self.probe('--once')
        self.assertEqual(len(self.told()), 1)
        self.dnf('remove', 'acme-tool')
        run_as('root', ['/usr/bin/python3', '-c', f'import sqlite3; sqlite3.connect("{HISTORY}").execute("SELECT * FROM trans").fetchall()'])
        self.assertFalse(log.exists())
        self.probe('--once')
        self.assertEqual(len(self.told()), 2)


if __name__ == '__main__':
    unittest.main()
