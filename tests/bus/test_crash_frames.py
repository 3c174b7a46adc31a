# SPDX-License-Identifier: LGPL-2.1-or-later
"""crashprobe on real cores: the frames are those of eu-stack, and the function to blame is the one that is."""

import os
import shutil
import subprocess
import unittest

from harness.cores import CoreTest
from harness.crashing import ABORT, ADA, CRASH, CXX, CXX_AT, DOUBLE_FREE, FORBIDDEN_CALL, HANDLER, JIT, JIT_SHARED, NULL_CALL, OVERFLOW, RUST, THREADS, VDSO


class CrashFrames(CoreTest):
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
        self.assertRegex(payload['signature']['title'], r'^dash\|SIGSEGV\|dash\+0x')

    def test_forbidden_call(self):
        """A filter of system calls ended it: the reason is said, and who made the call."""
        core = self.crash(self.build(FORBIDDEN_CALL))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 3)
        self.assertEqual((payload['signal'], payload['reason']), ('SIGSYS', 'SYS_SECCOMP'))
        self.assertEqual(payload['signature']['title'], 'gears|SIGSYS|getppid|ask')

    def test_abort(self):
        core = self.crash(self.build(ABORT))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 4)
        self.assertEqual(payload['signature']['title'], 'gears|SIGABRT|give_up')

    def test_double_free(self):
        """libc found it, libc is not to blame: also of one that tells no more than the names that programs may use."""
        core = self.crash(self.build(DOUBLE_FREE, '-w'))
        with self.without_debug_files():
            bare = self.payload(core)
            self.assert_like_eu_stack(core, bare, 5)
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 5)
        for found in (payload, bare):
            self.assertEqual(found['signature']['title'], 'gears|SIGABRT|free|drop')
        self.assertIn({'module': 'libc.so.6', 'build_id': bare['frames'][0]['build_id'], 'offset': bare['frames'][0]['offset'],
                       'activation': True}, bare['frames'])

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

    def test_many_functions(self):
        """A stack of more functions than a record has: the innermost 128, and that there were more."""
        chain = ''.join(f'__attribute__((noinline)) int f{n} (int *p) {{ return f{n - 1} (p) + {n}; }}\n' for n in range(1, 150))
        core = self.crash(self.build('__attribute__((noinline)) int f0 (int *p) { return *p + 1; }\n' + chain +
                                     'int main (void) { return f149 (0) + 1; }'))
        payload = self.payload(core)
        self.assertEqual(self.unfold(payload), self.eu_stack(core)[:128])
        self.assertFalse(payload['complete'])

    def test_deleted_library(self):
        """A library that is gone: the place in it is known all the same, and by nothing but the core."""
        library = self.build('int turn_wheel (int *p) { return *p + 1; }', '-shared', '-fPIC', into='/usr/lib', name='libwheel.so')
        core = self.crash(self.build('int turn_wheel (int *p); int main (void) { return turn_wheel (0) + 1; }', str(library)))
        before = self.payload(core)
        self.assertEqual(before['signature']['title'], 'gears|SIGSEGV|turn_wheel')
        library.unlink()
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 1)
        first = dict(before['frames'][0])
        place = first['offset']
        del first['function'], first['function_offset']
        self.assertEqual(payload['frames'][0], first)
        self.assertEqual(payload['signature']['title'], f'gears|SIGSEGV|libwheel.so+0x{place:x}')

    def test_damaged_files(self):
        """An update that broke off: what is left of a library or of the program says no name, and misleads nobody."""
        library = self.build('int turn_wheel (int *p) { return *p + 1; }', '-shared', '-fPIC', into='/usr/lib', name='libwheel.so')
        program = self.build('int turn_wheel (int *p); int main (void) { return turn_wheel (0) + 1; }', str(library))
        core = self.crash(program)
        first = self.payload(core)['frames'][0]
        for file in (library, program):
            content = file.read_bytes()
            for damaged in (content[:len(content) // 2], content[:64], content[:10], os.urandom(len(content))):
                with self.subTest(file=file, left=len(damaged)):
                    file.unlink()
                    file.write_bytes(damaged)
                    payload = self.payload(core)
                    self.assert_like_eu_stack(core, payload, 2)
                    place = {name: payload['frames'][0][name] for name in ('module', 'build_id', 'offset')}
                    self.assertEqual(place, {name: first[name] for name in place})
            file.write_bytes(content)
        self.assertEqual(self.payload(core)['signature']['title'], 'gears|SIGSEGV|turn_wheel')

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

    def test_cxx_library(self):
        """The library that throws tells no name of the function that does: the one that asked for it is to blame."""
        core = self.crash(self.build(CXX_AT, suffix='.cc', compiler=('g++', '-O1')))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 6)
        self.assertRegex(payload['signature']['title'], r'^gears\|SIGABRT\|(std::__throw_out_of_range_fmt\|)?pick$')

    def test_ada(self):
        core = self.crash(self.build(ADA, suffix='.adb', compiler=('gnatmake', '-q', '-f', '-O0')))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 2)
        self.assertRegex(payload['signature']['title'], r'^gears\|SIGTRAP\|gears__wheel__turn')

    @unittest.skipUnless(shutil.which('rustc'), 'this machine has no compiler of Rust')
    def test_rust(self):
        """Both ways in which its compiler has written names."""
        for mangling in ('legacy', 'v0'):
            core = self.crash(self.build(RUST, '-O', '-C', 'panic=abort', '-Z', 'unstable-options', '-C',
                                         f'symbol-mangling-version={mangling}', suffix='.rs',
                                         compiler=('env', 'RUSTC_BOOTSTRAP=1', 'rustc')))
            payload = self.payload(core)
            self.assert_like_eu_stack(core, payload, 3)
            self.assertEqual(payload['signature']['title'], 'gears|SIGABRT|<gears::Wheel as gears::Turn>::turn')

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'the code is of this kind of machine')
    def test_jit(self):
        """Code without a file has no place that means anything."""
        core = self.crash(self.build(JIT))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 1)
        self.assertEqual(payload['frames'][0], {'module': '[jit]', 'activation': True})
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|[jit]|main')

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'the code is of this kind of machine')
    def test_jit_in_shared_memory(self):
        """Such memory has a name for the kernel, and still no file: it is the same crash wherever in it the code was."""
        program = self.build(JIT_SHARED)
        first, second = (self.payload(self.crash(program)) for _ in range(2))
        self.assertEqual(first['frames'], second['frames'])
        self.assertEqual(first['frames'][0], {'module': '[jit]', 'activation': True})
        self.assertEqual(first['signature']['title'], 'gears|SIGSEGV|[jit]|main')
        self.assertNotIn('hunter2', str(first))

    def test_page_of_the_kernel(self):
        """The kernel's own code in a process has no file, but a name; it did as it was told."""
        core = self.crash(self.build(VDSO))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 4)
        self.assertEqual(payload['frames'][0]['module'], '[jit]')
        self.assertRegex(payload['frames'][0]['function'], 'clock_gettime')
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|clock_gettime|tell_time')

    def test_call_of_nothing(self):
        """There is no code at 0: what is found behind it is told, with and without frame pointers."""
        core = self.crash(self.build(NULL_CALL))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 2)
        self.assertEqual(payload['signature']['title'], 'gears|SIGSEGV|[jit]|steer')
        core = self.crash(self.build(NULL_CALL, '-O2', '-fomit-frame-pointer'))
        payload = self.payload(core)
        self.assert_like_eu_stack(core, payload, 1)
        self.assertEqual(payload['frames'][0], {'module': '[jit]', 'activation': True})

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


if __name__ == '__main__':
    unittest.main()
