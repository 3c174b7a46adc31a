#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published records beside their published decoding: whatever that says, bertprobe --decode says too.

usage: compare_cper.py BERTPROBE DIRECTORY

The two differ in spelling alone: names of members in camel case or with underscores, numbers wider than 32 bits as text, bytes as
base64 or as the first of them in hexadecimal, registers of single bits as members or as a list of what is set.
"""

import base64
import collections
import json
import pathlib
import re
import subprocess
import sys
import unittest

SHOWN_BYTES = 64

# What is not compared, and why; test_exceptions counts.
NOT_COMPARED = {
    'message': 'a sentence',
    'description': 'a sentence',
    'busRequestorIDHex': 'there twice',
    'sectionOffset': 'where the section stands in the file, and nothing about the error',
    'sectionType': 'compared by itself, as a GUID',
}
# Here the published decoding puts bits in other places than the specification of PCI Express does.
NOT_AS_SPECIFIED = {
    'link_capabilities2': 'read from the bytes of the next register',
    'link_control2': 'read from the bytes of the next register',
    'link_status2': 'read from the bytes of the next register',
    'advanced_error_interrupt_message_number': 'read two bits low',
    'rsvdp': 'reserved',
}
RENAMED = {'privelegeModeRequested': 'privilege_mode_requested', 'sectionLength': 'length', 'code': 'value', 'type': 'name'}
# A number of several bits became one word of them.
WORDS = {'Supported': True, 'Enabled': True, 'Fatal': True, 'Passing': True, 'NotSupported': False, 'Disabled': False, 'NonFatal': False}


def plain(name):
    return name.lower().replace('_', '')


def value_of(value):
    if isinstance(value, str) and re.fullmatch('0x[0-9a-f]+', value):
        return int(value, 16)
    return value


def is_same(theirs, ours):
    if isinstance(theirs, str) and theirs in WORDS and not isinstance(ours, str):
        return WORDS[theirs] == bool(ours)
    return value_of(theirs) == value_of(ours)


def member(ours, name):
    for candidate in (name, RENAMED.get(name, name)):
        for key, value in ours.items():
            if plain(key) == plain(candidate):
                return value
    raise KeyError(name)


def is_bytes(ours):
    return isinstance(ours, dict) and 'sha256' in ours


def differences(theirs, ours, path):
    """What they say and we don't, as lines."""
    if isinstance(theirs, dict):
        yield from differences_of_objects(theirs, ours, path)
    elif isinstance(theirs, list):
        if len(theirs) != len(ours):
            yield f'{path}: {len(theirs)} elements, not {len(ours)}'
        for number, (their, our) in enumerate(zip(theirs, ours)):
            yield from differences(their, our, f'{path}[{number}]')
    elif is_bytes(ours):
        if base64.b64decode(theirs)[:SHOWN_BYTES].hex() != ours['data']:
            yield f'{path}: {theirs} is not {ours["data"]}'
    elif not is_same(theirs, ours):
        yield f'{path}: {theirs} is not {ours}'


def differences_of_objects(theirs, ours, path):
    if set(theirs) <= {'raw', 'value'} and 'raw' in theirs:
        yield from differences(theirs['raw'], ours, path)
        return
    if set(theirs) == {'data'} and is_bytes(ours):
        yield from differences(theirs['data'], ours, path)
        return
    for name, value in theirs.items():
        if name in NOT_COMPARED or name in NOT_AS_SPECIFIED:
            continue
        if isinstance(ours, list):
            bit = re.sub('_(status|mask|severity)$', '', name)
            if (WORDS.get(value, value) in (1, True)) != (bit in ours):
                yield f'{path}.{name}: {value} is not what {ours} says'
            continue
        try:
            yield from differences(value, member(ours, name), f'{path}.{name}')
        except KeyError:
            yield f'{path}.{name}: missing, is {value}'


class Corpus(unittest.TestCase):
    program = directory = None

    def decode(self, path):
        ran = subprocess.run([self.program, '--decode', '--input', path.with_suffix('.cperhex')], capture_output=True, text=True,
                             check=True)
        return json.loads(ran.stdout)

    def test_equal(self):
        """Header, descriptor and section of each record."""
        paths = sorted(self.directory.glob('*.json'))
        self.assertGreater(len(paths), 0)
        for path in paths:
            with self.subTest(record=path.stem):
                theirs, ours = json.loads(path.read_text()), self.decode(path)
                found = list(differences(theirs['header'], ours['header'], 'header'))
                self.assertEqual(len(theirs['sections']), len(ours['sections']))
                for descriptor, section, our in zip(theirs['sectionDescriptors'], theirs['sections'], ours['sections']):
                    self.assertEqual(descriptor['sectionType']['data'], our['type']['guid'])
                    found += differences(descriptor, our, 'descriptor')
                    body = next(value for name, value in section.items() if name != 'message')
                    found += differences(body, our.get('error', our.get('raw')), 'section')
                self.assertEqual(found, [])

    def test_exceptions(self):
        """What is compared is all but a few: 709 values; those of the exceptions are these."""
        n_compared, n_left_out = 0, collections.Counter()
        stack = [json.loads(path.read_text()) for path in self.directory.glob('*.json')]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                n_left_out.update(name for name in value if name in NOT_COMPARED or name in NOT_AS_SPECIFIED)
                stack += [child for name, child in value.items() if name not in NOT_COMPARED and name not in NOT_AS_SPECIFIED]
            elif isinstance(value, list):
                stack += value
            else:
                n_compared += 1
        self.assertGreaterEqual(n_compared, 709)
        self.assertLessEqual(sum(n_left_out[name] for name in NOT_AS_SPECIFIED), 5)

    def test_nothing_identifies(self):
        """The record made of it has no serial number, no id and no address that the decoding shows."""
        private = re.compile('serial|physical.*address|fault_?address|fru_?id|platform_?id|^record_?id$|instruction|device_?address',
                             re.IGNORECASE)
        for path in sorted(self.directory.glob('*.json')):
            with self.subTest(record=path.stem):
                ran = subprocess.run([self.program, '--dry-run', '--input', path.with_suffix('.cperhex')], capture_output=True,
                                     text=True, check=True)
                names = set(re.findall(r'"(\w+)":', ran.stdout))
                self.assertEqual([name for name in names if private.search(name)], [])


if __name__ == '__main__':
    Corpus.program, Corpus.directory = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
