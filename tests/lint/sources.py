# SPDX-License-Identifier: LGPL-2.1-or-later
"""The source tree as the lint tests see it: files, rooms, includes, functions."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ('libtelemetry', 'introspection', 'service', 'probes', 'backend', 'tests', 'data', 'docs', 'build-aux', '.ci')
SKIPPED = {'node_modules', '__pycache__'}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def files(*suffixes, rooms=ROOMS):
    """All files with one of the suffixes, in order; build trees are not in a room."""
    found = []
    for room in rooms:
        for path in sorted((ROOT / room).rglob('*')):
            if path.is_file() and path.suffix in suffixes and not SKIPPED.intersection(path.parts):
                found.append(path)
    return found


def scripts():
    """Shell scripts, which have no suffix: what starts with the interpreter's line."""
    found = []
    for path in [*files('', '.sh'), *(p for p in sorted(ROOT.iterdir()) if p.is_file() and not p.suffix)]:
        with open(path, 'rb') as script:
            if re.match(rb'#!.*\b(ba|da|)sh\b', script.readline()):
                found.append(path)
    return found


def name(path):
    return str(path.relative_to(ROOT))


def includes(path):
    """(own, what): own is true for "..."."""
    return [(quote == '"', what) for quote, what in INCLUDE.findall(path.read_text())]


def include_graph(paths):
    """{file: [files of ours that it includes]}; of headers with the same name the nearest is meant."""
    by_name = {}
    for path in paths:
        by_name.setdefault(path.name, []).append(path)
    graph = {}
    for path in paths:
        graph[path] = []
        for _, what in includes(path):
            candidates = [c for c in by_name.get(Path(what).name, []) if str(c).endswith('/' + what)]
            candidates.sort(key=lambda candidate: -len(os.path.commonpath([candidate, path])))
            if candidates:
                graph[path].append(candidates[0])
    return graph


def functions(path):
    """(name, first line, number of lines, deepest nesting of blocks) of each function of a C file in GNU layout."""
    found, start, title = [], None, ''
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if line == '{' and start is None:
            start = number
            title = _function_name(lines, number - 2)
        elif line.startswith('}') and start is not None:
            if title:
                body = [text for text in lines[start:number - 1] if text.strip()]
                found.append((title, start, number - start + 1, _nesting(body)))
            start = None
    return found


def _function_name(lines, index):
    """The name before the argument list that ends on lines[index]; empty for a struct or a table."""
    while index >= 0 and lines[index].startswith(' '):
        index -= 1
    match = re.match(r'(?:[A-Za-z_].*[ *])?([A-Za-z_]\w*) \(', lines[index])
    return match.group(1) if match else ''


def _nesting(body):
    """Blocks within blocks: in this layout a brace line stands two columns in and each level adds four."""
    braces = [len(line) - len(line.lstrip()) for line in body if line.strip() == '{']
    return max(((indent - 2) // 4 for indent in braces if indent >= 4), default=0)
