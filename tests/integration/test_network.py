# SPDX-License-Identifier: LGPL-2.1-or-later
"""Delivery and the state of the network: no way out, a way that appears, and one that costs money."""

import os
import subprocess
import time
import unittest

import dbus

from doubles.recording_server import RecordingServer
from harness import BusError, System, wait_until
from harness.process import Process

# An address of documentation (RFC 5737), put on the loopback interface: local, but not a loopback address to the service.
ADDRESS = '192.0.2.1'
MANAGER_POLICY = '/etc/dbus-1/system.d/test-network-manager.conf'
MANAGER = ('org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager')


def ip(*arguments):
    subprocess.run(['ip', *arguments], check=True)


class NetworkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        ip('address', 'add', f'{ADDRESS}/32', 'dev', 'lo')
        cls.system = System()
        cls.system.start(polkit=False)

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def setUp(self):
        self.server = self.enterContext(RecordingServer(host=ADDRESS))

    def tearDown(self):
        subprocess.run(['ip', 'route', 'del', 'default'], check=False, stderr=subprocess.DEVNULL)
        self.system.reset()

    def begin(self, settings=''):
        self.system.configure(f'[settings]\nserver={self.server.url}\n[delivery]\ninterval=1\njitter=0\nallow_plain_http=true\n{settings}')
        self.system.opt_in()
        self.root = self.system.caller('root')

    def get(self, name):
        return self.root.get('Delivery', name)

    def test_offline(self):
        """Without a network nothing is tried and no timer runs; as soon as there is one, records go."""
        self.begin()
        record_id = self.root.submit(severity=3)
        wait_until(lambda: self.get('BlockedBy') == ['offline'], 'delivery knows that there is no network')
        self.assertEqual((self.get('State'), self.get('NextAttempt')), ('blocked', 0))
        with self.assertRaises(BusError) as caught:
            self.root.invoke('Delivery', 'UploadNow', '(a{sv})', {})
        self.assertEqual(caught.exception.short, 'Offline')
        time.sleep(1)
        self.assertEqual(self.server.bytes_arrived(), 0)
        ip('route', 'add', 'default', 'dev', 'lo')
        self.assertEqual(self.server.wait_exchanges(1)[0].record_ids(), [record_id])
        self.assertEqual(self.server.exchanges[0].headers['attempt'], '1')

    def test_opt_out_while_offline(self):
        """A network that appears after opt-out wakes nothing."""
        self.begin()
        self.root.submit(severity=3)
        wait_until(lambda: self.get('BlockedBy') == ['offline'], 'delivery knows that there is no network')
        self.root.set_enabled(False)
        ip('route', 'add', 'default', 'dev', 'lo')
        time.sleep(1)
        self.assertEqual(self.server.bytes_arrived(), 0)

    def start_manager(self, metered):
        """A stand-in for NetworkManager that says whether the network is metered."""
        with open(MANAGER_POLICY, 'w', encoding='utf-8') as policy:
            policy.write(f'<busconfig><policy context="default"><allow own="{MANAGER[0]}"/><allow send_destination="{MANAGER[0]}"/>'
                         '</policy></busconfig>')
        self.addCleanup(os.unlink, MANAGER_POLICY)
        self.system.caller('root').bus_call('ReloadConfig')
        manager = Process('manager', ['/usr/bin/python3', '-m', 'dbusmock', '--system', *MANAGER, MANAGER[0]])
        self.addCleanup(manager.stop)
        wait_until(lambda: self.system.owner_pid(MANAGER[0]), 'the stand-in is on the bus')
        bus = dbus.bus.BusConnection('unix:path=/run/dbus/system_bus_socket')
        self.addCleanup(bus.close)
        mock = dbus.Interface(bus.get_object(*MANAGER), 'org.freedesktop.DBus.Mock')
        values = {'Metered': dbus.UInt32(1 if metered else 2), 'Connectivity': dbus.UInt32(4), 'State': dbus.UInt32(70),
                  'ConnectivityCheckEnabled': True, 'NetworkingEnabled': True}
        mock.AddProperties(MANAGER[0], dbus.Dictionary(values, signature='sv'))

    def test_metered(self):
        """A metered network carries what is urgent and nothing else."""
        self.start_manager(metered=True)
        ip('route', 'add', 'default', 'dev', 'lo')
        self.begin()
        self.root.submit(severity=2)
        wait_until(lambda: self.get('BlockedBy') == ['metered'], 'delivery knows that the network is metered')
        self.assertEqual(self.server.bytes_arrived(), 0)
        urgent = self.root.submit(severity=3)
        self.assertEqual(self.server.wait_exchanges(1)[0].record_ids(), [urgent])

    def test_metered_and_allowed(self):
        """With allow_metered=true it carries everything."""
        self.start_manager(metered=True)
        ip('route', 'add', 'default', 'dev', 'lo')
        self.begin('allow_metered=true')
        record_id = self.root.submit(severity=1)
        self.assertEqual(self.server.wait_exchanges(1)[0].record_ids(), [record_id])


if __name__ == '__main__':
    unittest.main()
