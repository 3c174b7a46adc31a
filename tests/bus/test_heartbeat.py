# SPDX-License-Identifier: LGPL-2.1-or-later
"""The heartbeat with the counts of the probes: each count arrives once, whatever fails when, and none from before an agreement."""

import json
import re
import time
import unittest
from pathlib import Path

from harness.case import SystemTest
from harness.journal import Journal
from harness.process import run_as

KLOGPROBE = '/usr/libexec/telemetrics/klogprobe'
STATES = Path('/var/lib/telemetrics-probes')
NOWHERE = {'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'}


def oops(number):
    return f'''BUG: kernel NULL pointer dereference, address: 0000000000000008
RIP: 0010:gear_{number}+0x13/0x40 [widget]
Call Trace:
 <TASK>
 gear_{number}_caller+0x10/0x20 [widget]
 </TASK>
---[ end trace 0000000000000000 ]---'''


class HeartbeatTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.journal = Journal()
        self.number = 0

    def tearDown(self):
        for path in STATES.glob('*.state'):
            path.unlink()
        super().tearDown()

    def decide(self, **decisions):
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', decisions, 1, {})

    def probe(self):
        run_as('root', [KLOGPROBE, '--once'])

    def agree(self):
        """To both; the probe has been there once."""
        self.decide(kernel=2, heartbeat=2)
        self.probe()

    def fail(self, count):
        """So many different faults of the kernel: of an hour, five are reported."""
        for _ in range(count):
            self.number += 1
            self.journal.kernel(oops(self.number))
        self.probe()

    def beat(self, expect=0, environment=None):
        ran = run_as('root', ['hprobe', '-H', '-v'], check=False, environment=environment)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran.stdout

    def payloads(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        records = [json.loads(line) for line in said.splitlines()]
        return [json.loads(record['payload']) for record in records if record['classification'] == 'org.telemetrics/heartbeat/ping']

    def drops(self):
        return [payload['drops'] for payload in self.payloads()]

    def test_once(self):
        """What is over the limit is told, then what came since."""
        self.agree()
        self.beat()
        self.fail(8)
        self.beat()
        self.beat()
        self.fail(2)
        self.beat()
        self.assertEqual(self.drops(), [{}, {'klogprobe': {'quota': 3}}, {}, {'klogprobe': {'quota': 2}}])
        self.assertEqual(set(self.payloads()[0]), {'build', 'uptime_seconds', 'drops'})

    def test_shown(self):
        """Looking at it tells nothing."""
        self.agree()
        self.fail(6)
        for _ in range(2):
            record = json.loads(run_as('root', ['hprobe', '-H', '--dry-run']).stdout)
            self.assertEqual(json.loads(record['payload'])['drops'], {'klogprobe': {'quota': 1}})
        self.beat()
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 1}}])

    def test_state_by_name(self):
        """A state that somebody names is told as it is, of whatever agreement; nothing is noted, and what is none is refused."""
        state = Path('/tmp/klogprobe.state')
        state.write_text('since 7\ndrops kernel 5 1 quota=9\nplace\n', encoding='utf-8')
        shown = run_as('nobody', ['hprobe', '-H', '--dry-run', f'--input={state}'])
        self.assertEqual(json.loads(json.loads(shown.stdout)['payload'])['drops'], {'klogprobe': {'quota': 9}})
        self.agree()
        for _ in range(2):
            run_as('root', ['hprobe', '-H', '-i', state])
        self.beat()
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 9}}] * 2 + [{}])
        state.write_text('none\n', encoding='utf-8')
        self.assertIn('not the state of a probe', run_as('root', ['hprobe', '-H', '-i', state], check=False).stderr)
        self.assertEqual(run_as('root', ['hprobe', '-i', state], check=False).returncode, 2)

    def test_service_away(self):
        """A heartbeat that was not taken comes first, with the time and the counts that it had."""
        self.agree()
        self.fail(6)
        self.beat(expect=1, environment=NOWHERE)
        self.fail(2)
        self.beat(expect=1, environment=NOWHERE)
        self.beat()
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 1}}, {'klogprobe': {'quota': 2}}])

    def test_killed_before_it_was_noted(self):
        """Taken, but the heartbeat does not live to note that: the repetition is the same record."""
        self.agree()
        self.fail(6)
        self.beat(expect=1, environment=NOWHERE)
        noted = (STATES / 'hprobe.state').read_bytes()
        first = self.beat().splitlines()[0]
        (STATES / 'hprobe.state').write_bytes(noted)
        self.assertEqual(self.beat().splitlines()[0], first)
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 1}}, {}, {}])

    def in_doubt(self, days):
        """A heartbeat with a count that was handed over so many days ago, whose fate nobody knows, and of which the service knows no more."""
        self.agree()
        self.fail(6)
        self.beat(expect=1, environment=NOWHERE)
        usec = int((time.time() - days * 86400) * 1e6)
        state = STATES / 'hprobe.state'
        text = state.read_text(encoding='utf-8')
        self.assertIn('asked=0', text)
        state.write_text(re.sub('asked=0', f'asked={usec}', re.sub(r'made=\d+', f'made={usec}', text)), encoding='utf-8')

    def test_in_doubt(self):
        """Handed over again for six days: so long the service is sure to know it."""
        self.in_doubt(5.99)
        self.beat()
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 1}}, {}])

    def test_too_long_in_doubt(self):
        """Then its counts count as told; a second record of it would be a second count, what came since is told."""
        self.in_doubt(6.01)
        self.fail(2)
        self.beat()
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 2}}])

    def test_in_doubt_from_the_beginning(self):
        """That it was not taken the second time does not say that it was not the first time."""
        self.in_doubt(5.99)
        before = (STATES / 'hprobe.state').read_bytes()
        self.beat(expect=1, environment=NOWHERE)
        self.assertEqual((STATES / 'hprobe.state').read_bytes(), before)

    def test_certainly_not_taken(self):
        """However long ago: its counts wait as long as they must, and the time is the one that it had."""
        self.agree()
        self.fail(6)
        self.beat(expect=1, environment=NOWHERE)
        state = STATES / 'hprobe.state'
        usec = int((time.time() - 20 * 86400) * 1e6)
        state.write_text(re.sub(r'made=\d+', f'made={usec}', state.read_text(encoding='utf-8')), encoding='utf-8')
        self.beat()
        self.assertEqual(self.drops(), [{'klogprobe': {'quota': 1}}, {}])

    def test_probe_killed_before_it_saved(self):
        """Lines that are read again are counted again, from the old count."""
        self.agree()
        before = (STATES / 'klogprobe.state').read_bytes()
        self.fail(7)
        (STATES / 'klogprobe.state').write_bytes(before)
        self.probe()
        self.beat()
        self.assertEqual(sum(drops.get('klogprobe', {}).get('quota', 0) for drops in self.drops()), 2)

    def test_nothing_from_before(self):
        """Counts from before somebody agreed to the heartbeat are not even kept."""
        self.decide(kernel=2)
        self.probe()
        self.fail(7)
        self.assertNotIn('quota', (STATES / 'klogprobe.state').read_text(encoding='utf-8').splitlines()[1])
        self.decide(heartbeat=2)
        self.beat()
        self.fail(1)
        self.beat()
        self.assertEqual(self.drops(), [{}, {'klogprobe': {'quota': 1}}])

    def test_a_no_in_between(self):
        """Counts do not outlive the agreement to what they are of, though nobody was there to remove them."""
        self.agree()
        self.fail(7)
        self.decide(kernel=1)
        self.decide(kernel=2)
        self.beat()
        self.assertEqual(self.drops(), [{}])
        self.assertTrue((STATES / 'hprobe.state').exists())
        self.decide(heartbeat=1)
        self.beat(expect=1)
        self.assertFalse((STATES / 'hprobe.state').exists())

    def test_people(self):
        """Who may not read the counts gives a sign of life without them."""
        self.agree()
        self.fail(6)
        ran = run_as('alice', ['hprobe', '-H'])
        self.assertEqual(ran.stdout + ran.stderr, '')
        self.assertEqual([payload.get('drops') for payload in self.payloads()], [None])


if __name__ == '__main__':
    unittest.main()
