# SPDX-License-Identifier: LGPL-2.1-or-later
"""Killed at each step of a withdrawal: either nothing has changed, or the next start completes all of it."""

import configparser
import ctypes
import os
import select
import signal
import struct
from pathlib import Path

from harness import BusError, SystemTest
from harness.bus import BUS_NAME
from harness.process import wait_until
from harness.system import STATE

CLOSE_WRITE, MOVED_TO, CREATE, DELETE = 0x8, 0x80, 0x100, 0x200
EVENT_HEAD = struct.Struct('iIII')
MAX_STEPS = 60


class Watch:
    """Tells of what happens in the service's directory, as it happens: each change there is a step."""

    def __init__(self, directory):
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC)
        if libc.inotify_add_watch(self.descriptor, bytes(directory), CLOSE_WRITE | MOVED_TO | CREATE | DELETE) < 0:
            raise OSError(ctypes.get_errno(), f'{directory} cannot be watched')

    def wait_steps(self, number, seconds=5.0):
        """True once so many changes were seen; False if no more come."""
        while number > 0:
            if not select.select([self.descriptor], [], [], seconds)[0]:
                return False
            data, offset = os.read(self.descriptor, 65536), 0
            while offset < len(data):
                offset += EVENT_HEAD.size + EVENT_HEAD.unpack_from(data, offset)[3]
                number -= 1
        return True

    def close(self):
        os.close(self.descriptor)


def read(name):
    file = configparser.ConfigParser(interpolation=None)
    file.read(STATE / name)
    return file


def present_secret():
    file = read('identity.conf')
    return file[file.sections()[-1]]['secret']


class CutWithdrawalTest(SystemTest):
    def cut(self, step):
        """Kills the service at a step of a withdrawal. None: it has fewer; else whether the no was on disk, and no more."""
        pid = self.system.telemprobd_pid()
        secret = present_secret()
        watch = Watch(STATE)
        call = self.root.begin_invoke('Consent', 'Withdraw', '(a{sv})', {})
        reached = watch.wait_steps(step)
        if reached:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not Path(f'/proc/{pid}').exists(), 'it is gone')
        watch.close()
        try:
            self.root.finish(call)
        except BusError:
            pass
        if not reached:
            return None
        return read('consent.conf')['Consent']['Enabled'] == 'false' and present_secret() == secret

    def assert_whole(self, secret):
        kept = self.root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 100)[0]
        enabled = self.root.get('Consent', 'Enabled')
        self.assertEqual(bool(kept), enabled, 'records')
        self.assertEqual(present_secret() == secret, enabled, 'identity')
        self.assertEqual(bool(self.system.active_categories()), enabled, 'active categories')

    def cut_at_each_step(self):
        """How often it was killed between the no and the new identity."""
        n_cut = 0
        for step in range(1, MAX_STEPS):
            self.system.opt_in()
            # Much to delete, so that there is time to be killed in.
            self.root.submit_batch([('a/b/c', 1, 'to be deleted ' + 'x' * 30000)] * 100)
            secret = present_secret()
            was_cut = self.cut(step)
            with self.subTest(step=step, was_cut=was_cut):
                self.assert_whole(secret)
            self.root.set_enabled(False)
            if was_cut is None:
                break
            n_cut += was_cut
        print(f'{step} steps, {n_cut} of them between the no and the new identity')
        return n_cut

    def test_killed_at_each_step(self):
        """kill -9 at each change of its files: records and identity are gone once the no is on disk."""
        self.system.configure('[settings]\nrate_limit_enabled=false\n')
        # On a busy machine the kill may come late, each time.
        self.assertTrue(any(self.cut_at_each_step() for _ in range(5)))

    def test_off_does_not_rotate(self):
        """A start while off, without a withdrawal that was cut, leaves the identity as it is."""
        self.system.opt_in()
        self.root.set_enabled(False)
        secret = present_secret()
        for _ in range(2):
            self.system.kill(BUS_NAME)
            self.root.invoke('Records', 'List', '(a{sv}tu)', {}, 0, 100)
            self.assertEqual(present_secret(), secret)
