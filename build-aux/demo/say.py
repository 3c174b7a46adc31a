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
the disk and HTTP into PostgreSQL.{polkit} Among them what went wrong just now:

{pages}

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


def pages(found, margin=2):
    """One line for each (what went wrong, address of its page)."""
    width = max(len(title) for title, _ in found)
    return '\n'.join(f'{"":{margin}}{title:{width}}  {url}' for title, url in found)


def welcome(url, n_records, seconds, machine, found):
    commands = ''.join(f'  {DIM}# {why}{PLAIN}\n  {command}\n' for why, command in machine.commands_to_try(url))
    print(WELCOME.format(bold=BOLD, plain=PLAIN, url=url, n=n_records, seconds=seconds, commands=commands, pages=pages(found),
                         polkit='' if machine.is_copy else '\nWithout polkit: only root may opt in here.'), flush=True)


def failure(error):
    print(f'\n{BOLD}The demo failed:{PLAIN} {error}', file=sys.stderr)
    for path in sorted(LOG_DIRECTORY.glob('*.log')):
        lines = path.read_text(errors='replace').splitlines()[-LOG_TAIL_LINES:]
        if lines:
            print(f'--- {path.name}', *lines, sep='\n', file=sys.stderr)
