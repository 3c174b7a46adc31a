# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/writing-a-probe.md in pieces, for the tests that do what it says."""

import os
import re
from pathlib import Path

DOCUMENT = Path(os.environ.get('TM_SOURCE', Path(__file__).resolve().parents[2])) / 'docs/writing-a-probe.md'
BLOCK = re.compile(r'^```(\w+)(?: (\S+))?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def text():
    return DOCUMENT.read_text(encoding='utf-8')


def blocks():
    """(language, name of the file or None, text) of each block of the document."""
    return [(language, name or None, block) for language, name, block in BLOCK.findall(text())]


def write_files(directory):
    """The files that the document shows."""
    for _, name, block in blocks():
        if name:
            (directory / name).write_text(block, encoding='utf-8')
