# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every probe does with the file of --input that is none: it names it, says why, and ends with 1; a pipe is as good as a file."""

import json
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from harness.process import run_as

PROBES = Path('/usr/libexec/telemetrics')
READERS = ['klogprobe', 'pstoreprobe', 'crashprobe', 'bertprobe', 'mceprobe', 'updateprobe', 'bootprobe', 'journalprobe']
WARNING = 'BUG: kernel NULL pointer dereference, address: 0000000000000008\nRIP: 0010:nfs_lookup+0x15/0xd0\n'
HOT = 'mce: CPU3: Package temperature above threshold, cpu clock throttled (total events = 7)\n'
STREAM_MAX = 64 * 1024 * 1024


class ProbeFilesTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def show(self, probe, name, **options):
        return run_as('root', [PROBES / probe, '--dry-run', f'--input={name}', f'--root={self.directory}'], check=False, **options)

    def test_options_that_do_not_go_together(self):
        """Wrong usage is said before consent is asked for, and nothing of it is passed over in silence."""
        for command, said in {
            ('klogprobe', '--kmsg', '--input=x'): '--kmsg and --input exclude each other',
            ('updateprobe', '--post-update', '--input=x'): '--post-update and --input exclude each other',
            ('bootprobe', '--shutdown', '--input=x'): '--shutdown and --input exclude each other',
            ('journalprobe', '--check', '--input=x', 'y.rule'): '--check and --input exclude each other',
            ('updateprobe', '--format=apt'): '--format needs --input',
            ('bertprobe', '--decode'): '--decode needs --input',
            ('crashprobe', '--exe=/usr/bin/true'): '--exe needs --input',
            ('crashprobe', '--core=x', '--input=y'): '--core and --input exclude each other',
            ('crashprobe', '--handler', '--core=x', '1', '0', '0', '11', '0'): '--handler and --input exclude each other',
            ('crashprobe', '--handler', '1', '2', '3'): '--handler needs five arguments',
        }.items():
            with self.subTest(command=command):
                ran = run_as('root', [PROBES / command[0], *command[1:]], check=False)
                self.assertEqual((ran.returncode, ran.stdout), (2, ''), ran.stderr)
                self.assertIn(f'{command[0]}: {said}', ran.stderr)

    def test_missing(self):
        """Also journalprobe where there is no rule: the file is not there all the same."""
        for probe in READERS:
            with self.subTest(probe=probe):
                ran = self.show(probe, '/not/there')
                self.assertEqual((ran.returncode, ran.stdout), (1, ''), ran.stderr)
                self.assertIn('“/not/there”', ran.stderr)
                self.assertIn('No such file', ran.stderr)

    def test_directory(self):
        """Only for those that read recordings and parts it is something to read."""
        for probe in set(READERS) - {'mceprobe', 'pstoreprobe'}:
            with self.subTest(probe=probe):
                ran = self.show(probe, self.directory)
                self.assertEqual((ran.returncode, ran.stdout), (1, ''), ran.stderr)
                self.assertIn(f'“{self.directory}”', ran.stderr)
                self.assertIn('Is a directory', ran.stderr)

    def test_pipe(self):
        """What comes through a pipe, by its name or as standard input, is read as a file is."""
        for probe, text in {'klogprobe': WARNING, 'mceprobe': HOT}.items():
            for name in ('-', '/dev/stdin'):
                with self.subTest(probe=probe, name=name):
                    ran = self.show(probe, name, stdin=text)
                    self.assertEqual(ran.returncode, 0, ran.stderr)
                    self.assertEqual(len([json.loads(line) for line in ran.stdout.splitlines()]), 1)

    def test_long_pipe(self):
        """A pipe that does not end is read up to the limit; a file of that length has none."""
        zero = self.directory / 'zero'
        with zero.open('wb') as file:
            os.truncate(file.fileno(), STREAM_MAX + 1)
        self.assertEqual(self.show('klogprobe', zero).returncode, 0)
        ran = self.show('klogprobe', '/dev/zero')
        self.assertEqual(ran.returncode, 1)
        self.assertIn(f'“/dev/zero” is too long; accepted are at most {STREAM_MAX} bytes', ran.stderr)

    def test_any_locale(self):
        """What is shown is what would leave, also where the locale has no such letters."""
        rules = self.directory / 'etc/telemetrics/journal.d'
        rules.mkdir(parents=True)
        (rules / 'grey.rule').write_text('[Rule]\nTitle=Ärger\nFields=MESSAGE\n[Glob]\nMESSAGE=*\n', encoding='utf-8')
        ran = self.show('journalprobe', '-', stdin='MESSAGE=grün\n\n', environment={'LC_ALL': 'C'})
        payload = json.loads(ran.stdout)['payload']
        self.assertEqual((payload['text'], payload['fields']), ('Ärger', {'MESSAGE': 'grün'}))

    def test_full_disk(self):
        """What cannot be shown is a failure."""
        file = self.directory / 'log'
        file.write_text(WARNING, encoding='utf-8')
        ran = run_as('root', ['sh', '-c', f'exec {PROBES}/klogprobe --dry-run --input={file} >/dev/full'], check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn('standard output', ran.stderr)

    def test_no_times(self):
        """Of a file without times there is no start to tell of."""
        empty = self.directory / 'empty'
        empty.write_bytes(b'')
        ran = self.show('bootprobe', empty)
        self.assertEqual((ran.returncode, ran.stdout), (1, ''))
        self.assertIn(f'“{empty}” has none of the times', ran.stderr)

    def test_no_journal(self):
        """Of what is no journal nothing can be told; of one that is cut off, what is there."""
        failed = ('__REALTIME_TIMESTAMP=1\nMESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c\nUNIT=acme.service\nUNIT_RESULT=timeout\n'
                  '_PID=1\n_COMM=systemd\n\n')
        rules = self.directory / 'usr/share/telemetrics/journal.d'
        rules.mkdir(parents=True)
        shutil.copy(Path('/') / rules.relative_to(self.directory) / 'unit-failed.rule', rules)
        for text, shown in ((failed, ['acme.service']), ('', []), ('Nov 29 15:54:32 host systemd[1]: acme.service: Failed.\n', None),
                            (failed + 'MESSAGE\n' + 'x' * 100, ['acme.service'])):
            with self.subTest(text=text):
                ran = self.show('journalprobe', '-', stdin=text)
                self.assertEqual([json.loads(line)['payload']['unit'] for line in ran.stdout.splitlines()], shown or [])
                self.assertEqual(ran.returncode, 0 if text in (failed, '') else 1)
                self.assertIn('' if ran.returncode == 0 else '“-” is neither a file of the journal nor', ran.stderr)


if __name__ == '__main__':
    unittest.main()
