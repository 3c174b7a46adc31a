# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine: Debian's kernel and the real systemd over a copy of this very root, for what only a real kernel does.

    class KernelTest(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.vm = Machine.prepare()           # skips where no virtual machine can be had
            cls.vm.boot()
        def test_it(self):
            self.vm.run('echo hello')            # a shell of root's in there; a failure raises
            self.vm.crash('echo c >/proc/sysrq-trigger')
            self.vm.boot()                       # what was on the disk and in the kept memory is there again

Each boot is a process of qemu of its own. What outlives it does so on a real machine too: the disk that takes all writes;
KEPT_BYTES of memory at KEPT_ADDRESS that no kernel uses, for ramoops and for what firmware shows; and, where a test asks
for them, the store of ACPI's error records (ERST) and the variables of UEFI.
Only for use in the sandbox, with whose end qemu ends.
"""

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import unittest
from pathlib import Path

from harness.process import LOG_DIRECTORY, Process, wait_until
from harness.vm import initramfs, modules, units

SOURCE = Path(__file__).resolve().parents[3]
LAYER = SOURCE / '_check' / 'vm' / 'root'  # what build-aux/fetch-kernel unpacked
DIRECTORY = Path('/tmp/vm')

MEMORY_MIB = 1024
KEPT_ADDRESS = MEMORY_MIB << 20  # directly above the kernel's memory
KEPT_BYTES = 16 << 20
FIRMWARE_OFFSET = 1 << 20  # the first MiB is for what a dying kernel says
RAMOOPS = f'mem_address={KEPT_ADDRESS:#x} mem_size={FIRMWARE_OFFSET:#x} record_size=0x10000'
ERST_BYTES = 64 << 10
ERST_RECORD_BYTES = 4 << 10  # so little that a dump takes several
UEFI = Path('/usr/share/OVMF')

# Emulation on a machine that is busy with other tests; with KVM a boot takes seconds.
BOOT_SECONDS = int(os.environ.get('TM_VM_BOOT_SECONDS', 300))
# An emulated disk was seen to lose the answer to a question of the kernel: such a boot never comes to systemd.
ROOT_SECONDS = 150
ROOT_TRIES = 3
ROOT_LINE = 'vm: root'  # the last word of `init`
RUN_SECONDS = 120


def kvm_works():
    """Some machines have a /dev/kvm in which nothing ever runs: those whose processor has no virtualisation to show."""
    wanted = os.environ.get('TM_VM_ACCEL')
    if wanted:
        return wanted == 'kvm'
    flags = set(Path('/proc/cpuinfo').read_text(encoding='utf-8').split())
    return bool(flags & {'vmx', 'svm'}) and os.access('/dev/kvm', os.R_OK | os.W_OK)


def why_not():
    """What is missing for a virtual machine; None if nothing is."""
    for program in ('qemu-system-x86_64', 'busybox', '/sbin/modprobe', '/sbin/mkfs.ext4'):
        if not shutil.which(program):
            return f'{program} is not installed'
    if not LAYER.is_dir():
        return 'no kernel: build-aux/fetch-kernel gets it'
    return None


class Machine:
    @classmethod
    def prepare(cls):
        """A machine that is off, with an empty disk."""
        reason = why_not()
        if reason:
            raise unittest.SkipTest(reason)
        DIRECTORY.mkdir()
        return cls()

    def __init__(self):
        self.kernel_version = next((LAYER / 'lib' / 'modules').iterdir()).name
        self._kernel = LAYER / 'boot' / f'vmlinuz-{self.kernel_version}'
        self._initramfs = DIRECTORY / 'initramfs'
        self._disk = DIRECTORY / 'disk'
        self._kept = DIRECTORY / 'kept'
        self._erst = DIRECTORY / 'erst'
        self._variables = DIRECTORY / 'variables'
        self._tables = []
        self._qemu = self._socket = self._answers = None
        self.n_boots = 0
        initramfs.build(self._initramfs, LAYER, self.kernel_version, {'ramoops': RAMOOPS})
        for path, size in ((self._disk, 2 << 30), (self._kept, KEPT_BYTES)):
            path.touch()
            os.truncate(path, size)
        subprocess.run(['/sbin/mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=1', self._disk], check=True)
        units.choose(LAYER)

    # What it is made of

    def add_acpi_table(self, table):
        """table: bytes, header included; firmware shows it from the next boot on."""
        path = DIRECTORY / f'table-{len(self._tables)}'
        path.write_bytes(table)
        self._tables += ['-acpitable', f'file={path}']

    def add_error_store(self):
        """From the next boot on firmware keeps error records (ERST), and the kernel its dumps in them rather than in ramoops."""
        self._erst.touch()
        os.truncate(self._erst, ERST_BYTES)

    def n_error_records(self):
        """How many firmware has: qemu counts them at the head of the store."""
        return struct.unpack_from('<I', self._erst.read_bytes(), 20)[0]

    def use_uefi(self):
        """From the next boot on in place of the BIOS. It takes memory from the end, where the BIOS leaves it to be kept: there
        is none then, no ramoops, and no table that points there."""
        if not UEFI.is_dir():
            raise unittest.SkipTest('ovmf is not installed')
        shutil.copy(UEFI / 'OVMF_VARS_4M.fd', self._variables)

    def build_module(self, source):
        """Before the first boot: the path in the machine of a kernel module made from this directory."""
        return modules.build(LAYER, self.kernel_version, source)

    def write_kept(self, offset, data):
        """Into the memory that outlives a boot; the address there is KEPT_ADDRESS + offset, which begins at FIRMWARE_OFFSET."""
        with open(self._kept, 'r+b') as kept:
            kept.seek(offset)
            kept.write(data)

    def _command(self, words):
        n_cpus = 2 if kvm_works() else 1
        accelerator = ['-accel', 'kvm', '-cpu', 'host'] if kvm_works() else ['-accel', 'tcg', '-cpu', 'max']
        firmware, firmware_words = self._uefi() if self._variables.exists() else self._bios(n_cpus)
        line = ['console=ttyS0', 'panic=1', 'systemd.show_status=0', 'mitigations=off', *firmware_words, *words]
        return ['qemu-system-x86_64', *accelerator, '-machine', 'q35', '-smp', str(n_cpus), '-nodefaults', '-no-reboot',
                '-display', 'none', *firmware, *self._error_store(),
                '-kernel', self._kernel, '-initrd', self._initramfs, '-append', ' '.join(line),
                '-drive', f'file={self._disk},if=virtio,format=raw,cache=unsafe',
                *self._share('host', '/'), *self._share('layer', LAYER),
                '-device', 'virtio-serial-pci', '-chardev', f'socket,id=agent,path={DIRECTORY}/agent,server=on,wait=off',
                '-device', 'virtserialport,chardev=agent',
                '-serial', f'file:{LOG_DIRECTORY}/console-{self.n_boots}.log']

    def _bios(self, n_cpus):
        """Words for qemu and for the kernel: the memory in two parts, of which one is kept."""
        return (['-m', f'{MEMORY_MIB + (KEPT_BYTES >> 20)}M',
                 '-object', f'memory-backend-ram,id=ram,size={MEMORY_MIB}M', '-numa', f'node,memdev=ram,cpus=0-{n_cpus - 1}',
                 '-object', f'memory-backend-file,id=kept,size={KEPT_BYTES},mem-path={self._kept},share=on',
                 '-numa', 'node,memdev=kept', *self._tables],
                [f'memmap={KEPT_BYTES >> 10}K${KEPT_ADDRESS:#x}'])

    def _uefi(self):
        flash = 'if=pflash,format=raw'
        return (['-m', f'{MEMORY_MIB}M', '-drive', f'{flash},unit=0,readonly=on,file={UEFI}/OVMF_CODE_4M.fd',
                 '-drive', f'{flash},unit=1,file={self._variables}'],
                ['module_blacklist=ramoops'])

    def _error_store(self):
        if not self._erst.exists():
            return []
        return ['-object', f'memory-backend-file,id=erst,size={ERST_BYTES},mem-path={self._erst},share=on',
                '-device', f'acpi-erst,memdev=erst,record_size={ERST_RECORD_BYTES}']

    @staticmethod
    def _share(tag, path):
        return ['-fsdev', f'local,id={tag},path={path},security_model=none,readonly=on,multidevs=remap',
                '-device', f'virtio-9p-pci,fsdev={tag},mount_tag={tag}']

    # Its life

    def start(self, *words):
        """Switch it on; words: for the kernel's command line."""
        self.n_boots += 1
        LOG_DIRECTORY.mkdir(parents=True, exist_ok=True)
        self._qemu = Process(f'qemu-{self.n_boots}', [str(word) for word in self._command(words)])
        self._socket = self._connect()
        self._answers = self._socket.makefile('rb')

    def boot(self, *words):
        """Switch it on, and wait until a command can be run in it."""
        for _ in range(ROOT_TRIES):
            self.start(*words)
            if self._comes_to_its_root():
                break
            print(f'boot {self.n_boots} stood still in front of systemd: switched on again')
            self.stop()
        else:
            raise RuntimeError(f'{ROOT_TRIES} boots did not get as far as systemd')
        self._socket.settimeout(BOOT_SECONDS)
        hello = self._answers.readline()
        if not hello:
            raise RuntimeError(f'boot {self.n_boots} ended before it could be used:\n{self.console()[-4000:]}')

    def _comes_to_its_root(self):
        """False: it stands still before any program of the system runs. One that ends by itself is a matter of whoever waits."""
        with contextlib.suppress(TimeoutError):
            return wait_until(lambda: ROOT_LINE in self.console() or not self._qemu.is_running(), 'its root is there', ROOT_SECONDS)
        return False

    def _connect(self):
        connection = socket.socket(socket.AF_UNIX)
        def connect():
            try:
                connection.connect(str(DIRECTORY / 'agent'))
            except OSError:
                return not self._qemu.is_running()
            return True
        wait_until(connect, 'qemu listens')
        if not self._qemu.is_running():
            raise RuntimeError(f'qemu ended:\n{self._qemu.output()}')
        return connection

    def wait_off(self, seconds=BOOT_SECONDS):
        """Until this boot has ended by itself: by a panic, a shutdown or a reboot."""
        self._qemu.wait(seconds)
        self._close()

    def crash(self, script):
        """Run what ends this boot; nothing is put in order before."""
        self.send(script)
        self.wait_off()

    def reboot(self, *words):
        """In order, as a user would."""
        self.crash('systemctl reboot')
        self.boot(*words)

    def stop(self):
        """Pull the plug."""
        if self._qemu:
            self._qemu.kill()
            self._qemu.wait()
            self._close()

    def _close(self):
        self._socket.close()
        self._qemu = self._socket = self._answers = None

    # What happens in it

    def send(self, command, stdin='', seconds=RUN_SECONDS):
        words = ['/bin/bash', '-c', command] if isinstance(command, str) else [str(word) for word in command]
        request = {'command': words, 'stdin': stdin, 'seconds': seconds}
        self._socket.sendall(json.dumps(request).encode() + b'\n')

    def run(self, command, check=True, stdin='', seconds=RUN_SECONDS):
        """Standard output of a command of root's: a list of words, or a line for bash."""
        self.send(command, stdin, seconds)
        self._socket.settimeout(seconds + 30)
        line = self._answers.readline()
        if not line:
            raise RuntimeError(f'the machine died in {command!r}:\n{self.console()[-4000:]}')
        answer = json.loads(line)
        if check and answer['exit'] != 0:
            raise RuntimeError(f"{command!r}: exit {answer['exit']}\n{answer['out']}{answer['err']}")
        return answer['out']

    def wait(self, condition, what, seconds=RUN_SECONDS):
        """wait_until, at the pace of a machine that may be emulated."""
        return wait_until(condition, what, seconds, step=0.5)

    def records(self, pattern=''):
        """What the store in there holds: [record with its payload decoded], of classifications that contain pattern."""
        lines = self.run('telemctl journal --json -i').splitlines()
        records = [json.loads(line) for line in lines]
        for record in records:
            record['payload'] = json.loads(record['payload'])
        return [record for record in records if pattern in record['classification']]

    def wait_has_run(self, unit):
        """Until a service that is started by what is agreed to has been there in this boot."""
        show = f'systemctl show --property=ExecMainExitTimestampMonotonic,ActiveState,SubState {unit}'
        def has_run():
            shown = dict(line.split('=', 1) for line in self.run(show).splitlines())
            return shown['SubState'] == 'exited' or (shown['ActiveState'] == 'inactive' and
                                                     shown['ExecMainExitTimestampMonotonic'] != '0')
        self.wait(has_run, f'{unit} has been there')

    def wait_records(self, pattern, seconds=RUN_SECONDS):
        return self.wait(lambda: self.records(pattern), f'there is a record of {pattern}', seconds)

    def console(self):
        """What the kernel of this boot said on its console."""
        log = LOG_DIRECTORY / f'console-{self.n_boots}.log'
        return log.read_text(encoding='utf-8', errors='replace') if log.exists() else ''

    def machine_check(self, status, bank=4, address=0, misc=0, cpu=0, flags='sw'):
        """Have the kernel see a machine check: it passes it on to mce:mce_record and prints what it makes of it.

        flags: 'sw' only reports it; 'hw' goes through the exception, and may end this boot. Nothing in a virtual machine
        brings ras:mc_event about: that takes a memory controller with an EDAC driver.
        """
        values = {'status': f'{status:#x}', 'addr': f'{address:#x}', 'misc': f'{misc:#x}', 'cpu': cpu, 'flags': flags}
        lines = [f'echo {value} >/sys/kernel/debug/mce-inject/{name}' for name, value in values.items()]
        self.run('\n'.join(['set -e', 'modprobe mce-inject', *lines, f'echo {bank} >/sys/kernel/debug/mce-inject/bank']))
