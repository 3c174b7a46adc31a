# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kernel module built from source for the virtual machine, by the sandbox, at the paths where Debian's headers expect to be."""

import shutil
import subprocess
from pathlib import Path

PLACE = Path('/usr/lib/vm-modules')  # of the sandbox's root, and so of the machine's


def build(layer, version, source):
    """source: a directory with a Kbuild file. The path of the module, here and in the machine."""
    for path in (*(layer / 'usr' / 'src').iterdir(), *(layer / 'usr' / 'lib').glob('linux-kbuild-*')):
        link = Path('/') / path.relative_to(layer)
        if not link.exists():
            link.symlink_to(path)
    work = PLACE / source.name
    shutil.copytree(source, work)
    made = subprocess.run(['make', '-C', f'/usr/src/linux-headers-{version}', f'M={work}', 'modules'],
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(f'module {source.name}:\n{made.stdout}{made.stderr}')
    return work / f'{source.name}.ko'
