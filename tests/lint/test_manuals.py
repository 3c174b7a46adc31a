# SPDX-License-Identifier: LGPL-2.1-or-later
"""The man pages: installed, whole, true, and without a typesetter's warning."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / 'docs/man').glob('*.[1-8]'))
OURS = re.compile(r'^\.BR ((?:tele|hprobe|\w+probe)[\w.-]*) \((\d)\)', re.MULTILINE)
SERVER_KEY = re.compile(r'^  (?:TEXT|NUMBER|SWITCH) \("(\w+)", "(\w+)", \w+, "([^"]*)"(?:, (\d+), (\d+))?\)', re.MULTILINE)
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

    def test_references(self):
        """No page sends its reader to one of ours that was never written."""
        names = {page.name for page in PAGES}
        for page in PAGES:
            for name, section in OURS.findall(page.read_text()):
                with self.subTest(page=page.name):
                    self.assertIn(f'{name}.{section}', names)

    def test_server_keys(self):
        """telemetrics-server.conf(5) has every key of the server's table, with its range and default."""
        manual = (ROOT / 'docs/man/telemetrics-server.conf.5').read_text()
        keys = SERVER_KEY.findall((ROOT / 'backend/server/tm-server-config.c').read_text())
        self.assertGreater(len(keys), 10)
        self.assertEqual(len(keys), manual.count('Default: '))
        for group, name, default, lowest, highest in keys:
            with self.subTest(key=name):
                part = manual.partition(f'.SS [{group}]\n')[2].partition(f'\n.B {name}=\n')[2].partition('\n.TP')[0]
                self.assertIn(f'Default: {default or "empty"}.', part)
                if lowest:
                    self.assertIn(f'Range: {lowest} to {highest}.', part)


if __name__ == '__main__':
    unittest.main()
