# SPDX-License-Identifier: LGPL-2.1-or-later
"""The core of a program that crashes, without touching what the kernel of this machine does with cores.

Where core_pattern is the name of a file the kernel writes it; where it is a program of the machine (systemd-coredump,
apport), that would get it and we would not: a debugger writes it then.
"""

import resource
import subprocess
from pathlib import Path

from harness.process import as_user, environment_of

PATTERN = Path('/proc/sys/kernel/core_pattern')


def kernel_writes_files():
    """A plain name is one below the directory of the program."""
    pattern = PATTERN.read_text(encoding='utf-8').strip()
    return bool(pattern) and pattern[0] not in '|/@'


def make(user, command, directory, by_kernel=None):
    """Run command as user in directory until it crashes; the core file. by_kernel: None for what this machine allows."""
    directory.chmod(0o777)
    if by_kernel is None:
        by_kernel = kernel_writes_files()
    run = _run_until_it_crashes if by_kernel else _run_in_debugger
    said = run(user, command, directory)
    cores = list(directory.glob('core*'))
    if len(cores) != 1:
        raise RuntimeError(f'{command[0]} left no core:\n{said}')
    return cores[0]


def _run_until_it_crashes(user, command, directory):
    def allow():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    return _run(user, command, directory, preexec_fn=allow)


def _run_in_debugger(user, command, directory):
    gdb = ['gdb', '-nx', '-batch', '-iex', 'set auto-load no', '-ex', 'run',
           '-ex', 'generate-core-file core', '--args', *command]
    return _run(user, gdb, directory)


def _run(user, command, directory, **options):
    ran = subprocess.run(as_user(user, command), cwd=directory, env=environment_of(user), stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=60, check=False, **options)
    return ran.stdout + ran.stderr
