#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a Python program reports. As one line:

    python3 -c "from gi.repository import Telemetry; print(Telemetry.Client.new().submit('org.example/hello/world', 1, 'hi'))"
"""

import json
import sys

import gi

gi.require_version('Telemetry', '1')
from gi.repository import GLib, Telemetry  # noqa: E402


def main():
    client = Telemetry.Client()
    payload = json.dumps({'greeting': 'hello'})
    try:
        # Waits until the record is on the disk.
        print(client.submit('org.example/hello/python', Telemetry.Severity.LOW, payload))
    except GLib.Error as error:
        if not error.matches(Telemetry.error_quark(), Telemetry.Error.DISABLED):
            raise
        print('telemetry is off', file=sys.stderr)
        return 1

    # Returns at once; where telemetry is off it does nothing.
    client.record('org.example/hello/forgotten', Telemetry.Severity.LOW, 'hello again')
    client.flush(2000)
    return 0


if __name__ == '__main__':
    sys.exit(main())
