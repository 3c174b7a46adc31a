# SPDX-License-Identifier: LGPL-2.1-or-later
"""The private machine of a test: the real bus daemon and polkitd, and our unmodified services by bus activation.

    system = System()
    system.start()
    root, alice = system.caller('root'), system.caller('alice', session='active')
    ...
    system.stop()        # also asserts that nothing is left over

Only for use in the sandbox: it writes to /etc, /run and /var.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from harness import sessions
from harness.bus import BUS_NAME, MANAGER_NAME, POST_NAME, BusError, Caller
from harness.process import LOG_DIRECTORY, Process, processes, wait_until

STATE = Path('/var/lib/telemetrics')
RUNTIME = Path('/run/telemetrics')
CONFIGURATION = Path('/etc/telemetrics/telemetrics.conf.d')
TEST_RULES = Path('/etc/polkit-1/rules.d/10-test.rules')
SERVICES = ('telemprobd', 'telempostd')
COMPLAINT = re.compile(r'CRITICAL \*\*|ERROR \*\*|runtime error:|(Address|Leak|Thread)Sanitizer|'
                       r'Rejected send message.* sender="[^"]*" \(uid=\d+ pid=\d+ comm="/usr/libexec/telem')


class System:
    def __init__(self):
        if os.uname().nodename != 'sandbox':
            raise RuntimeError('System writes to real paths: run the test through tests/harness/run')
        self._bus = self._polkit = self._watcher = None
        self._callers = {}

    # Life

    def start(self, polkit=True):
        sessions.prepare()
        self._bus = Process('bus', ['dbus-daemon', '--system', '--nofork', '--nopidfile', '--nosyslog', '--print-address'])
        self._bus.wait_output('unix:')
        self._watcher = Caller('root')
        if polkit:
            self.start_polkit()

    def start_polkit(self):
        self._polkit = Process('polkit', ['/usr/lib/polkit-1/polkitd'])
        wait_until(lambda: self.owner_pid('org.freedesktop.PolicyKit1'), 'polkitd is on the bus')

    def stop_polkit(self):
        self._polkit.stop()
        self._polkit = None

    def stop(self, alone=True):
        """End everything in the order of a shutdown; fails when a program hangs or leaves a process behind.

        alone: nothing else may run on this machine then.
        """
        if not self._bus:
            return
        self.stop_services()
        self.close_callers()
        if self._polkit:
            self.stop_polkit()
        self._watcher.close()
        self._bus.stop()
        self._bus = None
        self._assert_no_complaint()
        if not alone:
            return
        left = wait_until(lambda: not processes() and 'nothing', f'no process is left (seen: {processes()})')
        assert left == 'nothing'

    def _assert_no_complaint(self):
        """No service has broken a rule of its own code, nor of a sanitizer, nor said what the bus does not let it say."""
        lines = [line for line in self.log().splitlines() if COMPLAINT.search(line)]
        assert not lines, '\n'.join(lines)

    def reset(self):
        """As freshly installed and never opted in, with the bus and polkit still up: for the next test."""
        self.stop_services()
        self.close_callers()
        if TEST_RULES.exists():
            self._wait_rules_read(TEST_RULES.unlink)
        self.forget()
        sessions.prepare()

    @staticmethod
    def forget():
        """Remove what our services know and keep; none of them may run."""
        for directory in (STATE, RUNTIME, Path('/var/lib/telemetry-post'), Path('/var/lib/telemetrics-post'),
                          Path('/etc/telemetrics')):
            shutil.rmtree(directory, ignore_errors=True)
        for configuration in Path('/usr/lib/tmpfiles.d').glob('telemetrics*.conf'):
            subprocess.run(['systemd-tmpfiles', '--create', configuration], check=True)

    # Our services

    def owner_pid(self, bus_name):
        """The process that owns bus_name, or 0; starts nothing."""
        try:
            return self._watcher.bus_call('GetConnectionUnixProcessID', '(s)', bus_name)
        except BusError:
            return 0

    def telemprobd_pid(self):
        return self.owner_pid(BUS_NAME)

    def telempostd_pid(self):
        return self.owner_pid(POST_NAME)

    def stop_services(self):
        """SIGTERM to what of ours runs; each must be gone within the time that systemd would give it here."""
        wait_until(self._end_services, 'no service is left')

    def _end_services(self):
        """True if none is left. One that the bus had started for the other name waits, and serves when the first has ended.

        It gets no signal before it has its name: the bus would wait for that, and all calls with it.
        """
        for name in (BUS_NAME, POST_NAME):
            pid = self.owner_pid(name)
            if pid:
                with contextlib.suppress(ProcessLookupError):  # it was just leaving
                    os.kill(pid, signal.SIGTERM)
                wait_until(lambda pid=pid: not Path(f'/proc/{pid}').exists(), f'{name} ends after SIGTERM')
        return not any(Path(line.split()[0]).name in SERVICES for line in processes().values())

    def kill(self, bus_name, number=signal.SIGKILL):
        """Kill the owner of bus_name and wait until the bus has noticed. False: nobody owned it."""
        pid = self.owner_pid(bus_name)
        if not pid:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        wait_until(lambda: self.owner_pid(bus_name) != pid, f'{bus_name} is gone')
        return True

    # Its people

    def caller(self, user='root', session=None):
        """A bus connection of user, the same one each time. session: None, 'active', 'inactive' or 'remote'."""
        if (user, session) not in self._callers:
            self._callers[user, session] = self.new_caller(user, session)
        return self._callers[user, session]

    def new_caller(self, user='root', session=None):
        """One more connection of user; the test closes it."""
        caller = Caller(user)
        if session:
            sessions.enter(caller.pid, user, sessions.open_session(user, session))
        return caller

    def close_callers(self):
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()

    def opt_in(self):
        self.caller('root').set_enabled(True)

    # Its settings

    def configure(self, text, name='50-test.conf'):
        """A telemetrics.conf.d file; running services are stopped, so that the next call reads it."""
        CONFIGURATION.mkdir(parents=True, exist_ok=True)
        (CONFIGURATION / name).write_text(text)
        self.stop_services()

    def polkit_rules(self, text):
        """JavaScript rules, in force when this returns (polkitd notices the file by itself)."""
        new = TEST_RULES.with_suffix('.new')
        new.write_text(text)
        self._wait_rules_read(lambda: new.rename(TEST_RULES))  # a file written in place would be read empty first

    def _wait_rules_read(self, change):
        seen = self._polkit.output().count('Finished loading')
        change()
        wait_until(lambda: self._polkit.output().count('Finished loading') > seen, 'polkitd has read the rules')

    # What it holds

    def log(self, name='bus'):
        """What a program wrote; services that the bus started write into the log of the bus."""
        return (LOG_DIRECTORY / f'{name}.log').read_text(errors='replace')

    def active_categories(self):
        """The lines of the file that the library looks at: what is active, or [] for off. systemd's marks say the same."""
        path, marks = RUNTIME / 'active', RUNTIME / 'active.d'
        active = path.read_text().split() if path.exists() else []
        assert sorted(active) == (sorted(mark.name for mark in marks.iterdir()) if marks.exists() else [])
        return active

    def names(self):
        """MANAGER_NAME and the others, for tests that kill."""
        return {'telemprobd': BUS_NAME, 'manager': MANAGER_NAME, 'telempostd': POST_NAME}
