# SPDX-License-Identifier: LGPL-2.1-or-later
"""telempostd against a server that records every byte: what is sent, what each answer comes to, and what is never sent."""

import email.utils
import fcntl
import gzip
import os
import tempfile
import threading
import time
import unittest
import uuid

from doubles.certificates import Authority
from doubles.recording_server import Answer, RecordingServer, reply
from harness import BusError, System, wait_until
from harness.bus import POST_NAME, memfd
from integration.transport import batch, begin_deliver, cancel, deliver, record


class TransportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start(polkit=False)

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.root = self.system.caller('root')

    def tearDown(self):
        self.system.stop_services()
        self.system.close_callers()

    def server(self, settings='', more='', **keywords):
        """A server, and telempostd configured for it."""
        server = self.enterContext(RecordingServer(**keywords))
        self.configure(server.url, settings, more)
        return server

    def configure(self, url, settings='', more=''):
        self.system.configure(f'[settings]\nserver={url}\n{settings}\n[delivery]\n{more}\n')

    def deliver(self, n_records=1, **keywords):
        return deliver(self.root, *batch([record() for _ in range(n_records)]), **keywords)

    # What is sent

    def test_request(self):
        """One POST with the contract's headers; the body is gzip of exactly the bytes that were handed over."""
        server = self.server()
        batch_id, body = batch([record(payload='one'), record(payload='two')])
        outcome = deliver(self.root, batch_id, body, attempt=7)
        exchange = server.exchanges[0]
        self.assertEqual(exchange.line, 'POST /api/v1/records HTTP/1.1')
        self.assertEqual(gzip.decompress(exchange.body), body)
        headers = exchange.headers
        self.assertEqual(headers['content-type'], 'application/json')
        self.assertEqual(headers['content-encoding'], 'gzip')
        self.assertEqual(headers['idempotency-key'], batch_id)
        self.assertEqual(headers['attempt'], '7')
        self.assertRegex(headers['sent-at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$')
        self.assertNotIn('authorization', headers)
        self.assertEqual(outcome['result'], 'settled')
        self.assertEqual(outcome['http-status'], 200)
        self.assertEqual(outcome['bytes'], len(exchange.body))
        self.assertEqual(outcome['url'], f'{server.url}/api/v1/records')
        self.assertEqual(outcome['results'], [(record_id, 'accepted', '') for record_id in exchange.record_ids()])

    def test_same_bytes(self):
        """The same body is the same bytes on the wire, also from the next process."""
        server = self.server()
        batch_id, body = batch([record(payload='x' * 1000)])
        deliver(self.root, batch_id, body)
        self.system.kill(POST_NAME)
        deliver(self.root, batch_id, body, attempt=2)
        self.assertEqual(server.exchanges[0].body, server.exchanges[1].body)
        self.assertEqual(server.exchanges[0].body[4:8], bytes(4))  # no time in the gzip header

    def test_one_connection(self):
        """Transfers that follow each other share one connection, and one that the server closed is replaced."""
        server = self.server()
        for _ in range(3):
            self.assertEqual(self.deliver()['result'], 'settled')
        self.assertEqual({exchange.connection for exchange in server.exchanges}, {1})
        server.script(Answer(headers={'Connection': 'close'}, drop=''))
        for _ in range(2):
            self.assertEqual(self.deliver()['result'], 'settled')

    def test_credentials_in_headers(self):
        """Token and telemetry id travel as headers; the token never in an outcome."""
        token = tempfile.NamedTemporaryFile('w', dir='/etc', prefix='token-')  # pylint: disable=consider-using-with
        self.addCleanup(token.close)
        token.write('s3cret-token\n')
        token.flush()
        os.chmod(token.name, 0o644)
        server = self.server('tidheader=X-Telemetry-TID: 6907c830-eed9-4ce9-81ae-76daf8d88f0f', f'token_file={token.name}')
        outcome = self.deliver()
        self.assertEqual(server.exchanges[0].headers['authorization'], 'Bearer s3cret-token')
        self.assertEqual(server.exchanges[0].headers['x-telemetry-tid'], '6907c830-eed9-4ce9-81ae-76daf8d88f0f')
        self.assertNotIn('s3cret', str(outcome))

    # What each answer comes to

    def test_every_status(self):
        """The table of outcomes, one status after the other."""
        expected = {'retry': (201, 202, 204, 300, 304, 408, 425, 429, 500, 501, 502, 503, 504, 507, 599),
                    'split': (413,),
                    'hold': (400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 415, 422, 451)}
        server = self.server()
        for result, statuses in expected.items():
            for status in statuses:
                with self.subTest(status=status):
                    server.script(Answer(status=status, headers={'Connection': 'close'}))
                    outcome = self.deliver()
                    self.assertEqual((outcome['result'], outcome['http-status']), (result, status))
                    self.assertIn(str(status), outcome['message'])

    def test_retry_after(self):
        """Seconds and dates are understood, nonsense is not, and a week is the end."""
        server = self.server()
        cases = (('120', 120), ('0', 0), ('999999999999', 7 * 86400), ('99999999999999999999999', 0), ('-5', 0), ('soon', 0),
                 ('Fri, 31 Dec 1999 23:59:59 GMT', 0))
        for text, seconds in cases:
            with self.subTest(text=text):
                server.script(Answer(status=503, headers={'Retry-After': text}))
                self.assertEqual(self.deliver().get('retry-after', 0), seconds)
        server.script(Answer(status=429, headers={'Retry-After': email.utils.formatdate(time.time() + 600, usegmt=True)}))
        self.assertAlmostEqual(self.deliver()['retry-after'], 600, delta=5)

    def test_outcome_of_each_record(self):
        """One bad record has its own outcome; its neighbours have theirs."""
        server = self.server()

        def answer(exchange):
            first, second, third = exchange.record_ids()
            return reply([(first, 'accepted', None), (second, 'rejected', 'severity: 1 to 4'), (third, 'duplicate', None)], {'sample': 2})
        server.script(Answer(body=answer))
        outcome = self.deliver(3)
        self.assertEqual([result[1:] for result in outcome['results']],
                         [('accepted', ''), ('rejected', 'severity: 1 to 4'), ('duplicate', '')])
        self.assertEqual(outcome['advice'], '{"sample":2}')

    def test_answers_that_are_none(self):
        """A 200 with something else in it settles nothing: the records wait, the process lives."""
        server = self.server()
        bodies = {'empty': b'', 'garbage': os.urandom(4096), 'html': b'<html>log in to this network</html>', 'deep': b'[' * 100000,
                  'deep object': b'{"results":' * 5000, 'other json': b'{"ok":true}', 'half': b'{"results":[{"record_id":"',
                  'wrong types': b'{"results":[1,2,3]}', 'not utf-8': b'{"results":[],"advice":{"a":"\xff"}}',
                  'huge': b'{"results":[' + b' ' * (2 * 1024 * 1024) + b']}'}
        for name, body in bodies.items():
            with self.subTest(name=name):
                server.script(Answer(body=body))
                outcome = self.deliver()
                self.assertEqual(outcome['result'], 'retry')
                self.assertNotIn('results', outcome)
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_answers_that_are_no_http(self):
        """What is not HTTP, or lies about its length, is one more failed attempt."""
        server = self.server()
        for raw in (b'\0\1\2\3' * 100, b'SSH-2.0-OpenSSH\r\n', b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}',
                    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n', b'HTTP/1.1 200 OK\r\n' + b'A: b\r\n' * 20000 + b'\r\n'):
            with self.subTest(raw=raw[:40]):
                server.script(Answer(raw=raw))
                self.assertEqual(self.deliver()['result'], 'retry')
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_gzip_answer_is_not_inflated(self):
        """An answer cannot grow after its size was checked."""
        server = self.server()
        server.script(Answer(body=gzip.compress(b' ' * 50_000_000), headers={'Content-Encoding': 'gzip'}))
        self.assertEqual(self.deliver()['result'], 'retry')
        self.assertNotIn('accept-encoding', server.exchanges[0].headers)

    def test_server_closes_early(self):
        """Wherever the server hangs up, the batch waits and the next attempt works."""
        server = self.server()
        for where in ('connect', 'headers', 'body', 'answer'):
            with self.subTest(where=where):
                server.script(Answer(drop=where), Answer(drop=where))
                outcome = self.deliver()
                self.assertEqual(outcome['result'], 'retry')
                self.assertNotEqual(outcome['message'], '')
                server._script.clear()
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_slow_answer(self):
        """A slow answer is waited for; one that does not end is cut at the timeout."""
        server = self.server()
        server.script(Answer(trickle=(20, 0.05), headers={'Connection': 'close'}))
        self.assertEqual(self.deliver()['result'], 'settled')
        server.script(Answer(trickle=(1, 0.2)))
        began = time.monotonic()
        outcome = self.deliver(limit=1)
        self.assertEqual(outcome['result'], 'retry')
        self.assertIn('too long', outcome['message'])
        self.assertLess(time.monotonic() - began, 5)

    def test_nobody_listens(self):
        """No server is an attempt that failed."""
        self.configure('http://127.0.0.1:9')
        self.assertEqual(self.deliver()['result'], 'retry')


if __name__ == '__main__':
    unittest.main()
