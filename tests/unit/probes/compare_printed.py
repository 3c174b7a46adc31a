#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An error region, and what Linux 6.1 printed of it when it found it in a virtual machine: both tell the same.

usage: compare_printed.py BERTPROBE REGION.hex LOG
"""

import json
import subprocess
import sys
import unittest

N_PRINTED = 5
# What the kernel has no words for.
UNPRINTED = {'card_smbios_handle', 'row_bit16', 'row_bit17', 'capability_structure', 'capability_header'}


def printed(value):
    if isinstance(value, list):
        return [printed(element) for element in value]
    if isinstance(value, dict):
        return {name: printed(member) for name, member in value.items() if name not in UNPRINTED}
    return value


class PrintedTest(unittest.TestCase):
    program = region = log = None

    def payloads(self, file):
        ran = subprocess.run([self.program, '--dry-run', f'--input={file}'], capture_output=True, text=True, check=True)
        return [json.loads(line)['payload'] for line in ran.stdout.splitlines()]

    def test_equal(self):
        """Each error that the kernel prints, with all of its sections and fields; the one it skips is counted."""
        of_region, of_log = self.payloads(self.region), self.payloads(self.log)
        self.assertEqual((len(of_region), len(of_log)), (N_PRINTED + 1, N_PRINTED))
        for expected, found in zip(of_region, of_log):
            self.assertEqual(found.pop('source'), 'kernel-log')
            with self.subTest(title=expected['signature']['title']):
                self.maxDiff = None
                self.assertEqual(printed(found), printed(expected))

    def test_all_kinds(self):
        """The region has each kind of section that the kernel has words for."""
        kinds = {section['type']['name'] for payload in self.payloads(self.region) for section in payload['sections']}
        self.assertEqual(kinds, {'Platform Memory', 'PCIe', 'Processor Generic', 'IA32/X64', 'ARM', 'Firmware Error Record Reference', 'Unknown'})


if __name__ == '__main__':
    PrintedTest.program, PrintedTest.region, PrintedTest.log = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
