# SPDX-License-Identifier: LGPL-2.1-or-later
"""An HTTP server that writes down every byte that reaches it, and answers as a script says.

    with RecordingServer() as server:
        server.script(Answer(status=503, headers={'Retry-After': '120'}), Answer(drop='body'))
        ...                       # what server.url is sent to; unscripted requests are answered as a good server would
        server.exchanges[0].json()

It speaks HTTP by hand, on sockets, so that it can do what no server library lets one do: read slowly, close in the middle, answer
nonsense. Bytes are counted also while they wait in the kernel unread: they have left the sender.
"""

import fcntl
import gzip
import json
import socket
import ssl
import struct
import termios
import threading
import time
from dataclasses import dataclass, field

REASONS = {200: 'OK', 413: 'Content Too Large', 429: 'Too Many Requests', 503: 'Service Unavailable'}


@dataclass
class Answer:
    """One answer of the script.

    body: bytes, or a function of the exchange; None is a good server's answer.
    drop: where to close instead: 'connect', 'headers' (of the request), 'body' (of the request, before the answer) or 'answer' (half).
    read_gate: the request's body is read when this event is set. trickle: (bytes, seconds) at a time, for slow answers.
    raw: these bytes instead of a whole HTTP answer.
    """
    status: int = 200
    headers: dict = field(default_factory=dict)
    body: object = None
    delay: float = 0.0
    drop: str = ''
    read_gate: threading.Event | None = None
    trickle: tuple | None = None
    raw: bytes | None = None


@dataclass
class Exchange:
    """A request as it arrived."""
    connection: int
    line: str = ''
    headers: dict = field(default_factory=dict)
    header_bytes: bytes = b''
    body: bytes = b''
    complete: bool = False
    began: float = 0.0
    ended: float = 0.0

    def json(self):
        return json.loads(gzip.decompress(self.body))

    def record_ids(self):
        return [record['record_id'] for record in self.json()['records']]


def accept_all(exchange):
    """What a good server says: every record is accepted."""
    return reply([(record_id, 'accepted', None) for record_id in exchange.record_ids()])


def reply(results, advice=None):
    """The body of an answer; results: (record id, outcome, reason) each."""
    rows = [{'record_id': record_id, 'outcome': outcome, **({'reason': reason} if reason else {})}
            for record_id, outcome, reason in results]
    return json.dumps({'results': rows, 'advice': advice or {}}).encode()


class TlsConnection:
    """TLS over a socket that counts what arrives before it is decrypted; as much of a socket as the server needs."""

    def __init__(self, plain, context, count):
        self._plain, self._count = plain, count
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._run(self._tls.do_handshake)

    def _run(self, step):
        while True:
            try:
                result = step()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
            data = self._plain.recv(65536)
            self._count(len(data))
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self):
        data = self._outgoing.read()
        if data:
            self._plain.sendall(data)

    def recv(self, size):
        return self._run(lambda: self._tls.read(size))

    def sendall(self, data):
        self._run(lambda: self._tls.write(data))

    def shutdown(self, how):
        self._plain.shutdown(how)

    def close(self):
        self._plain.close()


class RecordingServer:
    def __init__(self, host='127.0.0.1', certificate=None, client_authority=None):
        """certificate: (certificate file, key file) for TLS; client_authority: PEM file, clients must show a certificate of it."""
        self.exchanges = []
        self.errors = []
        self.host = host
        self.default = Answer()
        self.judge = None  # a function of the exchange that gives the status, when nothing is scripted
        self._script = []
        self._condition = threading.Condition()
        self._connections = []
        self._n_received = 0
        self._tls = self._make_tls(certificate, client_authority) if certificate else None
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @staticmethod
    def _make_tls(certificate, client_authority):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        if client_authority:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_authority)
        return context

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        # A plain close would not wake the thread that is in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._condition:
            connections, self._connections = self._connections, []
        for connection in connections:
            self._hang_up(connection)
        self._thread.join(5)

    # For the test

    def script(self, *answers):
        """Answer the next requests so, in this order."""
        with self._condition:
            self._script.extend(answers)

    def wait_exchanges(self, count, seconds=60.0):
        """Wait until that many requests have arrived whole."""
        def enough():
            return len([exchange for exchange in self.exchanges if exchange.complete]) >= count
        with self._condition:
            if not self._condition.wait_for(enough, seconds):
                raise AssertionError(f'{count} requests expected, {len(self.exchanges)} arrived: '
                                     f'{[exchange.line for exchange in self.exchanges]}')
            return self.exchanges

    def wait_bytes(self, count, seconds=60.0):
        """Wait until that many bytes have reached this machine, read or not."""
        end = time.monotonic() + seconds
        while self.bytes_arrived() < count:
            if time.monotonic() > end:
                raise AssertionError(f'{count} bytes expected, {self.bytes_arrived()} arrived')
            time.sleep(0.01)

    def bytes_arrived(self):
        """All bytes that ever arrived, those included that wait unread in the kernel."""
        with self._condition:
            return self._n_received + sum(self._unread(connection) for connection in self._connections)

    @staticmethod
    def _unread(connection):
        try:
            return struct.unpack('i', fcntl.ioctl(connection.fileno(), termios.FIONREAD, b'\0' * 4))[0]
        except (OSError, ValueError):
            return 0

    # Connections

    def _accept(self):
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, plain, number):
        with self._condition:
            self._connections.append(plain)
        try:
            connection = TlsConnection(plain, self._tls, self._count) if self._tls else plain
            while self._serve_one(connection, number):
                pass
        except (OSError, ValueError) as error:
            self.errors.append(error)
        finally:
            with self._condition:
                self._n_received += self._unread(plain)
                self._connections = [other for other in self._connections if other is not plain]
            plain.close()

    def _count(self, n_bytes):
        with self._condition:
            self._n_received += n_bytes
            self._condition.notify_all()

    def _receive(self, connection, size):
        data = connection.recv(size)
        if not self._tls:
            self._count(len(data))
        return data

    def _next_answer(self):
        with self._condition:
            return self._script.pop(0) if self._script else self.default

    def _serve_one(self, connection, number):
        """One request and its answer; False when the connection has ended."""
        head = b''
        while b'\r\n\r\n' not in head:
            data = self._receive(connection, 4096)
            if not data:
                return False
            head += data
        exchange = Exchange(number, began=time.time())
        answer = self._next_answer()
        if answer.drop == 'connect':
            return self._hang_up(connection)
        head, _, exchange.body = head.partition(b'\r\n\r\n')
        self._read_head(exchange, head)
        with self._condition:
            self.exchanges.append(exchange)
        if answer.drop == 'headers':
            return self._hang_up(connection)
        if answer.read_gate:
            answer.read_gate.wait(120)
        if not self._read_body(connection, exchange):
            return False
        if answer.drop == 'body':
            return self._hang_up(connection)
        if self.judge and answer is self.default:
            answer = Answer(status=self.judge(exchange))
        return self._answer(connection, exchange, answer)

    @staticmethod
    def _read_head(exchange, head):
        lines = head.decode('ascii').split('\r\n')
        exchange.header_bytes, exchange.line = head, lines[0]
        for line in lines[1:]:
            name, _, value = line.partition(':')
            exchange.headers[name.lower()] = value.strip()

    def _read_body(self, connection, exchange):
        length = int(exchange.headers.get('content-length', '0'))
        while len(exchange.body) < length:
            data = self._receive(connection, 65536)
            if not data:
                return False
            exchange.body += data
        with self._condition:
            exchange.complete, exchange.ended = True, time.time()
            self._condition.notify_all()
        return True

    def _answer(self, connection, exchange, answer):
        time.sleep(answer.delay)
        data = answer.raw
        if data is None:
            body = answer.body(exchange) if callable(answer.body) else answer.body
            if body is None:
                body = accept_all(exchange) if answer.status == 200 else b''
            headers = {'Content-Type': 'application/json', 'Content-Length': str(len(body)), **answer.headers}
            head = f'HTTP/1.1 {answer.status} {REASONS.get(answer.status, "Status")}\r\n'
            head += ''.join(f'{name}: {value}\r\n' for name, value in headers.items())
            data = head.encode() + b'\r\n' + body
        if answer.drop == 'answer':
            connection.sendall(data[:len(data) // 2])
            return self._hang_up(connection)
        self._send(connection, data, answer.trickle)
        return self._hang_up(connection) if answer.raw is not None else True

    @staticmethod
    def _send(connection, data, trickle):
        if not trickle:
            connection.sendall(data)
            return
        size, seconds = trickle
        for offset in range(0, len(data), size):
            connection.sendall(data[offset:offset + size])
            time.sleep(seconds)

    @staticmethod
    def _hang_up(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()
        return False
