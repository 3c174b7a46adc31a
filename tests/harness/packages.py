# SPDX-License-Identifier: LGPL-2.1-or-later
"""A repository of packages made for a test, the only one that apt in this sandbox knows.

    repository = Repository()
    repository.add('acme-good')
    repository.add('acme-broken', script='exit 1')        # when it is configured
    repository.publish()
"""

import shutil
import subprocess
from pathlib import Path

PLACE = Path('/tmp/repository')
CONTROL = 'Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Acme <acme@example.org>\nDescription: {name}\n'


class Repository:
    def __init__(self):
        PLACE.mkdir()
        shutil.rmtree('/etc/apt/sources.list.d', ignore_errors=True)
        Path('/etc/apt/sources.list').write_text(f'deb [trusted=yes] file://{PLACE} ./\n', encoding='utf-8')

    def add(self, name, version='1', script=None):
        """The file of the package, which may be removed again once it is published."""
        control = PLACE / 'trees' / f'{name}-{version}' / 'DEBIAN'
        control.mkdir(parents=True)
        (control / 'control').write_text(CONTROL.format(name=name, version=version), encoding='utf-8')
        if script:
            (control / 'postinst').write_text(f'#!/bin/sh\n{script}\n', encoding='utf-8')
            (control / 'postinst').chmod(0o755)
        file = PLACE / f'{name}_{version}_all.deb'
        subprocess.run(['dpkg-deb', '--build', control.parent, file], check=True, capture_output=True)
        return file

    def publish(self):
        packages = subprocess.run(['dpkg-scanpackages', '-m', '.'], cwd=PLACE, capture_output=True, check=True).stdout
        (PLACE / 'Packages').write_bytes(packages)
        subprocess.run(['apt-get', 'update', '-qq'], check=True, capture_output=True)
