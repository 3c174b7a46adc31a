# SPDX-License-Identifier: LGPL-2.1-or-later
"""The core of a program that crashes, without touching what the kernel of this machine does with cores.

Where core_pattern is the name of a file the kernel writes it. Where it is a program of the machine (systemd-coredump,
apport), that would get it and we would not, and a container may forbid cores: a debugger writes it then.
"""

import contextlib
import resource
import subprocess
from pathlib import Path

from harness.process import as_user, environment_of

PATTERN = Path('/proc/sys/kernel/core_pattern')


def make(user, command, directory, ways=None):
    """Run command as user in directory until it crashes; the core file. ways: to be tried in turn, by default all there are."""
    directory.chmod(0o777)
    said = ''
    for run in ways or [*([by_kernel] if _kernel_writes_files() else []), by_debugger]:
        said += run(user, command, directory)
        cores = list(directory.glob('core*'))
        if cores:
            return cores[0]
    raise RuntimeError(f'{command[0]} left no core:\n{said}')


def by_kernel(user, command, directory):
    """What the program said; its core is there if the kernel writes it."""
    def allow():
        with contextlib.suppress(ValueError, OSError):  # who may not raise the limit perhaps needs not
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    return _run(user, command, directory, preexec_fn=allow)


def by_debugger(user, command, directory):
    """The same, with the core that gdb writes in the place of the kernel."""
    gdb = ['gdb', '-nx', '-batch', '-iex', 'set auto-load no', '-ex', 'run', '-ex', 'generate-core-file core', '--args', *command]
    return _run(user, gdb, directory)


def _kernel_writes_files():
    """A plain name is one in the directory of the program."""
    pattern = PATTERN.read_text(encoding='utf-8').strip()
    return bool(pattern) and pattern[0] not in '|/@'


def _run(user, command, directory, **options):
    ran = subprocess.run(as_user(user, command), cwd=directory, env=environment_of(user), stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=60, check=False, **options)
    return ran.stdout + ran.stderr
