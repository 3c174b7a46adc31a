# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the demo runs: in a disposable copy of the machine, or, where none can be made, in one directory as root.

The copy has the real paths, its own users, the real bus policy and polkit. Without it everything stands below a directory
that TELEMETRICS_ROOT puts in front of all paths; there is no polkit then, and root needs none.
"""

import os
import shutil
import subprocess
from pathlib import Path

from harness import Process, System
from harness.process import run_as

CONFIGURATION = '[settings]\nserver={url}\n'

PLAIN_BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={root}/run/bus</listen><auth>EXTERNAL</auth>
<servicedir>{root}/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
'''


class Copy:
    """A copy of the machine; this program already runs in it."""

    description = 'system bus and polkit, in a copy of this machine'
    is_copy = True
    people = ('alice', 'bob')
    server_user = 'telemetrics-server'
    temporary = Path('/tmp')

    def __init__(self):
        self._system = System()

    def program(self, name):
        return f'/usr/bin/{name}'

    def probe(self, name):
        return f'/usr/libexec/telemetrics/{name}'

    def start(self, server_url):
        self._system.start()
        self._system.configure(CONFIGURATION.format(url=server_url), '50-demo.conf')

    def run(self, user, arguments, check=True):
        return run_as(user, arguments, check)

    def stop(self):
        self._system.stop(alone=False)

    def commands_to_try(self, url):
        inside = f'{"sudo " if shutil.which("sudo") else ""}nsenter --target {_first_process()} --mount --pid --ipc --uts --'
        return [
            ('what this machine knows about itself and its consent', f'{inside} telemctl status'),
            ('send a record of your own, then look at the dashboard',
             f'{inside} telem-record-gen -c demo/shell/hello -s 3 -p "it works"'),
            ('a shell inside, to write a probe of your own (docs/writing-a-probe.md)', f'{inside} bash'),
            ('say no: from the answer on, not one byte leaves', f'{inside} telemctl opt-out'),
            ('the same records for a program', f'curl -s {url}/api/v1/records | jq .'),
        ]


class Plain:
    """Everything below root, run by root."""

    description = 'a private bus below one directory, without polkit'
    is_copy = False
    people = ('root', 'root')
    server_user = 'nobody'

    def __init__(self, root, build):
        self._root, self._build = root, build
        self._bus = None
        self.temporary = root
        root.chmod(0o755)
        subprocess.run(['/usr/bin/meson', 'install', '--no-rebuild', '--quiet', '-C', build, '--destdir', root], check=True,
                       stdout=subprocess.DEVNULL)
        libraries = next(root.glob('usr/lib/*/libtelemetry.so*'), root / 'usr/lib/libtelemetry.so').parent
        self.environment = {
            'TELEMETRICS_ROOT': str(root),
            'DBUS_SYSTEM_BUS_ADDRESS': f'unix:path={root}/run/bus',
            'LD_LIBRARY_PATH': str(libraries),
            'GI_TYPELIB_PATH': str(libraries / 'girepository-1.0'),
            'PKG_CONFIG_PATH': str(libraries / 'pkgconfig'),
            'PKG_CONFIG_SYSROOT_DIR': str(root),
        }

    def program(self, name):
        return str(self._root / 'usr/bin' / name)

    def probe(self, name):
        return str(self._root / 'usr/libexec/telemetrics' / name)

    def start(self, server_url):
        for directory in ('run/telemetrics', 'var/lib/telemetrics', 'services', 'etc/telemetrics/telemetrics.conf.d'):
            (self._root / directory).mkdir(parents=True, exist_ok=True)
        (self._root / 'etc/telemetrics/telemetrics.conf.d/50-demo.conf').write_text(CONFIGURATION.format(url=server_url))
        for service in (self._root / 'usr/share/dbus-1/system-services').glob('*.service'):
            self._write_service(service)
        configuration = self._root / 'bus.conf'
        configuration.write_text(PLAIN_BUS.format(root=self._root))
        arguments = ['dbus-daemon', f'--config-file={configuration}', '--nofork', '--nopidfile', '--nosyslog', '--print-address']
        self._bus = Process('bus', arguments, environment=self.environment)
        self._bus.wait_output('unix:')

    def _write_service(self, service):
        """Our activation file, for the programs of this directory, which run as whoever runs the bus."""
        lines = []
        for line in service.read_text().splitlines():
            key, _, value = line.partition('=')
            if key == 'Exec':
                line = f'Exec={self._root}{value}'
            if key not in ('User', 'SystemdService'):
                lines.append(line)
        (self._root / 'services' / service.name).write_text('\n'.join(lines) + '\n')

    def run(self, user, arguments, check=True):
        return run_as(user, arguments, check, environment=self.environment)

    def stop(self):
        """The services end with the bus: they have nobody to serve then."""
        if self._bus:
            self._bus.stop()

    def commands_to_try(self, url):
        variables = ' '.join(f'{name}={value}' for name, value in list(self.environment.items())[:3])
        return [
            ('what this machine knows about itself and its consent', f'{variables} {self.program("telemctl")} status'),
            ('the same records for a program', f'curl -s {url}/api/v1/records | jq .'),
        ]


def _first_process():
    """The number by which the machine outside knows the first process of this copy."""
    return os.environ.get('TM_OUTSIDE_PID', '?')
