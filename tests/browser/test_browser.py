# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages in a real browser, filled with what hostile machines send, and empty."""

import json
import os
import subprocess
import sys
import unittest
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'integration'))

from backend import Backend  # noqa: E402
from pages import Reader, make_records, send  # noqa: E402

BUILD = Path(os.environ['TM_BUILD']) / 'tests' / 'browser'
SCREENSHOTS = BUILD / 'screenshots'
# Chromium looks for a bus, a cache and a home; all of them are its own here.
ENVIRONMENT = {'PATH': '/usr/bin:/bin', 'HOME': '/tmp/home', 'TM_NODE_MODULES': str(BUILD / 'node_modules')}


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        failed = BUILD / 'node_modules.failed'
        if failed.exists():
            raise RuntimeError(f'npm ci failed:\n{failed.read_text(encoding="utf-8")}')
        SCREENSHOTS.mkdir(exist_ok=True)
        Path(ENVIRONMENT['HOME']).mkdir(exist_ok=True)
        cls.backend = cls.enterClassContext(Backend(rate_per_minute=0))
        cls.url = f'http://127.0.0.1:{cls.backend.port}'
        cls.empty = cls.check('screenshots', {'empty-overview': '/', 'empty-records': '/records'}) \
            + cls.check('accessible', {'empty-overview': '/', 'empty-records': '/records'})
        sent = make_records()
        send(cls.backend, sent)
        cls.backend.wait_folded()
        cls.paths = cls.make_paths(sent, Reader(cls.backend))

    @staticmethod
    def make_paths(sent, reader):
        """One of each kind of page, the worst of its kind."""
        def record(payload):
            return '/records/' + next(one['record_id'] for _, one in sent if one['payload'].startswith(payload))
        build = urllib.parse.quote('<script>*')
        return {'overview': '/', 'overview-90': '/?days=90', 'records': '/records', 'found': '/records?class=crash/*&severity=3,4',
                'nothing': '/records?class=nothing/like/it', 'searching': '/records?text=a+needle+in+the+oldest',
                'hostile': f'/records?build={build}', 'record': record('{"message"'), 'record-text': record('line\nline'), 'record-report': record('{"signature"'),
                'record-hostile': record('<script>'), 'record-large': record('AAAA'), 'error': '/records?severity=9', 'missing': '/nothing'}

    @classmethod
    def check(cls, name, paths):
        """The problems that a check found."""
        result = subprocess.run(['node', HERE / 'checks.mjs', name, cls.url, json.dumps(paths), SCREENSHOTS], env=ENVIRONMENT,
                                capture_output=True, text=True, timeout=300, check=False)
        if result.returncode not in (0, 1) or result.stderr:
            raise RuntimeError(f'{result.stderr}\n{result.stdout}')
        return result.stdout.splitlines()

    # Pages whose answer is an error are one line in the console of every browser; that line is the browser's own.
    def check_pages(self, name, *left_out):
        self.assertEqual(self.check(name, {key: path for key, path in self.paths.items() if key not in left_out}), [])

    def test_quiet(self):
        """No page breaks its policy, says anything in the console, asks another address or opens a dialog."""
        self.check_pages('quiet', 'error', 'missing')

    def test_without_javascript(self):
        """Searching, paging and opening a record need no JavaScript."""
        self.check_pages('noscript')

    def test_accessible(self):
        """axe finds nothing on any kind of page, light and dark, wide and narrow."""
        self.check_pages('accessible', 'error', 'missing', 'overview-90', 'found', 'record-text', 'record-large')

    def test_error_pages_accessible(self):
        """Nor on the pages that say what is wrong; their status is all that the console has."""
        found = self.check('accessible', {key: self.paths[key] for key in ('error', 'missing')})
        self.assertEqual([line for line in found if 'Failed to load resource' not in line], [])

    def test_keyboard(self):
        """Every link and field is reached by Tab once, in reading order, and seen when it is."""
        self.check_pages('keyboard', 'error', 'missing', 'overview-90', 'record-large')

    def test_width(self):
        """No page scrolls sideways between 320 and 1600 pixels."""
        self.check_pages('width', 'error', 'missing')

    def test_words(self):
        """Severities are words, ages have their time."""
        self.check_pages('words')

    def test_empty(self):
        """A server without any record has pages as good as the others."""
        self.assertEqual(self.empty, [])

    def test_screenshots(self):
        """Pictures of every page for people to look at: tests/browser/screenshots in the build tree."""
        names = ('overview', 'found', 'hostile', 'record', 'record-report', 'record-hostile', 'missing')
        self.check('screenshots', {name: self.paths[name] for name in names})
        self.assertGreaterEqual(len(list(SCREENSHOTS.glob('*.png'))), 3 * len(names))
