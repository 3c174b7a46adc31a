# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much crashprobe tells of a machine in a day, and that what it does not tell one by one is counted."""

import concurrent.futures
import os
import re
import unittest

from harness.crashing import CRASH, MANY
from harness.crashprobe import STATE, CrashprobeTest

NOW = '1767225600'


class LimitsOfCrashes(CrashprobeTest):
    def handle_here(self, core, **options):
        """A crash of which the kernel says that it was in this process."""
        return self.handle(core, str(os.getpid()), '0', '0', '11', NOW, **options)

    @staticmethod
    def go_to_next_day():
        """What was noted today was noted yesterday."""
        text = STATE.read_text()
        STATE.write_text(re.sub(r'^day=(\d+)$', lambda found: f'day={int(found[1]) - 1}', text, flags=re.MULTILINE))

    def test_same_again(self):
        """One record, then one count; the record says where, the count only how often."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        for _ in range(4):
            self.coredump(core)
        self.once()
        record, count = sorted(self.payloads(), key=lambda said: 'count' in said)
        self.assertIn('frames', record)
        self.assertEqual(set(count), {'signature', 'component', 'count', 'text'})
        self.assertEqual(count['count'], 3)
        self.assertEqual(count['signature'], record['signature'])
        self.once()
        self.assertEqual(len(self.kept()), 2)

    def test_third_party_again(self):
        self.prepare_journal()
        for _ in range(5):
            self.coredump(COREDUMP_EXE='/home/alice/hunter2')
        self.once()
        self.assertEqual(self.kinds(), ['third-party'] * 2)
        self.assertEqual(sorted(said['count'] for said in self.payloads()), [1, 4])
        for said in self.payloads():
            self.assertEqual(set(said), {'signature', 'count', 'text'})

    def test_twenty_a_day(self):
        """Of 24 different crashes 20 are told, and that four are missing; the heartbeat tells it, too."""
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'heartbeat': 2}, 1, {})
        self.prepare_journal()
        program = self.build(MANY)
        for number in range(24):
            self.coredump(self.crash(program, str(number)), f'core.{number}.zst')
        self.once()
        told = [said for said in self.payloads() if 'frames' in said]
        self.assertEqual(len({said['signature']['exact'] for said in told}), 20)
        self.assertEqual(len(told), 20)
        self.assertEqual(self.counts(), [4])
        self.assertRegex(STATE.read_text(), r'(?m)^drops crashes .* quota=4$')
        self.coredump(self.crash(program, '25'), 'core.25.zst')
        self.go_to_next_day()
        self.once()
        self.assertEqual(len([said for said in self.payloads() if 'frames' in said]), 21)

    def test_next_day(self):
        """What was counted is told when the day is over, and the same crash is worth a record again."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        for _ in range(3):
            self.handle_here(core)
        self.assertEqual((self.kinds(), self.counts()), (['process'], []))
        self.go_to_next_day()
        self.handle_here(core)
        self.assertEqual(self.counts(), [2])
        self.assertEqual(len([said for said in self.payloads() if 'count' not in said]), 1, 'the service knows it by its key')

    def test_at_once(self):
        """Each crash has a process of its own, and none forgets what another one noted."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: self.handle_here(core), range(8)))
        self.assertEqual(self.kinds(), ['process'])
        self.go_to_next_day()
        self.handle_here(core)
        self.assertEqual(self.counts(), [7])

    def test_lost(self):
        """The kernel does not come again with a crash that could not be handed over: it is counted as missing."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        self.handle_here(core, expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.assertEqual(self.kept(), [])
        self.go_to_next_day()
        self.handle_here(core)
        self.assertEqual(self.counts(), [1])
        self.assertIn('crashes over the limit', [said['signature']['title'] for said in self.payloads()])

    def test_another_agreement(self):
        """What was counted under an agreement that ended is not told under the next one."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        for _ in range(3):
            self.handle_here(core)
        self.decide(1)
        self.decide(2)
        self.handle_here(core)
        self.go_to_next_day()
        self.handle_here(core)
        self.assertEqual(self.counts(), [])

    def test_files_have_no_limit(self):
        """What somebody shows by hand is not of a machine's day."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        for _ in range(25):
            self.show(core)
        self.assertFalse(STATE.exists())


if __name__ == '__main__':
    unittest.main()
