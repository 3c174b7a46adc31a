# SPDX-License-Identifier: LGPL-2.1-or-later
"""The five doors through which the demo sends a record; each returns how many it sent."""

# GLib's own client, as a shell script would use it.
GDBUS = ['gdbus', 'call', '--system', '--dest', 'org.telemetrics.Telemetry1', '--object-path', '/org/telemetrics/Telemetry1',
         '--method', 'org.telemetrics.Telemetry1.Recorder.Submit']

PYTHON = ('import gi; gi.require_version("Telemetry", "1"); from gi.repository import Telemetry; '
          'print(Telemetry.Client.new().submit("demo/python/greeting", 2, "hello from Python", None, None))')

C_PROGRAM = r'''
#include <stdio.h>
#include <telemetry.h>

int
main (void)
{
  struct telem_ref *ref = NULL;
  int ret = tm_create_record (&ref, 1, "demo/c/greeting", 1);

  if (ret == 0)
    ret = tm_set_payload (ref, "hello from C");
  if (ret == 0)
    ret = tm_send_record (ref);
  tm_free_record (ref);
  return ret == 0 ? 0 : 1;
}
'''

def send_hello(machine):
    machine.run(machine.people[0], [machine.program('hprobe')])
    return 1


def send_with_tool(machine):
    machine.run(machine.people[0], [machine.program('telem-record-gen'), '-c', 'demo/shell/greeting', '-s', '2', '-p', 'hello from a shell'])
    return 1


def send_with_gdbus(machine):
    machine.run(machine.people[1], [*GDBUS, 'demo/gdbus/greeting', '2', 'hello from gdbus', '{}'])
    return 1


def send_with_python(machine):
    machine.run(machine.people[1], ['/usr/bin/python3', '-c', PYTHON])
    return 1


def send_with_c(machine):
    source, program = machine.temporary / 'hello.c', machine.temporary / 'hello'
    source.write_text(C_PROGRAM)
    flags = machine.run('root', ['pkg-config', '--cflags', '--libs', 'libtelemetry']).stdout.split()
    machine.run('root', ['cc', '-o', program, source, *flags])
    machine.run(machine.people[0], [program])
    return 1


ALL = [
    ('hprobe, which says hello', send_hello),
    ('telem-record-gen, as a shell script would', send_with_tool),
    ('gdbus call, without any of our code', send_with_gdbus),
    ('a line of Python through GObject introspection', send_with_python),
    ('a C program of ten lines, compiled now', send_with_c),
]
