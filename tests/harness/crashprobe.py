# SPDX-License-Identifier: LGPL-2.1-or-later
"""crashprobe as the system runs it: behind systemd-coredump's entries in the journal, or started by the kernel."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from harness.case import SystemTest
from harness.cores import PROBE, CoreTest
from harness.journal import Journal
from harness.process import run_as

STATE = Path('/var/lib/telemetrics-probes/crashprobe.state')
CORES = Path('/var/lib/systemd/coredump')


class CrashprobeTest(CoreTest, SystemTest):
    def setUp(self):
        super().setUp()
        STATE.unlink(missing_ok=True)

    def prepare_journal(self):
        """Agreed, and the probe has been there once: from here on it is to report."""
        self.journal = Journal()
        self.journal.add(MESSAGE='hello', _TRANSPORT='syslog')
        shutil.rmtree(CORES, ignore_errors=True)
        CORES.mkdir(parents=True)
        self.decide(2)
        self.once()

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'crashes': decision}, 1, {})

    def once(self, expect=0, environment=None):
        ran = run_as('root', [PROBE, '--once'], check=False, environment=environment)
        self.assertEqual(ran.returncode, expect, ran.stderr)

    def coredump(self, core=None, name='core.gears.1.zst', directory='/', **fields):
        """What systemd-coredump of the system below directory does; fields: what is different, None: not there."""
        file = CORES / name
        if core:
            kept = Path(directory) / file.relative_to('/')
            subprocess.run(['zstd', '-q', '-f', core, '-o', kept], check=True)
            kept.chmod(0o600)
        entry = {'MESSAGE_ID': 'fc2e22bc6ee647b6b90729ab34a250b1', '_UID': 0, '_EXE': '/usr/lib/systemd/systemd-coredump',
                 '_TRANSPORT': 'journal', 'MESSAGE': 'Process 1 (gears) of user 1000 dumped core.', 'COREDUMP_EXE': '/usr/bin/gears',
                 'COREDUMP_FILENAME': file, 'COREDUMP_TIMESTAMP': 1767225600000000, 'COREDUMP_CMDLINE': 'gears hunter2',
                 'COREDUMP_ENVIRON': 'TOKEN=hunter2', 'COREDUMP_CWD': '/home/hunter2', 'COREDUMP_HOSTNAME': 'hunter2', 'COREDUMP_COMM': 'hunter2',
                 'COREDUMP_UNIT': 'hunter2.service', 'COREDUMP_USER_UNIT': 'hunter2@hunter2.service', **fields}
        self.journal.add(**{field: value for field, value in entry.items() if value is not None})

    def kinds(self):
        return [record['classification'].rpartition('/')[2] for record in self.kept()]

    def payloads(self):
        return [json.loads(record['payload']) for record in self.kept()]

    def counts(self):
        """What count records say, those apart that begin a count of third-party programs."""
        kept = [(record['classification'], json.loads(record['payload'])) for record in self.kept()]
        first = next((said for said in kept if said[0].endswith('/third-party')), None)
        return [said[1]['count'] for said in kept if 'count' in said[1] and said is not first]

    def handle(self, core, *arguments, expect=0, environment=None):
        """As the kernel does: the core is a stream."""
        with open(core, 'rb') as stream:
            cat = subprocess.Popen(['cat'], stdin=stream, stdout=subprocess.PIPE)
        ran = subprocess.run([PROBE, '--handler', *arguments], stdin=cat.stdout, capture_output=True, text=True, check=False,
                             env={**os.environ, **(environment or {})})
        cat.stdout.close()
        cat.wait()
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran

    @staticmethod
    def kept():
        said = run_as('root', ['telemctl', 'journal', '--json', '-i'], check=False).stdout
        return [json.loads(line) for line in said.splitlines()]
