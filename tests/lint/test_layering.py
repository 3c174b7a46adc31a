# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom, and the one file in which each foreign library ends: docs/architecture.md, checked."""

import re
import unittest

import sources

# room: rooms that it may include, besides itself. The longest matching prefix is a file's room.
ALLOWED = {
    'libtelemetry/core': [],
    'introspection': ['libtelemetry/core'],
    'libtelemetry': ['libtelemetry/core', 'introspection'],
    'probes': [],
    'service/common': ['libtelemetry/core', 'introspection'],
    'service/telemprobd': ['libtelemetry/core', 'introspection', 'service/common'],
    'service/telempostd': ['libtelemetry/core', 'introspection', 'service/common'],
    'service/telemctl': ['libtelemetry/core', 'introspection', 'service/common'],
    'backend/http': ['libtelemetry/core'],
    'backend/db': ['libtelemetry/core'],
    'backend/status': ['libtelemetry/core', 'backend/db', 'backend/http'],
    'backend/collector': ['libtelemetry/core', 'backend/db', 'backend/http', 'backend/status'],
    'backend/ui': ['libtelemetry/core', 'backend/db', 'backend/http'],
    'backend/server': ['libtelemetry/core', 'backend/db', 'backend/http', 'backend/status', 'backend/collector', 'backend/ui'],
}
ROOMS_OF_CODE = ('libtelemetry', 'introspection', 'service', 'probes', 'backend')
PUBLIC_HEADERS = ('telemetry.h', 'telemetry-client.h', 'telemetry-error.h', 'telemetry-export.h')

# header of a foreign library: the only files that may include it
GATES = {
    r'polkit/': ['service/telemprobd/tm-authority-polkit.c'],
    r'sqlite3\.h': ['service/telemprobd/tm-store.c', 'probes/programs/updateprobe/update-dnf.c'],
    r'libsoup/': ['service/telempostd/tm-http.c', 'backend/http/tm-http-server.c'],
    r'libpq-fe\.h': ['backend/db/tm-database.c'],
    r'(zlib|curl|openssl|gnutls).*\.h': [],
    r'elfutils/|dwarf\.h|libelf\.h|gelf\.h': ['probes/backtrace/tm-unwind.c'],
    r'libiberty/|demangle\.h|cxxabi\.h': ['probes/backtrace/tm-demangle.c'],
    r'zstd\.h': ['probes/programs/crashprobe/crash-unpack.c'],
    r'systemd/sd-journal\.h': ['probes/common/tm-probe-journal.c'],
    r'seccomp\.h': ['probes/programs/crashprobe/crash-sandbox.c'],
}


def room_of(path):
    name = sources.name(path)
    return max((room for room in ALLOWED if name.startswith(room + '/')), key=len)


def code():
    return sources.files('.c', '.h', rooms=ROOMS_OF_CODE)


class LayeringTest(unittest.TestCase):
    def test_rooms(self):
        """A file includes only what its room may."""
        wrong = []
        for path, included in sources.include_graph(code()).items():
            room = room_of(path)
            for other in included:
                if room_of(other) not in (room, *ALLOWED[room]) and not self._is_public(path, other):
                    wrong.append(f'{sources.name(path)} includes {sources.name(other)}')
        self.assertEqual(wrong, [])

    @staticmethod
    def _is_public(path, other):
        """Programs outside of the library see its installed headers, the probes nothing else."""
        return other.name in PUBLIC_HEADERS and room_of(path) in ('probes', 'service/telemctl')

    def test_gates(self):
        """Each foreign library is included in its one file."""
        wrong = []
        for path in code():
            for own, what in sources.includes(path):
                for pattern, gates in GATES.items():
                    if not own and re.match(pattern, what) and not sources.name(path).startswith(tuple(gates)):
                        wrong.append(f'{sources.name(path)} includes <{what}>')
        self.assertEqual(wrong, [])

    def test_no_cycles(self):
        """No header includes itself by way of others."""
        graph = sources.include_graph(code())
        done = set()

        def visit(path, way):
            self.assertNotIn(path, way, f'cycle: {[sources.name(p) for p in way]}')
            if path not in done:
                for other in graph[path]:
                    visit(other, [*way, path])
                done.add(path)

        for path in graph:
            visit(path, [])

    def test_file_names(self):
        """No file named util, manager or context: what everybody includes and that grows without end."""
        wrong = [sources.name(path) for path in code() if re.search(r'util|manager|context|helper|misc', path.name)]
        # These speak to org.telemetrics.TelemetryManager1 and are named after it.
        named_after_the_bus = ('introspection/org.telemetrics.', 'service/telemctl/tm-manager.')
        self.assertEqual([name for name in wrong if not name.startswith(named_after_the_bus)], [])


if __name__ == '__main__':
    unittest.main()
