# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input at the HTTP door: a clear answer, the server alive, the neighbours served."""

import gzip
import json
import select
import socket
import threading
import time
import unittest
import uuid
import zlib
from pathlib import Path

from backend import JSON_HEADERS, Backend, batch, record
from harness.process import wait_until

GZIP_HEADERS = {**JSON_HEADERS, 'Content-Encoding': 'gzip'}


def head(length, **more):
    lines = [f'{name.replace("_", "-")}: {value}' for name, value in more.items()]
    return '\r\n'.join(['POST /api/v1/records HTTP/1.1', 'Host: localhost', 'Content-Type: application/json',
                        f'Content-Length: {length}', *lines, '', '']).encode()


def peak_kib(backend):
    """The most memory that the server has had."""
    with open(f'/proc/{backend.process.pid}/status', encoding='utf-8') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmHWM'))


class Door(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = cls.enterClassContext(Backend())

    def tearDown(self):
        """Whatever was sent, the next batch is taken."""
        self.assertEqual(self.backend.post(batch([record()])).outcomes, ['accepted'])

    def refuse(self, answer, status, *words):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers['Content-Type'], 'application/json')
        for word in words:
            self.assertIn(word, answer.message)

    def test_not_json(self):
        """What is no JSON, or no batch, is a 400 that says so."""
        for body in (b'', b'hello', b'{', b'[]', b'null', b'{"records": 1}', b'\xff\xfe', b'{"records": []}x',
                     b'{"records": [' + b'[' * 100000, b'{"records": []' + b'}' * 10):
            with self.subTest(body=body[:20]):
                self.refuse(self.backend.post_raw(body), 400)

    def test_fields_are_named(self):
        """The message of a 400 names the field of the batch."""
        for field, value in (('format', 2), ('batch_id', 'x'), ('batch_id', None), ('machine_id', 'AB' * 16), ('machine_id', 5),
                             ('client', ''), ('system', []), ('ledger', {}), ('records', {})):
            with self.subTest(field=field, value=value):
                self.refuse(self.backend.post({**batch([record()]), field: value}), 400, field)

    def test_deep_json(self):
        """100 000 brackets, in the head or in a record, harm nobody."""
        deep = '[' * 100000 + ']' * 100000
        text = json.dumps(batch([record()]))
        self.refuse(self.backend.post_raw(text.replace('"example"', deep).encode()), 400)
        answer = self.backend.post_raw(text.replace('"what happened"', deep).encode())
        self.assertEqual((answer.status, answer.outcomes), (200, ['rejected']))

    def test_bad_ids(self):
        """Ids of another form or version are rejected record by record."""
        ids = ['', 'x', str(uuid.uuid4()), record()['record_id'].upper(), '{' + record()['record_id'] + '}', 7, None]
        answer = self.backend.post(batch([record(record_id=value) for value in ids]))
        self.assertEqual(answer.outcomes, ['rejected'] * len(ids))
        for result in answer.json['results']:
            self.assertIn('record_id', result['reason'])

    def test_types(self):
        """Other content types and encodings are a 415 that names the header."""
        body = json.dumps(batch([record()])).encode()
        self.refuse(self.backend.post_raw(body, {}), 415, 'Content-Type')
        self.refuse(self.backend.post_raw(body, {'Content-Type': 'text/plain'}), 415, 'Content-Type')
        self.refuse(self.backend.post_raw(body, {'Content-Type': 'application/jsonx'}), 415, 'Content-Type')
        self.refuse(self.backend.post_raw(body, {**JSON_HEADERS, 'Content-Encoding': 'br'}), 415, 'Content-Encoding')
        self.assertEqual(self.backend.post_raw(body, {'Content-Type': 'application/json; charset=utf-8',
                                                      'Content-Encoding': 'identity'}).status, 200)

    def test_idempotency_key(self):
        """The key must be a UUID, and that of the batch."""
        content = batch([record()])
        self.refuse(self.backend.post(content, {'Idempotency-Key': 'x'}), 400, 'Idempotency-Key')
        self.refuse(self.backend.post(content, {'Idempotency-Key': str(uuid.uuid4())}), 400, 'Idempotency-Key', 'batch_id')
        self.assertEqual(self.backend.post(content, {'Idempotency-Key': content['batch_id']}).status, 200)

    def test_gzip(self):
        """Broken, cut or continued gzip is a 400."""
        good = gzip.compress(json.dumps(batch([record()])).encode())
        for body in (b'', b'x', good[:-1], good[:50], good + b'x', good[:20] + b'\0\0\0' + good[23:]):
            with self.subTest(body=body[:10], length=len(body)):
                self.refuse(self.backend.post_raw(body, GZIP_HEADERS), 400)

    def test_names_of_gzip(self):
        """The name of an encoding counts in any case of letters, and so does its old name."""
        for name in ('gzip', 'GZIP', 'x-gzip', 'X-Gzip'):
            with self.subTest(name=name):
                self.assertEqual(self.backend.post(batch([record()]), {'Content-Encoding': name}).status, 200)

    def test_gzip_bomb(self):
        """3 MiB that inflate to 3 GiB are cut at 32 MiB: 413, and the server stays small."""
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        zeros = bytes(1 << 20)
        bomb = b''.join(packer.compress(zeros) for _ in range(3000)) + packer.flush()
        self.assertLess(len(bomb), 4 << 20)
        self.refuse(self.backend.post_raw(bomb, GZIP_HEADERS), 413, str(32 << 20))
        self.assertLess(peak_kib(self.backend), 300 * 1024)

    def test_too_large(self):
        """A body that says it is over 4 MiB is refused before a byte of it is sent."""
        answer = self.backend.raw(head(4 * 1024 * 1024 + 1))
        self.assertTrue(answer.startswith(b'HTTP/1.1 413 '), answer)
        self.assertIn(b'4194304', answer)
        self.assertIn(b'{"message"', answer)

    def test_too_large_chunked(self):
        """A body that does not say how large it is, is cut when it is too large."""
        def chunks():
            for _ in range(80):
                yield bytes(65536)
        connection = self.backend.connect()
        try:
            connection.request('POST', '/api/v1/records', chunks(), JSON_HEADERS, encode_chunked=True)
        except (BrokenPipeError, ConnectionResetError):
            pass  # closed before all was sent: as it should be
        self.assertEqual(connection.getresponse().status, 413)

    def test_large_headers(self):
        """More than 16 KiB of headers are a 431."""
        answer = self.backend.raw(head(10, X_Large='x' * 17000) + b'0123456789')
        self.assertTrue(answer.startswith(b'HTTP/1.1 431 '), answer)

    def test_many_parameters(self):
        """256 parameters are looked at, all of them; one more is refused, not passed over."""
        self.assertEqual(self.backend.request('GET', '/records?' + '&'.join(['class='] * 256)).status, 200)
        self.assertEqual(self.backend.request('GET', '/records?' + '&'.join(['class='] * 255 + ['clas='])).status, 400)
        self.refuse(self.backend.request('GET', '/records?' + '&'.join(['class='] * 257)), 400, 'query', '256')

    def test_http_1_0(self):
        """HTTP/1.0 without a Host is answered."""
        self.assertIn(b' 200 ', self.backend.raw(b'GET /healthz HTTP/1.0\r\n\r\n')[:20])

    def test_methods(self):
        """405 names what is allowed; 404 is JSON."""
        answer = self.backend.request('DELETE', '/api/v1/records')
        self.refuse(answer, 405, 'POST')
        self.assertIn('POST', answer.headers['Allow'])
        self.refuse(self.backend.request('GET', '/api/v1/nothing'), 404)

    def test_keep_alive(self):
        """Many requests on one connection, refusals among them."""
        connection = self.backend.connect()
        connection.connect()
        name = connection.sock.getsockname()
        for number in range(20):
            answer = self.backend.post(batch([record(severity=1 + number % 6)]), connection=connection)
            self.assertEqual(answer.status, 200)
            self.assertEqual(self.backend.request('GET', '/none', connection=connection).status, 404)
        self.assertEqual(connection.sock.getsockname(), name)

    def test_half_closed(self):
        """Who has said that nothing will follow gets the answer still."""
        with socket.create_connection(('127.0.0.1', self.backend.port), timeout=60) as connection:
            connection.sendall(b'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
            connection.shutdown(socket.SHUT_WR)
            self.assertIn(b' 200 ', connection.recv(4096))

    def test_pipelining(self):
        """Requests sent without waiting are answered in their order."""
        first, second = batch([record()]), batch([record(), record()])
        data = b''
        for content in (first, second):
            body = json.dumps(content).encode()
            data += head(len(body)) + body
        data += b'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
        answer = self.backend.raw(data)
        positions = [answer.index(content['records'][0]['record_id'].encode()) for content in (first, second)]
        positions.append(answer.index(b'"status"'))
        self.assertEqual(positions, sorted(positions))

    def test_client_leaves(self):
        """A client that leaves before its answer does no harm; its batch is stored."""
        content = batch([record()])
        body = json.dumps(content).encode()
        for _ in range(20):
            with socket.create_connection(('127.0.0.1', self.backend.port), timeout=60) as connection:
                connection.sendall(head(len(body)) + body)
        self.assertEqual(self.backend.post(content).outcomes, ['duplicate'])

    def test_expect_continue(self):
        """A client that asks first is told before it sends."""
        answer = self.backend.raw(head(5 << 20, Expect='100-continue'))
        self.assertTrue(answer.startswith(b'HTTP/1.1 413 '), answer)

    def test_health(self):
        """/healthz and /readyz answer, also to HEAD."""
        for path in ('/healthz', '/readyz'):
            self.assertEqual(self.backend.request('GET', path).json, {'status': 'ok'})
            answer = self.backend.request('HEAD', path)
            self.assertEqual((answer.status, answer.body), (200, b''))


class Slowness(unittest.TestCase):
    """With little patience, which the others would not stand on a machine that stands still."""

    @classmethod
    def setUpClass(cls):
        cls.backend = cls.enterClassContext(Backend(request_seconds=1))

    def tearDown(self):
        wait_until(lambda: self.backend.post(batch([record()])).status == 200, 'the next batch is taken')

    def test_slow_sender(self):
        """Who does not finish in time gets a 408, also if a byte comes now and then."""
        with socket.create_connection(('127.0.0.1', self.backend.port), timeout=60) as connection:
            connection.sendall(head(100000))
            begun = time.monotonic()
            while not select.select([connection], [], [], 0.2)[0]:
                connection.sendall(b' ')
                self.assertLess(time.monotonic() - begun, 30)
            answer = b''
            while chunk := connection.recv(4096):
                answer += chunk
            self.assertTrue(answer.startswith(b'HTTP/1.1 408 '), answer)

    def test_silent_sender(self):
        """Who sends nothing, or half a header, is cut."""
        for data in (b'', b'POST /api/v1/rec'):
            with self.subTest(data=data):
                begun = time.monotonic()
                self.backend.raw(data)
                self.assertLess(time.monotonic() - begun, 30)

    def test_broken_http(self):
        """What is no HTTP gets a 400 or nothing."""
        for data in (b'\r\n\r\n', b'hello\r\n\r\n', b'POST\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\r\n\r\n', b'GET http://[ HTTP/1.1\r\n\r\n',
                     b'GET / HTTP/1.1\r\n\r\n', b'GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', b'GET / HTTP/9.9\r\nHost: a\r\n\r\n'):
            with self.subTest(data=data):
                answer = self.backend.raw(data)
                self.assertNotIn(b' 200 ', answer[:20])


class Memory(unittest.TestCase):
    def test_received_together(self):
        """However many connections hold back half a body, what they hold together is bounded."""
        with Backend(max_received_mib=4) as backend:
            connections = [socket.create_connection(('127.0.0.1', backend.port), timeout=60) for _ in range(5)]
            for connection in connections:
                connection.sendall(head(2 << 20) + bytes(1 << 20))
            ready, _, _ = select.select(connections, [], [], 60)
            self.assertEqual([connection.recv(13) for connection in ready], [b'HTTP/1.1 503 '])
            for connection in connections:
                connection.close()
            content = batch([record()])  # the server sees them leave one after the other
            wait_until(lambda: backend.post(content).status == 200, 'what they held is given back')

    def test_large_batches_at_once(self):
        """Batches of many MiB are stored side by side, and memory stays bounded."""
        with Backend() as backend:
            content = [batch([record(payload='x' * 1000000) for _ in range(30)]) for _ in range(12)]
            answers = []
            threads = [threading.Thread(target=lambda one=one: answers.append(backend.post(one))) for one in content]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual([answer.status for answer in answers], [200] * 12)
            self.assertEqual(backend.count(), 360)
            self.assertLess(peak_kib(backend), 1000 * 1024)


class Leaving(unittest.TestCase):
    @staticmethod
    def ask(connection):
        """False: the server has closed the connection before it had the question."""
        received = b''
        try:
            connection.sendall(b'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
            while b'"ok"' not in received:
                chunk = connection.recv(4096)
                if not chunk:
                    return False
                received += chunk
        except ConnectionError:
            return False
        return True

    def test_leaving_between_requests(self):
        """A client that keeps its connection and then leaves, or stays away, leaves no descriptor behind."""
        with Backend(idle_seconds=1) as backend:
            descriptors = Path(f'/proc/{backend.process.pid}/fd')
            self.assertEqual(backend.request('GET', '/readyz').status, 200)
            before = len(list(descriptors.iterdir()))
            for number in range(30):
                with socket.create_connection(('127.0.0.1', backend.port), timeout=60) as connection:
                    is_open = all(self.ask(connection) for _ in range(1 + number % 3))
                    if not is_open:
                        continue  # the second was over, for this machine stood still
                    if number % 10 == 0:
                        self.assertEqual(connection.recv(1), b'')
                    if number % 10 == 1:
                        connection.sendall(b'GET /hea')
            wait_until(lambda: len(list(descriptors.iterdir())) <= before, 'all connections are closed')
            # The one that was counted before may be the one of /readyz, which the server has not seen leave yet.
            wait_until(lambda: b'telemetrics_http_connections 1\n' in backend.request('GET', '/metrics').body, 'all are forgotten')


class Rates(unittest.TestCase):
    def test_rate(self):
        """A network that sends too much gets 429 with Retry-After, and is served again later."""
        with Backend(rate_limit_local='true', rate_burst=3, rate_per_minute=60) as backend:
            answers = [backend.post(batch([record()])) for _ in range(4)]
            while answers[-1].status == 200:  # a slow machine has regained one meanwhile
                answers.append(backend.post(batch([record()])))
            answer = answers.pop()
            self.assertEqual(({answer.status for answer in answers}, answer.status), ({200}, 429))
            self.assertIn('local', answer.message)
            self.assertEqual(answer.headers['Retry-After'], '1')
            time.sleep(1.1)
            self.assertEqual(backend.post(batch([record()])).status, 200)

    def test_forwarded(self):
        """Behind a proxy on this machine each network has its own rate."""
        with Backend(trust_forwarded='true', rate_burst=1, rate_per_minute=1) as backend:
            def send(address):
                return backend.post(batch([record()]), {'X-Forwarded-For': address}).status
            self.assertEqual([send('198.51.100.1'), send('198.51.100.200'), send('203.0.113.1'), send('198.51.100.1, 192.0.2.1')],
                             [200, 429, 200, 200])
            self.assertEqual([send('2001:db8::1'), send('2001:db8:0:ff::1'), send('2001:db8:0:100::1')], [200, 429, 200])

    def test_proxy_not_believed(self):
        """A proxy on this machine does not make its clients people of this machine, nor one network."""
        with Backend(rate_burst=1, rate_per_minute=1) as backend:
            self.assertEqual(backend.request('GET', '/').status, 200)
            for header in ({'X-Forwarded-For': '203.0.113.1'}, {'X-Forwarded-For': '127.0.0.1'}, {'Forwarded': 'for=203.0.113.1'},
                           {'X-Real-IP': '203.0.113.1'}, {'Via': '1.1 proxy'}):
                with self.subTest(header=header):
                    self.assertEqual(backend.request('GET', '/', headers=header).status, 403)
                    self.assertEqual(backend.post(batch([record()]), header).status, 200)

    def test_proxy_believed(self):
        """What a believed proxy says decides; what it does not say is no permission."""
        with Backend(trust_forwarded='true') as backend:
            for address, status in (('203.0.113.1', 403), ('127.0.0.1', 200), ('127.0.0.1, 203.0.113.1', 403), ('unknown', 403), ('', 403)):
                with self.subTest(address=address):
                    self.assertEqual(backend.request('GET', '/', headers={'X-Forwarded-For': address}).status, status)


if __name__ == '__main__':
    unittest.main()
