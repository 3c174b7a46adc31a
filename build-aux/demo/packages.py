# SPDX-License-Identifier: LGPL-2.1-or-later
"""A system of packages of its own below one directory: the real apt and dpkg, with a history and one package."""

import shutil
import subprocess
from pathlib import Path

from harness.process import environment_of

# Read before anything else, so that neither settings nor hooks of this machine's apt take part.
CONFIGURATION = '''Dir "{root}";
Dir::State::status "{root}/var/lib/dpkg/status";
Dir::Log "var/log/apt";
APT::Sandbox::User "root";
DPkg::Inhibit-Shutdown "false";
DPkg::Options {{ "--root={root}"; "--log={root}/var/log/dpkg.log"; "--force-script-chrootless"; }};
'''

CONTROL = '''Package: clockwork
Version: {version}
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: turns
'''


class Packages:
    def __init__(self, root):
        self._root = root
        for directory in ('var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers', 'var/lib/apt/lists/partial',
                          'var/cache/apt/archives/partial', 'var/log/apt', 'etc/apt'):
            (root / directory).mkdir(parents=True)
        (root / 'var/lib/dpkg/status').touch()
        shutil.copy('/etc/os-release', root / 'etc/os-release')
        self._configuration = root / 'apt.conf'
        self._configuration.write_text(CONFIGURATION.format(root=root))

    def install(self, version, script, expect):
        """Let apt install this version, whose last act is script; expect: apt's exit status."""
        package = self._build(version, script)
        environment = environment_of('root', {'APT_CONFIG': str(self._configuration)})
        ran = subprocess.run(['apt-get', 'install', '--yes', package], env=environment, cwd='/', stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=120, check=False)
        if ran.returncode != expect:
            raise RuntimeError(f'apt-get: exit {ran.returncode}, not {expect}\n{ran.stdout}{ran.stderr}')

    def _build(self, version, script):
        tree = self._root / f'clockwork-{version}'
        (tree / 'DEBIAN').mkdir(parents=True)
        (tree / 'DEBIAN/control').write_text(CONTROL.format(version=version))
        postinst = tree / 'DEBIAN/postinst'
        postinst.write_text(f'#!/bin/sh\n{script}\n')
        postinst.chmod(0o755)
        package = Path(f'{tree}.deb')
        subprocess.run(['dpkg-deb', '--build', '--root-owner-group', tree, package], check=True, capture_output=True)
        return package
