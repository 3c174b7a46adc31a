# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program telemetrics-server: command line, configuration, schema, life and death."""

import os
import re
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

from backend import SERVER, Backend, batch, record
from harness.postgres import PrivatePostgres
from harness.process import Process, run_as, wait_until

SQL = Path(os.environ['TM_SOURCE']) / 'backend' / 'db' / 'sql'
STEPS = sorted(path for path in SQL.glob('[0-9][0-9][0-9]-*.sql'))


def run(*arguments, **environment):
    return subprocess.run([SERVER, *arguments], capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment})


class CommandLine(unittest.TestCase):
    def test_help_and_version(self):
        """--help and --version go to standard output and end with 0."""
        result = run('--help')
        self.assertEqual(result.returncode, 0)
        for word in ('serve', 'migrate', '--role', '--listen', '--config'):
            self.assertIn(word, result.stdout)
        result = run('--version')
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r'^telemetrics-server \d+\.\d+\.\d+\n$')

    def test_usage(self):
        """Wrong usage ends with 2 and says what is accepted."""
        for arguments in ([], ['nonsense'], ['serve', 'more'], ['serve', '--role=x'], ['--nonsense'], ['seed-demo']):
            with self.subTest(arguments=arguments):
                result = run(*arguments)
                self.assertEqual((result.returncode, result.stdout), (2, ''))
                self.assertIn('telemetrics-server:', result.stderr)

    def test_failures(self):
        """What cannot be done ends with 1 and its reason."""
        for arguments, word in ((['serve', '--listen', 'nowhere'], 'nowhere'), (['serve', '--config', '/none'], '/none'),
                                (['serve', '--listen', '127.0.0.1:99999'], '65535')):
            with self.subTest(arguments=arguments):
                result = run(*arguments)
                self.assertEqual(result.returncode, 1)
                self.assertIn(word, result.stderr)
        result = run('migrate', PGHOST='/nowhere')
        self.assertEqual(result.returncode, 1)
        self.assertIn('cannot reach the database', result.stderr)

    def test_configuration(self):
        """A bad value is named with file, key and range; the environment goes over the file."""
        path = Path('/tmp/server.conf')
        path.write_text('[server]\nlisten=127.0.0.1:0\n[collector]\nworkers=99\nwrkers=2\n[http]\ntrust_forwarded=yes\n', encoding='utf-8')
        server = Process('configured', [SERVER, 'serve', '--config', str(path)], environment={'TELEMETRICS_SERVER_LISTEN': 'unix:/tmp/server.sock',
                                                                                             'TELEMETRICS_SERVER_READERS': 'x'})
        server.wait_output('listening on unix:/tmp/server.sock')
        for words in (f'{path}: [collector] workers=99: accepted is a number from 2 to 8', '[collector] wrkers: no such key',
                      'trust_forwarded=yes: accepted is true or false', 'TELEMETRICS_SERVER_READERS=x'):
            self.assertIn(words, server.output())
        server.stop()


class Schema(unittest.TestCase):
    def setUp(self):
        self.postgres = self.enterContext(PrivatePostgres())

    def migrate(self):
        return run_as('root', [SERVER, 'migrate'], environment=self.postgres.environment()).stdout

    def describe(self):
        """Every column, index and function, so that two ways to a schema can be compared."""
        return self.postgres.query(r"""
            select 'column', table_name, column_name, data_type, is_nullable, coalesce (column_default, '')
            from information_schema.columns where table_schema = 'public' and table_name !~ '_\d{8}$'
            union all select 'index', tablename, indexname, indexdef, '', '' from pg_indexes
            where schemaname = 'public' and tablename !~ '_\d{8}$'
            union all select 'function', proname, pg_get_functiondef (oid), '', '', '' from pg_proc
            where pronamespace = 'public'::regnamespace order by 1, 2, 3""")

    def test_from_every_version(self):
        """From empty and from each earlier version, with data in it, the same schema comes out and the data stays."""
        self.migrate()
        expected = self.describe()
        for version in range(1, len(STEPS)):
            with self.subTest(version=version):
                self.postgres.query('drop database telemetrics', database='postgres')
                self.postgres.query('create database telemetrics owner telemetrics', database='postgres')
                self.postgres.query("""create table schema_step (version int primary key, name text not null,
                                       taken_at timestamptz not null default now ())""", user='telemetrics')
                for number, step in enumerate(STEPS[:version], 1):
                    self.postgres.query(step.read_text(encoding='utf-8'), user='telemetrics')
                    self.postgres.query(f"insert into schema_step values ({number}, '{step.name}')", user='telemetrics')
                self.postgres.query("""select partitions_make ('2026-11-01', '2026-11-02');
                    insert into class (name) values ('org.example/old/one');
                    insert into machine (machine_id) values (decode (repeat ('ab', 16), 'hex'));
                    insert into record values (record_id_of_day ('2026-11-01'), gen_random_uuid (), null, 1, null, now (), now (),
                                               0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0);
                    insert into record_payload values (record_id_of_day ('2026-11-01'), 0, 'old')""", user='telemetrics')
                self.assertIn(f'({len(STEPS) - version} steps taken)', self.migrate())
                self.assertEqual(self.describe(), expected)
                self.assertEqual(self.postgres.query("""select name, severity, convert_from (body, 'UTF8') from record
                    join record_payload using (record_id) join class using (class_pk)"""), [['org.example/old/one', '2', 'old']])

    def test_all_at_once(self):
        """Six servers that migrate at once take each step once."""
        processes = [subprocess.Popen([SERVER, 'migrate'], env={**os.environ, **self.postgres.environment()},
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
        outputs = [process.communicate(timeout=120) for process in processes]
        self.assertEqual([process.returncode for process in processes], [0] * 6, outputs)
        taken = [int(re.search(r'\((\d+) steps', output).group(1)) for output, _ in outputs]
        self.assertEqual(sum(taken), len(STEPS))
        self.assertEqual(self.postgres.count('schema_step'), len(STEPS))

    def test_newer_schema(self):
        """An older program leaves a newer schema alone."""
        self.migrate()
        self.postgres.query("insert into schema_step values (999, 'future')")
        result = run('migrate', **self.postgres.environment())
        self.assertEqual(result.returncode, 1)
        self.assertIn('999', result.stderr)

    def test_partitions(self):
        """There is a partition for every day that is accepted and three days ahead; making them again makes none."""
        began = time.time()
        self.migrate()
        days = self.postgres.query("select count (*), max (relname) from pg_class where relname ~ '^record_[0-9]{8}$' and relkind = 'r'")[0]
        self.assertEqual(int(days[0]), 36 + 1 + 3)
        last = {time.strftime('record_%Y%m%d', time.gmtime(then + 3 * 86400)) for then in (began, time.time())}
        self.assertIn(days[1], last)  # two around midnight
        self.assertEqual(self.postgres.query('select partitions_make (current_date - 3, current_date)')[0][0], '0')


class Life(unittest.TestCase):
    def test_without_schema(self):
        """Without a schema the server runs, says what to do, and works as soon as it is there."""
        with PrivatePostgres() as postgres:
            backend = Backend(patience_seconds=0)
            backend.postgres = postgres
            backend.start()
            try:
                self.assertEqual(backend.request('GET', '/healthz').status, 200)
                answer = backend.request('GET', '/readyz')
                self.assertEqual(answer.status, 503)
                self.assertIn('telemetrics-server migrate', answer.message)
                self.assertEqual(backend.post(batch([record()])).status, 503)
                backend.process.wait_output('run “telemetrics-server migrate”')
                for path in ('/', '/records', '/api/v1/records'):
                    answer = backend.request('GET', path)
                    self.assertEqual(answer.status, 503)
                    self.assertIn('telemetrics-server migrate', answer.body.decode())
                backend.migrate()
                self.assertEqual(backend.request('GET', '/readyz').status, 200)
                self.assertEqual(backend.post(batch([record()])).outcomes, ['accepted'])
            finally:
                backend.stop()

    def test_schema_of_the_future(self):
        """On a newer schema the server takes nothing, and does not send people to a migration that cannot help."""
        with Backend(patience_seconds=0) as backend:
            backend.query("insert into schema_step values (999, 'future')")
            backend.stop()
            backend.start()
            self.assertEqual(backend.post(batch([record()])).status, 503)
            self.assertIn('a newer telemetrics-server is needed', backend.request('GET', '/readyz').message)
            self.assertNotIn('migrate', backend.process.output())

    def test_database_away(self):
        """A short absence is waited out; a long one is a 503 with Retry-After; afterwards all is well by itself."""
        with Backend(patience_seconds=1) as backend:
            backend.post(batch([record()]))
            backend.postgres.stop()
            answer = backend.post(batch([record()]))
            self.assertEqual((answer.status, answer.headers['Retry-After']), (503, '10'))
            self.assertEqual(backend.request('GET', '/readyz').status, 503)
            backend.postgres.start()
            wait_until(lambda: backend.request('GET', '/readyz').status == 200, 'it is ready again')
            self.assertEqual(backend.post(batch([record()])).outcomes, ['accepted'])

        with Backend(patience_seconds=60) as backend:
            backend.post(batch([record()]))
            backend.postgres.stop()
            answers = []
            thread = threading.Thread(target=lambda: answers.append(backend.post(batch([record()]))))
            thread.start()
            time.sleep(0.3)
            backend.postgres.start()
            thread.join()
            self.assertEqual(answers[0].outcomes, ['accepted'])
            self.assertEqual(backend.request('GET', '/readyz').status, 200)

    def test_queue_full(self):
        """When too many batches wait, further ones get 503 at once."""
        with Backend(patience_seconds=60, queue_batches=2) as backend:
            backend.postgres.stop()
            answers = []
            threads = [threading.Thread(target=lambda: answers.append(backend.post(batch([record() for _ in range(100)]))))
                       for _ in range(12)]
            for thread in threads:
                thread.start()
                time.sleep(0.05)
            wait_until(lambda: any('waiting' in answer.message for answer in answers), 'a batch is refused')
            backend.postgres.start()
            for thread in threads:
                thread.join()
            self.assertEqual({answer.status for answer in answers}, {200, 503})
            accepted = sum(len(answer.json['results']) for answer in answers if answer.status == 200)
            self.assertEqual(backend.count(), accepted)

    def test_graceful_stop(self):
        """SIGTERM: what is in flight is answered and committed, then the server ends with 0."""
        with Backend(linger_msec=1000) as backend:
            answers, threads = [], []

            def is_in_flight():
                if not any(thread.is_alive() for thread in threads):  # the first, or this machine has slept through the second
                    threads.append(threading.Thread(target=lambda: answers.append(backend.post(batch([record()])))))
                    threads[-1].start()
                return b'in_flight 2' in backend.request('GET', '/metrics').body
            wait_until(is_in_flight, 'the request is in flight')
            process = backend.process
            backend.stop()
            for thread in threads:
                thread.join()
            self.assertEqual([answer.outcomes for answer in answers], [['accepted']] * len(threads))
            self.assertEqual(process.wait(), 0)
            self.assertEqual(backend.count(), len(threads))

    def test_descriptors(self):
        """With more clients than descriptors the server neither spins nor fails; afterwards it answers as before."""
        with Backend() as backend:
            process = Process('few', ['prlimit', '--nofile=160:160', SERVER, 'serve', '--listen', '127.0.0.1:0'],
                              environment=backend.postgres.environment())
            process.wait_output('listening on')
            own, backend.port = backend.port, int(re.search(r':(\d+)/', process.output()).group(1))
            clients = [socket.create_connection(('127.0.0.1', backend.port), timeout=60) for _ in range(300)]

            def ticks():
                return sum(map(int, Path(f'/proc/{process.pid}/stat').read_text(encoding='ascii').split()[13:15]))

            def is_quiet():  # once it has taken those that it can take
                before = ticks()
                time.sleep(0.5)
                return ticks() - before < 10
            wait_until(is_quiet, 'it does not spin')
            for client in clients:
                client.close()
            self.assertEqual(wait_until(lambda: backend.request('GET', '/readyz'), 'it answers').status, 200)
            self.assertEqual(backend.post(batch([record()])).status, 200)
            self.assertNotIn('Too many open files', process.output())
            backend.port = own
            process.stop()

    def test_roles(self):
        """The collector has no pages, the UI takes no records; both are well."""
        with Backend() as backend:
            for role, post, page in (('collector', 200, 404), ('ui', 405, 200)):
                process = Process(f'role-{role}', [SERVER, 'serve', f'--role={role}', '--listen', '127.0.0.1:0'],
                                  environment=backend.postgres.environment())
                process.wait_output('listening on')
                own, backend.port = backend.port, int(re.search(r':(\d+)/', process.output()).group(1))
                self.assertEqual(backend.post(batch([record()])).status, post)
                self.assertEqual(backend.request('GET', '/').status, page)
                self.assertEqual(backend.request('GET', '/readyz').status, 200)
                backend.port = own
                process.stop()

    def test_unix_socket(self):
        """It listens on a Unix socket, takes one over that a killed server has left, and answers HTTP/1.0 there."""
        with Backend() as backend:
            path = '/tmp/http.sock'
            for number in range(2):
                process = Process(f'unix-{number}', [SERVER, 'serve', '--listen', f'unix:{path}'], environment=backend.postgres.environment())
                process.wait_output('listening on')
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o666)
                for version in ('1.0', '1.1'):
                    with socket.socket(socket.AF_UNIX) as client:
                        client.connect(path)
                        client.sendall(f'GET /readyz HTTP/{version}\r\nHost: a\r\nConnection: close\r\n\r\n'.encode())
                        self.assertIn(b' 200 ', client.recv(4096)[:20])
                if number == 0:
                    process.kill()
                    process.wait()
            process.stop()

    def test_socket_activation(self):
        """A listening socket handed over by systemd is used instead of the configured address."""
        with Backend() as backend, socket.create_server(('127.0.0.1', 0)) as listener:
            code = 'import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid())); ' \
                   'os.execv(sys.argv[2], sys.argv[2:])'
            with subprocess.Popen(['/usr/bin/python3', '-c', code, str(listener.fileno()), SERVER, 'serve'], pass_fds=[listener.fileno()],
                                  env={**os.environ, **backend.postgres.environment()}, stdout=subprocess.PIPE, text=True) as server:
                self.assertIn(str(listener.getsockname()[1]), server.stdout.readline())
                backend.port, own = listener.getsockname()[1], backend.port
                self.assertEqual(backend.request('GET', '/readyz').status, 200)
                server.terminate()
                self.assertEqual(server.wait(60), 0)
                backend.port = own


if __name__ == '__main__':
    unittest.main()
