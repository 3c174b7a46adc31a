# SPDX-License-Identifier: LGPL-2.1-or-later
"""One program under test, with its output in a file that the runner prints when a test fails."""

import contextlib
import os
import pwd
import signal
import subprocess
import time
from pathlib import Path

LOG_DIRECTORY = Path(os.environ.get('TM_LOGS', '/tmp/logs'))

# Nothing here may ask the desktop of the machine anything.
QUIET_GLIB = {
    'GIO_USE_PROXY_RESOLVER': 'dummy',
    'GIO_USE_VFS': 'local',
    'GSETTINGS_BACKEND': 'memory',
    'G_MESSAGES_DEBUG': '',
}


# For what must come: a machine may be busy, and waiting costs nothing where it does come.
PATIENCE_SECONDS = 60.0


def wait_until(condition, what, seconds=PATIENCE_SECONDS, step=0.02):
    """Wait for condition() to be true and return its value; what: said in the error when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f'not within {seconds} s: {what}')
        time.sleep(step)


def as_user(user, arguments):
    """The command line that runs arguments as user (a name), with the user's own groups and no way back."""
    if pwd.getpwnam(user).pw_uid == os.geteuid():
        return list(arguments)
    entry = pwd.getpwnam(user)
    return ['setpriv', f'--reuid={entry.pw_uid}', f'--regid={entry.pw_gid}', '--init-groups', '--', *arguments]


def environment_of(user, extra=None):
    home = pwd.getpwnam(user).pw_dir
    environment = {'PATH': '/usr/bin:/bin:/usr/sbin:/sbin', 'HOME': home, 'USER': user, 'LANG': 'C.UTF-8', **QUIET_GLIB}
    for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
        if name in os.environ:
            environment[name] = os.environ[name]
    environment.update(extra or {})
    return environment


class Process:
    """A long-running program. Leaving the `with` block ends it and waits until it is gone."""

    def __init__(self, name, arguments, user='root', environment=None, stdin=subprocess.DEVNULL):
        LOG_DIRECTORY.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = LOG_DIRECTORY / f'{name}.log'
        with open(self.log, 'ab') as output:
            self._child = subprocess.Popen(as_user(user, arguments), stdin=stdin, stdout=output, stderr=output,
                                           env=environment_of(user, environment), cwd='/',
                                           start_new_session=True)  # Ctrl-C is for the test, not for it
        self.pid = self._child.pid

    def is_running(self):
        return self._child.poll() is None

    def output(self):
        return self.log.read_text(errors='replace')

    def wait_output(self, text, seconds=PATIENCE_SECONDS):
        """Wait until the program has written text."""
        def seen():
            if text in self.output():
                return True
            if not self.is_running():
                raise RuntimeError(f'{self.name} ended with {self._child.returncode}:\n{self.output()}')
            return False
        wait_until(seen, f'{self.name} says “{text}”', seconds)

    def kill(self, number=signal.SIGKILL):
        if self.is_running():
            self._child.send_signal(number)

    def wait(self, seconds=PATIENCE_SECONDS):
        return self._child.wait(seconds)

    def stop(self, seconds=PATIENCE_SECONDS):
        """Ask it to end; one that does not is killed and reported, because that is a fault of the program."""
        self.kill(signal.SIGTERM)
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self._child.wait()
            raise RuntimeError(f'{self.name} did not end within {seconds} s of SIGTERM') from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def run_as(user, arguments, check=True, seconds=PATIENCE_SECONDS, stdin=None, environment=None):
    """Run a program to its end as user; stdout and stderr are text. check: a non-zero exit raises with the output."""
    result = subprocess.run(as_user(user, arguments), input=stdin, capture_output=True, text=True, timeout=seconds,
                            env=environment_of(user, environment), cwd='/')
    if check and result.returncode != 0:
        raise RuntimeError(f'{arguments} as {user}: exit {result.returncode}\n{result.stdout}{result.stderr}')
    return result


def open_files(pid):
    """What a process has open, as text; what it closes meanwhile is left out."""
    found = []
    for path in Path(f'/proc/{pid}/fd').iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(path.readlink()))
    return found


def processes():
    """All processes of this machine as {pid: command line}, without kernel threads and this one's ancestors."""
    found = {}
    for entry in Path('/proc').iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace').strip()
        except OSError:
            continue
        if line:
            found[int(entry.name)] = line
    for pid in _ancestors(os.getpid()):
        found.pop(pid, None)
    return found


def _ancestors(pid):
    while pid > 0:
        yield pid
        with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as stat:
            pid = int(stat.read().rpartition(')')[2].split()[1])
