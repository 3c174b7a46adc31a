# SPDX-License-Identifier: LGPL-2.1-or-later
"""telemetrics-server over a private PostgreSQL, on a port of the loopback."""

import signal
import urllib.error
import urllib.request

from harness.process import PATIENCE_SECONDS, Process, run_as, wait_until

PROGRAM = '/usr/bin/telemetrics-server'


class Server:
    def __init__(self, postgres, port=8080, user='telemetrics-server', program=PROGRAM, settings=None):
        """settings: keys of the server's configuration, e.g. {'rate_per_minute': 0}."""
        self._postgres, self._user, self._program = postgres, user, program
        self._process = None
        self.port = port
        self.url = f'http://127.0.0.1:{port}'
        self.environment = postgres.environment()
        for key, value in (settings or {}).items():
            self.environment['TELEMETRICS_SERVER_' + key.upper()] = str(value)

    def migrate(self):
        """Bring the schema to the newest version; returns self."""
        run_as(self._user, [self._program, 'migrate'], seconds=120, environment=self.environment)
        return self

    def start(self):
        self._process = Process('telemetrics-server', [self._program, 'serve', '--listen', f'127.0.0.1:{self.port}'],
                                user=self._user, environment=self.environment)
        wait_until(self.is_ready, 'telemetrics-server answers')
        return self

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process is not None and self._process.is_running()

    def is_ready(self):
        if not self._process.is_running():
            raise RuntimeError(f'telemetrics-server ended:\n{self._process.output()}')
        try:
            return self.get('/healthz')[0] == 200
        except OSError:
            return False

    def get(self, path, headers=None):
        """(status, body as text) of a page."""
        request = urllib.request.Request(self.url + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def kill(self):
        self._process.kill(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def __enter__(self):
        return self.migrate().start()

    def __exit__(self, *_):
        self.stop()
