# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every text for people can be translated, and is."""

import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARKED = re.compile(r'(?<![A-Za-z0-9_>.])(?:_|N_|C_|ngettext|g_dngettext) \(')
CODE_ROOMS = ('libtelemetry', 'service', 'probes', 'backend')


def lines_of(name):
    return [line for line in (ROOT / 'po' / name).read_text().splitlines() if line and line[0] != '#']


def extract(directory):
    """The texts of the sources as they are now, with the keywords that the build uses."""
    options = re.findall(r"^ +'(--.*)',$", (ROOT / 'po/meson.build').read_text(), re.MULTILINE)
    template = directory / 'telemetrics.pot'
    subprocess.run(['xgettext', f'--directory={ROOT}', '--files-from=po/POTFILES', *options,
                    f'--output={template}'], cwd=ROOT, check=True, capture_output=True)
    return template


class Translations(unittest.TestCase):
    def test_every_file_is_listed(self):
        """A source with a marked text that POTFILES lacks would silently stay English."""
        marked = {
            str(path.relative_to(ROOT)) for room in CODE_ROOMS for path in (ROOT / room).rglob('*.c')
            if MARKED.search(path.read_text())
        }
        translated_data = {str(path.relative_to(ROOT)) for path in (ROOT / 'data').rglob('*.in')
                           if path.name.endswith(('.policy.in', '.desktop.in'))}
        self.assertEqual(sorted(lines_of('POTFILES')), sorted(marked | translated_data))

    def test_languages_are_complete(self):
        """Nothing is untranslated, nothing is a guess, and no placeholder was lost."""
        with tempfile.TemporaryDirectory() as directory:
            template = extract(pathlib.Path(directory))
            for language in lines_of('LINGUAS'):
                with self.subTest(language=language):
                    catalogue = ROOT / 'po' / f'{language}.po'
                    compared = subprocess.run(['msgcmp', catalogue, template], capture_output=True, text=True)
                    self.assertEqual(compared.returncode, 0, compared.stderr)
                    checked = subprocess.run(['msgfmt', '--check', '--output-file=/dev/null', catalogue],
                                             capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, checked.stderr)


if __name__ == '__main__':
    unittest.main()
