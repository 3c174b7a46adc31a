# SPDX-License-Identifier: LGPL-2.1-or-later
"""crashprobe on real cores of real programs: the frames are those of eu-stack, and nothing else of the process comes along."""

import json
import os
import re
import resource
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import System
from harness.journal import Journal
from harness.process import Process, run_as, wait_until

PROBE = '/usr/libexec/telemetrics/crashprobe'
STATE = Path('/var/lib/telemetrics-probes/crashprobe.state')
CORES = Path('/var/lib/systemd/coredump')
FRAME = re.compile(r'^#(\d+) +0x([0-9a-f]+)(?: - 1)?(?: (.*?))?(?: - (\S+.*))?$')
PLACE = re.compile(r'^ +\[([0-9a-f]+)\]@0x([0-9a-f]+)\+0x([0-9a-f]+)$')

CRASH = '''
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static volatile int zero;
__attribute__((noinline)) int touch (int *p) { *p = 1; return *p + zero; }
__attribute__((noinline)) int relay (int *p) { return touch (p) + 1; }
int main (int argc, char **argv)
{
  char secret[64] = "hunter2-on-" "the-stack";
  char *heap = strdup (secret);
  if (argc > 1 && argv[1][0] == 'x') heap[0] = 'x';
  return relay ((int *) 0) + heap[0] + secret[zero];
}
'''
ABORT = '''
#include <stdlib.h>
__attribute__((noinline)) void give_up (void) { abort (); }
__attribute__((noinline)) int decide (int n) { give_up (); return n; }
int main (int argc, char **argv) { (void) argv; return decide (argc) + 1; }
'''
DOUBLE_FREE = '''
#include <stdlib.h>
__attribute__((noinline)) int drop (void *p) { free (p); free (p); return 1; }
int main (void) { return drop (malloc (2000)) + 1; }
'''
OVERFLOW = '''
static volatile int one = 1;
int even (int n);
__attribute__((noinline)) int odd (int n) { volatile char room[200]; room[0] = n; return even (n + one) + room[0]; }
__attribute__((noinline)) int even (int n) { volatile char room[100]; room[0] = n; return odd (n + one) + room[0]; }
int main (void) { return odd (1) + 1; }
'''
THREADS = '''
#include <pthread.h>
#include <unistd.h>
static void *idle (void *nothing) { pause (); return nothing; }
__attribute__((noinline)) int fall (int *p) { return *p + 1; }
static void *doomed (void *nothing) { return (void *) (long) (fall (nothing) + 1); }
int main (void)
{
  pthread_t thread;
  for (int i = 0; i < 5; i++) pthread_create (&thread, 0, idle, 0);
  usleep (100000);
  pthread_create (&thread, 0, doomed, 0);
  pthread_join (thread, 0);
}
'''
CXX = '''
#include <stdexcept>
#include <string>
#include <vector>
namespace gears {
  template <typename T> struct Wheel {
    __attribute__((noinline)) int turn (const std::vector<T> &v) { if (v.size () < 9) throw std::runtime_error ("x"); return 1; }
  };
}
int main (int argc, char **argv) { (void) argv; gears::Wheel<int> w; return w.turn (std::vector<int> (argc)) + 1; }
'''
RUST = '''
#[inline(never)] fn pick(list: &[i32], at: usize) -> i32 { list[at] + 1 }
fn main() { let n = std::env::args().count(); println!("{}", pick(&[1, 2][..], n + 7)); }
'''
ADA = '''
with Ada.Command_Line;
procedure Gears is
   procedure Give_Up (Signal : Integer) with Import, Convention => C, External_Name => "raise";
   package Wheel is
      procedure Turn (Count : Integer);
   end Wheel;
   package body Wheel is
      procedure Turn (Count : Integer) is
      begin
         if Count = 0 then Give_Up (5); end if;
      end Turn;
   end Wheel;
begin
   Wheel.Turn (Ada.Command_Line.Argument_Count);
end Gears;
'''
JIT = '''
#include <string.h>
#include <sys/mman.h>
static const unsigned char code[] = { 0x55, 0x48, 0x89, 0xe5, 0x31, 0xc0, 0x8b, 0x00, 0x5d, 0xc3 };
int main (void)
{
  void *page = mmap (0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy (page, code, sizeof code);
  return ((int (*) (void)) page) () + 1;
}
'''
HANDLER = '''
#include <signal.h>
#include <stdlib.h>
static void on_fault (int n) { (void) n; abort (); }
__attribute__((noinline)) int fault (int *p) { return *p + 1; }
int main (void) { signal (SIGSEGV, on_fault); return fault (0) + 1; }
'''


class CrashprobeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System()
        cls.system.start()
        cls.directory = Path(tempfile.mkdtemp(dir='/var/tmp'))
        cls.directory.chmod(0o755)

    @classmethod
    def tearDownClass(cls):
        cls.system.stop()

    def tearDown(self):
        self.system.reset()

    # Making cores

    def build(self, source, *flags, suffix='.c', compiler=('gcc', '-O1', '-fno-omit-frame-pointer'), into='/usr/bin', name='gears'):
        """A program of the operating system, unless said otherwise."""
        file = self.directory / (name + suffix)
        file.write_text(source)
        program = Path(into) / name
        program.unlink(missing_ok=True)
        subprocess.run([*compiler, '-o', program, file, *flags], check=True, cwd=self.directory, capture_output=True)
        return program

    def crash(self, program, *arguments, environment=None, cwd=None, stack_bytes=8 * 1024 * 1024):
        """The core of program."""
        where = Path(tempfile.mkdtemp(dir=cwd or self.directory))

        def set_limits():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            resource.setrlimit(resource.RLIMIT_STACK, (stack_bytes, stack_bytes))

        ran = subprocess.run([program, *arguments], cwd=where, env=environment, capture_output=True, check=False,
                             preexec_fn=set_limits)
        self.assertLess(ran.returncode, 0, 'it did not crash')
        cores = list(where.glob('core*'))
        self.assertEqual(len(cores), 1, 'this needs a kernel.core_pattern that is a file')
        return cores[0]

    @staticmethod
    def show(core, *arguments):
        """The one record of --dry-run, as text and as what it says."""
        ran = subprocess.run([PROBE, '--core', core, *arguments, '--dry-run'], capture_output=True, text=True, check=True)
        return ran.stdout, json.loads(ran.stdout)

    def payload(self, core, *arguments, kind='process'):
        record = self.show(core, *arguments)[1]
        self.assertEqual(record['classification'], 'org.telemetrics/crash/' + kind)
        return record['payload']

    @staticmethod
    def eu_stack(core):
        """(build-id, offset, function) of the first thread's frames."""
        said = subprocess.run(['eu-stack', f'--core={core}', '-b', '-m', '-n', '200000'], capture_output=True, text=True,
                              check=False).stdout
        frames, pc = [], None
        for line in said.partition('TID')[2].partition('\nTID')[0].splitlines():
            frame, place = FRAME.match(line), PLACE.match(line)
            if frame:
                pc, function = int(frame[2], 16), frame[3]
                frames.append(['', 0, None if function in (None, '-') or function.startswith('- ') else function])
            elif place:
                frames[-1][0], frames[-1][1] = place[1], pc - int(place[2], 16)
        return [tuple(frame) for frame in frames]

    @staticmethod
    def unfold(payload):
        """The frames as (build-id, offset, function), those of recursion as often as they were."""
        frames, found = [], payload['frames']
        at = 0
        while at < len(found):
            times = found[at].get('times', 1)
            end = at + 1
            while times > 1 and end < len(found) and found[end].get('times', 1) == times:
                end += 1
            frames += found[at:end] * times
            at = end
        return [(f.get('build_id', ''), f.get('offset', 0), f.get('function')) for f in frames]

    def assert_like_eu_stack(self, core, payload, least=2):
        expected = self.eu_stack(core)
        self.assertGreaterEqual(len(expected), least)
        self.assertEqual(self.unfold(payload), expected)

    # The frames are right

    def test_segfault(self):
        core = self.crash(self.build(CRASH))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 4)
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|touch')
        self.assertEqual((payload['signal'], payload['reason'], payload['threads']), ('SIGSEGV', 'SEGV_MAPERR', 1))
        self.assertEqual(payload['program'], '/usr/bin/gears')
        self.assertIn('touch', payload['text'])

    def test_killed(self):
        """A signal that somebody sent has no fault, only a place."""
        payload = self.payload(self.crash('/bin/sh', '-c', 'kill -SEGV $$'))
        self.assertEqual((payload['signal'], payload['reason']), ('SIGSEGV', 'SI_USER'))
        self.assertGreater(len(payload['frames']), 1)

    def test_abort(self):
        core = self.crash(self.build(ABORT))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 4)
        self.assertEqual(payload['signature']['title'], 'gears|SIGABRT|give_up')

    def test_double_free(self):
        """libc found it, libc is not to blame."""
        core = self.crash(self.build(DOUBLE_FREE, '-w'))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 5)
        self.assertRegex(payload['signature']['title'], r'^gears\|SIGABRT\|(free\|)*drop$')

    def test_handler(self):
        """What a handler of the signal did is not what went wrong."""
        core = self.crash(self.build(HANDLER))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 5)
        self.assertEqual(payload['signature']['title'], 'gears|SIGABRT|fault')

    def test_threads(self):
        core = self.crash(self.build(THREADS, '-pthread'))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 3)
        self.assertEqual(payload['threads'], 7)
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|fall')

    def test_stack_overflow(self):
        """Thousands of frames are a handful, and the bottom of the stack is still there."""
        core = self.crash(self.build(OVERFLOW), stack_bytes=1024 * 1024)
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 1000)
        self.assertLess(len(payload['frames']), 12)
        self.assertEqual(payload['frames'][-1]['function'], '_start')
        self.assertTrue(payload['complete'])
        self.assertGreater(max(frame.get('times', 1) for frame in payload['frames']), 1000)
        self.assertRegex(payload['signature']['title'], r'^gears\|SIGSEGV\|(odd|even)$')
        self.assertIn(' x ', payload['text'])

    def test_deep_stack(self):
        """A stack that takes too long to walk makes a record all the same, of its innermost frames."""
        payload = self.payload(self.crash(self.build(OVERFLOW), stack_bytes=64 * 1024 * 1024))
        self.assertFalse(payload['complete'])
        self.assertRegex(payload['signature']['title'], r'^gears\|SIGSEGV\|(odd|even)$')

    def test_stripped(self):
        core = self.crash(self.build(CRASH, '-s'))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 4)
        first = payload['frames'][0]
        self.assertNotIn('function', first)
        self.assertEqual(payload['signature']['title'], f'gears|SIGSEGV|gears+0x{first["offset"]:x}')

    def test_deleted(self):
        """An update came in between: module, build-id and offset are those of what ran."""
        program = self.build(CRASH)
        core = self.crash(program)
        before = self.payload(core)
        copy = self.directory / 'kept'
        shutil.copy(program, copy)
        program.unlink()
        deleted = self.payload(core)
        self.assert_like_eu_stack(core, deleted, 1)
        self.assertEqual(deleted['frames'][0]['build_id'], before['frames'][0]['build_id'])
        self.assertEqual(deleted['frames'][0]['offset'], before['frames'][0]['offset'])
        self.assertFalse(deleted['complete'])
        handed = self.payload(core, '--exe', copy)
        self.assertEqual(handed['frames'], before['frames'])
        self.build(ABORT)
        self.assertEqual(self.payload(core)['frames'][0]['build_id'], before['frames'][0]['build_id'])
        self.assertNotIn('function', self.payload(core)['frames'][0])

    def test_another_program_is_not_believed(self):
        core = self.crash(self.build(CRASH))
        payload = self.payload(core)
        self.assertEqual(self.payload(core, '--exe', '/bin/true'), payload)

    def test_cxx(self):
        core = self.crash(self.build(CXX, suffix='.cc', compiler=('g++', '-O1')))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 6)
        self.assertEqual(payload['signature']['title'], 'gears|SIGABRT|gears::Wheel::turn')

    def test_ada(self):
        core = self.crash(self.build(ADA, suffix='.adb', compiler=('gnatmake', '-q', '-f', '-O0')))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 2)
        self.assertRegex(payload['signature']['title'], r'^gears\|SIGTRAP\|gears__wheel__turn')

    @unittest.skipUnless(shutil.which('rustc'), 'this machine has no compiler of Rust')
    def test_rust(self):
        core = self.crash(self.build(RUST, suffix='.rs', compiler=('rustc', '-O', '-C', 'panic=abort')))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 3)
        self.assertEqual(payload['signature']['title'], 'gears|SIGABRT|gears::pick')

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'the code is of this kind of machine')
    def test_jit(self):
        """Code without a file has no place that means anything."""
        payload = self.payload(self.crash(self.build(JIT)))
        self.assertEqual(payload['frames'][0], {'module': '[jit]', 'activation': True})
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|[jit]')

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'another kind of machine has no 32 bit')
    def test_32_bit(self):
        core = self.crash(self.build(CRASH, '-m32'))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 4)
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|touch')
        self.assertEqual(payload['reason'], 'SEGV_MAPERR')

    def test_gcore(self):
        """The core that a debugger made of a living process."""
        child = subprocess.Popen(['/usr/bin/sleep', '100'])
        try:
            subprocess.run(['gcore', '-o', self.directory / 'live', str(child.pid)], check=True, capture_output=True)
        finally:
            child.kill()
            child.wait()
        core = self.directory / f'live.{child.pid}'
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 2)
        self.assertEqual(payload['component'], 'sleep')

    def test_same_again(self):
        """Two crashes at the same place are one to the service, whatever the addresses were."""
        program = self.build(CRASH)
        first, second = (self.payload(self.crash(program))['signature'] for _ in range(2))
        self.assertEqual(first, second)

    def test_names_outlive_a_build(self):
        first = self.payload(self.crash(self.build(CRASH)))['signature']
        second = self.payload(self.crash(self.build(CRASH, '-O2', '-fno-inline')))['signature']
        self.assertEqual((first['title'], first['hash']), (second['title'], second['hash']))
        self.assertNotEqual(first['exact'], second['exact'])

    # Files that are not what they seem

    def test_compressed(self):
        core = self.crash(self.build(CRASH))
        packed = core.with_name('core.zst')
        subprocess.run(['zstd', '-q', core, '-o', packed], check=True)
        self.assertEqual(self.show(packed), self.show(core))

    def test_undecodable(self):
        """Whatever is not a core makes one record that says no more than that."""
        core = self.crash(self.build(CRASH)).read_bytes()
        for content in (b'', b'\x7fELF', b'text', core[:100], Path('/bin/true').read_bytes(), b'\x28\xb5\x2f\xfd' + core[:1000]):
            file = self.directory / 'broken'
            file.write_bytes(content)
            self.payload(file, kind='undecodable')

    def test_truncated(self):
        """A core that was cut is read as far as it goes, or says that it cannot be."""
        core = self.crash(self.build(CRASH))
        content = core.read_bytes()
        for share in (0.1, 0.3, 0.6, 0.9):
            core.write_bytes(content[:int(len(content) * share)])
            record = self.show(core)[1]
            self.assertIn(record['classification'].rpartition('/')[2], ('process', 'undecodable'))

    def test_bomb(self):
        """A small file that unpacks to more than a core may have."""
        file = self.directory / 'bomb.zst'
        with open(file, 'wb') as output:
            zeros = subprocess.Popen(['head', '-c', '600M', '/dev/zero'], stdout=subprocess.PIPE)
            subprocess.run(['zstd', '-q', '-c', '-1'], stdin=zeros.stdout, stdout=output, check=True)
            zeros.wait()
        self.assertLess(file.stat().st_size, 100_000)
        self.payload(file, kind='undecodable')

    # What must not leave

    def test_secrets(self):
        """Arguments, environment, memory, directories and the name of the machine stay here."""
        home = Path('/home/alice-hunter2')
        home.mkdir(exist_ok=True)
        program = self.build(CRASH)
        core = self.crash(program, 'hunter2-argument', environment={'TOKEN': 'hunter2-environment', 'HOME': str(home)}, cwd=home)
        self.assertIn(b'hunter2-environment', core.read_bytes())
        text, record = self.show(core)
        for secret in ('hunter2', 'alice', '/home', os.uname().nodename, str(self.directory)):
            self.assertNotIn(secret, text)
        self.assertEqual(record['classification'], 'org.telemetrics/crash/process')
        self.assertEqual(set(record['payload']), {'signature', 'program', 'component', 'signal', 'signal_number', 'si_code', 'reason',
                                                  'threads', 'complete', 'frames', 'modules', 'text'})

    def test_third_party(self):
        """Of somebody else's program: that one crashed."""
        for into in ('/usr/local/bin', '/opt', '/home'):
            program = self.build(CRASH, into=into, name='hunter2')
            text, record = self.show(self.crash(program))
            self.assertEqual(record['classification'], 'org.telemetrics/crash/third-party')
            self.assertEqual(record['severity'], 2)
            self.assertEqual(set(record['payload']), {'signature', 'count', 'text'})
            for word in ('hunter2', 'touch', 'SIGSEGV', into):
                self.assertNotIn(word, text)

    def test_foreign_library(self):
        """A library of somebody else's inside a program of the system has neither name nor functions."""
        library = self.build('int hunter2_function (int *p) { return *p + 1; }', '-shared', '-fPIC', into='/opt', name='libhunter2.so')
        program = self.build('int hunter2_function (int *p); int main (void) { return hunter2_function (0) + 1; }', str(library))
        text, record = self.show(self.crash(program))
        self.assertNotIn('hunter2', text)
        self.assertEqual(record['payload']['signature']['title'], 'gears|SIGSEGV|[other]')

    # Handing over

    def test_handed_over(self):
        core = self.crash(self.build(CRASH))
        run_as('root', [PROBE, '--core', str(core)])
        self.assertEqual(self.kept(), [])
        self.decide(2)
        run_as('root', [PROBE, '--core', str(core)])
        run_as('root', [PROBE, '--core', str(core)])
        kept = self.kept()
        self.assertEqual([record['classification'] for record in kept], ['org.telemetrics/crash/process'])
        self.assertEqual(json.loads(kept[0]['payload'])['component'], 'gears')

    @staticmethod
    def kept():
        said = run_as('root', ['telemctl', 'journal', '--json', '-i'], check=False).stdout
        return [json.loads(line) for line in said.splitlines()]

    # The journal

    def prepare_journal(self):
        """Agreed, and the probe has been there once: from here on it is to report."""
        self.addCleanup(STATE.unlink, missing_ok=True)
        self.journal = Journal()
        self.journal.add(MESSAGE='hello', _TRANSPORT='syslog')
        shutil.rmtree(CORES, ignore_errors=True)
        CORES.mkdir(parents=True)
        self.decide(2)
        self.once()

    def decide(self, decision):
        self.system.caller('root').invoke('Consent', 'SetConsent', '(a{su}ua{sv})', {'crashes': decision}, 1, {})

    def once(self, expect=0, environment=None):
        ran = run_as('root', [PROBE, '--once'], check=False, environment=environment)
        self.assertEqual(ran.returncode, expect, ran.stderr)

    def coredump(self, core=None, name='core.gears.1.zst', **fields):
        """What systemd-coredump does; fields: what is different, None: not there."""
        file = CORES / name
        if core:
            subprocess.run(['zstd', '-q', '-f', core, '-o', file], check=True)
            file.chmod(0o600)
        entry = {'MESSAGE_ID': 'fc2e22bc6ee647b6b90729ab34a250b1', '_UID': 0, '_EXE': '/usr/lib/systemd/systemd-coredump',
                 '_TRANSPORT': 'journal', 'MESSAGE': 'Process 1 (gears) of user 1000 dumped core.', 'COREDUMP_EXE': '/usr/bin/gears',
                 'COREDUMP_FILENAME': file, 'COREDUMP_TIMESTAMP': 1767225600000000, 'COREDUMP_CMDLINE': 'gears hunter2',
                 'COREDUMP_ENVIRON': 'TOKEN=hunter2', 'COREDUMP_CWD': '/home/hunter2', 'COREDUMP_HOSTNAME': 'hunter2', **fields}
        self.journal.add(**{field: value for field, value in entry.items() if value is not None})

    def kinds(self):
        return [record['classification'].rpartition('/')[2] for record in self.kept()]

    def test_journal(self):
        self.prepare_journal()
        self.coredump(self.crash(self.build(CRASH)))
        self.once()
        kept = self.kept()
        self.assertEqual(self.kinds(), ['process'])
        self.assertEqual(json.loads(kept[0]['payload'])['signature']['title'], 'gears|SIGSEGV|touch')
        self.assertTrue(kept[0]['created_at'].startswith('2026-01-01T00:00:00'))
        self.assertNotIn('hunter2', json.dumps(kept))

    def test_follow(self):
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        with Process('crashprobe', [PROBE]):
            self.coredump(core)
            wait_until(lambda: self.kinds() == ['process'], 'the crash is reported')

    def test_restart(self):
        """Nothing is lost and nothing is told twice."""
        self.prepare_journal()
        for number, source in enumerate((CRASH, ABORT), 1):
            self.coredump(self.crash(self.build(source)), f'core.{number}.zst')
            self.once()
            self.once()
            self.assertEqual(self.kinds(), ['process'] * number)

    def test_service_away(self):
        """What cannot be handed over is not passed over."""
        self.prepare_journal()
        self.coredump(self.crash(self.build(CRASH)))
        self.once(expect=1, environment={'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nowhere'})
        self.once()
        self.assertEqual(self.kinds(), ['process'])

    def test_forged_entries(self):
        """Anybody can write the fields without an underscore; nobody else those that have one."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        for fields in ({'_UID': 1000}, {'_UID': None}, {'_EXE': '/usr/bin/logger'}, {'_EXE': None}, {'_UID': '0x0'}, {'_UID': ''},
                       {'_EXE': '/home/alice/usr/lib/systemd/systemd-coredump'}, {'_EXE': '/usr/lib/systemd/systemd-coredump '},
                       {'_EXE': None, 'EXE': '/usr/lib/systemd/systemd-coredump'}, {'MESSAGE_ID': '0' * 32}):
            self.coredump(core, **fields)
        self.once()
        self.assertEqual(self.kinds(), [])

    def test_only_files_of_systemd(self):
        """A core is opened only where systemd keeps them, and not through a link."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        (CORES / 'link').symlink_to(core)
        (CORES / 'directory').mkdir()
        shutil.copy(core, CORES / 'directory/core')
        os.mkfifo(CORES / 'pipe')
        names = [core, CORES / 'link', CORES / 'directory', CORES / 'directory/core', CORES / 'pipe', CORES / 'missing',
                 f'{CORES}/../coredump/link', f'{CORES}/', f'{CORES}/..', 'core', '']
        for name in names:
            self.coredump(COREDUMP_FILENAME=name)
        self.once()
        self.assertEqual(self.kinds(), ['undecodable'] * len(names))

    def test_third_party_of_the_journal(self):
        """Its core is not even opened; nor is a container's program one of the system."""
        self.prepare_journal()
        core = self.crash(self.build(CRASH))
        self.coredump(core, COREDUMP_EXE='/home/alice/hunter2')
        self.coredump(core, COREDUMP_CONTAINER_CMDLINE='podman hunter2')
        trace = subprocess.run(['strace', '-f', '-e', 'trace=openat', PROBE, '--once'], capture_output=True, text=True,
                               check=True).stderr
        self.assertEqual(self.kinds(), ['third-party'] * 2)
        self.assertNotIn('hunter2', json.dumps(self.kept()))
        self.assertNotIn('/usr/lib/debug', trace)

    def test_nothing_from_before(self):
        self.prepare_journal()
        self.decide(1)
        self.coredump(self.crash(self.build(CRASH)))
        self.decide(2)
        self.once()
        self.once()
        self.assertEqual(self.kinds(), [])

    def test_off_opens_no_source(self):
        """The system calls of a probe without consent: no journal, no core, no service."""
        trace = subprocess.run(['strace', '-f', '-e', 'trace=open,openat,openat2,connect,execve', PROBE], capture_output=True, text=True,
                               check=True).stderr
        self.assertRegex(trace, r'/run/telemetrics/active')
        self.assertFalse(re.search(r'journal/|coredump|connect\(|--analyse', trace), trace)

    def test_the_end_of_consent_ends_it_at_once(self):
        self.prepare_journal()
        with Process('crashprobe', [PROBE]) as probe:
            wait_until(lambda: 'anon_inode:inotify' in [str(path.readlink()) for path in Path(f'/proc/{probe.pid}/fd').iterdir()],
                       'it watches')
            self.decide(1)
            self.assertEqual(probe.wait(2), 0)

    # The kernel's own way

    def handle(self, core, *arguments, expect=0):
        with open(core, 'rb') as stream:
            cat = subprocess.Popen(['cat'], stdin=stream, stdout=subprocess.PIPE)
        ran = subprocess.run([PROBE, '--handler', *arguments], stdin=cat.stdout, capture_output=True, text=True, check=False)
        cat.stdout.close()
        cat.wait()
        self.assertEqual(ran.returncode, expect, ran.stderr)
        return ran

    def test_handler_mode(self):
        """A core that comes as a stream, of a process that is still there, whose file is not."""
        self.decide(2)
        program = self.build(CRASH)
        core = self.crash(program)
        waiting = self.build(CRASH.replace('return relay', 'pause (); return relay'))
        child = subprocess.Popen([waiting])
        try:
            subprocess.run(['gcore', '-o', self.directory / 'handled', str(child.pid)], check=True, capture_output=True)
            waiting.unlink()
            self.handle(self.directory / f'handled.{child.pid}', str(child.pid), '1000', '1000', '11', '1767225600')
        finally:
            child.kill()
            child.wait()
        payload = json.loads(self.kept()[0]['payload'])
        self.assertIn('main', [frame.get('function') for frame in payload['frames']])
        self.assertTrue(self.kept()[0]['created_at'].startswith('2026-01-01T00:00:00'))
        self.handle(core, str(os.getpid()), '1000', '1000', '11', '1767225600')
        self.assertEqual(self.kinds(), ['process'] * 2)

    def test_handler_of_a_container(self):
        """What a container calls /usr is not ours; nor is a process that nobody can tell of."""
        self.decide(2)
        core = self.crash(self.build(CRASH))
        child = subprocess.Popen(['unshare', '--mount', 'sleep', '100'])
        try:
            wait_until(lambda: os.readlink(f'/proc/{child.pid}/ns/mnt') != os.readlink('/proc/self/ns/mnt'), 'it has its own files')
            self.handle(core, str(child.pid), '0', '0', '11', '1767225600')
        finally:
            child.kill()
            child.wait()
        self.handle(core, '999999', '0', '0', '11', '1767225600')
        self.assertEqual(self.kinds(), ['third-party'] * 2)

    def test_handler_without_consent(self):
        core = self.crash(self.build(CRASH))
        self.handle(core, str(os.getpid()), '0', '0', '11', '1767225600')
        self.assertEqual(self.kept(), [])

    def test_handler_arguments(self):
        self.decide(2)
        core = self.crash(self.build(CRASH))
        for arguments in ((), ('1',), ('1', '2', '3', '4', '5', '6'), ('x', '0', '0', '11', '0'), ('1', '0', '0', '65', '0'),
                          ('1', '0', '0', '11', '99999999999999999999')):
            self.assertIn('crashprobe: ', self.handle(core, *arguments, expect=2).stderr)
        self.assertEqual(self.kept(), [])

    # The child

    def test_child_is_nobody_and_may_nothing(self):
        core = self.crash(self.build(CRASH))
        trace = self.directory / 'trace'
        subprocess.run(['strace', '-f', '-o', trace, '-e', 'trace=setresuid,seccomp,prlimit64,setrlimit,prctl,openat,unshare', PROBE,
                        '--core', core, '--dry-run'], check=True, capture_output=True)
        text = trace.read_text()
        self.assertRegex(text, r'setresuid\(65534, 65534, 65534\) += 0')
        self.assertRegex(text, r'RLIMIT_CPU, \{rlim_cur=10, rlim_max=10\}')
        self.assertRegex(text, r'RLIMIT_AS, \{rlim_cur=524288\*1024, rlim_max=524288\*1024\}')
        self.assertRegex(text, r'RLIMIT_CORE, \{rlim_cur=0, rlim_max=0\}')
        self.assertRegex(text, r'PR_SET_NO_NEW_PRIVS, 1')
        self.assertRegex(text, r'SECCOMP_SET_MODE_FILTER.* = 0')
        inside = text[text.index('SECCOMP_SET_MODE_FILTER'):]
        self.assertFalse(re.search(r'O_WRONLY|O_RDWR|O_CREAT', inside), inside)


if __name__ == '__main__':
    unittest.main()
