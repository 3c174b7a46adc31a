# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the virtual machine starts: a small system, our units as their preset says, and the agent of the test.

Written into /etc of the sandbox, which the machine has for its root.
"""

import shutil
import subprocess
from pathlib import Path

AGENT = Path('/usr/libexec/vm-agent')
ETC = Path('/etc/systemd/system')
PRESET = Path('/usr/lib/systemd/system-preset/90-telemetrics.preset')

# The machine's own services are not what is tested. Without udev the kernel's own names of devices are all there is.
MASKED = ('systemd-logind.service', 'systemd-udevd.service', 'systemd-udev-trigger.service', 'getty.target',
          'systemd-timesyncd.service', 'systemd-networkd.service', 'apt-daily.timer', 'systemd-update-utmp.service',
          'systemd-update-utmp-runlevel.service', 'systemd-hwdb-update.service', 'ldconfig.service',
          'systemd-binfmt.service', 'systemd-journal-catalog-update.service', 'remote-fs.target', 'tmp.mount', 'modprobe@dm_mod.service',
          'modprobe@loop.service', 'modprobe@fuse.service', 'sys-fs-fuse-connections.mount', 'systemd-tmpfiles-clean.timer')
AGENT_UNIT = f"""[Unit]
After=dbus.socket systemd-journald.service systemd-sysctl.service systemd-sysusers.service
[Service]
Type=exec
WorkingDirectory=/
Environment=PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8
ExecStart={AGENT}
LimitCORE=infinity
"""


def choose(layer):
    """layer: what else is in the machine's root."""
    shutil.rmtree(ETC, ignore_errors=True)
    for wants in ('multi-user.target.wants', 'sockets.target.wants', 'sysinit.target.wants'):
        (ETC / wants).mkdir(parents=True)
    (ETC / 'default.target').symlink_to('/lib/systemd/system/multi-user.target')
    for name in MASKED:
        (ETC / name).symlink_to('/dev/null')
    shutil.copy(Path(__file__).with_name('agent'), AGENT)
    (ETC / 'agent.service').write_text(AGENT_UNIT, encoding='utf-8')
    (ETC / 'multi-user.target.wants' / 'agent.service').symlink_to('../agent.service')
    (ETC / 'sockets.target.wants' / 'dbus.socket').symlink_to('/lib/systemd/system/dbus.socket')
    for line in PRESET.read_text(encoding='utf-8').splitlines():
        if line.startswith('enable '):
            subprocess.run(['systemctl', '--root=/', '--quiet', 'enable', line.split()[1]], check=True, capture_output=True)
    prepare_files(layer)


def prepare_files(layer):
    """What is done once, and would cost time at each boot; and nothing tells systemd that this was a container."""
    for name in ('/etc/fstab', '/.dockerenv', '/run/.containerenv'):
        Path(name).unlink(missing_ok=True)
    for configuration in (layer / 'usr/lib/sysusers.d').glob('*.conf'):
        subprocess.run(['systemd-sysusers', configuration], check=True, capture_output=True)
    for stamp in ('/etc/.updated', '/var/.updated'):
        Path(stamp).touch()
    machine_id = Path('/etc/machine-id')
    machine_id.unlink(missing_ok=True)
    machine_id.write_text(subprocess.run(['systemd-id128', 'new'], capture_output=True, text=True, check=True).stdout,
                          encoding='utf-8')
