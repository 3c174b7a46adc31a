# SPDX-License-Identifier: LGPL-2.1-or-later
"""Probes that are looked at by strace while they read a journal of the test's own."""

import shutil
import tempfile
from pathlib import Path

from harness.case import SystemTest
from harness.journal import Journal

STATES = Path('/var/lib/telemetrics-probes')


class StracedProbeTest(SystemTest):
    """self.journal; self.trace: the file for strace to write to. What probes note is gone after each test."""

    def setUp(self):
        super().setUp()
        self.journal = Journal()
        self.trace = Path(self.enterContext(tempfile.TemporaryDirectory())) / 'trace'

    def tearDown(self):
        shutil.rmtree(STATES, ignore_errors=True)
        super().tearDown()
