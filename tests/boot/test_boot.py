# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our units under the real systemd, from a boot without consent to a delivered record and back.

The tests build on each other like the life of a machine does; they run in the order of their names.
"""

import gzip
import http.server
import json
import os
import subprocess
import threading
import time
import unittest
from pathlib import Path

from harness.bus import BUS_NAME, MANAGER_NAME, POST_NAME, BusError, Caller
from harness.process import LOG_DIRECTORY, wait_until

STATE = Path('/var/lib/telemetrics')
ACTIVE = Path('/run/telemetrics/active')
# What is there while its category is agreed to, whatever this machine has.
STAYING = ('crashprobe.service', 'journalprobe.service', 'klogprobe.service', 'updateprobe.service')
CONFIGURATION = Path('/etc/telemetrics/telemetrics.conf.d/10-test.conf')


def systemctl(*arguments):
    return subprocess.run(['systemctl', *arguments], capture_output=True, text=True, check=False).stdout.strip()


def unit(name, key):
    return systemctl('show', '--value', f'--property={key}', name)


def status_of(pid):
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    return dict(line.split(':', 1) for line in lines)


class Collector(http.server.BaseHTTPRequestHandler):
    """A server that accepts whatever arrives; class attribute bodies has what did."""

    bodies = []

    def do_POST(self):
        body = json.loads(gzip.decompress(self.rfile.read(int(self.headers['Content-Length']))))
        self.bodies.append(body)
        results = [{'record_id': record['record_id'], 'outcome': 'accepted'} for record in body['records']]
        answer = json.dumps({'results': results}).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Boot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LOG_DIRECTORY.mkdir(parents=True, exist_ok=True)
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
        cls.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Collector)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        CONFIGURATION.parent.mkdir(parents=True, exist_ok=True)
        # What is sent is sent when a test wants it, and not by chance before.
        CONFIGURATION.write_text(f'[settings]\nserver=http://127.0.0.1:{cls.server.server_port}\n[delivery]\njitter=0\n')
        cls.root = Caller('root')

    @classmethod
    def tearDownClass(cls):
        cls.root.close()
        cls.server.shutdown()
        cls.server.server_close()

    def pid_of(self, name):
        return self.root.bus_call('GetConnectionUnixProcessID', '(s)', name)

    def assert_confined(self, name, user):
        """The process of a name runs as user, without privileges, behind a filter."""
        pid = self.pid_of(name)
        status = status_of(pid)
        self.assertEqual(status['NoNewPrivs'].strip(), '1')
        self.assertEqual(int(status['CapBnd'], 16), 0)
        self.assertEqual(status['Seccomp'].strip(), '2')
        owner = subprocess.run(['ps', '-o', 'user:32=', '-p', str(pid)], capture_output=True, text=True, check=True)
        self.assertEqual(owner.stdout.strip(), user)
        return pid

    def decide(self, category, decision):
        """1: no; 2: yes."""
        self.root.invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {category: decision}, 1, {})

    @staticmethod
    def wait_for_the_end():
        """Until systemd has seen that the probes are gone."""
        for name in STAYING:
            wait_until(lambda name=name: unit(name, 'ActiveState') == 'inactive', f'{name} has ended')

    def test_1_nothing_runs_without_consent(self):
        """After a boot without consent there is no process, no timer and no file of ours."""
        self.assertEqual(unit('telemprobd-boot.service', 'ConditionResult'), 'no')
        for name in ('telemprobd.service', 'telempostd.service', 'hprobe.timer', 'klogprobe.service',
                     'updateprobe.service', 'crashprobe.service'):
            with self.subTest(unit=name):
                self.assertEqual(unit(name, 'ActiveState'), 'inactive')
        self.assertFalse(ACTIVE.exists())
        self.assertEqual(list(STATE.iterdir()), [])

    def test_2_the_bus_starts_the_keeper(self):
        """The first question starts telemprobd through systemd, inside its confinement."""
        self.assertFalse(self.root.get('Recorder', 'Enabled'))
        self.assertEqual(unit('telemprobd.service', 'ActiveState'), 'active')
        pid = self.assert_confined(BUS_NAME, 'telemetry')
        self.assertEqual(pid, self.pid_of(MANAGER_NAME))
        self.assertNotEqual(os.readlink(f'/proc/{pid}/ns/net'), os.readlink('/proc/self/ns/net'))

    def test_2_polkit_is_asked(self):
        """From inside its confinement telemprobd reaches polkit, and who has no session may not say yes."""
        somebody = Caller('nobody')
        self.addCleanup(somebody.close)
        with self.assertRaises(BusError) as caught:
            somebody.set_enabled(True)
        self.assertEqual(caught.exception.name, 'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired')
        self.assertEqual(unit('polkit.service', 'ActiveState'), 'active')
        self.assertFalse(self.root.get('Recorder', 'Enabled'))

    def test_2_yes_and_no(self):
        """A no before anything was kept is as good as any: with a receipt, and another yes may follow."""
        self.root.set_enabled(True)
        self.assertTrue(self.root.invoke('Consent', 'Withdraw', '(a{sv})', {}))
        self.assertFalse(ACTIVE.exists())
        wait_until(lambda: unit('hprobe.timer', 'ActiveState') == 'inactive', 'nothing wakes up any more')
        self.wait_for_the_end()

    def test_2_yes_one_by_one(self):
        """Somebody who agrees to one thing after the other gets the probe of each, however fast."""
        for pause in (0, 0.005, 0.01, 0.02, 0.05, 0.5):
            for category in ('boot', 'crashes', 'custom', 'hardware', 'journal', 'updates', 'kernel'):
                self.decide(category, 2)
                time.sleep(pause)
            for name in STAYING:
                wait_until(lambda name=name: unit(name, 'ActiveState') == 'active', f'{name} is there')
            self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
            self.wait_for_the_end()
        for category in ('boot', 'custom', 'kernel'):
            self.decide(category, 2)
        wait_until(lambda: unit('klogprobe.service', 'ActiveState') == 'active', 'the kernel is listened to')
        self.assertNotEqual(unit('updateprobe.service', 'ActiveState'), 'active')
        self.assertEqual(systemctl('list-units', '--plain', '--no-legend', '--state=failed', '*probe*'), '')
        self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        self.wait_for_the_end()

    def test_3_consent(self):
        """With consent records are kept, and the heartbeat's timer starts by itself."""
        self.root.set_enabled(True)
        self.assertIn('heartbeat', ACTIVE.read_text().split())
        self.assertTrue((STATE / 'enabled').exists())
        self.root.submit('org.telemetrics/kernel/warning', 2, '{"text":"one"}')
        wait_until(lambda: unit('hprobe.timer', 'ActiveState') == 'active', 'the heartbeat is planned')
        wait_until(lambda: unit('klogprobe.service', 'ActiveState') == 'active', 'the kernel is listened to')
        wait_until(lambda: unit('updateprobe.service', 'ActiveState') == 'active', 'updates are watched')

    def test_4_heartbeat(self):
        """hprobe works inside its confinement."""
        systemctl('start', 'hprobe.service')
        self.assertEqual(unit('hprobe.service', 'ConditionResult'), 'yes')
        self.assertEqual(unit('hprobe.service', 'Result'), 'success')
        self.assertEqual(unit('hprobe.service', 'ExecMainStatus'), '0')

    def test_5_delivery(self):
        """The sender reaches the server, and not what is kept."""
        self.root.invoke('Delivery', 'UploadNow', '(a{sv})', {})
        for name in ('kernel/warning', 'heartbeat/ping'):
            wait_until(lambda name=name: self.delivered(f'org.telemetrics/{name}'), f'{name} has arrived')

        pid = self.assert_confined(POST_NAME, 'telemetry-post')
        there = subprocess.run(['nsenter', f'--target={pid}', '--mount', 'ls', str(STATE)], capture_output=True,
                               text=True, check=False)
        self.assertNotIn('store.db', there.stdout)

    def test_6_boot_with_consent(self):
        """At boot the service starts by itself where consent was given, and what was agreed to still counts."""
        systemctl('stop', 'telemprobd.service')
        self.assertIn('heartbeat', ACTIVE.read_text().split())
        systemctl('start', 'telemprobd-boot.service')
        self.assertEqual(unit('telemprobd-boot.service', 'ConditionResult'), 'yes')
        wait_until(lambda: unit('telemprobd.service', 'ActiveState') == 'active', 'telemprobd is started at boot')
        self.assertTrue(self.root.get('Recorder', 'Enabled'))

    def test_6_crash(self):
        """crashprobe and the child that reads cores work inside their confinement."""
        wait_until(lambda: unit('crashprobe.service', 'ActiveState') == 'active', 'crashes are listened to')
        core = Path('/var/lib/core')
        core.unlink(missing_ok=True)
        subprocess.run(['bash', '-c', 'ulimit -c unlimited; cd /var/lib; sh -c "kill -SEGV \\$\\$"; mv core* core 2>/dev/null'],
                       capture_output=True, check=False)
        self.addCleanup(core.unlink)
        core.chmod(0o600)
        systemctl('stop', 'crashprobe.path')  # it would begin again what is once here
        override = Path('/run/systemd/system/crashprobe.service.d/core.conf')
        override.parent.mkdir(parents=True)
        override.write_text(f'[Service]\nType=oneshot\nExecStart=\nExecStart=/usr/libexec/telemetrics/crashprobe --core {core}\n')
        systemctl('daemon-reload')
        systemctl('restart', 'crashprobe.service')
        self.assertEqual(unit('crashprobe.service', 'Result'), 'success')
        wait_until(lambda: self.delivered('org.telemetrics/crash/process'), 'the crash is delivered')
        self.assertFalse(self.delivered('org.telemetrics/crash/undecodable'))
        override.unlink()
        systemctl('daemon-reload')
        systemctl('start', 'crashprobe.path')
        wait_until(lambda: unit('crashprobe.service', 'ActiveState') == 'active', 'crashes are listened to again')

    @staticmethod
    def delivered(classification):
        return [record for body in Collector.bodies for record in body['records'] if record['classification'] == classification]

    def test_6_no_and_yes_at_once(self):
        """Between the two a probe may be on its way out, which systemd sees later than the second: all are there all the same."""
        self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        self.wait_for_the_end()
        self.root.set_enabled(True)
        for _ in range(15):
            for name in STAYING:
                wait_until(lambda name=name: unit(name, 'ActiveState') == 'active', f'{name} is there')
            self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
            self.root.set_enabled(True)
        for name in STAYING:
            wait_until(lambda name=name: unit(name, 'ActiveState') == 'active', f'{name} is there')

    def test_6_no_heartbeat(self):
        """Where all but the heartbeat is agreed to nothing wakes up for it; another yes plans it again."""
        wait_until(lambda: unit('telemprobd-off.service', 'ActiveState') == 'inactive', 'systemd has seen the changes before')
        self.decide('heartbeat', 1)
        wait_until(lambda: unit('hprobe.timer', 'ActiveState') == 'inactive', 'the heartbeat is not planned any more')
        for decision in (1, 2):
            self.decide('custom', decision)
            time.sleep(0.5)  # longer than systemd needs to see that something has changed
            self.assertEqual(unit('hprobe.timer', 'ActiveState'), 'inactive')
        self.decide('heartbeat', 2)
        wait_until(lambda: unit('hprobe.timer', 'ActiveState') == 'active', 'the heartbeat is planned again')

    def test_7_withdrawal(self):
        """After withdrawal the process goes away by itself, and nothing starts it."""
        self.root.invoke('Consent', 'Withdraw', '(a{sv})', {})
        self.assertFalse(ACTIVE.exists())
        self.assertFalse((STATE / 'enabled').exists())
        wait_until(lambda: unit('telemprobd.service', 'ActiveState') == 'inactive', 'telemprobd has ended')
        self.assertEqual(unit('telemprobd.service', 'Result'), 'success')
        for name in ('hprobe.timer', 'bootprobe.service'):
            wait_until(lambda name=name: unit(name, 'ActiveState') == 'inactive', f'{name} is not held any more')
        for name in ('hprobe.service', 'klogprobe.service', 'updateprobe.service', 'crashprobe.service'):
            systemctl('restart', name)
            self.assertEqual(unit(name, 'ConditionResult'), 'no', name)
        self.assertEqual(unit('telemprobd.service', 'ActiveState'), 'inactive')


if __name__ == '__main__':
    unittest.main()
