# SPDX-License-Identifier: LGPL-2.1-or-later
"""Batches over HTTP until they are committed rows: records a second, the CPU time each record costs, and the floor in the
same run: COPY of the same rows into the same tables by one connection."""

import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'integration'))
from backend import Backend  # noqa: E402

SECONDS = os.environ.get('TM_BENCH_SECONDS', '5')
CONNECTIONS = os.environ.get('TM_BENCH_CONNECTIONS', '8')
GENERATOR = Path(os.environ['TM_BUILD']) / 'tests' / 'bench' / 'bench-ingest'
TICKS = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pid):
    """User and system time of a process, its threads and the children it has waited for."""
    fields = Path(f'/proc/{pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def cluster_cpu_seconds(postmaster):
    children = subprocess.run(['pgrep', '-P', str(postmaster)], capture_output=True, text=True, check=False).stdout.split()
    return cpu_seconds(postmaster) + sum(cpu_seconds(pid) for pid in children if Path(f'/proc/{pid}').exists())


def busy_seconds():
    """What all processes of the machine have used; guests and waiting do not count."""
    fields = Path('/proc/stat').read_text(encoding='ascii').splitlines()[0].split()[1:]
    return sum(int(field) for field in fields[:3] + fields[5:7]) / TICKS


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = cls.enterClassContext(Backend(durable=True))
        cls.backend.query('alter system set max_wal_size = \'4GB\'')
        cls.backend.query('select pg_reload_conf ()')

    def measure(self, encoding):
        postmaster = self.backend.postgres._process.pid  # pylint: disable=protected-access
        before = self.backend.count()
        server, cluster, machine = cpu_seconds(self.backend.process.pid), cluster_cpu_seconds(postmaster), busy_seconds()
        usage = os.times()
        result = json.loads(subprocess.run([GENERATOR, str(self.backend.port), CONNECTIONS, SECONDS, '100', '1024', encoding],
                                           capture_output=True, text=True, check=True).stdout)
        generator = sum(os.times()[2:4]) - sum(usage[2:4])
        server, cluster = cpu_seconds(self.backend.process.pid) - server, cluster_cpu_seconds(postmaster) - cluster
        machine = busy_seconds() - machine
        committed = self.backend.count() - before
        self.assertEqual(committed, result['accepted'])
        ours = server + cluster + generator
        each = {name: round(value / committed * 1e6, 1)
                for name, value in (('server', server), ('postgres', cluster), ('generator', generator), ('all', ours))}
        print(json.dumps({'bench': f'ingest-{encoding}', 'committed': committed, 'per_second': round(committed / result['seconds']),
                          'cpu_us_per_record': each, 'per_second_if_alone_on_two_cores': round(2e6 / each['all']),
                          'share_of_the_busy_machine': round(ours / machine, 2),
                          'p50_ms': result['p50_ms'], 'p99_ms': result['p99_ms'],
                          'bytes_per_record': round(result['bytes'] / committed)}), file=sys.stderr)

    def test_plain(self):
        """JSON batches of 100, 1 KiB payload, not compressed: what is acknowledged is in the database."""
        self.measure('plain')

    def test_gzip(self):
        """The same, compressed by the generator as telempostd does."""
        self.measure('gzip')

    def test_zz_floor(self):
        """COPY of the rows that are there into tables of the same form, one connection, 1000 rows a commit."""
        self.backend.query("""create table floor_record (like record including all);
                              create table floor_payload (like record_payload including all)""")
        records, payloads = Path('/tmp/floor-records'), Path('/tmp/floor-payloads')
        n = 50000
        for path, table in ((records, 'record'), (payloads, 'record_payload')):
            path.write_text('', encoding='ascii')
            path.chmod(0o666)
            self.backend.query(f"copy (select * from {table} order by record_id limit {n}) to '{path}'")
        script = Path('/tmp/floor.sql')
        rows = [records.read_text(encoding='utf-8').splitlines(), payloads.read_text(encoding='utf-8').splitlines()]
        with open(script, 'w', encoding='utf-8') as output:
            for start in range(0, n, 1000):
                output.write('begin;\n')
                for table, lines in zip(('floor_record', 'floor_payload'), rows):
                    output.write(f'copy {table} from stdin;\n' + '\n'.join(lines[start:start + 1000]) + '\n\\.\n')
                output.write('commit;\n')
        begun = time.monotonic()
        subprocess.run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', script], check=True,
                       env={**os.environ, **self.backend.postgres.environment(user='postgres')})
        seconds = time.monotonic() - begun
        self.assertEqual(self.backend.count('floor_record'), n)
        print(json.dumps({'bench': 'ingest-floor-copy', 'committed': n, 'per_second': round(n / seconds)}), file=sys.stderr)


if __name__ == '__main__':
    unittest.main()
