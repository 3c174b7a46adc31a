# SPDX-License-Identifier: LGPL-2.1-or-later
"""A journal that journald's own tools wrote: a test says which entries, trusted fields included.

    journal = Journal()
    journal.kernel('BUG: unable to handle page fault', ...)     # from the kernel itself
    journal.add(MESSAGE='...', _TRANSPORT='syslog')             # from anybody
"""

import shutil
import subprocess
import time
import uuid
from pathlib import Path

REMOTE = '/lib/systemd/systemd-journal-remote'
MACHINE = 'f' * 32


class Journal:
    """In /var/log/journal of this sandbox, or below root; what was there is removed."""

    def __init__(self, root='/'):
        self.directory = Path(root) / 'var/log/journal'
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / MACHINE).mkdir(parents=True)
        self.file = self.directory / MACHINE / 'system.journal'
        self.boot = uuid.uuid4().hex
        self.usec = int(time.time() * 1e6)  # of the last entry

    def add_all(self, entries):
        """entries: dictionaries of fields; written in this order, a millisecond of log time apart."""
        text = []
        for fields in entries:
            self.usec = max(self.usec + 1000, int(time.time() * 1e6))
            head = {'__REALTIME_TIMESTAMP': self.usec, '__MONOTONIC_TIMESTAMP': self.usec % 10**9, '_BOOT_ID': self.boot}
            text += [f'{name}={value}' for name, value in {**head, **fields}.items()] + ['']
        subprocess.run([REMOTE, '-o', self.file, '-'], input='\n'.join(text) + '\n', text=True, check=True, capture_output=True)
        while time.time() * 1e6 <= self.usec:  # what happens after this is later
            time.sleep(0.001)
        for path in [self.directory, *self.directory.rglob('*')]:
            path.chmod(0o755 if path.is_dir() else 0o644)

    def add(self, **fields):
        self.add_all([fields])

    def kernel(self, text, **fields):
        """Lines of the kernel's own; fields come on top."""
        self.add_all({'_TRANSPORT': 'kernel', 'SYSLOG_FACILITY': 0, 'SYSLOG_IDENTIFIER': 'kernel', 'PRIORITY': 4,
                      '_SOURCE_MONOTONIC_TIMESTAMP': 10**7 + number, 'MESSAGE': line, **fields}
                     for number, line in enumerate(text.splitlines()))
