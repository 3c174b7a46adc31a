# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program can check of the style: layout, licence lines, globals, jumps, marks of unfinished work."""

import ast
import re
import subprocess
import unittest

import sources

LICENCE = 'SPDX-License-Identifier: LGPL-2.1-or-later'

# Set once in class_init or by a macro of GObject; everything else that is mutable belongs into an object.
ALLOWED_GLOBAL = re.compile(r'^static (GParamSpec \*\w*(props|propert(y|ies))|guint \w*signals?)\b'
                            r'|^\s*static GSourceFuncs '  # GLib wants it without const
                            r'|^\s+static GRegex \*'  # compiled once: dearer than what is matched
                            r'|^\s+static (gsize|GQuark|GOnce) ')
# An exception must say so where it stands.
EXCEPTION = re.compile(r'/\* global: .+ \*/')


def is_mutable_global(line):
    match = re.match(r'\s*static\s+(?!inline)([^=;(]*?)(\[[^=;]*)?\s*(=|;)', line)
    if not match:
        return False
    declaration = match.group(1)
    if '*' in declaration:
        declaration = declaration.rpartition('*')[2]  # what counts is whether the pointer itself can change
    return not re.search(r'\bconst\b', declaration)


class StyleTest(unittest.TestCase):
    def c_files(self):
        return sources.files('.c', '.h')

    def test_layout(self):
        """The layout is what clang-format makes of it."""
        result = subprocess.run(['clang-format', '--dry-run', '-Werror', *self.c_files()], capture_output=True, text=True,
                                cwd=sources.ROOT, check=False)
        wrong = sorted({line.partition(':')[0] for line in result.stderr.splitlines() if ': error:' in line})
        self.assertEqual(wrong, [], 'run clang-format -i on these')

    def test_licence_line(self):
        """Each source says its licence in the first lines."""
        paths = [*sources.files('.c', '.h', '.py', '.js', '.css'), *sources.scripts()]
        wrong = [sources.name(path) for path in paths if LICENCE not in '\n'.join(path.read_text().splitlines()[:3])]
        self.assertEqual(wrong, [])

    def test_no_mutable_globals(self):
        """State lives in objects; only a main may keep it in a variable of its file."""
        wrong = []
        for path in sources.files('.c', '.h', rooms=('libtelemetry', 'introspection', 'service', 'probes', 'backend')):
            text = path.read_text()
            if re.search(r'^main \(', text, re.MULTILINE):
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if is_mutable_global(line) and not ALLOWED_GLOBAL.match(line) and not EXCEPTION.search(line):
                    wrong.append(f'{sources.name(path)}:{number}: {line.strip()}')
        self.assertEqual(wrong, [])

    def test_globals_are_found(self):
        """The check above can fail."""
        for line in ('static int n;', 'static const char *name;', '  static GMutex lock;', 'static char buffer[10] = "";'):
            self.assertTrue(is_mutable_global(line), line)
        for line in ('static const int n = 1;', 'static const char *const names[] = { "a" };', 'static void f (int a);',
                     'static gboolean'):
            self.assertFalse(is_mutable_global(line), line)

    def test_no_goto(self):
        """Early return and g_autoptr instead of jumps."""
        wrong = [sources.name(path) for path in self.c_files() if re.search(r'^\s+goto \w+;', path.read_text(), re.MULTILINE)]
        self.assertEqual(wrong, [])

    def test_nothing_left_to_do(self):
        """No mark of unfinished work: what is missing is an issue or said in the documentation."""
        marks = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b')
        paths = sources.files('.c', '.h', '.py', '.xml', '.sql', '.js', '.css', '.build', '.md')
        wrong = [sources.name(path) for path in paths
                 if path.name != 'tap.py' and marks.search(path.read_text(errors='replace'))]
        self.assertEqual(wrong, [])

    def test_shell(self):
        """shellcheck has nothing to say."""
        result = subprocess.run(['shellcheck', '-x', *sources.scripts()], capture_output=True, text=True, cwd=sources.ROOT,
                                check=False)
        self.assertEqual(result.stdout + result.stderr, '')

    def test_python(self):
        """Every Python file parses, and its module says why it exists."""
        for path in sources.files('.py', rooms=('tests', 'docs', 'build-aux')):
            with self.subTest(path=sources.name(path)):
                self.assertTrue(ast.get_docstring(ast.parse(path.read_text())))


if __name__ == '__main__':
    unittest.main()
