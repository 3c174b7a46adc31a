/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-fork.h. */
#include "tm-fork.h"

#include <limits.h>
#include <pthread.h>

/* A fork is of the whole process, and this is not GLib's: that would be among what is to be
 * protected. */
static pthread_mutex_t work = PTHREAD_MUTEX_INITIALIZER; /* global: of the process */
static pthread_once_t prepared = PTHREAD_ONCE_INIT;      /* global: of the process */
static pthread_key_t rounds_left;                        /* global: set in senders only */
static gint is_prepared;                                 /* global: of the process */

static gboolean
is_sender (void)
{
  return g_atomic_int_get (&is_prepared) && pthread_getspecific (rounds_left) != NULL;
}

static void
before_fork (void)
{
  if (!is_sender ())
    pthread_mutex_lock (&work);
}

static void
after_fork (void)
{
  if (!is_sender ())
    pthread_mutex_unlock (&work);
}

/* A thread that ends clears what keys have left in it, in rounds, for what is cleared may leave
 * something again. This one is done in the last: what GLib has there is gone by then. */
static void
on_thread_ends (void *left)
{
  gsize n_left = GPOINTER_TO_SIZE (left);

  if (n_left <= 1 || pthread_setspecific (rounds_left, GSIZE_TO_POINTER (n_left - 1)) != 0)
    pthread_mutex_unlock (&work);
}

static void
prepare (void)
{
  if (pthread_key_create (&rounds_left, on_thread_ends) == 0 &&
      pthread_atfork (before_fork, after_fork, after_fork) == 0)
    g_atomic_int_set (&is_prepared, TRUE);
}

void
tm_fork_begin_work (void)
{
  pthread_once (&prepared, prepare);
  if (!g_atomic_int_get (&is_prepared))
    return;

  pthread_mutex_lock (&work);
  if (pthread_setspecific (rounds_left, GSIZE_TO_POINTER (PTHREAD_DESTRUCTOR_ITERATIONS)) != 0)
    pthread_mutex_unlock (&work);
}

void
tm_fork_pause (void)
{
  if (is_sender ())
    pthread_mutex_unlock (&work);
}

void
tm_fork_resume (void)
{
  if (is_sender ())
    pthread_mutex_lock (&work);
}
