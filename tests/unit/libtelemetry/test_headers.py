#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""telemetry.h stands on its own: strict C99 and C++ programs compile with it, without GLib, and old ones link.

    test_headers.py INCLUDE_DIRECTORY LIBRARY_DIRECTORY
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

INCLUDE, LIBRARIES, SANITIZERS = sys.argv[1:4]
# A library that was built with a sanitizer wants it in the program, too.
SANITIZE = [] if SANITIZERS == 'none' else [f'-fsanitize={SANITIZERS}']

# As a program for Clear Linux would be written: no const, no prefix, every call.
PROGRAM = '''
#include <telemetry.h>
#include <stdio.h>
static char classification[] = "org.example/old/program";
static char payload[] = "text";
static char event_id[] = "0123456789abcdef0123456789abcdef";
int main(void)
{
        struct telem_ref *ref = NULL;
        int ret;
        uint32_t severity = 1, version = 1;
        if ((ret = tm_set_config_file("/nowhere/telemetrics.conf")) < 0)
                fprintf(stderr, "config: %d\\n", ret);
        if (!tm_is_opted_in())
                return 3;
        if ((ret = tm_create_record(&ref, severity, classification, version)) < 0)
                return 1;
        if ((ret = tm_set_payload(ref, payload)) == 0 && (ret = tm_set_event_id(ref, event_id)) == 0)
                ret = tm_send_record(ref);
        tm_free_record(ref);
        return ret < 0;
}
'''
COMPILERS = (
    ('cc', '-std=c99', '.c'),
    ('cc', '-std=gnu11', '.c'),
    ('c++', '-std=c++11', '.cc'),
)


class Headers(unittest.TestCase):
    def test_compiles_alone_and_runs(self):
        """Without a GLib include path; off, the program ends with what it says for it."""
        for compiler, standard, suffix in COMPILERS:
            with self.subTest(compiler=compiler, standard=standard), tempfile.TemporaryDirectory() as directory:
                source = pathlib.Path(directory, f'program{suffix}')
                source.write_text(PROGRAM, encoding='utf-8')
                program = pathlib.Path(directory, 'program')
                subprocess.run([compiler, standard, '-Wall', '-Wextra', '-Wpedantic', '-Werror', *SANITIZE, f'-I{INCLUDE}', source,
                                f'-L{LIBRARIES}', '-ltelemetry', f'-Wl,-rpath,{LIBRARIES}', '-o', program], check=True)
                environment = {'TELEMETRICS_ROOT': directory}
                ran = subprocess.run([program], env=environment, capture_output=True, text=True)
                self.assertEqual((ran.returncode, ran.stderr), (3, 'config: -2\n'))


if __name__ == '__main__':
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stderr).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Headers))
    print('1..1')
    print('ok 1 - headers' if result.wasSuccessful() else 'not ok 1 - headers')
    sys.exit(0 if result.wasSuccessful() else 1)
