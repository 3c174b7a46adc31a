# SPDX-License-Identifier: LGPL-2.1-or-later
"""The man pages: installed, whole, and without a typesetter's warning."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / 'docs/man').glob('*.[1-8]'))
SECTIONS = ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'SEE ALSO')


class Manuals(unittest.TestCase):
    def test_installed(self):
        build = (ROOT / 'docs/meson.build').read_text()
        for page in PAGES:
            with self.subTest(page=page.name):
                self.assertIn(f"'man/{page.name}'", build)

    def test_typesetting(self):
        """groff understands every line."""
        for page in PAGES:
            with self.subTest(page=page.name):
                result = subprocess.run(['groff', '-man', '-Kutf8', '-Tutf8', '-ww', '-z', page],
                                        capture_output=True, text=True)
                self.assertEqual((result.returncode, result.stderr), (0, ''))

    def test_sections(self):
        for page in PAGES:
            found = re.findall(r'^\.SH "?([^"\n]*)"?$', page.read_text(), re.MULTILINE)
            for section in SECTIONS:
                with self.subTest(page=page.name, section=section):
                    self.assertIn(section, found)


if __name__ == '__main__':
    unittest.main()
