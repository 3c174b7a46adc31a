# SPDX-License-Identifier: LGPL-2.1-or-later
"""The closing lines of ./check, over what Meson writes of real runs."""

import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

GOOD = 'ok 1 - one\nok 2 - two # SKIP not here\n1..2'
BAD = '\n'.join(['ok 1 - one', 'not ok 2 - two: says "<&>"', '# Traceback', '#   line 3', '# AssertionError: 1 != 2',
                 '# --- bus.log, since the test began', '# something else', 'not ok 3 - three', '# TimeoutError', '1..3'])
MESON = """project('counted')
printer = find_program('cat')
foreach name : ['good', 'bad']
  test(name, printer, args: files(name + '.tap'), suite: 'x', protocol: 'tap')
endforeach
test('silent', find_program('false'), suite: 'y')
"""


class CountResults(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name, text in (('meson.build', MESON), ('good.tap', GOOD), ('bad.tap', BAD)):
            (self.directory / name).write_text(text + '\n')
        self.build = self.directory / 'plain'
        subprocess.run(['/usr/bin/meson', 'setup', self.build, self.directory], check=True, capture_output=True)

    def count(self, *names):
        # One after the other: the log has them in the order in which they end.
        subprocess.run(['/usr/bin/meson', 'test', '-C', self.build, '--num-processes', '1', '--logbase', 'testlog-x', *names],
                       check=False, capture_output=True)
        return subprocess.run([ROOT / 'build-aux' / 'count-results', self.build / 'meson-logs' / 'testlog-x.json'],
                              capture_output=True, text=True, check=False)

    def test_reasons(self):
        """Each failed case is named, with what it said last and without the logs; a test without cases counts as one."""
        result = self.count()
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout.splitlines(), [
            'failed: plain: bad: 2 - two: says "<&>"', '  # Traceback', '  #   line 3', '  # AssertionError: 1 != 2',
            'failed: plain: bad: 3 - three', '  # TimeoutError',
            'failed: plain: silent',
            'skipped: plain: good: 2 - two',
            '2 passed, 3 failed, 1 skipped'])

    def test_skipped_is_not_passed(self):
        """Nothing failed, but something was skipped that could run here: not good."""
        result = self.count('good')
        self.assertEqual((result.stdout.splitlines()[-1], result.returncode), ('1 passed, 0 failed, 1 skipped', 1))

    def test_all_well(self):
        (self.directory / 'good.tap').write_text(re.sub(r' # SKIP.*', '', GOOD) + '\n')
        result = self.count('good')
        self.assertEqual((result.stdout, result.returncode), ('2 passed, 0 failed, 0 skipped\n', 0))


if __name__ == '__main__':
    unittest.main()
