# SPDX-License-Identifier: LGPL-2.1-or-later
"""libtelemetry against the real service on a real disk: records a second until durable, and a blocking submit next to its
floor in the same run."""

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from harness import System
from harness.process import Process
from harness.system import STATE

BUILD = Path(os.environ['TM_BUILD'])
PROGRAM = BUILD / 'tests' / 'bench' / 'bench-library'
RECORDS = os.environ.get('TM_BENCH_RECORDS', '200000')
SUBMITS = os.environ.get('TM_BENCH_SUBMITS', '2000')
DISK = BUILD / 'bench-state'  # the sandbox itself lives in memory, where fdatasync() costs nothing
TICKS = os.sysconf('SC_CLK_TCK')
SETTINGS = '[settings]\nrate_limit_enabled=false\nspool_max_size=4194304\n'
POLICY = '''<busconfig><policy context="default"><allow send_interface="org.telemetrics.bench.Echo"/></policy></busconfig>'''


def cpu_seconds(pid):
    fields = Path(f'/proc/{pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    return sum(int(field) for field in fields[11:13]) / TICKS


class Bench(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(DISK, ignore_errors=True)
        DISK.mkdir()
        STATE.mkdir(parents=True, exist_ok=True)
        shutil.copystat(STATE, DISK)
        shutil.chown(DISK, 'telemetry', 'telemetry')
        subprocess.run(['mount', '--bind', DISK, STATE], check=True)
        Path('/etc/dbus-1/system.d/bench.conf').write_text(POLICY, encoding='ascii')
        self.cpus = os.sched_getaffinity(0)

    def tearDown(self):
        self.system.stop()
        subprocess.run(['umount', STATE], check=True)
        shutil.rmtree(DISK)
        os.sched_setaffinity(0, self.cpus)

    def start(self):
        self.system = System()
        self.system.start(polkit=False)
        self.system.configure(SETTINGS)
        self.system.opt_in()

    def run_bench(self, *words):
        return json.loads(subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=True).stdout)

    def test_throughput(self):
        """Fire and forget: all records are accepted, and all are in the store."""
        self.start()
        pids = {'telemprobd': self.system.telemprobd_pid(), 'bus': self.system._bus.pid}  # pylint: disable=protected-access
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        children = os.times()
        result = self.run_bench('throughput', RECORDS)
        used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        used['program'] = sum(os.times()[2:4]) - sum(children[2:4])
        used['all'] = sum(used.values())
        each = {name: round(seconds / int(RECORDS) * 1e6, 1) for name, seconds in used.items()}
        result.update(cpu_us_per_record=each, per_second_if_alone_on_two_cores=round(2e6 / each['all']))
        statistics = self.system.caller('root').invoke('Health', 'GetStatistics')
        result['commits'] = statistics['commits']
        print(json.dumps(result), file=sys.stderr)
        self.assertEqual(result['accepted'], int(RECORDS))
        self.assertEqual(statistics['pending-records'], int(RECORDS))

    def test_latency(self):
        """Everything on one CPU: a wake-up across virtual CPUs costs more than the work and hides it."""
        os.sched_setaffinity(0, {min(self.cpus)})
        self.start()
        with Process('echo', [str(PROGRAM), 'echo']) as echo:
            echo.wait_output('\n')
            result = self.run_bench('latency', SUBMITS, echo.output().strip(), str(DISK / 'floor'))
        print(json.dumps(result), file=sys.stderr)


if __name__ == '__main__':
    unittest.main()
