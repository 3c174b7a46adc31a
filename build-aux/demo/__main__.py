# SPDX-License-Identifier: LGPL-2.1-or-later
"""The demo itself: the whole street on one machine, records sent down it, and the address to look at."""

import argparse
import json
import shutil
import signal
import socket
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'tests'))
import faults  # noqa: E402
import say  # noqa: E402
import senders  # noqa: E402
from machine import Copy, Plain  # noqa: E402

from harness import PrivatePostgres, Server, wait_until  # noqa: E402
from harness.postgres import DURABLE  # noqa: E402

WAIT_SECONDS = 60


class Ended(Exception):
    """Somebody asked us to end."""


def parse_arguments():
    parser = argparse.ArgumentParser(prog='demo')
    parser.add_argument('--build', type=Path, required=True)
    parser.add_argument('--once', action='store_true')
    parser.add_argument('--keep', type=Path)
    parser.add_argument('--port', type=int)
    parser.add_argument('--plain', type=Path, help='directory for everything, when there is no copy of the machine')
    return parser.parse_args()


def pick_port(wanted):
    """The port that was asked for, else 8080, else one that is free."""
    for port in [wanted] if wanted else [8080, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise SystemExit(f'demo: port {wanted} is taken on 127.0.0.1')


def run(options):
    port = pick_port(options.port)
    machine = Plain(options.plain, options.build) if options.plain else Copy()
    directory = options.keep / 'postgres' if options.keep else machine.temporary / 'postgres'
    postgres = PrivatePostgres(directory, cache=options.build / 'postgres-cache', settings=DURABLE)
    server = Server(postgres, port, user=machine.server_user, program=machine.program('telemetrics-server'))
    try:
        with say.step('PostgreSQL, a cluster of its own, reachable by a socket only'):
            postgres.create().start()
        with say.step('telemetrics-server on 127.0.0.1'):
            server.migrate().start()
        with say.step(machine.description):
            machine.start(server.url)
        with say.step('opting in: telemctl opt-in'):
            machine.run('root', [machine.program('telemctl'), 'opt-in'])
        return show(options, machine, postgres, server)
    finally:
        with say.step('ending everything'):
            server.stop()
            postgres.stop()
            machine.stop()


def show(options, machine, postgres, server):
    before = postgres.count()
    start = time.monotonic()
    submitted = 0
    for title, send in senders.ALL:
        with say.step(f'sending: {title}'):
            submitted += send(machine)
    for title, go_wrong, _ in faults.ALL:
        with say.step(f'going wrong: {title}'):
            submitted += go_wrong(machine)
    machine.run('root', [machine.program('telemctl'), 'upload'], check=False)  # else in 15 minutes at the latest
    with say.step('waiting until all of them are in the database'):
        wait_until(lambda: postgres.count() - before >= submitted, f'{submitted} records are stored', WAIT_SECONDS, 0.1)
    seconds = time.monotonic() - start
    stored = postgres.count() - before
    found = [(title, find_page(server.url, classes)) for title, _, classes in faults.ALL]

    if not options.once:
        say.welcome(server.url, submitted, seconds, machine, found)
        while True:
            signal.pause()
    print(say.pages(found))
    return {'submitted': submitted, 'stored': stored, 'url': server.url + '/', 'seconds': round(seconds, 3)}


def find_page(url, classes):
    """The address of the newest record of these classifications, as the dashboard knows it."""
    query = urllib.parse.urlencode({'class': classes, 'limit': 1})
    with urllib.request.urlopen(f'{url}/api/v1/records?{query}', timeout=WAIT_SECONDS) as answer:
        records = json.load(answer)['records']
    if not records:
        raise LookupError(f'the dashboard has no record of {classes}')
    return f'{url}/records/{records[0]["record_id"]}'


def main():
    wishes = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(*_):
        for number in wishes:  # asking once is enough: ending must not be ended
            signal.signal(number, signal.SIG_IGN)
        raise Ended

    for number in wishes:
        signal.signal(number, end)
    options = parse_arguments()
    try:
        return end_with(options)
    finally:
        if options.plain:
            shutil.rmtree(options.plain, ignore_errors=True)


def end_with(options):
    """Run, and say how it ended: the exit code."""
    try:
        result = run(options)
    except Ended:
        print('\nGone, and nothing is left behind.' if not options.keep else '\nGone. The database is kept.')
        return 0
    except Exception as error:  # pylint: disable=broad-except # whatever it is: say it, then show the logs
        say.failure(error)
        return 1
    print(json.dumps(result))
    return 0 if result['submitted'] == result['stored'] else 1


if __name__ == '__main__':
    sys.exit(main())
