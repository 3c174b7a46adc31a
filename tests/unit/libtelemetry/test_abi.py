#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library exports what libtelemetry.abi says: nothing missing, nothing by accident.

    test_abi.py LIBRARY ABI_FILE
"""

import pathlib
import subprocess
import sys


def main():
    library, abi_file = sys.argv[1:]
    lines = subprocess.run(['nm', '-D', '--defined-only', library], check=True, capture_output=True, text=True).stdout.splitlines()
    found = {line.split()[2] for line in lines}
    promised = set(pathlib.Path(abi_file).read_text(encoding='utf-8').split())
    print('1..2')
    for number, (what, names) in enumerate((('nothing is missing', promised - found), ('nothing is added', found - promised)), 1):
        print(f'{"not ok" if names else "ok"} {number} - {what}')
        for name in sorted(names):
            print(f'# {name}')
    return 1 if found != promised else 0


if __name__ == '__main__':
    sys.exit(main())
