# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real telemetrics-server on a private PostgreSQL, and a client that speaks the batch format."""

import gzip
import http.client
import json
import os
import re
import socket
import time
import uuid

from harness.postgres import PrivatePostgres
from harness.process import Process, run_as, wait_until

SERVER = '/usr/bin/telemetrics-server'
MACHINE = 'ab' * 16
JSON_HEADERS = {'Content-Type': 'application/json'}


def uuid7(seconds=None):
    """A UUID of version 7 for a point in time (default: now)."""
    milliseconds = int((time.time() if seconds is None else seconds) * 1000)
    octets = bytearray(milliseconds.to_bytes(6, 'big') + os.urandom(10))
    octets[6] = 0x70 | octets[6] & 0x0f
    octets[8] = 0x80 | octets[8] & 0x3f
    return str(uuid.UUID(bytes=bytes(octets)))


def rfc3339(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds)) + f'.{int(seconds % 1 * 1e6):06d}Z'


def record(seconds=None, **fields):
    at = time.time() if seconds is None else seconds
    return {'record_id': uuid7(at), 'classification': 'org.example/test/one', 'severity': 2, 'payload_format_version': 1,
            'event_id': uuid.uuid4().hex, 'created_at': rfc3339(at), 'boot_id': 'ef' * 16, 'boottime_us': 1000000,
            'sequence': 1, 'origin': 'system', 'app': None, 'payload': 'what happened', **fields}


def batch(records, **fields):
    return {'format': 1, 'batch_id': str(uuid.uuid4()), 'machine_id': MACHINE, 'client': 'test/1',
            'system': {'arch': 'x86_64', 'build': '42', 'system_name': 'example'}, 'records': records, 'ledger': [], **fields}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        return self.json['message']

    @property
    def outcomes(self):
        return [result['outcome'] for result in self.json['results']]


class Backend:
    """A database with the schema, and servers on it."""

    def __init__(self, durable=False, **settings):
        self.postgres = PrivatePostgres(settings='' if durable else 'fsync=off\nfull_page_writes=off\n')
        self.settings = settings
        self.port = 0
        self.process = None

    def __enter__(self):
        self.postgres.__enter__()
        self.migrate()
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.stop()
        self.postgres.remove()

    def environment(self, **settings):
        return {**self.postgres.environment(),
                **{f'TELEMETRICS_SERVER_{name.upper()}': str(value) for name, value in settings.items()}}

    def migrate(self):
        return run_as('root', [SERVER, 'migrate'], environment=self.environment()).stdout

    def start(self):
        """Starts the server; after the first time on the same port, so that clients find it again."""
        name = f'telemetrics-server-{uuid.uuid4().hex[:8]}'
        self.process = Process(name, [SERVER, 'serve', '--listen', f'127.0.0.1:{self.port}'],
                               environment=self.environment(**self.settings))
        self.process.wait_output('listening on')
        self.port = int(re.search(r'127\.0\.0\.1:(\d+)/', self.process.output()).group(1))

    def stop(self):
        """A sanitizer that has found something ends the server with another status."""
        process, self.process = self.process, None
        process.stop(40)
        if process.wait() != 0:
            raise AssertionError(f'the server ended with {process.wait()}:\n{process.output()}')

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    # Client

    def connect(self, seconds=60):
        return http.client.HTTPConnection('127.0.0.1', self.port, timeout=seconds)

    def request(self, method, path, body=None, headers=None, connection=None):
        connection = connection or self.connect()
        connection.request(method, path, body, headers or {})
        return Answer(connection.getresponse())

    def post_raw(self, body, headers=None, connection=None):
        return self.request('POST', '/api/v1/records', body, JSON_HEADERS if headers is None else headers, connection)

    def post(self, content, headers=None, connection=None, compress=True):
        body = json.dumps(content).encode()
        if compress:
            return self.post_raw(gzip.compress(body, 1), {**JSON_HEADERS, 'Content-Encoding': 'gzip', **(headers or {})}, connection)
        return self.post_raw(body, {**JSON_HEADERS, **(headers or {})}, connection)

    def raw(self, data, seconds=60):
        """Everything the server answers to these bytes until it closes the connection."""
        with socket.create_connection(('127.0.0.1', self.port), timeout=seconds) as connection:
            connection.sendall(data)
            received = b''
            while chunk := connection.recv(65536):
                received += chunk
            return received

    # Database

    def query(self, sql):
        return self.postgres.query(sql)

    def count(self, table='record'):
        return self.postgres.count(table)

    def wait_folded(self):
        wait_until(lambda: self.query('select count(*) from ingest_batch where not folded')[0][0] == '0', 'all batches are folded')
