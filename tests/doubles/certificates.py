# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates for tests, made when they are needed: an authority and what it vouches for."""

import subprocess
from pathlib import Path


def _openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True)


class Authority:
    """A certificate authority in a directory; ca.certificate is what clients would pin."""

    def __init__(self, directory, name='test authority'):
        self._directory = Path(directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        self.certificate, self._key = self._directory / 'ca.pem', self._directory / 'ca.key'
        _openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                 '-subj', f'/CN={name}', '-addext', 'basicConstraints=critical,CA:TRUE',
                 '-keyout', self._key, '-out', self.certificate)
        self.certificate.chmod(0o644)

    def issue(self, name, alternative='IP:127.0.0.1,DNS:localhost', days=2, usage='serverAuth'):
        """(certificate file, key file) for name; negative days: expired already."""
        certificate, key, request = (self._directory / f'{name}.{suffix}' for suffix in ('pem', 'key', 'csr'))
        extensions = self._directory / f'{name}.ext'
        extensions.write_text(f'subjectAltName={alternative}\nextendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n')
        _openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', f'/CN={name}',
                 '-keyout', key, '-out', request)
        _openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey', self._key, '-CAcreateserial',
                 '-days', str(days), '-extfile', extensions, '-out', certificate)
        for path in (certificate, key):
            path.chmod(0o644)
        return certificate, key
