# SPDX-License-Identifier: LGPL-2.1-or-later
"""klogprobe on a real journal with the real service: what it believes, where it goes on, and when it must not look at all."""

import json
import re
import signal
import subprocess
import time
import unittest
from pathlib import Path

from harness import System
from harness.journal import Journal
from harness.process import Process, open_files, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/klogprobe'
STATE = Path('/var/lib/telemetrics-probes/klogprobe.state')
BOOT_ID = Path('/proc/sys/kernel/random/boot_id')


def oops(function):
    return f'''BUG: kernel NULL pointer dereference, address: 0000000000000008
Oops: 0002 [#1] PREEMPT SMP
CPU: 1 PID: 77 Comm: gears Tainted: G        W  OE      6.12.1-acme #1
RIP: 0010:{function}+0x13/0x40 [widget]
Call Trace:
 <TASK>
 {function}_caller+0x10/0x20 [widget]
 do_syscall_64+0x5c/0xf0
 </TASK>
---[ end trace 0000000000000000 ]---'''


class KlogprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.journal = Journal()
        self.journal.kernel('Linux version 6.12.1-acme')

    def tearDown(self):
        STATE.unlink(missing_ok=True)
        self.system.reset()

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'kernel': decision}, 1, {})

    def once(self, expect=0):
        ran = run_as('root', [PROBE, '--once'], check=False)
        self.assertEqual(ran.returncode, expect, ran.stderr)

    def opt_in(self):
        """Agreed, and the probe has been there once: from here on it is to report."""
        self.decide(2)
        self.once()

    def functions(self):
        """Whom the kept records blame, oldest first."""
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        records = [json.loads(line) for line in said.splitlines()]
        return [json.loads(record['payload']).get('function') for record in records]

    # What it believes

    def test_report(self):
        self.opt_in()
        self.journal.kernel(oops('gear_turn'))
        self.once()
        self.assertEqual(self.functions(), ['gear_turn'])

    def test_between_the_agreement_and_the_probe(self):
        """A probe that starts seconds later still has what was agreed to, and nothing else."""
        self.journal.kernel(oops('older'))
        self.decide(2)
        self.journal.kernel(oops('gear_turn'))
        self.once()
        self.once()
        self.assertEqual(self.functions(), ['gear_turn'])

    def test_nothing_from_before_a_clock_was_set_back(self):
        """What claims to come from the future is older than the agreement by the clock that nobody sets."""
        later = {'__REALTIME_TIMESTAMP': int((time.time() + 3600) * 1e6), '__MONOTONIC_TIMESTAMP': 1000,
                 '_BOOT_ID': BOOT_ID.read_text().strip().replace('-', '')}
        self.journal.kernel(oops('older'), **later)
        self.decide(2)
        self.once()
        self.once()
        self.assertEqual(self.functions(), [])

    def test_only_the_kernel_itself(self):
        """Who writes under the kernel's name, over syslog, the journal's own protocol or /dev/kmsg, is not the kernel."""
        self.opt_in()
        for fields in ({'_TRANSPORT': 'syslog', 'SYSLOG_IDENTIFIER': 'kernel', 'SYSLOG_FACILITY': 0},
                       {'_TRANSPORT': 'journal', 'SYSLOG_IDENTIFIER': 'kernel', 'SYSLOG_FACILITY': 0},
                       {'_TRANSPORT': 'kernel', 'SYSLOG_IDENTIFIER': 'kernel', 'SYSLOG_FACILITY': 1},
                       {'_TRANSPORT': 'kernel', 'SYSLOG_IDENTIFIER': 'kernel', 'SYSLOG_FACILITY': 3},
                       {'_TRANSPORT': 'kernel', 'SYSLOG_IDENTIFIER': 'kernel'}):
            self.journal.add_all({**fields, 'PRIORITY': 0, 'MESSAGE': line} for line in oops('forged').splitlines())
        self.once()
        self.assertEqual(self.functions(), [])

    # Where it goes on

    def test_restart(self):
        """Nothing is lost and nothing is told twice, whoever stops it when."""
        self.opt_in()
        expected = []
        for number in range(3):
            expected.append(f'gear_{number}')
            self.journal.kernel(oops(expected[-1]))
            self.once()
            self.once()
            self.assertEqual(self.functions(), expected)

    def test_killed_inside_a_report(self):
        """Half a report is read again from its beginning."""
        self.opt_in()
        lines = oops('gear_split').splitlines()
        with Process('klogprobe', [PROBE]) as probe:
            before = STATE.read_text(encoding='utf-8')
            self.journal.kernel('\n'.join(lines[:4]))
            wait_until(lambda: '/system.journal' in str(open_files(probe.pid)),
                       'the journal is open')
            probe.kill(signal.SIGKILL)
            probe.wait()
        self.assertEqual(STATE.read_text(encoding='utf-8'), before)
        self.journal.kernel('\n'.join(lines[4:]))
        self.once()
        self.assertEqual(self.functions(), ['gear_split'])

    def test_follow(self):
        """Resident: a report travels while the probe runs."""
        self.opt_in()
        with Process('klogprobe', [PROBE]):
            self.journal.kernel(oops('gear_live'))
            wait_until(lambda: self.functions() == ['gear_live'], 'the report is kept')

    def test_service_away(self):
        """What cannot be handed over is not passed over."""
        self.opt_in()
        self.journal.kernel(oops('gear_kept'))
        ran = run_as('root', [PROBE, '--once'], check=False,
                     environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.once()
        self.assertEqual(self.functions(), ['gear_kept'])

    # How much it says

    def payloads(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(json.loads(line)['payload']) for line in said.splitlines()]

    def test_limits(self):
        """In an hour five reports, each once; the rest is counted, and the counts travel when the boot is over."""
        self.opt_in()
        for number in (1, 2, 1, 1, 3, 4, 5, 6, 7, 8):
            self.journal.kernel(oops(f'gear_{number}'))
        self.once()
        self.assertEqual(self.functions(), [f'gear_{number}' for number in range(1, 6)])
        self.journal.boot = 'b' * 32
        self.journal.kernel('Linux version 6.12.1-acme')
        self.once()
        counts = {payload['signature']['title']: payload['count'] for payload in self.payloads() if 'count' in payload}
        self.assertEqual(counts, {'bad access in widget!gear_1': 2, 'kernel reports over the limit': 3})
        told = [payload['signature'] for payload in self.payloads() if payload['signature']['title'].endswith('gear_1')]
        self.assertEqual(told[0]['hash'], told[1]['hash'])
        self.once()
        self.assertEqual(len(self.payloads()), 7)

    def test_other_machines(self):
        """A machine that gathers the logs of others tells of itself only."""
        own = Path('/etc/machine-id').read_text(encoding='ascii').strip()
        self.opt_in()
        self.journal.kernel(oops('gear_there'), _MACHINE_ID='0123456789abcdef' * 2)
        self.journal.kernel(oops('gear_here'), _MACHINE_ID=own)
        self.once()
        self.assertEqual([payload['signature']['title'] for payload in self.payloads()], ['bad access in widget!gear_here'])

    def test_a_boot_before(self):
        """What happened under another boot says the build that ran then, where it was noted; else that it is not known."""
        system = json.loads(run_as('root', ['hprobe', '-H', '--dry-run']).stdout)
        self.assertTrue(system)
        self.opt_in()
        self.journal.kernel(oops('gear_turn'))
        self.once()
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout.splitlines()[-1]
        self.assertEqual(json.loads(said)['system']['build'], 'unknown')
        self.assertEqual(json.loads(said)['system']['kernel_version'], '6.12.1-acme')
        this_boot = Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip().replace('-', '')
        self.journal.boot = this_boot
        self.journal.kernel(oops('gear_now'))
        self.once()
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout.splitlines()[-1]
        self.assertNotEqual(json.loads(said)['system']['build'], 'unknown')

    def test_kmsg(self):
        """The real device: what it had before is passed over, and the place is noted."""
        self.decide(2)
        ran = run_as('root', [PROBE, '--kmsg', '--once'], check=False)
        if 'cannot open' in ran.stderr:
            self.skipTest(ran.stderr)
        self.assertEqual((ran.returncode, self.functions()), (0, []), ran.stderr)
        self.assertRegex(STATE.read_text(encoding='utf-8'), r'(?m)^kmsg=[0-9a-f]{32} (seq|usec) \d+$')

    # When it must not look

    def test_nothing_from_before(self):
        self.journal.kernel(oops('gear_before'))
        self.opt_in()
        self.once()
        self.journal.kernel(oops('gear_after'))
        self.once()
        self.assertEqual(self.functions(), ['gear_after'])

    def test_empty_journal(self):
        """A journal without one entry of the kernel is a beginning, too."""
        self.journal = Journal()
        self.journal.add(MESSAGE='hello', _TRANSPORT='syslog')
        self.opt_in()
        with Process('klogprobe', [PROBE]):
            self.journal.kernel(oops('gear_first'))
            wait_until(lambda: self.functions() == ['gear_first'], 'the report is kept')

    def test_the_cursor_does_not_outlive_a_no(self):
        """No probe ran while it was off, so its state is still there: it must not be believed."""
        self.opt_in()
        self.journal.kernel(oops('gear_on'))
        self.once()
        state = STATE.read_text(encoding='utf-8')
        self.decide(1)
        self.journal.kernel(oops('gear_off'))
        self.decide(2)
        self.assertEqual(STATE.read_text(encoding='utf-8'), state)
        self.once()
        self.journal.kernel(oops('gear_again'))
        self.once()
        self.assertEqual(self.functions(), ['gear_again'])

    def test_a_start_of_the_service_is_no_new_agreement(self):
        self.opt_in()
        self.journal.kernel(oops('gear_kept'))
        self.system.stop_services()
        self.system.opt_in()
        self.once()
        self.assertEqual(self.functions(), ['gear_kept'])

    def test_a_probe_that_is_off_forgets(self):
        self.opt_in()
        self.assertTrue(STATE.exists())
        self.decide(1)
        self.once()
        self.assertFalse(STATE.exists())

    def test_the_end_of_consent_ends_it_at_once(self):
        self.opt_in()
        with Process('klogprobe', [PROBE]) as probe:
            wait_until(lambda: 'anon_inode:inotify' in open_files(probe.pid), 'it watches')
            self.decide(1)
            self.assertEqual(probe.wait(20), 0)
        self.assertFalse(STATE.exists())

    def test_another_category_does_not_end_it(self):
        self.opt_in()
        with Process('klogprobe', [PROBE]):
            self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': 2}, 1, {})
            self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'boot': 1}, 1, {})
            self.journal.kernel(oops('gear_live'))
            wait_until(lambda: self.functions() == ['gear_live'], 'the report is kept')

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no journal, no kernel log, no service."""
        trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect', PROBE], capture_output=True, text=True,
                               check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertFalse(re.search(r'journal/|kmsg|/proc/sys/kernel/random|connect\(', trace), trace)


if __name__ == '__main__':
    unittest.main()
