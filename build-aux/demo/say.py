# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the demo says, and how it looks."""

import contextlib
import sys
import time

from harness.process import LOG_DIRECTORY

BOLD, DIM, PLAIN = ('\033[1m', '\033[2m', '\033[0m') if sys.stdout.isatty() else ('', '', '')
LOG_TAIL_LINES = 25

WELCOME = '''
{bold}{url}/{plain}

That is the dashboard: {n} records have come down the whole street in {seconds:.1f} s, from the application over the bus,
the disk and HTTP into PostgreSQL.{polkit}

Try next, in another terminal:
{commands}
Ctrl-C ends everything.
'''


@contextlib.contextmanager
def step(title):
    """Print title, and behind it how long it took."""
    print(f'  {title} ', end='', flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(f'{BOLD}not done{PLAIN}', flush=True)
        raise
    print(f'{DIM}{time.monotonic() - start:.1f} s{PLAIN}', flush=True)


def welcome(url, n_records, seconds, machine):
    commands = ''.join(f'  {DIM}# {why}{PLAIN}\n  {command}\n' for why, command in machine.commands_to_try(url))
    print(WELCOME.format(bold=BOLD, plain=PLAIN, url=url, n=n_records, seconds=seconds, commands=commands,
                         polkit='' if machine.has_polkit else '\nWithout polkit: only root may opt in here.'), flush=True)


def failure(error):
    print(f'\n{BOLD}The demo failed:{PLAIN} {error}', file=sys.stderr)
    for path in sorted(LOG_DIRECTORY.glob('*.log')):
        lines = path.read_text(errors='replace').splitlines()[-LOG_TAIL_LINES:]
        if lines:
            print(f'--- {path.name}', *lines, sep='\n', file=sys.stderr)
