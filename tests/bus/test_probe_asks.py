# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much probes read of what others write without an end before they ask again whether they may: they are seen looking."""

import subprocess
import unittest

from harness.straced import StracedProbeTest

KERNEL = {'_TRANSPORT': 'kernel', 'SYSLOG_FACILITY': 0, 'PRIORITY': 6, '_SOURCE_MONOTONIC_TIMESTAMP': 10**7, 'MESSAGE': 'hello'}
# Another first process says what systemd says when everything is started.
STARTED = {'_PID': 1, '_COMM': 'other', 'MESSAGE_ID': 'b07a249cd024414a82dd00cd181378ff', 'MESSAGE': 'hello'}
PROBES = {'klogprobe': ('kernel', KERNEL), 'mceprobe': ('hardware', KERNEL), 'journalprobe': ('journal', STARTED)}


class ProbeAsksTest(StracedProbeTest):
    def asks(self, probe, entry, n_entries):
        """How often it looks for the agreement where so many entries are new, and nothing would tell it of the end of consent."""
        self.journal.add_all([entry] * n_entries)
        subprocess.run(['strace', '-o', self.trace, '-e', 'trace=openat,inotify_add_watch', '-e', 'inject=inotify_add_watch:error=ENOSPC',
                        f'/usr/libexec/telemetrics/{probe}', '--once'], check=True)
        return self.trace.read_text(encoding='utf-8', errors='replace').count('/run/telemetrics/active"')

    def test_entries(self):
        """With each 64th entry of the journal."""
        for probe, (category, entry) in PROBES.items():
            with self.subTest(probe=probe):
                self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {category: 2}, 1, {})
                self.asks(probe, entry, 1)  # where it begins is noted
                n_few, *others = [self.asks(probe, entry, n) for n in (63, 64, 127, 128)]
                self.assertEqual([n_asks - n_few for n_asks in others], [1, 1, 2])


if __name__ == '__main__':
    unittest.main()
