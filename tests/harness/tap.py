# SPDX-License-Identifier: LGPL-2.1-or-later
"""unittest with TAP as its output: a test method is a line, what went wrong and the programs' logs follow as comments."""

import os
import sys
import traceback
import unittest

from harness.process import LOG_DIRECTORY

LOG_TAIL_LINES = 80


class TapResult(unittest.TestResult):
    def __init__(self, output):
        super().__init__()
        self._output = output
        self._number = 0
        self._log_sizes = {}
        self._subtest_error = None

    def write(self, line):
        print(line, file=self._output, flush=True)

    def comment(self, text):
        for line in text.rstrip().splitlines():
            self.write(f'# {line}')

    def startTest(self, test):
        super().startTest(test)
        self._subtest_error = None
        self._log_sizes = {path: path.stat().st_size for path in LOG_DIRECTORY.glob('*.log')}

    def _line(self, ok, test, directive=''):
        self._number += 1
        name = test.id().partition('.')[2] if isinstance(test, unittest.TestCase) else str(test)
        says = (test.shortDescription() or '') if isinstance(test, unittest.TestCase) else ''
        title = f'{name}: {says}' if says else name
        self.write(f"{'ok' if ok else 'not ok'} {self._number} - {title.replace('#', '')}{directive}")

    def _fail(self, test, error):
        self._line(False, test)
        self.comment(''.join(traceback.format_exception(*error)))
        for path in sorted(LOG_DIRECTORY.glob('*.log')):
            with open(path, encoding='utf-8', errors='replace') as log:
                log.seek(self._log_sizes.get(path, 0))
                lines = log.read().splitlines()[-LOG_TAIL_LINES:]
            if lines:
                self.comment(f'--- {path.name}, since the test began')
                self.comment('\n'.join(lines))

    def addSuccess(self, test):
        self._line(True, test)

    def addError(self, test, error):
        super().addError(test, error)
        self._fail(test, error)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._fail(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error and not self._subtest_error:
            self._subtest_error = error
            self._fail(subtest, error)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line(True, test, f' # SKIP {reason}')

    def addExpectedFailure(self, test, error):
        self._line(False, test, ' # TODO expected to fail')

    def addUnexpectedSuccess(self, test):
        self._line(False, test)
        self.comment('a test marked as failing succeeded')

    def finish(self):
        self.write(f'1..{self._number}')


def without(suite, names):
    """The suite without tests of these names: what cannot be measured in a build with sanitizers."""
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(without(test, names))
        elif test.id().rpartition('.')[2] not in names:
            kept.addTest(test)
    return kept


def run_file(path, output, names=()):
    """Run the tests of a file, or those whose name contains one of names; True when all went well."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f'*{name}*' for name in names] or None
    sys.path.insert(0, str(path.parent))
    suite = without(loader.loadTestsFromName(path.stem), os.environ.get('TM_WITHOUT', '').split())
    result = TapResult(output)
    suite.run(result)
    result.finish()
    return result.wasSuccessful() and result.testsRun > 0
