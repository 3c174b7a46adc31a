/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libtelemetry reads from the message bus: the lines of the handshake, then messages, and the
 * answers in them. */
#include "tm-answer.h"
#include "tm-wire.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_answers (TmWire *wire)
{
  for (;;)
    {
      g_autoptr (GDBusMessage) message = NULL;
      g_autoptr (GError) error = NULL;
      if (!tm_wire_read (wire, &message, NULL) || message == NULL)
        return;

      g_autoptr (GVariant) id = tm_answer_from_reply (message, "(s)", NULL);
      g_autoptr (GVariant) results = tm_answer_from_reply (message, "(a(ss))", &error);
      if (results == NULL)
        g_assert_cmpint (tm_answer_to_errno (error), <, 0);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int fds[2];

  if (size > 64 * 1024 ||
      socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
    return 0;

  /* All of it lies ready before anybody reads, and its end too: nothing here ever waits. */
  if (write (fds[1], data, size) == (gssize) size && shutdown (fds[1], SHUT_WR) == 0)
    {
      gint64 deadline_usec = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
      g_autoptr (TmWire) wire = tm_wire_new_for_socket (fds[0], deadline_usec, NULL, NULL);
      if (wire != NULL)
        read_answers (wire);
    }
  else
    close (fds[0]);
  close (fds[1]);
  return 0;
}
