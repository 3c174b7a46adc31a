# SPDX-License-Identifier: LGPL-2.1-or-later
"""The five ways in which the demo sends records; each returns how many it sent."""

import json

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

# What a distribution would see: a fault of each kind, so that the pages have something to show.
FAULTS = [
    ('org.kernel/oops/x86', 4, {'title': 'BUG: unable to handle page fault', 'function': 'nvme_poll_cq', 'taint': 'none'}),
    ('org.kernel/warning/x86', 2, {'title': 'WARNING: workqueue lockup', 'function': 'drm_sched_run'}),
    ('hardware/mce/corrected', 3, {'bank': 4, 'status': '0x8c00004000010090', 'kind': 'memory read error'}),
    ('updates/apt/failed', 3, {'package': 'linux-image-amd64', 'from': '6.1.0-17', 'to': '6.1.0-18', 'step': 'postinst'}),
    ('updates/apt/success', 1, {'packages': 41, 'seconds': 72}),
]


def send_heartbeat(machine):
    machine.run(machine.people[0], [machine.program('hprobe')])
    return 1


def send_with_tool(machine):
    for classification, severity, payload in FAULTS:
        machine.run(machine.people[0], [machine.program('telem-record-gen'), '-c', classification, '-s', str(severity),
                                        '-p', json.dumps(payload)])
    return len(FAULTS)


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
    ('hprobe, a heartbeat', send_heartbeat),
    (f'telem-record-gen, {len(FAULTS)} faults of several kinds', send_with_tool),
    ('gdbus call, without any of our code', send_with_gdbus),
    ('a line of Python through GObject introspection', send_with_python),
    ('a C program of ten lines, compiled now', send_with_c),
]
