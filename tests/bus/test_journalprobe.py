# SPDX-License-Identifier: LGPL-2.1-or-later
"""journalprobe on a real journal with the real service: whom it believes, what of an entry leaves, where it goes on, and when it must not look."""

import json
import re
import subprocess
import unittest
from pathlib import Path

from harness.case import SystemTest
from harness.journal import Journal
from harness.process import Process, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/journalprobe'
STATE = Path('/var/lib/telemetrics-probes/journalprobe.state')
RULES = Path('/etc/telemetrics/journal.d')
FAILED, EXITED = 'd9b373ed55a64feb8242e02dbe79a49c', '98e322203f7a4ed290d09fe03c09fe15'
RESTART, STARTED = '5eb03494b6584870a536b337290809b3', 'b07a249cd024414a82dd00cd181378ff'
SYSTEMD = {'_PID': 1, '_COMM': 'systemd', '_UID': 0, '_TRANSPORT': 'journal'}
UNIT = 'klogprobe.service'  # one that is shipped
MATCH = '''[Rule]
Title=The array has lost a disk
Fields=MESSAGE;PRIORITY
Redact=serial \\S+
[Match]
_SYSTEMD_UNIT=klogprobe.service
[Glob]
MESSAGE=*has lost*
'''


def failure(unit=UNIT, result='exit-code', **fields):
    return {**SYSTEMD, 'MESSAGE_ID': FAILED, 'UNIT': unit, 'UNIT_RESULT': result, 'MESSAGE': f'{unit}: Failed with result', **fields}


class JournalprobeTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.journal = Journal()
        self.journal.add(**SYSTEMD, MESSAGE='Startup finished', MESSAGE_ID=STARTED)

    def tearDown(self):
        STATE.unlink(missing_ok=True)
        for path in RULES.glob('*.rule'):
            path.unlink()
        super().tearDown()

    def decide(self, **decisions):
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', decisions, 1, {})

    def once(self, expect=0, **options):
        ran = run_as('root', [PROBE, '--once'], check=False, **options)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran.stderr

    def opt_in(self):
        """Agreed, and the probe has been there once: from here on it is to report."""
        self.decide(journal=2)
        self.once()

    def report(self, *entries):
        self.journal.add_all(entries)
        return self.once()

    def records(self):
        said = run_as('root', ['telemctl', 'journal', '--json', '-i']).stdout
        return [json.loads(line) for line in said.splitlines()]

    def payloads(self):
        return [json.loads(record['payload']) for record in self.records()]

    def units(self):
        return [payload['unit'] for payload in self.payloads()]

    @staticmethod
    def rule(name, text):
        RULES.mkdir(parents=True, exist_ok=True)
        (RULES / f'{name}.rule').write_text(text, encoding='utf-8')

    # Services that fail

    def test_failure(self):
        """The unit, why, with which status, and how often systemd had started it again."""
        self.opt_in()
        self.report({**SYSTEMD, 'MESSAGE_ID': RESTART, 'UNIT': UNIT, 'N_RESTARTS': 4},
                    {**SYSTEMD, 'MESSAGE_ID': EXITED, 'UNIT': UNIT, 'EXIT_CODE': 'exited', 'EXIT_STATUS': 3, 'INVOCATION_ID': 'a' * 32},
                    failure(INVOCATION_ID='a' * 32))
        record = self.records()[0]
        self.assertEqual((record['classification'], record['severity']), ('org.telemetrics/journal/unit-failed', 2))
        payload = json.loads(record['payload'])
        self.assertEqual({name: payload[name] for name in ('unit', 'result', 'exit_code', 'exit_status', 'restarts')},
                         {'unit': UNIT, 'result': 'exit-code', 'exit_code': 'exited', 'exit_status': 3, 'restarts': 4})
        self.assertEqual(payload['signature']['title'], f'{UNIT} failed: exit-code')

    def test_results(self):
        """systemd's words as they are; what is none of them says nothing."""
        self.opt_in()
        results = ('signal', 'timeout', 'core-dump', 'oom-kill', 'watchdog', '/home/alice')
        self.report(*(failure(result=result) for result in results))
        self.assertEqual([payload['result'] for payload in self.payloads()], [*results[:-1], 'failed'])

    def test_instance(self):
        """An instance may be a person's name."""
        self.opt_in()
        self.report(failure('getty@alice.service'), failure('user@1000.service'))
        self.assertEqual(self.units(), ['getty@.service', 'user@.service'])
        self.assertNotIn('alice', json.dumps(self.records()))

    def test_only_systemd_itself(self):
        """Anybody can send the same fields, but not under the number 1."""
        self.opt_in()
        self.report(failure(_PID=4711), failure(_PID=1, _COMM='bash'), failure(_PID=4711, _UID=1000, _COMM='systemd'),
                    {key: value for key, value in failure().items() if key != '_PID'},
                    {**failure(_PID=900, _UID=1000), 'USER_UNIT': UNIT, 'UNIT': UNIT})
        self.assertEqual(self.records(), [])

    def test_private_units(self):
        """Units that the system did not come with are counted, and neither named nor reported."""
        Path('/etc/systemd/system/acme-secret.service').write_text('[Service]\nExecStart=true\n', encoding='ascii')
        self.decide(journal=2, heartbeat=2)
        self.once()
        self.report(failure('acme-secret.service'), failure('home-alice.mount'), failure('run-u17.service'), failure('../../etc/x.service'))
        self.assertEqual(self.records(), [])
        said = json.loads(run_as('root', ['hprobe', '-H', '--dry-run']).stdout)
        self.assertEqual(json.loads(said['payload'])['drops'], {'journalprobe': {'private': 3}})

    def test_start_is_bootprobes(self):
        """A failure is not counted twice: while the system starts it is bootprobe's, where that may report."""
        self.decide(journal=2, boot=2)
        self.once()
        this_boot = Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip().replace('-', '')
        STATE.write_text(STATE.read_text(encoding='utf-8').replace(this_boot, 'c' * 32), encoding='utf-8')
        self.journal.boot = this_boot
        self.report(failure(), {**SYSTEMD, 'MESSAGE_ID': STARTED, 'MESSAGE': 'Startup finished'}, failure('getty@tty1.service'))
        self.assertEqual(self.units(), ['getty@.service'])

    def test_start_without_bootprobe(self):
        """Where nobody else reports it, this probe does."""
        self.opt_in()
        this_boot = Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip().replace('-', '')
        STATE.write_text(STATE.read_text(encoding='utf-8').replace(this_boot, 'c' * 32), encoding='utf-8')
        self.journal.boot = this_boot
        self.report(failure())
        self.assertEqual(self.units(), [UNIT])

    # How much it says

    def test_counts(self):
        """In a boot each failure once; the rest is counted, and the count travels when the boot is over."""
        self.opt_in()
        self.report(*[failure()] * 3, failure(result='timeout'))
        self.assertEqual([payload['result'] for payload in self.payloads()], ['exit-code', 'timeout'])
        self.journal.boot = 'b' * 32
        self.report({**SYSTEMD, 'MESSAGE_ID': STARTED, 'MESSAGE': 'Startup finished'})
        counts = [(payload['signature']['title'], payload['count']) for payload in self.payloads() if 'count' in payload]
        self.assertEqual(counts, [(f'{UNIT} failed: exit-code', 2)])

    def test_limit(self):
        """Ten reports in an hour; how much is missing is known."""
        results = ('exit-code', 'signal', 'core-dump', 'timeout', 'oom-kill', 'watchdog')
        self.decide(journal=2, heartbeat=2)
        self.once()
        self.report(*(failure(unit, result) for unit in (UNIT, 'getty@a.service') for result in results))
        self.assertEqual(len(self.records()), 10)
        said = json.loads(run_as('root', ['hprobe', '-H', '--dry-run']).stdout)
        self.assertEqual(json.loads(said['payload'])['drops'], {'journalprobe': {'quota': 2}})

    # Rules

    def test_match(self):
        """What a rule allows, without what it cuts out and without what never leaves; nothing else of the entry."""
        self.rule('disk', MATCH)
        self.opt_in()
        entry = {'_SYSTEMD_UNIT': UNIT, '_PID': 99, 'PRIORITY': 3, '_CMDLINE': 'secret-argument', '_HOSTNAME': 'secret-host', 'EXTRA': 'secret-field',
                 'MESSAGE': 'md0 has lost serial SECRET1 of /home/alice/disk at 10.1.2.3'}
        self.report(entry, {**entry, 'MESSAGE': 'md0 is fine'}, {**entry, '_SYSTEMD_UNIT': 'ssh.service'})
        records = self.records()
        self.assertEqual([record['classification'] for record in records], ['org.telemetrics/journal/match'])
        payload = json.loads(records[0]['payload'])
        self.assertEqual(payload['fields'], {'MESSAGE': 'md0 has lost [redacted] of [path] at [ip]', 'PRIORITY': '3'})
        self.assertEqual((payload['rule'], payload['unit'], payload['signature']['title']), ('disk', UNIT, 'The array has lost a disk'))
        self.assertFalse(re.search('secret|SECRET|alice|10.1', records[0]['payload']))

    def test_nothing_by_default(self):
        """A rule that allows no field lets out the unit and the id of the message."""
        self.rule('quiet', '[Rule]\nTitle=Something\n[Match]\nMESSAGE_ID=' + 'e' * 32 + '\n')
        self.opt_in()
        self.report({'_SYSTEMD_UNIT': UNIT, 'MESSAGE_ID': 'e' * 32, 'MESSAGE': 'secret'})
        payload = self.payloads()[0]
        self.assertEqual((payload['fields'], payload['unit'], payload['message_id']), ({}, UNIT, 'e' * 32))
        self.assertNotIn('secret', json.dumps(payload))

    def test_long_value(self):
        """A value of more than 1024 bytes is cut, and that is said."""
        self.rule('disk', MATCH)
        self.opt_in()
        self.report({'_SYSTEMD_UNIT': UNIT, 'MESSAGE': 'has lost ' + 'ä' * 1000})
        payload = self.payloads()[0]
        self.assertEqual((len(payload['fields']['MESSAGE'].encode()), payload['cut']), (1023, True))

    def test_masked(self):
        """An empty file of its name turns a rule off."""
        self.rule('unit-failed', '')
        self.opt_in()
        self.report(failure())
        self.assertEqual(self.records(), [])

    def test_replaced(self):
        """A file of the administrator takes the place of the one of its name."""
        self.rule('unit-failed', '[Rule]\nKind=unit-failed\n[Glob]\nUNIT=getty*\n')
        self.opt_in()
        self.report(failure(), failure('getty@tty1.service'))
        self.assertEqual(self.units(), ['getty@.service'])

    def test_broken_rule(self):
        """It says file, line, key and what is accepted; the others go on."""
        self.rule('broken', '[Rule]\nTitle=x\nWeight=0\n')
        self.decide(journal=2)
        said = self.once()
        self.assertRegex(said, r'broken\.rule, line 3: Weight: “0” .*1 to 1000')
        self.report(failure())
        self.assertEqual(self.units(), [UNIT])

    def test_check(self):
        """For whoever writes one: without consent, and without a look at anything else."""
        good, bad = Path('/tmp/good.rule'), Path('/tmp/bad.rule')
        good.write_text(MATCH, encoding='utf-8')
        bad.write_text('[Rule]\nTitle=x\n[Match]\nmessage=1\n', encoding='utf-8')
        ran = run_as('alice', [PROBE, '--check', good], check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ''))
        ran = run_as('alice', [PROBE, '--check', good, bad], check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertRegex(ran.stderr, r'/tmp/bad\.rule, line 4: message: ')
        self.assertEqual(run_as('alice', [PROBE, '--check'], check=False).returncode, 2)
        self.assertEqual(run_as('alice', [PROBE, good], check=False).returncode, 2)

    def test_endless_rule(self):
        """Of a file that does not end, no more is read than a rule may have: also one in its place turns off only itself."""
        endless = RULES / 'endless.rule'
        RULES.mkdir(parents=True, exist_ok=True)
        endless.symlink_to('/dev/zero')
        ran = run_as('root', [PROBE, '--check', endless], check=False)
        self.assertEqual((ran.returncode, ran.stderr), (1, f'“{endless}” is too long; accepted are at most 65536 bytes\n'))
        self.decide(journal=2)
        self.assertIn('this rule is off', self.once())
        self.report(failure())
        self.assertEqual(self.units(), [UNIT])

    def test_input(self):
        """A file of the journal and its export show the same, without consent."""
        export = Path('/tmp/entries.export')
        self.journal.add_all([failure(), failure('acme@bob.service')])
        export.write_bytes(subprocess.run(['journalctl', '-o', 'export', f'--file={self.journal.file}'], capture_output=True, check=True).stdout)
        said = [run_as('alice', [PROBE, '--dry-run', f'--input={file}']).stdout for file in (self.journal.file, export)]
        self.assertEqual(said[0], said[1])
        self.assertEqual([json.loads(line)['payload']['unit'] for line in said[0].splitlines()], [UNIT, 'acme@.service'])

    # Where it goes on, and when it must not look

    def test_restart(self):
        """Nothing is lost and nothing is told twice."""
        self.opt_in()
        for result in ('exit-code', 'signal', 'timeout'):
            self.report(failure(result=result))
            self.once()
        self.assertEqual([payload['result'] for payload in self.payloads()], ['exit-code', 'signal', 'timeout'])

    def test_gone_journal(self):
        """Of a journal that was emptied since, or is another one after a boot, also the first entry is told."""
        self.opt_in()
        self.report(failure())
        self.journal.file.unlink()
        self.report(failure(result='signal'), failure(result='timeout'))
        self.assertEqual([payload['result'] for payload in self.payloads()], ['exit-code', 'signal', 'timeout'])

    def test_damaged_place(self):
        """A place that is none any more does not keep it from reading on for ever."""
        self.opt_in()
        text = STATE.read_text(encoding='utf-8')
        self.assertIn('journal=s=', text)
        STATE.write_text(text.replace('journal=s=', 'journal=s=none'), encoding='utf-8')
        self.once()
        self.report(failure())
        self.assertEqual(self.units(), [UNIT])

    def test_unsaved(self):
        """Where its place cannot be saved it says so once, not for each entry: that would be one more entry."""
        self.opt_in()
        with Process('unsaved', [PROBE], environment={'STATE_DIRECTORY': '/proc/nowhere'}) as probe:
            for number, result in enumerate(('exit-code', 'signal', 'timeout')):
                self.journal.add_all([failure(result=result)])
                wait_until(lambda number=number: len(self.payloads()) == number + 1, 'a failure was reported')
            self.assertEqual(probe.output().count('/proc/nowhere'), 1, probe.output())

    def test_service_away(self):
        """What cannot be handed over is not passed over."""
        self.opt_in()
        self.journal.add_all([failure(), failure(result='timeout')])
        self.once(expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.once()
        self.assertEqual([payload['result'] for payload in self.payloads()], ['exit-code', 'timeout'])

    def test_follow(self):
        """Resident: a failure travels while the probe runs; the end of consent ends it at once."""
        self.opt_in()
        with Process('journalprobe', [PROBE]) as probe:
            self.journal.add(**failure())
            wait_until(lambda: self.units() == [UNIT], 'the report is kept')
            self.decide(journal=1)
            self.assertEqual(probe.wait(30), 0)  # where nothing told it, it would look once a minute
        self.assertFalse(STATE.exists())

    def test_no_rule(self):
        """Resident without a rule: it opens no journal, sleeps, and ends with consent; ending before, it would be started again."""
        self.rule('unit-failed', '')
        self.opt_in()
        strace = ['strace', '-f', '-e', 'trace=openat,poll,inotify_add_watch']
        with Process('told', [*strace, PROBE]) as told, \
             Process('untold', [*strace, '-e', 'inject=inotify_add_watch:error=ENOSPC', PROBE]) as untold:
            told.wait_output('events=POLLIN}], 1, -1')
            untold.wait_output('{fd=-1}], 1, 60000')
            self.assertNotRegex(told.output(), 'log/journal|run/journal')
            self.decide(journal=1)
            self.assertEqual(told.wait(), 0)

    def test_nothing_from_before(self):
        self.journal.add(**failure(result='signal'))
        self.opt_in()
        self.report(failure(result='timeout'))
        self.assertEqual([payload['result'] for payload in self.payloads()], ['timeout'])

    def test_the_cursor_does_not_outlive_a_no(self):
        """No probe ran while it was off, so its state is still there: it must not be believed."""
        self.opt_in()
        self.decide(journal=1)
        self.journal.add(**failure(result='signal'))
        self.decide(journal=2)
        self.once()
        self.report(failure(result='timeout'))
        self.assertEqual([payload['result'] for payload in self.payloads()], ['timeout'])

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no journal, no rule, no service."""
        trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect', PROBE], capture_output=True, text=True,
                               check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertFalse(re.search(r'log/journal|run/journal|journal\.d|boot_id|connect\(', trace), trace)


if __name__ == '__main__':
    unittest.main()
