/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-signal.h. */
#include "crash-signal.h"

#include <signal.h>

/* glibc has no name for it. */
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

#define ANY_SIGNAL 0
#define CODE(signal, code)                                                                         \
  {                                                                                                \
    signal, code, #code                                                                            \
  }

const char *
crash_signal_get_reason (int signal, int code)
{
  static const struct
  {
    int signal;
    int code;
    const char *name;
  } codes[] = {
    CODE (SIGSEGV, SEGV_MAPERR),  CODE (SIGSEGV, SEGV_ACCERR),  CODE (SIGSEGV, SEGV_BNDERR),
    CODE (SIGSEGV, SEGV_PKUERR),  CODE (SIGBUS, BUS_ADRALN),    CODE (SIGBUS, BUS_ADRERR),
    CODE (SIGBUS, BUS_OBJERR),    CODE (SIGBUS, BUS_MCEERR_AR), CODE (SIGBUS, BUS_MCEERR_AO),
    CODE (SIGFPE, FPE_INTDIV),    CODE (SIGFPE, FPE_INTOVF),    CODE (SIGFPE, FPE_FLTDIV),
    CODE (SIGFPE, FPE_FLTOVF),    CODE (SIGFPE, FPE_FLTUND),    CODE (SIGFPE, FPE_FLTRES),
    CODE (SIGFPE, FPE_FLTINV),    CODE (SIGFPE, FPE_FLTSUB),    CODE (SIGILL, ILL_ILLOPC),
    CODE (SIGILL, ILL_ILLOPN),    CODE (SIGILL, ILL_ILLADR),    CODE (SIGILL, ILL_ILLTRP),
    CODE (SIGILL, ILL_PRVOPC),    CODE (SIGILL, ILL_PRVREG),    CODE (SIGILL, ILL_COPROC),
    CODE (SIGILL, ILL_BADSTK),    CODE (SIGTRAP, TRAP_BRKPT),   CODE (SIGTRAP, TRAP_TRACE),
    CODE (SIGSYS, SYS_SECCOMP),   CODE (ANY_SIGNAL, SI_USER),   CODE (ANY_SIGNAL, SI_TKILL),
    CODE (ANY_SIGNAL, SI_KERNEL), CODE (ANY_SIGNAL, SI_QUEUE),  CODE (ANY_SIGNAL, SI_TIMER),
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code && (codes[i].signal == ANY_SIGNAL || codes[i].signal == signal))
      return codes[i].name;

  return NULL;
}
