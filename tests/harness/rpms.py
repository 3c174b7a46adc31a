# SPDX-License-Identifier: LGPL-2.1-or-later
"""A repository of RPM packages made for a test, the only one that dnf in this sandbox knows.

    repository = RpmRepository()
    repository.add('acme-good')
    repository.add('acme-broken', pre='exit 1')           # before it is unpacked
    repository.publish()
    repository.dnf('install', 'acme-good')
"""

import shutil
import subprocess
from pathlib import Path

PLACE = Path('/tmp/rpms')
SPEC = '''Name: {name}
Version: {version}
Release: 1
Summary: {name}
License: none
BuildArch: noarch
{tags}
%description
{name}
%install
mkdir -p %{{buildroot}}/opt/acme
echo {version} >%{{buildroot}}/opt/acme/{name}
%files
/opt/acme/{name}
'''
CONFIGURATION = f'''[main]
gpgcheck=0
cachedir=/tmp/dnf-cache
[acme]
name=acme
baseurl=file://{PLACE}
'''


class RpmRepository:
    def __init__(self):
        PLACE.mkdir()
        shutil.rmtree('/etc/yum.repos.d', ignore_errors=True)
        Path('/etc/dnf/dnf.conf').write_text(CONFIGURATION, encoding='utf-8')
        # What the scripts of the others need.
        self.add('acme-shell', tags='Provides: /bin/sh')

    def add(self, name, version='1', tags='', **scripts):
        """The file of the package, which may be removed again once it is published. scripts: pre, post, preun."""
        spec = Path(f'/tmp/{name}.spec')
        text = SPEC.format(name=name, version=version, tags=tags)
        spec.write_text(text + ''.join(f'%{section}\n{script}\n' for section, script in scripts.items()), encoding='utf-8')
        subprocess.run(['rpmbuild', '--quiet', '-bb', '--define', '_topdir /tmp/rpmbuild', '--define', f'_rpmdir {PLACE}', spec],
                       check=True, capture_output=True)
        return PLACE / 'noarch' / f'{name}-{version}-1.noarch.rpm'

    def publish(self):
        subprocess.run(['createrepo_c', '--quiet', PLACE], check=True, capture_output=True)

    def dnf(self, *arguments):
        """Its exit status: 0, and nothing else, is what worked."""
        return subprocess.run(['dnf', '-y', '-q', *arguments], capture_output=True, check=False).returncode
