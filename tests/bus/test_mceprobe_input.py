# SPDX-License-Identifier: LGPL-2.1-or-later
"""mceprobe on recordings of the trace of several kernels, and on logs: what it says, and what never leaves."""

import json
import re
import struct
import tempfile
import unittest
from pathlib import Path

from harness.process import run_as
from harness.trace import MIDDLE, NEWEST, OLD, Shape

PROBE = '/usr/libexec/telemetrics/mceprobe'
SHAPES = {'5.10': Shape(OLD), '6.1': Shape(MIDDLE), 'newest': Shape(NEWEST), '32 bit': Shape(MIDDLE, bits=32),
          'relative': Shape(NEWEST, relative=True, first_id=1900), '64 KiB pages': Shape(MIDDLE, page_bytes=65536)}
ADDRESS = 0x5e51a15e51a15000
PLANTED = ('5e51a1', str(ADDRESS), '0815')

# A read of memory that its controller corrected twice, on a Skylake server.
MCE = {'status': 0x8c00008000010090, 'mcgcap': 0x7000c16, 'addr': ADDRESS, 'misc': ADDRESS, 'ip': ADDRESS, 'bank': 13, 'cpu': 3,
       'socketid': 1, 'cpuid': 0x50654, 'cpuvendor': 0, 'walltime': 1}
MEMORY = {'error_type': 0, 'msg': 'memory read error', 'label': 'CPU_SrcID#0_MC#0_Chan#0_DIMM#0', 'error_count': 2, 'mc_index': 0,
          'top_layer': 0, 'middle_layer': -1, 'lower_layer': -1, 'address': ADDRESS, 'grain_bits': 5, 'syndrome': ADDRESS,
          'driver_detail': f' err_code:0101:0090 row:0x{ADDRESS:x} rank:1 '}
PCIE = {'dev_name': '0000:00:1c.0', 'status': 0x00041000, 'severity': 1, 'tlp_header_valid': 1,
        'tlp_header': struct.pack('<IIII', *[ADDRESS & 0xffffffff, ADDRESS >> 32] * 2)}
EXTLOG = {'etype': 3, 'sev': 1, 'pa': ADDRESS, 'fru_id': b'0815' * 4, 'fru_text': 'P1 SN 0815AB',
          'data': struct.pack('<QHHHHHHHHQQQHHH', 0x4038 | 2, 0, 1, 2, 0, 0, 0, 0, 0, ADDRESS, ADDRESS, ADDRESS, 0, 0, 0)}
SECTION = {'sec_type': bytes.fromhex('5b19d49e1c2fdd4bb2c5c5eb2a4d8ba8'), 'fru_id': b'0815' * 4, 'sev': 2, 'len': 8, 'buf': b'raw data'}
EVENTS = [('mce_record', MCE), ('mc_event', MEMORY), ('aer_event', PCIE), ('extlog_mem_event', EXTLOG), ('non_standard_event', SECTION)]


class MceprobeInputTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def read(self, name, expect=0):
        ran = run_as('root', [PROBE, '--dry-run', f'--input={name}'], check=False)
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return [json.loads(line) for line in ran.stdout.splitlines()] if expect == 0 else ran.stderr

    def test_every_kernel(self):
        """The same five events, laid out as six kernels do, are the same five faults; nothing planted is in them."""
        expected = [
            ('mce', 2, 'corrected machine check: read error of memory, seen by its controller, memory controller',
             'CPU 3, socket 1, bank 13', 2),
            ('memory', 2, 'corrected memory error: memory read error', 'CPU_SrcID#0_MC#0_Chan#0_DIMM#0', 2),
            ('pcie', 4, 'fatal PCI Express error: poisoned tlp received and malformed tlp', '0000:00:1c.0', 1),
            ('memory', 4, 'fatal memory error: Multi-bit ECC', 'node 0, card 1, module 2', 1),
            ('mce', 4, 'uncorrected machine check: report of the firmware of a kind that nobody knows, '
             '9ed4195b-2f1c-4bdd-b2c5-c5eb2a4d8ba8', None, 1)]
        hashes = set()
        for name, shape in SHAPES.items():
            with self.subTest(kernel=name):
                directory = self.directory / name.replace(' ', '-')
                serial = {'ppin': ADDRESS} if shape.events is NEWEST else {}
                shape.record(directory, [('mce_record', {**MCE, **serial}), *EVENTS[1:]])
                records = self.read(directory)
                for record in records:
                    for planted in PLANTED:
                        self.assertNotIn(planted, json.dumps(record))
                found = [(record['classification'].rpartition('/')[2], record['severity'], record['payload']['signature']['title'],
                          record['payload'].get('location'), record['payload']['count']) for record in records]
                self.assertEqual(found, expected)
                hashes.add(tuple(record['payload']['signature']['hash'] for record in records))
        self.assertEqual(len(hashes), 1)

    def test_details(self):
        """What pages group by stands in fields of its own."""
        SHAPES['newest'].record(self.directory, [('mce_record', {**MCE, 'microcode': 0x2006e05}), *EVENTS[1:3]])
        mce, memory, pcie = (record['payload'] for record in self.read(self.directory))
        self.assertEqual((mce['kind'], mce['severity'], mce['source'], mce['unit']), ('mce', 'corrected', 'trace', 'memory controller'))
        wanted = {'vendor': 'Intel', 'family': 6, 'model': 0x55, 'bank': 13, 'bank_type': 'memory controller', 'cpu': 3, 'socket': 1,
                  'class': 'memory-controller', 'request': 'read', 'channel': 0, 'microcode': '0x2006e05'}
        self.assertEqual({name: mce['details'][name] for name in wanted}, wanted)
        self.assertEqual(mce['details']['flags'], ['valid', 'misc-valid', 'address-valid'])
        self.assertEqual((memory['details']['label'], memory['details']['rank'], memory['details']['layers']),
                         ('CPU_SrcID#0_MC#0_Chan#0_DIMM#0', '1', [0]))
        self.assertEqual(pcie['details']['errors'], ['poisoned_tlp_received', 'malformed_tlp'])
        self.assertIn('nothing was lost', mce['text'])

    def test_serial_in_a_place(self):
        """What a board's maker wrote beside the slot stays here."""
        SHAPES['newest'].record(self.directory, [('mc_event', {**MEMORY, 'label': 'A1 08150815'}), EVENTS[3]])
        memory, extlog = (record['payload'] for record in self.read(self.directory))
        self.assertEqual((memory['location'], extlog['details']['fru_text']), ('A1 [serial]', 'P1 SN [serial]'))

    def test_lost(self):
        """What the kernel could not keep is counted, also where it does not know how many."""
        shape = SHAPES['6.1']
        shape.record(self.directory / 'known', EVENTS[:2], lost=42)
        shape.record(self.directory / 'unknown', EVENTS[:1], lost=-1)
        for name, count in (('known', 84), ('unknown', 1)):
            lost = self.read(self.directory / name)[-1]['payload']
            self.assertIn('could not keep', lost['error'])
            self.assertEqual((lost['count'], lost['severity']), (count, 'informational'))

    def test_unknown_events(self):
        """Events of others in the same buffer are passed over."""
        shape = SHAPES['6.1']
        shape.record(self.directory, EVENTS[:3])
        (self.directory / 'events/ras/mc_event/format').unlink()
        self.assertEqual([record['payload']['kind'] for record in self.read(self.directory)], ['mce', 'pcie'])

    def test_no_recording(self):
        """A directory that lacks what a recording has says what."""
        self.assertIn('header_page', self.read(self.directory, expect=1))
        shape = SHAPES['6.1']
        shape.write_formats(self.directory)
        (self.directory / 'events/mce/mce_record/format').write_text('nonsense', encoding='ascii')
        self.assertIn('mce_record', self.read(self.directory, expect=1))

    def test_endless_recording(self):
        """Pages of no bytes, and descriptions without an end, are refused at once; a format may have 64 KiB."""
        SHAPES['6.1'].record(self.directory, EVENTS)
        head, event = self.directory / 'events/header_page', self.directory / 'events/mce/mce_record/format'
        text, format_text = head.read_text(encoding='ascii'), event.read_text(encoding='ascii')
        head.write_text(re.sub(r'offset:16;\tsize:\d+', 'offset:0;\tsize:0', text), encoding='ascii')
        self.assertIn('64 bytes to 1 MiB', self.read(self.directory, expect=1))
        for file in (head, event):
            head.write_text(text, encoding='ascii')
            file.unlink()
            file.symlink_to('/dev/zero')
            self.assertIn('too long', self.read(self.directory, expect=1))
            file.unlink()
        head.write_text(text, encoding='ascii')
        event.write_text(format_text.ljust(65536), encoding='ascii')
        self.assertEqual(len(self.read(self.directory)), len(EVENTS))
        event.write_text(format_text.ljust(65537), encoding='ascii')
        self.assertIn('65536', self.read(self.directory, expect=1))

    def test_log(self):
        """A log in any form; what a program wrote into the kernel's buffer does not count."""
        line = 'EDAC MC0: 1 CE memory read error on DIMM_A1 (channel:1 slot:0 page:0x0 offset:0x0 grain:32 syndrome:0x0)'
        for form in ('{}', '[   12.345678] {}', '<3>[   12.345678] {}', '3,77,12345678,-;{}', 'Nov 22 12:00:00 host kernel: {}'):
            with self.subTest(form=form):
                file = self.directory / 'log'
                file.write_text(form.format(line) + '\n', encoding='ascii')
                record, = self.read(file)
                self.assertEqual((record['payload']['location'], record['payload']['source']), ('DIMM_A1', 'log'))
        file.write_text(f'11,77,12345678,-;{line}\n', encoding='ascii')
        self.assertEqual(self.read(file), [])

    def test_hostile(self):
        """Garbage, a line of 20 MB and a recording of nonsense end in time, and in nothing."""
        garbage = bytes(range(256)) * 4096
        file = self.directory / 'log'
        for content in (garbage, b'[Hardware Error]: ' * 10**6, b''):
            file.write_bytes(content)
            self.assertEqual(self.read(file), [])
        recording = self.directory / 'recording'
        SHAPES['6.1'].record(recording, EVENTS)
        (recording / 'per_cpu/cpu0/trace_pipe_raw').write_bytes(garbage)
        for record in self.read(recording):
            self.assertIn('could not keep', record['payload']['error'])


if __name__ == '__main__':
    unittest.main()
