/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program in plain C, without anything of GLib running: what the library leaves behind in it.
 * Prints "RESULT THREADS", where RESULT is what sending a record gave, and THREADS how many there
 * are then. With an argument there are only so many descriptors. */
#include "telemetry.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static int
count_threads (void)
{
  DIR *tasks = opendir ("/proc/self/task");
  const struct dirent *entry;
  int n = 0;

  while ((entry = readdir (tasks)) != NULL)
    n += entry->d_name[0] != '.';
  closedir (tasks);
  return n;
}

int
main (int argc, char **argv)
{
  struct rlimit limit, before;
  struct telem_ref *ref = NULL;

  getrlimit (RLIMIT_NOFILE, &before);
  limit = before;
  if (argc > 1)
    limit.rlim_cur = (rlim_t) atoi (argv[1]);
  setrlimit (RLIMIT_NOFILE, &limit);

  int ret = tm_create_record (&ref, 1, "double/answer/now", 1);
  if (ret == 0)
    ret = tm_send_record (ref);
  tm_free_record (ref);

  setrlimit (RLIMIT_NOFILE, &before);
  printf ("%d %d\n", ret, count_threads ());
  return 0;
}
