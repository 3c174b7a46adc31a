# SPDX-License-Identifier: LGPL-2.1-or-later
"""A record's whole way, from an application to the database, by every door; and that nothing moves without consent."""

import os
import time
import unittest
from pathlib import Path

from street import Street

from harness import BusError, wait_until
from harness.bus import memfd
from harness.process import run_as
from harness.system import STATE

PYTHON = '''
import gi
gi.require_version("Telemetry", "1")
from gi.repository import Telemetry
client = Telemetry.Client.new()
print(client.submit("acme/python/event", 2, "from Python", None, None))
assert client.record("acme/python/forgotten", 1, "fire and forget", None)
assert client.flush(10000)
'''

C_PROGRAM = '''
#include <telemetry.h>

int
main (void)
{
  struct telem_ref *ref = 0;
  int ret = tm_create_record (&ref, 3, "acme/c/event", 1);

  if (ret == 0)
    ret = tm_set_payload (ref, "from C");
  if (ret == 0)
    ret = tm_send_record (ref);
  tm_free_record (ref);
  return ret == 0 ? 0 : 1;
}
'''


class StreetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.street = Street().start()
        cls.system = cls.street.system

    @classmethod
    def tearDownClass(cls):
        cls.street.stop()

    def tearDown(self):
        self.street.reset()

    def test_every_door(self):
        """What each door acknowledged is in the database once, with what was said."""
        self.system.opt_in()
        alice = self.system.caller('alice')
        expected = {alice.submit('acme/app/event', 1, '{"a": "ü"}'): ('acme/app/event', 1, '{"a": "ü"}')}
        for number, (record_id, error) in enumerate(alice.submit_batch([('acme/batch/event', 2, f'n {i}') for i in range(100)])):
            self.assertEqual(error, '')
            expected[record_id] = ('acme/batch/event', 2, f'n {number}')
        large = 'x' * (200 * 1024)
        descriptor = memfd(large.encode())
        expected[alice.submit_fd('acme/fd/event', 4, descriptor)] = ('acme/fd/event', 4, large)
        os.close(descriptor)
        shell = run_as('bob', ['telem-record-gen', '-v', '-c', 'acme/shell/event', '-s', '3', '-p', 'from a shell'])
        expected[shell.stdout.split()[-1]] = ('acme/shell/event', 3, 'from a shell')
        python = run_as('bob', ['/usr/bin/python3', '-c', PYTHON])
        expected[python.stdout.strip()] = ('acme/python/event', 2, 'from Python')

        self.street.wait_stored(expected)
        stored = self.street.stored()
        self.assertEqual({key: stored[key] for key in expected}, expected)
        others = sorted(value for key, value in stored.items() if key not in expected)
        self.assertEqual(others, [('acme/python/forgotten', 1, 'fire and forget')])

    def test_plain_c(self):
        """A program of ten lines, compiled against what was installed, sends a record; so does the heartbeat."""
        self.system.opt_in()
        source = Path('/tmp/hello.c')
        source.write_text(C_PROGRAM)
        flags = run_as('root', ['pkg-config', '--cflags', '--libs', 'libtelemetry']).stdout.split()
        run_as('root', ['cc', '-Wall', '-Werror', '-o', '/tmp/hello', source, *flags])
        run_as('alice', ['/tmp/hello'])
        run_as('alice', ['hprobe'])
        self.street.wait_stored([])
        self.wait_count(2)
        self.assertIn(('acme/c/event', 3, 'from C'), self.street.stored().values())

    def wait_count(self, number):
        wait_until(lambda: self.street.upload() or self.street.postgres.count() >= number, f'{number} records', step=0.2)
        self.assertEqual(self.street.postgres.count(), number)

    def test_off_by_default(self):
        """Before consent every door says Disabled, and neither disk nor network nor database shows anything."""
        alice, n_bytes = self.system.caller('alice'), self.street.proxy.arrived()
        with self.assertRaises(BusError) as caught:
            alice.submit('acme/app/event', 4, 'secret')
        self.assertEqual(caught.exception.short, 'Disabled')
        self.assertEqual({error.rpartition('.')[2] for _, error in alice.submit_batch([('a/b/c', 4, 'secret')])}, {'Disabled'})
        self.assertEqual(run_as('bob', ['telem-record-gen', '-c', 'a/b/c', '-s', '4', '-p', 'secret'], check=False).returncode, 1)

        self.street.upload()
        self.assertEqual(self.street.proxy.arrived(), n_bytes)
        self.assertEqual(self.street.postgres.count(), 0)
        self.assertEqual(self.system.active_categories(), [])
        for path in STATE.rglob('*'):
            if path.is_file():
                self.assertNotIn(b'secret', path.read_bytes(), path)

    def test_withdrawal_in_mid_transfer(self):
        """After the reply to opting out not one more byte leaves the machine, and nothing is left on the disk."""
        self.system.opt_in()
        root = self.system.caller('root')
        self.street.proxy.hold()
        before = self.street.proxy.arrived()
        descriptor = memfd(os.urandom(500 * 1024).hex().encode())
        root.submit_fd('acme/app/large', 4, descriptor)
        os.close(descriptor)
        wait_until(lambda: self.street.proxy.arrived() > before, 'the transfer has begun')

        root.set_enabled(False)
        at_reply = self.street.proxy.arrived()
        self.assertLess(at_reply - before, 500 * 1024, 'the whole body had left: the test needs a larger one')
        self.street.proxy.release()  # room for more, if anybody still had more
        self.street.upload()
        with self.assertRaises(BusError):
            root.submit('acme/app/event', 4, 'later')
        time.sleep(1)  # nothing can be waited for: the proof is that nothing comes
        self.assertEqual(self.street.proxy.arrived(), at_reply)
        self.assertEqual(self.street.postgres.count(), 0)

    def test_lost_answers(self):
        """Answers that get lost after the commit lead to a retry, and not to a second row."""
        self.system.opt_in()
        n_lost = self.street.proxy.n_lost
        self.street.proxy.loss = 1
        alice = self.system.caller('alice')
        ids = [alice.submit('acme/app/event', 1, f'n {number}') for number in range(30)]
        wait_until(lambda: self.street.upload() or self.street.proxy.n_lost > n_lost, 'an answer is lost', step=0.3)
        self.street.proxy.loss = 0.7
        self.street.wait_stored(ids)
        self.street.proxy.loss = 0
        self.street.wait_stored([alice.submit('acme/app/event', 1, 'last')])
        self.assertEqual(self.street.postgres.count(), 31)


if __name__ == '__main__':
    unittest.main()
