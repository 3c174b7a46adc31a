# SPDX-License-Identifier: LGPL-2.1-or-later
"""A PostgreSQL cluster in a directory: reachable by a socket in that directory only, run by an ordinary user.

initdb takes two seconds, so it is done once per build tree and version, and copied after that. `trust` is safe for it: who
can open the socket is decided by the directory.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from harness.process import Process, run_as, wait_until

DURABLE = ''
FAST = 'fsync=off\nfull_page_writes=off\nsynchronous_commit=off\n'


def find_programs():
    """The newest installed version's directory of programs: Debian keeps them off the PATH."""
    versions = sorted(Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda path: int(path.parts[4]))
    if not versions:
        raise RuntimeError('PostgreSQL is not installed (package postgresql)')
    return versions[-1].parent


class PrivatePostgres:
    def __init__(self, directory='/tmp/postgres', cache=None, user='postgres', settings=FAST):
        """cache: where the initialised cluster is kept for the next time (None: the build tree, or nowhere)."""
        self.directory = Path(directory)
        self.user = user
        self._programs = find_programs()
        self._settings = settings
        self._process = None
        build = os.environ.get('TM_BUILD')
        self._cache = Path(cache) if cache else Path(build) / 'tests' / 'postgres-cache' if build else None

    @property
    def data(self):
        return self.directory / 'data'

    def environment(self, user='telemetrics', database='telemetrics'):
        """What a libpq program needs to reach it."""
        return {'PGHOST': str(self.directory), 'PGPORT': '5432', 'PGUSER': user, 'PGDATABASE': database}

    # Life

    def create(self):
        """A cluster for role and database `telemetrics`: a fresh one, or the one that is there already; returns self."""
        entry = pwd.getpwnam(self.user)
        self.directory.mkdir(parents=True, exist_ok=True)
        os.chown(self.directory, entry.pw_uid, entry.pw_gid)
        self.directory.chmod(0o755)
        if (self.data / 'PG_VERSION').exists():
            pass
        elif self._cache:
            self._create_from_cache()
        else:
            self._initialise()
        with open(self.data / 'postgresql.conf', 'a', encoding='utf-8') as configuration:
            configuration.write(f"listen_addresses=''\nunix_socket_directories='{self.directory}'\n"
                                f'shared_buffers=64MB\nmax_connections=50\n{self._settings}')
        return self

    def _initialise(self):
        run_as(self.user, [self._programs / 'initdb', '--no-sync', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8',
                           '--no-instructions', '-U', 'postgres', '-D', self.data], seconds=120)

    def _create_from_cache(self):
        archive = self._cache / f'cluster-{self._programs.parent.name}.tar'
        self._cache.mkdir(parents=True, exist_ok=True)
        with open(self._cache / 'lock', 'w', encoding='utf-8') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not archive.exists():
                self._initialise()
                subprocess.run(['tar', '-C', self.directory, '-cf', f'{archive}.new', 'data'], check=True)
                os.replace(f'{archive}.new', archive)
                return
        subprocess.run(['tar', '-C', self.directory, '-xpf', archive], check=True)
        run_as('root', ['chown', '-R', self.user, self.data])

    def start(self):
        self._process = Process('postgres', [self._programs / 'postgres', '-D', self.data], user=self.user)
        wait_until(self.is_ready, 'PostgreSQL accepts connections')
        if not self.query("select 1 from pg_roles where rolname = 'telemetrics'", database='postgres'):
            self.query('create role telemetrics login', database='postgres')
            self.query('create database telemetrics owner telemetrics', database='postgres')
        return self

    def is_ready(self):
        if not self._process.is_running():
            raise RuntimeError(f'PostgreSQL ended:\n{self._process.output()}')
        return run_as('root', [self._programs / 'pg_isready', '-q', '-U', 'postgres', '-h', self.directory], check=False).returncode == 0

    def stop(self):
        """Fast shutdown: open connections are cut."""
        if self._process:
            self._process.kill(signal.SIGINT)
            self._process.wait()
            self._process = None

    def kill(self):
        """As a crash: SIGKILL to the postmaster and to every process of the cluster."""
        pid = self._process.pid
        self._process.kill(signal.SIGSTOP)  # from here on it begins no more of them
        children = run_as('root', ['pgrep', '-P', str(pid)], check=False).stdout.split()
        self._process.kill()
        self._process.wait()
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: not any(Path(f'/proc/{child}').exists() for child in children), 'the cluster is dead')
        self._process = None

    def restart(self):
        self.stop()
        self.start()

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.create().start()

    def __exit__(self, *_):
        self.remove()

    # What it holds

    def query(self, sql, database='telemetrics', user='postgres'):
        """The rows of a statement as lists of text."""
        result = run_as('root', ['psql', '-X', '-q', '-A', '-t', '-F', '\x1f', '-v', 'ON_ERROR_STOP=1', '-c', sql],
                        environment=self.environment(user, database), seconds=120)
        return [line.split('\x1f') for line in result.stdout.splitlines()]

    def count(self, table='record'):
        return int(self.query(f'select count(*) from {table}')[0][0])
