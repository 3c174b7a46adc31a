#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published records beside their published decoding: whatever that says, bertprobe --decode says too.

usage: compare_cper.py BERTPROBE DIRECTORY

The two differ in spelling alone: names of members in camel case or with underscores, numbers wider than 32 bits as text, bytes as
base64 or as the first of them in hexadecimal, registers of single bits as members or as a list of what is set.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys
import unittest

SHOWN_BYTES = 64

# Sentences, and what is there twice.
NOT_COMPARED = {'message', 'description', 'busRequestorIDHex', 'sectionOffset', 'sectionType'}
RENAMED = {'privelegeModeRequested': 'privilege_mode_requested', 'sectionLength': 'length', 'code': 'value', 'type': 'name'}
WORDS = {'Supported': 1, 'Enabled': 1, 'Fatal': 1, 'Passing': 1, 'NotSupported': 0, 'Disabled': 0, 'NonFatal': 0}

# Here the published decoding and the specification of PCI Express put bits in different places (it reads the second link registers
# four bytes late, and the message number two bits low), or a value of two bits became one word.
NOT_AS_SPECIFIED = {'advanced_error_interrupt_message_number', 'link_status2', 'link_control2', 'link_capabilities2',
                    'ptm_prop_delay_adaptation_interpretation', 'rsvdp', 'tph_completer_supported', 'obff_supported'}


def plain(name):
    return name.lower().replace('_', '')


def value_of(value):
    if isinstance(value, str) and re.fullmatch('0x[0-9a-f]+', value):
        return int(value, 16)
    if isinstance(value, str):
        return WORDS.get(value, value)
    return value


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
    elif value_of(theirs) != value_of(ours):
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
            if (value_of(value) == 1) != (bit in ours):
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
