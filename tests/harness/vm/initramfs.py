# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first root of the virtual machine: busybox, `init`, and the kernel modules that the real root needs."""

import stat
import subprocess
from pathlib import Path

INIT = Path(__file__).with_name('init')
BUSYBOX = Path('/bin/busybox')
MODULES = ('virtio_pci', 'virtio_blk', 'virtio_console', 'crc32c_generic', 'ext4', '9pnet_virtio', '9p', 'overlay')
DIRECTORIES = ('bin', 'dev', 'proc', 'sys', 'modules', 'host', 'layer', 'disk', 'root')


def module_files(tree, version, names):
    """The files of modules and of what they need, each after what it needs; tree: where lib/modules is."""
    files = []
    for name in names:
        shown = subprocess.run(['/sbin/modprobe', '--dirname', tree, '--set-version', version, '--show-depends', name],
                               capture_output=True, text=True, check=True).stdout
        files += [Path(line.split()[1]) for line in shown.splitlines() if line.startswith('insmod ')]
    return list(dict.fromkeys(files))


def entry(name, mode, content=b''):
    """One file of a cpio archive in the “newc” format, as the kernel unpacks it."""
    fields = [0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
    head = b'070701' + b''.join(b'%08X' % field for field in fields) + name.encode() + b'\0'
    return padded(head) + padded(content)


def padded(data):
    return data + bytes(-len(data) % 4)


def build(path, tree, version, options):
    """Write the archive to path. options: {module: its options}, of modules that come on top."""
    files = module_files(tree, version, [*MODULES, *options])
    parts = [entry(name, stat.S_IFDIR | 0o755) for name in DIRECTORIES]
    parts.append(entry('init', stat.S_IFREG | 0o755, INIT.read_bytes()))
    parts.append(entry('bin/busybox', stat.S_IFREG | 0o755, BUSYBOX.read_bytes()))
    parts += [entry(f'modules/{file.name}', stat.S_IFREG | 0o644, file.read_bytes()) for file in files]
    order = ''.join(f'{file.name} {options.get(file.stem, "")}\n' for file in files)
    parts.append(entry('modules/order', stat.S_IFREG | 0o644, order.encode()))
    parts.append(entry('TRAILER!!!', 0))
    path.write_bytes(b''.join(parts))
