# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that crash, each in its own way: sources for CoreTest.build()."""

CRASH = '''
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
static volatile int zero;
__attribute__((noinline)) int touch (int *p) { *p = 1; return *p + zero; }
__attribute__((noinline)) int relay (int *p) { return touch (p) + 1; }
int main (int argc, char **argv)
{
  char secret[64] = "hunter2-on-" "the-stack";
  char *heap = strdup (secret);
  prctl (PR_SET_NAME, "hunter2-comm");
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
FORBIDDEN_CALL = '''
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
__attribute__((noinline)) int ask (void) { return getppid () + 1; }
int main (void)
{
  struct sock_filter rules[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = { sizeof rules / sizeof *rules, rules };
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
  return ask () + 1;
}
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
CXX_AT = '''
#include <vector>
__attribute__((noinline)) int pick (std::vector<int> &v, int n) { return v.at (n); }
int main (int argc, char **argv) { (void) argv; std::vector<int> v (3); return pick (v, 100 + argc); }
'''
RUST = '''
trait Turn { fn turn(&self, at: usize) -> i32; }
struct Wheel<T>(Vec<T>);
impl<T: Into<i32> + Copy> Turn for Wheel<T> { #[inline(never)] fn turn(&self, at: usize) -> i32 { self.0[at].into() + 1 } }
fn main() { let n = std::env::args().count(); println!("{}", Wheel(vec![1, 2]).turn(n + 7)); }
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
# The same in memory that processes share, each time in another place, and with a name.
JIT_SHARED = '''
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static const unsigned char code[] = { 0x55, 0x48, 0x89, 0xe5, 0x31, 0xc0, 0x8b, 0x00, 0x5d, 0xc3 };
int main (void)
{
  int memory = memfd_create ("hunter2", 0);
  char *page = ftruncate (memory, 4096) == 0 ? mmap (0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, memory, 0) : 0;
  page += 64 * (getpid () % 16);
  memcpy (page, code, sizeof code);
  return ((int (*) (void)) page) () + 1;
}
'''
# A program that loads a library by hand: nothing but its memory says what it is.
LOADER = '''
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static char file[1 << 18];
int main (int argc, char **argv)
{
  int fd = open (argv[argc - 1], O_RDONLY);
  if (read (fd, file, sizeof file) < 1) return 1;
  Elf64_Ehdr *head = (void *) file;
  Elf64_Phdr *part = (void *) (file + head->e_phoff);
  Elf64_Shdr *section = (void *) (file + head->e_shoff);
  char *base = mmap (0, sizeof file, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < head->e_phnum; i++)
    if (part[i].p_type == PT_LOAD) memcpy (base + part[i].p_vaddr, file + part[i].p_offset, part[i].p_filesz);
  while (section->sh_type != SHT_DYNSYM) section++;
  Elf64_Sym *symbol = (void *) (file + section->sh_offset);
  char *names = file + ((Elf64_Shdr *) (file + head->e_shoff))[section->sh_link].sh_offset;
  while (strcmp (names + symbol->st_name, "hunter2_function") != 0) symbol++;
  return ((int (*) (int *)) (base + symbol->st_value)) (0) + 1;
}
'''
HANDLER = '''
#include <signal.h>
#include <stdlib.h>
static void on_fault (int n) { (void) n; abort (); }
__attribute__((noinline)) int fault (int *p) { return *p + 1; }
int main (void) { signal (SIGSEGV, on_fault); return fault (0) + 1; }
'''
# In the page of code that the kernel gives to each process.
VDSO = '''
#include <time.h>
__attribute__((noinline)) int tell_time (struct timespec *where) { return clock_gettime (CLOCK_MONOTONIC, where) + 1; }
int main (int argc, char **argv) { (void) argv; return tell_time ((struct timespec *) (8L * argc)) + 1; }
'''
NULL_CALL = '''
static int (*volatile nothing) (int);
__attribute__((noinline)) int spin (int n) { return nothing (n) + 1; }
__attribute__((noinline)) int steer (int n) { return spin (n) + 1; }
int main (int argc, char **argv) { (void) argv; return steer (argc) + 1; }
'''
# As many places to crash as there are first arguments.
MANY = '#include <stdlib.h>\n' + ''.join(
    f'__attribute__((noinline)) int place_{n} (int *p) {{ *p = {n}; return *p + {n}; }}\n' for n in range(30)) + '''
int main (int argc, char **argv)
{
  static int (*const places[]) (int *) = {''' + ', '.join(f'place_{n}' for n in range(30)) + '''};
  return argc + places[atoi (argv[1])] (0);
}
'''
