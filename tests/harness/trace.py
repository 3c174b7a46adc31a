# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a tracefs of some kernel has: files that describe events, and pages of the ring buffer with events in them.

    shape = Shape(NEWEST)                      # or OLD, MIDDLE; bits=32 for another layout of the same
    shape.write_formats(directory)
    page = shape.page([('mc_event', {'label': 'DIMM_A1', ...})], lost=2)

The events are those of the kernel's own definitions in that version; where each field lies is computed here as a C
compiler would, and written down in the kernel's form, so that a reader which assumes offsets is wrong in one of them.
"""

import struct
from pathlib import Path

SIZES = {'u64': 8, 's64': 8, 'u32': 4, 'int': 4, 'unsigned int': 4, 'u16': 2, 'unsigned short': 2, 'u8': 1, 's8': 1,
         'unsigned char': 1}

MC_EVENT = [('unsigned int', 'error_type'), ('char[]', 'msg'), ('char[]', 'label'), ('u16', 'error_count'), ('u8', 'mc_index'),
            ('s8', 'top_layer'), ('s8', 'middle_layer'), ('s8', 'lower_layer'), ('long', 'address'), ('u8', 'grain_bits'),
            ('long', 'syndrome'), ('char[]', 'driver_detail')]
AER_EVENT = [('char[]', 'dev_name'), ('u32', 'status'), ('u8', 'severity'), ('u8', 'tlp_header_valid'), ('u32[4]', 'tlp_header')]
EXTLOG = [('u32', 'err_seq'), ('u8', 'etype'), ('u8', 'sev'), ('u64', 'pa'), ('u8', 'pa_mask_lsb'), ('guid_t', 'fru_id'),
          ('char[]', 'fru_text')]
SECTION = [('char[16]', 'sec_type'), ('char[16]', 'fru_id'), ('char[]', 'fru_text'), ('u8', 'sev'), ('u32', 'len'), ('u8[]', 'buf')]
MCE_HEAD = [('u64', name) for name in ('mcgcap', 'mcgstatus', 'status', 'addr', 'misc', 'synd', 'ipid', 'ip', 'tsc')]
MCE_TAIL = [('u32', 'cpu'), ('u32', 'cpuid'), ('u32', 'apicid'), ('u32', 'socketid'), ('u8', 'cs'), ('u8', 'bank'),
            ('u8', 'cpuvendor')]


def kernel(mce, extlog, aer):
    return {'mce_record': ('mce', mce), 'mc_event': ('ras', MC_EVENT), 'aer_event': ('ras', aer),
            'extlog_mem_event': ('ras', EXTLOG + [(extlog, 'data')]), 'non_standard_event': ('ras', SECTION)}


# 5.10; 6.1; since 6.13: the processor's serial number, its microcode, what its maker adds, and longer heads of packets.
OLD = kernel([*MCE_HEAD, ('u64', 'walltime'), *MCE_TAIL], 'struct cper_mem_err_compact:54', AER_EVENT)
MIDDLE = kernel([*MCE_HEAD, ('u64', 'walltime'), *MCE_TAIL], 'struct cper_mem_err_compact:55', AER_EVENT)
NEWEST = kernel([*MCE_HEAD, ('u64', 'ppin'), ('u64', 'walltime'), *MCE_TAIL, ('u32', 'microcode'), ('u8[]', 'v_data')],
                'struct cper_mem_err_compact:55', [*AER_EVENT[:-1], ('u32[14]', 'tlp_header')])


class Shape:
    """events: one of the above; bits: of the processor; relative: dynamic fields point from where they stand."""

    def __init__(self, events, bits=64, relative=False, page_bytes=4096, first_id=70):
        self.word, self.relative, self.page_bytes = bits // 8, relative, page_bytes
        self.events, self.ids, self.layouts = events, {}, {}
        for number, (name, (_, fields)) in enumerate(events.items()):
            self.ids[name] = first_id + number
            self.layouts[name] = self._lay_out(fields)

    def _lay_out(self, fields):
        """[(declaration, name, offset, size, dynamic)]"""
        laid = [('unsigned short common_type', 'common_type', 0, 2, False),
                ('unsigned char common_flags', 'common_flags', 2, 1, False),
                ('unsigned char common_preempt_count', 'common_preempt_count', 3, 1, False),
                ('int common_pid', 'common_pid', 4, 4, False)]
        offset = 8
        for kind, name in fields:
            size, align, declaration = self._measure(kind, name)
            offset = (offset + align - 1) // align * align
            laid.append((declaration, name, offset, size, kind.endswith('[]')))
            offset += size
        return laid

    def _measure(self, kind, name):
        if kind.endswith('[]'):
            return 4, 4, f'__{"rel" if self.relative else "data"}_loc {kind} {name}'
        if kind == 'guid_t':
            return 16, 1, f'guid_t {name}'
        if kind.startswith('struct'):
            declaration, _, size = kind.partition(':')
            return int(size), 1, f'{declaration} {name}'
        if kind.endswith(']'):
            base, _, count = kind[:-1].partition('[')
            size = SIZES.get(base, 1)
            return size * int(count), size, f'{base} {name}[{count}]'
        size = self.word if kind == 'long' else SIZES[kind]
        return size, min(size, self.word), f'{kind} {name}'

    def format(self, name):
        lines = [f'name: {name}', f'ID: {self.ids[name]}', 'format:']
        for number, (declaration, _, offset, size, _) in enumerate(self.layouts[name]):
            signed = int(declaration.startswith(('s', 'int', 'long')) and not declaration.startswith('struct'))
            lines.append(f'\tfield:{declaration};\toffset:{offset};\tsize:{size};\tsigned:{signed};')
            lines += [''] if number == 3 else []
        return '\n'.join([*lines, '', 'print fmt: "%d", REC->common_type', ''])

    def header_page(self):
        word, head = self.word, 8 + self.word
        return (f'\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n'
                f'\tfield: local_t commit;\toffset:8;\tsize:{word};\tsigned:1;\n'
                f'\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n'
                f'\tfield: char data;\toffset:{head};\tsize:{self.page_bytes - head};\tsigned:1;\n')

    def write_formats(self, directory, events=None):
        directory = Path(directory, 'events')
        directory.mkdir(parents=True, exist_ok=True)
        (directory / 'header_page').write_text(self.header_page(), encoding='ascii')
        for name, (system, _) in self.events.items():
            if events is None or name in events:
                (directory / system / name).mkdir(parents=True)
                (directory / system / name / 'format').write_text(self.format(name), encoding='ascii')

    def event(self, name, values):
        """The bytes of one event; a value is a number, a text, or bytes. What is not given is zero."""
        layout = self.layouts[name]
        body = bytearray(max(offset + size for _, _, offset, size, _ in layout))
        body += bytes(-len(body) % 4)
        values = {'common_type': self.ids[name], **values}
        unknown = set(values) - {field[1] for field in layout}
        assert not unknown, unknown
        for _, field, offset, size, dynamic in layout:
            value = values.get(field, b'')
            if isinstance(value, str):
                value = value.encode() + b'\0'
            if dynamic:
                base = offset + size if self.relative else 0
                struct.pack_into('=I', body, offset, len(value) << 16 | len(body) - base)
                body += value
            elif isinstance(value, int):
                body[offset:offset + size] = (value % (1 << 8 * size)).to_bytes(size, 'little')
            else:
                body[offset:offset + size] = value[:size].ljust(size, b'\0')
        return bytes(body) + bytes(-len(body) % 4)

    def page(self, events, time=0, lost=0):
        """events: [(name, values)], a microsecond apart; time: of the page, in nanoseconds; lost: before it; -1: nobody
        knows how many."""
        data = b''
        for name, values in events:
            body = self.event(name, values)
            if len(body) <= 28 * 4:
                data += struct.pack('=I', len(body) // 4 | 1000 << 5) + body
            else:
                data += struct.pack('=II', 1000 << 5, len(body) + 4) + body
        commit = len(data)
        if lost:
            commit |= 1 << 31 | (1 << 30 if lost > 0 else 0)
        if lost > 0:
            data += lost.to_bytes(self.word, 'little')
        page = struct.pack('=Q', time) + commit.to_bytes(self.word, 'little') + data
        assert len(page) <= self.page_bytes
        return page.ljust(self.page_bytes, b'\0')

    def record(self, directory, events, **options):
        """A whole recording, for --input: as many pages as are needed."""
        self.write_formats(directory)
        file = Path(directory, 'per_cpu/cpu0/trace_pipe_raw')
        file.parent.mkdir(parents=True)
        file.write_bytes(b''.join(self.page([event], **options) for event in events))
