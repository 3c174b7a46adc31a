# SPDX-License-Identifier: LGPL-2.1-or-later
"""telemctl, as people and scripts use it: against the real service, with its exit statuses and its words."""

import json
import os
import pty
import subprocess
import unittest

from doubles.recording_server import RecordingServer
from harness import SystemTest
from harness.process import as_user, environment_of, run_as
from harness.system import STATE

UUID = r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
ALL = ['boot', 'crashes', 'custom', 'hardware', 'heartbeat', 'journal', 'kernel', 'updates']


class Telemctl(SystemTest):
    def telemctl(self, *words, user='root', expect=0, **keywords):
        """Its standard output, or its standard error where it must fail."""
        ran = run_as(user, ['telemctl', *words], check=False, **keywords)
        self.assertEqual(ran.returncode, expect, (words, ran.stdout, ran.stderr))
        return ran.stderr if expect else ran.stdout

    # Consent

    def test_opt_in_and_out(self):
        """In: everything is on and said. Out: nothing is, and there is a receipt."""
        said = self.telemctl('opt-in')
        self.assertEqual([line.split()[0] for line in said.splitlines()[1:9]], ALL)
        self.assertEqual(self.system.active_categories(), ALL)
        self.telemctl('opt-in')  # again: no harm

        self.system.caller('root').submit('acme/app/event', 1, 'text')
        self.assertRegex(self.telemctl('opt-out'), f'Telemetry is off.*\nReceipt: {UUID}\n')
        self.assertEqual(self.system.active_categories(), [])
        self.assertEqual(self.telemctl('journal'), '')

    def test_some_categories(self):
        """Only what was named; a name that is wrong changes nothing and tells where the right ones are."""
        self.telemctl('opt-in', 'kernel', 'crashes')
        self.assertEqual(self.system.active_categories(), ['crashes', 'kernel'])
        self.telemctl('opt-out', 'kernel')
        self.assertEqual(self.system.active_categories(), ['crashes'])
        self.assertIn('telemctl categories', self.telemctl('opt-in', 'boot', 'nonsense', expect=1))
        self.assertEqual(self.system.active_categories(), ['crashes'])

    def test_is_opted_in(self):
        """A question that starts nothing."""
        self.assertEqual(self.telemctl('is-opted-in', expect=1), '')
        self.assertEqual(self.system.telemprobd_pid(), 0)
        self.telemctl('opt-in')
        self.assertEqual(self.telemctl('is-opted-in', user='alice'), 'yes\n')

    def test_who_may(self):
        """Somebody without a session may neither; root may both. Looking is free."""
        self.assertIn('may not', self.telemctl('opt-in', user='alice', expect=1))
        self.assertEqual(self.system.active_categories(), [])
        self.telemctl('opt-in')
        self.assertIn('may not', self.telemctl('opt-out', user='alice', expect=1))
        self.assertEqual(self.system.active_categories(), ALL)
        self.telemctl('status', user='alice')
        self.telemctl('categories', user='alice')
        self.telemctl('stats', user='alice')

    def test_categories(self):
        self.telemctl('opt-in', 'kernel')
        rows = [line.split()[:2] for line in self.telemctl('categories').splitlines()]
        self.assertEqual(rows, [[name, 'agreed' if name == 'kernel' else 'undecided'] for name in ALL])
        listed = json.loads(self.telemctl('categories', '--json'))
        self.assertEqual([(entry['id'], entry['decision']) for entry in listed],
                         [(name, 2 if name == 'kernel' else 0) for name in ALL])
        for entry in listed:
            self.assertIn(entry['explanation'], self.telemctl('categories', '--verbose'))

    # Status

    def test_status(self):
        """Off: says so and how to change it. On: what waits and where it goes."""
        self.assertRegex(self.telemctl('status'), r'^Telemetry +off\n(.*\n)*.*telemctl opt-in')
        self.telemctl('opt-in', 'custom')
        self.system.caller('root').submit('acme/app/event', 1, 'text')
        said = self.telemctl('status')
        self.assertRegex(said, r'Telemetry +on')
        self.assertRegex(said, r'Categories +1 of 8')
        self.assertRegex(said, r'Waiting +1 record\n')
        status = json.loads(self.telemctl('status', '--json'))
        self.assertEqual(status['consent']['Enabled'], True)
        self.assertEqual(status['statistics']['pending-records'], 1)
        self.assertEqual(json.loads(self.telemctl('stats', '--json'))['pending-records'], 1)
        self.assertRegex(self.telemctl('stats'), r'(?m)^pending-records +1$')

    def test_looking_leaves_nothing(self):
        """Before anybody has opted in, looking writes not a byte, and opting out keeps no record of nothing."""
        for words in (('status',), ('status', '--json'), ('stats',), ('categories',), ('journal',)):
            self.telemctl(*words)
        self.assertEqual(self.telemctl('status').split()[:2], ['Telemetry', 'off'])
        statistics = json.loads(self.telemctl('stats', '--json'))
        self.assertEqual([statistics[key] for key in ('pending-records', 'store-bytes', 'accepted', 'lost')], [0, 0, 0, []])
        self.assertEqual(list(STATE.iterdir()), [])
        self.root.set_enabled(False)
        self.assertEqual([path.name for path in STATE.glob('store.db*')], [])

    def test_is_active(self):
        """Asks the bus, which starts nothing."""
        self.telemctl('is-active', expect=1)
        self.assertEqual(self.system.telemprobd_pid(), 0)
        self.telemctl('status')
        self.assertEqual(self.telemctl('is-active'), 'telemprobd : active\ntelempostd : inactive\n')

    def test_rotate_id(self):
        self.telemctl('opt-in')
        self.assertIn('new pseudonym', self.telemctl('rotate-id'))
        self.assertIn('may not', self.telemctl('rotate-id', user='alice', expect=1))

    def test_services_without_systemd(self):
        """A plain sentence, and no success."""
        for verb in ('start', 'stop', 'restart'):
            self.assertIn('not run by systemd', self.telemctl(verb, expect=1))

    def test_no_service(self):
        """Where there is no bus, a sentence and not a crash."""
        said = self.telemctl('status', expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.assertRegex(said, '^telemctl: ')

    # Records

    def submit_three(self):
        self.telemctl('opt-in')
        root = self.system.caller('root')
        return [root.submit('acme/app/one', 1, 'first'), root.submit('acme/app/two', 3, '{"a":[1,2]}', event_id='0' * 32),
                root.submit('org.telemetrics/hello/world', 4, 'thïrd')]

    def listed(self, *words, **keywords):
        return [json.loads(line)['record_id'] for line in self.telemctl('journal', '--json', *words, **keywords).splitlines()]

    def test_journal(self):
        """Oldest first; a line each; the filters; the payloads."""
        one, two, three = self.submit_three()
        lines = self.telemctl('journal').splitlines()
        self.assertEqual([line.split()[4] for line in lines], [one, two, three])
        self.assertEqual([line.split()[2] for line in lines], ['low', 'high', 'critical'])
        self.assertEqual(self.telemctl('journal', '-V').splitlines()[0].split()[:3], ['Time', 'Severity', 'State'])

        for words, expected in (((), [one, two, three]),
                                (('-n', '2'), [two, three]),
                                (('-s', '3'), [two, three]),
                                (('-c', 'acme/app/*'), [one, two]),
                                (('--category', 'heartbeat'), [three]),
                                (('--state', 'pending'), [one, two, three]),
                                (('--state', 'sent'), []),
                                (('-e', '0' * 32), [two]),
                                (('--event_id', '0' * 32), [two]),
                                (('--record_id', one), [one]),
                                (('--since', '2020-01-01'), [one, two, three]),
                                (('--until', '2020-01-01T00:00'), []),
                                (('-b', 'another'), [])):
            with self.subTest(words=words):
                self.assertEqual(self.listed(*words), expected)

        record = json.loads(self.telemctl('journal', '--json', '-i', '-r', three))
        self.assertEqual(record['payload'], 'thïrd')
        self.assertRegex(record['created_at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$')
        self.assertIn('thïrd', self.telemctl('journal', '--include_record'))

    def test_journal_refusals(self):
        """Wrong filters are named, by us or by the service; a stranger does not see the records of others."""
        self.submit_three()
        self.assertIn('yesterday', self.telemctl('journal', '--since', 'yesterday', expect=2))
        self.assertIn('state', self.telemctl('journal', '--state', 'lost', expect=1))
        self.assertIn('severity', self.telemctl('journal', '--severity', '9', expect=1))
        self.assertEqual(self.listed('--scope', 'own', user='alice'), [])
        self.assertIn('may not', self.telemctl('journal', '--scope', 'all', user='alice', expect=1))

    def test_follow(self):
        """What is there, then each that comes, once."""
        known = self.submit_three()
        follower = subprocess.Popen(as_user('root', ['telemctl', 'journal', '--follow', '--json']), stdout=subprocess.PIPE,
                                    text=True, env=environment_of('root'))
        try:
            seen = [json.loads(follower.stdout.readline())['record_id'] for _ in known]
            self.assertEqual(seen, known)
            more = [self.system.caller('root').submit('acme/app/more', 1, str(n)) for n in range(3)]
            self.assertEqual([json.loads(follower.stdout.readline())['record_id'] for _ in more], more)
        finally:
            follower.terminate()
            follower.communicate(timeout=60)

    def test_show(self):
        """Every field; JSON laid out for people; --json as it would travel."""
        one, two, _ = self.submit_three()
        said = self.telemctl('show', two)
        self.assertRegex(said, r'(?m)^severity +3$')
        self.assertIn('"a" : [', said)
        records = [json.loads(line) for line in self.telemctl('show', '--json', two, one).splitlines()]
        self.assertEqual([(record['record_id'], record['payload']) for record in records], [(two, '{"a":[1,2]}'), (one, 'first')])
        self.telemctl('show', expect=2)
        self.telemctl('show', '01900000-0000-7000-8000-000000000000', expect=1)
        self.telemctl('show', 'nonsense', expect=1)

    # Delivery

    def test_upload_without_server(self):
        """No server is configured: said, with status 1, and the record stays."""
        self.telemctl('opt-in')
        self.system.caller('root').submit('acme/app/event', 1, 'text')
        ran = run_as('root', ['telemctl', 'upload'], check=False)
        self.assertEqual((ran.returncode, ran.stdout), (1, 'No server is configured; records stay here until they expire.\n'))
        self.assertEqual(len(self.listed()), 1)

    def test_upload_off(self):
        self.assertIn('telemctl opt-in', self.telemctl('upload', expect=1))

    def test_upload(self):
        """Delivered: said with its numbers, status 0, and nothing waits; refused by the server: its words, status 1."""
        with RecordingServer() as server:
            # Nothing is sent by itself meanwhile.
            self.system.configure(f'[settings]\nserver={server.url}\n[delivery]\ninterval=3600\njitter=0\n')
            self.telemctl('opt-in')
            self.system.caller('root').submit('acme/app/event', 1, 'text')
            self.assertRegex(self.telemctl('upload'), r'^Delivered\. 1 record, .+\n$')
            self.assertEqual(self.listed(), [])
            self.system.caller('root').submit('acme/app/event', 1, 'text')
            attempt = json.loads(self.telemctl('upload', '--json'))
            self.assertEqual((attempt['result'], attempt['records']), ('settled', 1))
            self.assertRegex(self.telemctl('upload', '--no-wait'), f'^{UUID}\n$')

    def run_on_terminal(self, user, *words):
        """Runs it on a terminal of its own, with nobody in front of it; its exit status."""
        master, slave = pty.openpty()
        child = subprocess.Popen(as_user(user, ['setsid', '--ctty', 'telemctl', *words]), stdin=slave, stdout=slave, stderr=slave,
                                 env=environment_of(user))
        os.close(slave)
        try:
            return child.wait(60)
        finally:
            child.kill()
            child.wait()
            os.close(master)

    def test_agent_on_a_terminal(self):
        """Where a password is needed, a program that asks for it registers with polkit, and only there."""
        registered = self.system.log('polkit').count('pkttyagent --process')
        self.assertEqual(self.run_on_terminal('alice', 'status'), 0)
        self.assertEqual(self.run_on_terminal('root', 'opt-in', 'kernel'), 0)
        self.assertEqual(self.system.log('polkit').count('pkttyagent --process'), registered)
        self.assertEqual(self.run_on_terminal('alice', 'opt-in'), 1)
        self.assertEqual(self.system.active_categories(), ['kernel'])
        self.assertGreater(self.system.log('polkit').count('pkttyagent --process'), registered)

    # Usage

    def test_usage(self):
        """Wrong usage is 2 and says where help is; help and version are 0."""
        for words in ((), ('nonsense',), ('status', '--nonsense'), ('status', 'more'), ('journal', '-n', 'x')):
            self.telemctl(*words, expect=2)
        self.assertIn('opt-in [CATEGORY', self.telemctl('--help'))
        self.assertRegex(self.telemctl('--version'), r'^telemctl \d+\.\d+\.\d+\n$')
        for command in ('opt-in', 'journal', 'upload'):
            self.assertIn(f'telemctl {command}', self.telemctl(command, '--help'))

    def test_no_colour_in_pipes(self):
        self.submit_three()
        for words in (('status',), ('journal', '-V'), ('categories',), ('--help',)):
            self.assertNotIn('\033', self.telemctl(*words))


if __name__ == '__main__':
    unittest.main()
