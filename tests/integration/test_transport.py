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

from gi.repository import GLib

from doubles.certificates import Authority
from doubles.recording_server import Answer, RecordingServer, reply
from harness import BusError, SystemTest, wait_until
from harness.bus import POST_NAME, memfd
from integration.transport import batch, begin_deliver, cancel, deliver, record


class TransportTest(SystemTest):
    polkit = False

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
        due = int(time.time()) + 600
        server.script(Answer(status=429, headers={'Retry-After': email.utils.formatdate(due, usegmt=True)}))
        seconds = self.deliver()['retry-after']
        self.assertTrue(due - time.time() - 1 <= seconds <= 600, seconds)

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
        self.assertLess(time.monotonic() - began, 15)

    def test_nobody_listens(self):
        """No server is an attempt that failed."""
        self.configure('http://127.0.0.1:9')
        self.assertEqual(self.deliver()['result'], 'retry')

    # Where it goes

    def test_redirects(self):
        """On the same server a POST stays a POST; nothing at all goes to another one."""
        server = self.server()
        with RecordingServer() as other:
            for status in (301, 302, 307, 308):
                with self.subTest(status=status):
                    server.exchanges.clear()
                    server.script(Answer(status=status, headers={'Location': '/moved/here'}))
                    outcome = self.deliver()
                    self.assertEqual((outcome['result'], outcome['url']), ('settled', f'{server.url}/moved/here'))
                    self.assertEqual(server.exchanges[1].line, 'POST /moved/here HTTP/1.1')
                    self.assertEqual(server.exchanges[0].body, server.exchanges[1].body)
                    server.script(Answer(status=status, headers={'Location': f'{other.url}/api/v1/records'}))
                    outcome = self.deliver()
                    self.assertEqual(outcome['result'], 'retry')
                    self.assertIn('not followed', outcome['message'])
            for elsewhere in (f'http://localhost:{server.port}/', f'https://127.0.0.1:{server.port}/', f'//127.0.0.1:{other.port}/',
                              f'http://user@127.0.0.1:{server.port}/', 'file:///etc/passwd', 'http://[', ''):
                with self.subTest(elsewhere=elsewhere):
                    server.script(Answer(status=307, headers={'Location': elsewhere} if elsewhere else {}))
                    self.assertEqual(self.deliver()['result'], 'retry')
            self.assertEqual(other.bytes_arrived(), 0)

    def test_redirect_loop(self):
        """A server that sends one in circles is left after three steps."""
        server = self.server()
        server.default = Answer(status=307, headers={'Location': '/again'})
        self.assertEqual(self.deliver()['result'], 'retry')
        self.assertEqual(len(server.exchanges), 4)

    def test_servers_that_are_not_used(self):
        """What the configuration may not name is refused before anything is sent, with the reason."""
        for url, reason in (('', 'no server'), ('http://192.0.2.1', 'plain http'), ('ftp://127.0.0.1', 'server'), ('nonsense', 'server'),
                            ('https://', ''), ('https://user:pass@127.0.0.1', 'token_file'), ('https://127.0.0.1/?a=b', '?')):
            with self.subTest(url=url):
                self.configure(url)
                outcome = self.deliver()
                self.assertEqual(outcome['result'], 'unconfigured')
                self.assertIn(reason, outcome['message'])
                self.assertEqual(self.root.get('Transport', 'Endpoint'), '')

    # TLS

    def authority(self, name='authority'):
        directory = tempfile.TemporaryDirectory(dir='/etc', prefix='tls-')  # pylint: disable=consider-using-with
        self.addCleanup(directory.cleanup)
        os.chmod(directory.name, 0o755)
        return Authority(directory.name, name)

    def test_tls(self):
        """With the authority that is configured, records travel; more of them on one connection."""
        authority = self.authority()
        server = self.server(f'cainfo={authority.certificate}', certificate=authority.issue('server'))
        self.assertEqual([self.deliver()['result'] for _ in range(3)], ['settled'] * 3)
        self.assertEqual({exchange.connection for exchange in server.exchanges}, {1})

    def test_bad_tls(self):
        """Not one byte of HTTP reaches a server that cannot prove who it is."""
        good, bad = self.authority(), self.authority('another authority')
        cases = {'the system does not know it': ('', good.issue('unknown')),
                 'another authority': (f'cainfo={good.certificate}', bad.issue('other')),
                 'another name': (f'cainfo={good.certificate}', good.issue('name', alternative='DNS:example.org')),
                 'expired': (f'cainfo={good.certificate}', good.issue('expired', days=-1))}
        for name, (settings, certificate) in cases.items():
            with self.subTest(name=name):
                server = self.server(settings, certificate=certificate)
                outcome = self.deliver()
                self.assertEqual(outcome['result'], 'retry')
                self.assertIn('certificate', outcome['message'])
                self.assertEqual(server.exchanges, [])

    def test_client_certificate(self):
        """A server that asks who we are gets the configured certificate."""
        authority = self.authority()
        certificate, key = authority.issue('machine', usage='clientAuth')
        self.server(f'cainfo={authority.certificate}', f'client_certificate={certificate}\nclient_key={key}',
                    certificate=authority.issue('server'), client_authority=authority.certificate)
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_credentials_that_cannot_be_read(self):
        """A pin, token or certificate that was asked for and is not there stops everything."""
        for settings, more in (('cainfo=/nowhere.pem', ''), ('', 'token_file=/nowhere'), ('', 'client_certificate=/etc/passwd'),
                               ('tidheader=no colon', '')):
            with self.subTest(settings=settings + more):
                server = self.server(settings, more)
                self.assertEqual(self.deliver()['result'], 'unconfigured')
                self.assertEqual(server.bytes_arrived(), 0)

    # Stopping

    def stop_in_the_middle(self, server, stop, body_size=24_000_000):
        """Begin a transfer that the server reads only in part, stop it, and see that nothing more arrives."""
        gate = threading.Event()
        self.addCleanup(gate.set)
        server.script(Answer(read_gate=gate))
        batch_id, body = batch([record(payload=os.urandom(body_size // 2).hex())])
        call = begin_deliver(self.root, batch_id, body)
        server.wait_bytes(20_000)
        time.sleep(0.2)  # until the buffers of both kernels are full and the sender waits
        before = server.bytes_arrived()
        stop()
        arrived = server.bytes_arrived()
        gate.set()  # a sender's kernel that still had something would send it now
        time.sleep(0.5)
        self.assertEqual(server.bytes_arrived(), arrived)
        self.assertGreater(before, 10_000)
        self.assertLess(arrived, body_size // 4)
        self.assertFalse(server.exchanges[0].complete)
        return call

    def test_cancel(self):
        """After the reply to Cancel not one byte more arrives, whatever the kernel had still to send."""
        server = self.server()
        call = self.stop_in_the_middle(server, lambda: cancel(self.root))
        self.assertEqual(self.root.finish(call)[0]['result'], 'cancelled')
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_cancel_tls(self):
        """The same inside TLS: not even its good-bye."""
        authority = self.authority()
        server = self.server(f'cainfo={authority.certificate}', certificate=authority.issue('server'))
        call = self.stop_in_the_middle(server, lambda: cancel(self.root))
        self.assertEqual(self.root.finish(call)[0]['result'], 'cancelled')

    def test_cancel_while_the_answer_is_awaited(self):
        """Cancel does not wait for a server that is silent."""
        server = self.server()
        server.script(Answer(delay=30))
        call = begin_deliver(self.root, *batch([record()]))
        server.wait_exchanges(1)
        began = time.monotonic()
        cancel(self.root)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.root.finish(call)[0]['result'], 'cancelled')

    def test_cancel_without_a_transfer(self):
        """Nothing to stop is not an error, and what comes next works."""
        self.server()
        cancel(self.root)
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_cancel_at_any_moment(self):
        """Cancel right after Deliver, at every early moment: there is an outcome, and the next transfer works."""
        self.server()
        for step in range(30):
            call = begin_deliver(self.root, *batch([record(payload='x' * 100_000)]))
            time.sleep(step * 0.0005)
            cancel(self.root)
            self.assertIn(self.root.finish(call)[0]['result'], ('cancelled', 'settled'))
        self.assertEqual(self.deliver()['result'], 'settled')

    def test_caller_leaves(self):
        """Nobody is there for the outcome any more: the transfer stops, and the next one is not Busy for long."""
        server = self.server()

        def leave():
            self.system.close_callers()
            wait_until(lambda: any(isinstance(error, ConnectionResetError) for error in server.errors) or
                       self.busy_no_more(), 'the transfer has been stopped')
        self.stop_in_the_middle(server, leave)

    def busy_no_more(self):
        self.root = self.system.caller('root')
        cancel(self.root)
        return True

    def test_terminate(self):
        """SIGTERM in the middle of a transfer: it ends at once, and the next call starts it again."""
        server = self.server()
        server.script(Answer(delay=30))
        call = begin_deliver(self.root, *batch([record()]))
        server.wait_exchanges(1)
        self.system.stop_services()
        with self.assertRaises(BusError):
            self.root.finish(call)
        self.assertEqual(self.deliver()['result'], 'settled')

    # The door

    def test_one_at_a_time(self):
        """A second transfer is Busy while the first runs."""
        server = self.server()
        gate = threading.Event()
        self.addCleanup(gate.set)
        server.script(Answer(read_gate=gate))
        first = begin_deliver(self.root, *batch([record()]))
        wait_until(lambda: server.exchanges, 'the first has begun')
        with self.assertRaises(BusError) as caught:
            self.deliver()
        self.assertEqual(caught.exception.short, 'Busy')
        gate.set()
        self.assertEqual(self.root.finish(first)[0]['result'], 'settled')
        self.assertEqual(len(server.exchanges), 1)

    def test_who_may_call(self):
        """Ordinary users may not; the bus says so, and the service would."""
        self.server()
        with self.assertRaises(BusError) as caught:
            deliver(self.system.caller('alice'), *batch([record()]))
        self.assertEqual(caught.exception.name, 'org.freedesktop.DBus.Error.AccessDenied')

    def test_second_lock(self):
        """Without the bus policy an ordinary user is still refused, and root is not."""
        open_policy = '/etc/dbus-1/system.d/test-open.conf'
        with open(open_policy, 'w', encoding='utf-8') as policy:
            policy.write('<busconfig><policy user="alice"><allow send_destination="org.telemetrics.TelemetryPost1"/></policy></busconfig>')
        self.addCleanup(lambda: self.system.caller('root').bus_call('ReloadConfig'))
        self.addCleanup(os.unlink, open_policy)
        self.root.bus_call('ReloadConfig')
        server = self.server()
        alice = self.system.caller('alice')
        for call in (lambda: deliver(alice, *batch([record()])), lambda: cancel(alice),
                     lambda: alice.invoke('Transport', 'WaitOnline')):
            with self.assertRaises(BusError) as caught:
                call()
            self.assertEqual(caught.exception.name, 'org.freedesktop.DBus.Error.AccessDenied')
            self.assertIn('may not use', caught.exception.message)
        self.assertEqual(server.bytes_arrived(), 0)
        self.assertEqual(deliver(self.system.caller('telemetry'), *batch([record()]))['result'], 'settled')

    def test_bodies_that_are_not_taken(self):
        """Only a sealed memfd within the limit is sent."""
        server = self.server()
        read_end, write_end = os.pipe()
        partly = memfd(b'{}', sealed=False)
        fcntl.fcntl(partly, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW)
        huge = os.memfd_create('huge', os.MFD_ALLOW_SEALING)
        os.ftruncate(huge, 32 * 1024 * 1024 + 1)
        fcntl.fcntl(huge, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
        cases = (('unsealed', memfd(b'{}', sealed=False), 'NotSealed'), ('partly', partly, 'NotSealed'), ('pipe', read_end, 'NotSealed'),
                 ('file', os.open('/etc/passwd', os.O_RDONLY), 'NotSealed'), ('too large', huge, 'TooLarge'))
        for name, descriptor, error in cases:
            with self.subTest(name=name), self.assertRaises(BusError) as caught:
                deliver(self.root, str(uuid.uuid4()), descriptor)
            self.assertEqual(caught.exception.short, error, name)
            os.close(descriptor)
        os.close(write_end)
        self.assertEqual(server.bytes_arrived(), 0)

    def test_arguments_that_are_not_taken(self):
        """Every argument is checked, and the message names it."""
        self.server()
        cases = (('batch_id', 'not-a-uuid', {}), ('batch_id', 'A' * 36, {}), ('timeout', None, {'timeout': GLib.Variant('u', 0)}),
                 ('timeout', None, {'timeout': GLib.Variant('u', 3601)}), ('timeout', None, {'timeout': GLib.Variant('s', '1')}),
                 ('urgent', None, {'urgent': GLib.Variant('u', 1)}), ('url', None, {'url': GLib.Variant('s', 'http://evil.example')}))
        for name, batch_id, options in cases:
            with self.subTest(name=name, options=options), self.assertRaises(BusError) as caught:
                self.root.finish(begin_deliver(self.root, batch_id or str(uuid.uuid4()), b'{}', **options))
            self.assertEqual(caught.exception.short, 'InvalidFields')
            self.assertIn(name, caught.exception.message)

    # Life

    def test_large_body(self):
        """The largest body there may be travels, and is compressed."""
        server = self.server()
        payload = 'x' * (32 * 1024 * 1024 - 4096)
        outcome = deliver(self.root, *batch([record(payload=payload)]))
        self.assertEqual(outcome['result'], 'settled')
        self.assertEqual(server.exchanges[0].json()['records'][0]['payload'], payload)
        self.assertLess(outcome['bytes'], 1_000_000)

    def test_exits_when_idle(self):
        """Ten seconds after the last transfer the process is gone; the next call starts it again."""
        self.server()
        self.deliver()
        self.assertTrue(self.system.telempostd_pid())
        wait_until(lambda: not self.system.telempostd_pid(), 'it has left the bus')
        self.assertEqual(self.deliver()['result'], 'settled')


if __name__ == '__main__':
    unittest.main()
