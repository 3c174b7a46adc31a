# SPDX-License-Identifier: LGPL-2.1-or-later
"""How large files and functions are: printed always, and a failure at the end of the tail."""

import statistics
import sys
import unittest

import sources

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 80
N_SHOWN = 5


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def describe(title, sizes):
    """sizes: {name: lines}"""
    values = list(sizes.values())
    print(f'{title}: {len(values)}, median {statistics.median(values):.0f}, p95 {percentile(values, 0.95)}, '
          f'largest {max(values)}', file=sys.stderr)
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:N_SHOWN]:
        print(f'    {size:5} {name}', file=sys.stderr)


class SizesTest(unittest.TestCase):
    def test_files(self):
        """No file over 800 lines."""
        paths = [*sources.files('.c', '.h', '.py'), *sources.scripts()]
        sizes = {sources.name(path): len(path.read_text().splitlines()) for path in paths}
        describe('files', sizes)
        ours = sum(size for name, size in sizes.items() if not name.startswith('tests/'))
        tests = sum(size for name, size in sizes.items() if name.startswith('tests/'))
        print(f'lines: {ours} of code, {tests} of tests ({tests / ours:.2f})', file=sys.stderr)
        self.assertEqual({name: size for name, size in sizes.items() if size > MAX_FILE_LINES}, {})

    def test_functions(self):
        """No function over 80 lines but class_init."""
        sizes, nesting = {}, {}
        for path in sources.files('.c'):
            for title, line, n_lines, depth in sources.functions(path):
                where = f'{sources.name(path)}:{line} {title}'
                sizes[where] = n_lines
                nesting[where] = depth
        describe('functions', sizes)
        describe('nesting', nesting)
        long = {where: size for where, size in sizes.items()
                if size > MAX_FUNCTION_LINES and not where.endswith('class_init')}
        self.assertEqual(long, {})


if __name__ == '__main__':
    unittest.main()
