# SPDX-License-Identifier: LGPL-2.1-or-later
"""telem-record-gen, hprobe and the library's examples, installed, as scripts and people run them."""

import json
import subprocess
import unittest
from pathlib import Path

from harness import SystemTest
from harness.process import run_as

UUID = r'^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\n$'
EXAMPLES = Path('/usr/share/doc/libtelemetry/examples')
ONE_LINER = ("import gi; gi.require_version('Telemetry', '1'); from gi.repository import Telemetry; "
             "print(Telemetry.Client.new().submit('org.example/hello/world', 1, 'hi', None))")
KIB = 1024


class Tools(SystemTest):
    def run_tool(self, *words, expect=0, user='root', **keywords):
        ran = run_as(user, list(words), check=False, **keywords)
        self.assertEqual(ran.returncode, expect, (words, ran.stdout, ran.stderr))
        return ran.stderr if expect else ran.stdout

    def generate(self, *words, **keywords):
        return self.run_tool('telem-record-gen', *words, **keywords)

    def last(self):
        """The newest record, in full."""
        return json.loads(run_as('root', ['telemctl', 'journal', '--json', '-i', '-n', '1']).stdout)

    # telem-record-gen

    def test_generate(self):
        """Each way to say what the record says; the id with -v, silence without."""
        self.system.opt_in()
        payload_file = Path('/tmp/payload')
        payload_file.write_text('from a file', encoding='utf-8')
        for words, stdin, expected in ((('-p', 'as an argument'), None, 'as an argument'),
                                       (('-P', str(payload_file)), None, 'from a file'),
                                       ((), 'from a pipe\nwith lines', 'from a pipe\nwith lines'),
                                       (('--payload', 'ü'), None, 'ü'),
                                       (('--payload', ''), None, '')):
            with self.subTest(words=words):
                self.assertEqual(self.generate('-c', 'acme/app/event', *words, stdin=stdin, environment={'LANG': 'C'}), '')
                self.assertEqual(self.last()['payload'], expected)
        self.assertRegex(self.generate('-c', 'acme/app/event', '-p', 'x', '-v'), UUID)

    def test_generate_fields(self):
        self.system.opt_in()
        self.generate('--class', 'acme/app/event', '--severity', '4', '--record-version', '9', '--event-id', 'a' * 32, '-p', 'x')
        record = self.last()
        self.assertEqual((record['classification'], record['severity'], record['payload_format_version'], record['event_id']),
                         ('acme/app/event', 4, 9, 'a' * 32))
        self.generate('-c', 'acme/app/event', '-p', 'x')
        record = self.last()
        self.assertEqual((record['severity'], record['payload_format_version']), (1, 1))

    def test_generate_sizes(self):
        """1 MiB passes, one byte more does not."""
        self.system.opt_in()
        self.generate('-c', 'acme/app/event', stdin='x' * (1024 * KIB))
        self.assertEqual(self.last()['payload_size'], 1024 * KIB)
        self.assertIn('payload', self.generate('-c', 'acme/app/event', stdin='x' * (1024 * KIB + 1), expect=1))
        self.assertIn('at most 1048576 bytes', self.generate('-c', 'acme/app/event', '-o', '-n', stdin='x' * (1024 * KIB + 1), expect=1))

    def test_generate_refused(self):
        """Status 1 and the reason: off, wrong fields, unreadable files, bytes that are no text."""
        self.assertIn('telemctl opt-in', self.generate('-c', 'acme/app/event', '-p', 'x', expect=1))
        self.assertEqual(self.system.telemprobd_pid(), 0)
        self.system.opt_in()
        self.assertIn('classification', self.generate('-c', 'acme', '-p', 'x', expect=1))
        self.assertIn('event_id', self.generate('-c', 'acme/app/event', '-p', 'x', '-e', 'short', expect=1))
        self.assertIn('/nowhere', self.generate('-c', 'acme/app/event', '-P', '/nowhere', expect=1))
        self.assertIn('/nowhere', self.generate('-c', 'acme/app/event', '-p', 'x', '-f', '/nowhere', expect=1))
        for number, content in enumerate((b'a\0b', b'\xff\xfe')):
            path = Path(f'/tmp/bytes{number}')
            path.write_bytes(content)
            self.generate('-c', 'acme/app/event', '-P', str(path), expect=1)

    def test_generate_usage(self):
        """Status 2: no class, severities that are none, contradictions."""
        for words in (('-p', 'x'), ('-c', 'a/b/c', '-s', '0'), ('-c', 'a/b/c', '-s', '5'), ('-c', 'a/b/c', '-s', 'high'),
                      ('-c', 'a/b/c', '-R', '-1'), ('-c', 'a/b/c', '-p', 'x', '-P', '/dev/null'), ('-c', 'a/b/c', 'more'),
                      ('--nonsense',)):
            with self.subTest(words=words):
                self.generate(*words, expect=2)
        self.assertIn('--payload-file', self.generate('--help'))
        self.assertRegex(self.generate('-V'), r'^telem-record-gen \d+\.\d+\.\d+\n$')

    def test_generate_shows(self):
        """-o -n: shown and not handed over, so that no consent is needed."""
        said = self.generate('-c', 'acme/app/event', '-p', 'tëxt', '-o', '-n', environment={'LC_ALL': 'C'})
        self.assertIn('classification: acme/app/event', said)
        self.assertIn('tëxt', said)
        self.assertEqual(self.system.telemprobd_pid(), 0)

    def test_full_disk(self):
        """What cannot be shown is a failure."""
        for command in ('telem-record-gen -c a/b/c -p x -o -n', 'hprobe --dry-run', 'hprobe -H --dry-run'):
            self.assertIn('standard output', self.run_tool('sh', '-c', f'{command} >/dev/full', expect=1))

    # hprobe

    def test_hello_and_heartbeat(self):
        self.assertIn('telemctl opt-in', self.run_tool('hprobe', expect=1))
        self.system.opt_in()
        self.assertRegex(self.run_tool('hprobe', '-v'), UUID)
        self.assertEqual(self.last()['classification'], 'org.telemetrics/hello/world')
        self.assertEqual(self.run_tool('hprobe', '-H', user='alice'), '')
        record = self.last()
        self.assertEqual((record['classification'], record['severity'], record['category'], record['origin']),
                         ('org.telemetrics/heartbeat/ping', 1, 'heartbeat', 'user'))
        self.assertEqual(json.loads(record['payload'])['build'], record['system']['build'])

    def test_heartbeat_is_what_was_agreed_to(self):
        """Something else is on: refused, nothing kept."""
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'kernel': 2}, 1, {})
        self.assertIn('telemctl opt-in heartbeat', self.run_tool('hprobe', '-H', expect=1))

    def test_heartbeat_asks_nobody(self):
        """Where something else is agreed to, what it would say is not even put together."""
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'kernel': 2}, 1, {})
        for more in ([], ['--input=/nowhere']):
            trace = self.run_tool('strace', '-e', 'trace=%file,connect', 'hprobe', '-H', *more, expect=1)
            self.assertIn('/run/telemetrics/active', trace)
            self.assertNotRegex(trace, r'os-release|connect\(|"/nowhere')

    def test_dry_run(self):
        """Shows the record of another system, without consent."""
        root = Path('/tmp/root')
        (root / 'etc').mkdir(parents=True, exist_ok=True)
        for text, build in (('ID=x\nVERSION_ID="42.1"\nBUILD_ID=7\n', '42.1'), ('BUILD_ID=7\n', '7'), ("VERSION_ID='9'\n", '9'),
                            ('ID=x\n', None), ('', None)):
            (root / 'etc/os-release').write_text(text, encoding='utf-8')
            record = json.loads(self.run_tool('hprobe', '-H', '--dry-run', '--root', str(root)))
            payload = json.loads(record['payload'])
            self.assertEqual((record['classification'], payload['build']), ('org.telemetrics/heartbeat/ping', build))
            self.assertGreater(payload['uptime_seconds'], 0)
        self.assertEqual(self.system.telemprobd_pid(), 0)

    def test_hprobe_usage(self):
        for words in (('--nonsense',), ('more',)):
            self.run_tool('hprobe', *words, expect=2)
        self.run_tool('hprobe', '-f', '/nowhere', expect=1)
        self.assertRegex(self.run_tool('hprobe', '--version'), r'^hprobe \d+\.\d+\.\d+\n$')

    # Examples

    def test_examples(self):
        """As the installed files say: built with pkg-config, run, kept; off, they end with 1 and harm nothing."""
        flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'libtelemetry'], check=True, capture_output=True,
                               text=True).stdout.split()
        commands = [['/usr/bin/python3', str(EXAMPLES / 'hello.py')]]
        for name in ('hello-plain', 'hello-gobject'):
            subprocess.run(['cc', '-Wall', '-Werror', EXAMPLES / f'{name}.c', *flags, '-o', f'/tmp/{name}'], check=True)
            commands.append([f'/tmp/{name}'])
        for command in commands:
            self.run_tool(*command, expect=1)
        self.system.opt_in()
        for command in commands:
            self.run_tool(*command)
        self.assertRegex(self.run_tool('/usr/bin/python3', '-c', ONE_LINER), UUID)
        lines = run_as('root', ['telemctl', 'journal', '--json']).stdout.splitlines()
        kept = {json.loads(line)['classification'] for line in lines}
        self.assertEqual(kept, {f'org.example/hello/{name}' for name in ('plain-c', 'gobject', 'python', 'forgotten', 'world')})


if __name__ == '__main__':
    unittest.main()
