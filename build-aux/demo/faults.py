# SPDX-License-Identifier: LGPL-2.1-or-later
"""The four things that really go wrong in the demo, each seen by the probe for it; each returns how many records it made.

Nothing is made up on the way: the program does crash, the package does fail. Two things cannot be done to a machine that
others use, so they come from outside: the kernel's report (kernel.log: what Debian's 6.1 said in a virtual machine when a
module followed a pointer to nowhere) and the memory error that the firmware would have kept.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import core
from packages import Packages

from harness import firmware

KERNEL_LOG = Path(__file__).with_name('kernel.log')
BOOT_ERRORS = 'sys/firmware/acpi/tables/data/BERT'

PROGRAM = r'''
#include <stdio.h>

struct wheel { struct wheel *next; int n_teeth; };

__attribute__ ((noinline)) static int
wheel_turn (struct wheel *wheel)
{
  return wheel->n_teeth + wheel->next->n_teeth;
}

__attribute__ ((noinline)) static int
clock_tick (struct wheel *first)
{
  return wheel_turn (first) % 60;
}

int
main (void)
{
  struct wheel only = { NULL, 12 };

  printf ("%d\n", clock_tick (&only));
  return 0;
}
'''
# Where nothing may be put below /usr: a program that is there already, and is told to read what is nowhere.
MISLED = ['/usr/bin/python3', '-c', 'import ctypes; ctypes.string_at(0)']


def crash_program(machine):
    """A program of the operating system follows a pointer to nowhere; its core is read as core_pattern would have it read."""
    command = MISLED
    if machine.is_copy:
        source = machine.temporary / 'clockwork.c'
        source.write_text(PROGRAM)
        subprocess.run(['cc', '-O1', '-g0', '-fno-optimize-sibling-calls', '-o', '/usr/bin/clockwork', source], check=True)
        command = ['/usr/bin/clockwork']
    with tempfile.TemporaryDirectory(dir=machine.temporary) as directory:
        file = core.make(machine.people[0], command, Path(directory))
        machine.run('root', [machine.probe('crashprobe'), f'--core={file}'])
    return 1


def report_kernel(machine):
    machine.run('root', [machine.probe('klogprobe'), f'--input={KERNEL_LOG}'])
    return 1


def report_firmware(machine):
    """A boot later: the region that the firmware shows is read where it would be, below a root of its own."""
    with tempfile.TemporaryDirectory(dir=machine.temporary) as directory:
        file = Path(directory, BOOT_ERRORS)
        file.parent.mkdir(parents=True)
        file.write_bytes(firmware.memory_error(module=3))
        machine.run('root', [machine.probe('bertprobe'), f'--root={directory}'])
    return 1


def fail_update(machine):
    """apt installs a package and then its next version, whose own script fails; apt's history is what is read."""
    directory = Path(tempfile.mkdtemp(dir=machine.temporary))
    probe = [machine.probe('updateprobe'), f'--root={directory}', '--once']
    packages = Packages(directory)
    try:
        packages.install('1.0', script='exit 0', expect=0)
        machine.run('root', probe)  # from here on it reports
        packages.install('2.0', script='echo "clockwork: no spring in this machine" >&2; exit 1', expect=100)
        machine.run('root', probe)
    finally:
        shutil.rmtree(directory)
    return 1


# What goes wrong, how, and under which classifications the dashboard has it.
ALL = [
    ('a program crashes', crash_program, 'org.telemetrics/crash/*'),
    ('the kernel reports a fault', report_kernel, 'org.telemetrics/kernel/*'),
    ('the firmware kept a memory error', report_firmware, 'org.telemetrics/hardware/*'),
    ('an update fails', fail_update, 'org.telemetrics/update/*'),
]
