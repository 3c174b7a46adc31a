/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load for a collector: batches over kept connections, one thread each, the next batch as soon as
 * the last one is answered. Counts what was answered with "accepted"; whether that is true is for
 * the database to say (bench_ingest.py asks it).
 *
 *   bench-ingest PORT CONNECTIONS SECONDS RECORDS PAYLOAD_BYTES plain|gzip
 *
 * Prints {"batches": n, "accepted": n, "seconds": s, "bytes": n, "p50_ms": n, "p99_ms": n}.
 */
#include "tm-time.h"
#include "tm-uuid.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES (256 * 1024)
#define MAX_BATCHES 1000000

typedef struct
{
  guint16 port;
  guint n_records;
  guint n_payload_bytes;
  gboolean is_gzip;
  gint64 end_usec;
} Plan;

typedef struct
{
  const Plan *plan;
  guint number;
  TmUuidGenerator ids;
  guint64 sequence;
  GString *body;
  GArray *latencies_usec; /* (element-type gint64) */
  guint64 n_accepted;
  guint64 n_bytes;
  char *answer;
} Sender;

/* Words of crash reports: a payload that shrinks as real ones do. */
static const char *const words[] = { "#0  ", "raise",    "abort", "malloc_printerr", "libc.so.6",
                                     "main", "g_assert", "0x7f",  "Process: ",       "signal 6",
                                     "\\n",  "thread",   "frame", "liblog.so",       "??? - [" };

static void
append_payload (Sender *self)
{
  gsize end = self->body->len + self->plan->n_payload_bytes;
  guint32 state = g_random_int ();

  while (self->body->len < end)
    {
      state = state * 1664525u + 1013904223u;
      g_string_append (self->body, words[(state >> 16) % G_N_ELEMENTS (words)]);
      if ((state >> 28) == 0)
        g_string_append_printf (self->body, "%08x", state);
    }
  g_string_truncate (self->body, end);
  if (self->body->str[end - 1] == '\\')
    self->body->str[end - 1] = '.';
}

static void
append_record (Sender *self, guint i)
{
  gint64 now_usec = g_get_real_time ();
  char id[TM_UUID_TEXT_SIZE], created_at[TM_TIME_TEXT_SIZE];

  tm_uuid7_generate (&self->ids, now_usec, id);
  tm_time_format (now_usec, created_at);
  g_string_append_printf (
      self->body,
      "%s{\"record_id\":\"%s\",\"classification\":\"org.example/bench/class%u\",\"severity\":%u,"
      "\"payload_format_version\":1,\"event_id\":\"0123456789abcdef0123456789abcdef\","
      "\"created_at\":\"%s\",\"boot_id\":\"fedcba9876543210fedcba9876543210\",\"boottime_us\":%"
      "u,\"sequence\":%" G_GUINT64_FORMAT ",\"origin\":\"system\",\"payload\":\"",
      i > 0 ? "," : "", id, i % 5, 1 + i % 4, created_at, 1000000 + i, self->sequence++);
  append_payload (self);
  g_string_append (self->body, "\"}");
}

/* Each connection is a machine of its own in each batch of ten. */
static void
build_body (Sender *self)
{
  g_autofree char *batch_id = g_uuid_string_random ();

  g_string_printf (
      self->body,
      "{\"format\":1,\"batch_id\":\"%s\",\"machine_id\":\"%032x\",\"client\":\"bench/"
      "1\",\"system\":{\"arch\":\"x86_64\",\"host_type\":\"Example|Bench|1\","
      "\"system_name\":\"example\",\"build\":\"4200\",\"kernel_version\":\"6.1.0\","
      "\"board_name\":\"B1\",\"cpu_model\":\"C1\",\"bios_version\":\"F1\"},\"records\":"
      "[",
      batch_id, self->number * 1000 + self->latencies_usec->len / 10);
  for (guint i = 0; i < self->plan->n_records; i++)
    append_record (self, i);
  g_string_append (self->body, "],\"ledger\":[]}");
}

static GBytes *
encode_body (Sender *self)
{
  g_autoptr (GZlibCompressor) compressor = NULL;
  g_autofree guint8 *output = NULL;
  gsize n_read, n_written;
  g_autoptr (GError) error = NULL;

  if (!self->plan->is_gzip)
    return g_bytes_new_static (self->body->str, self->body->len);

  compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  output = g_malloc (self->body->len + 1024);
  if (g_converter_convert (G_CONVERTER (compressor), self->body->str, self->body->len, output,
                           self->body->len + 1024, G_CONVERTER_INPUT_AT_END, &n_read, &n_written,
                           &error) != G_CONVERTER_FINISHED)
    g_error ("gzip: %s", error != NULL ? error->message : "did not fit");

  return g_bytes_new_take (g_steal_pointer (&output), n_written);
}

static int
open_connection (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int one = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  return fd;
}

static void
send_all (int fd, const char *data, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      ssize_t n = send (fd, data, n_bytes, MSG_NOSIGNAL);

      if (n <= 0)
        g_error ("send: %s", g_strerror (errno));
      data += n;
      n_bytes -= (gsize) n;
    }
}

/* The body of an answer with 200; anything else ends the run. */
static const char *
receive_answer (Sender *self, int fd)
{
  gsize n_bytes = 0;
  const char *body = NULL;
  const char *length;

  while (body == NULL || n_bytes < (gsize) (body - self->answer) + (gsize) atol (length))
    {
      ssize_t n = recv (fd, self->answer + n_bytes, ANSWER_BYTES - 1 - n_bytes, 0);

      if (n <= 0)
        g_error ("the connection ended: %s", g_strerror (errno));
      n_bytes += (gsize) n;
      self->answer[n_bytes] = '\0';
      body = strstr (self->answer, "\r\n\r\n");
      length = strcasestr (self->answer, "Content-Length: ");
      if (body == NULL || length == NULL)
        continue;
      body += 4;
      length += strlen ("Content-Length: ");
    }
  if (!g_str_has_prefix (self->answer, "HTTP/1.1 200 "))
    g_error ("%s", self->answer);

  return body;
}

static guint
count_accepted (const char *text)
{
  guint n = 0;

  while ((text = strstr (text, "\"accepted\"")) != NULL)
    {
      n++;
      text++;
    }

  return n;
}

static void
send_batch (Sender *self, int fd)
{
  g_autoptr (GBytes) body = NULL;
  g_autofree char *head = NULL;
  gint64 begun_usec, latency_usec;

  build_body (self);
  body = encode_body (self);
  head = g_strdup_printf ("POST /api/v1/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                          "application/json\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                          self->plan->is_gzip ? "Content-Encoding: gzip\r\n" : "",
                          g_bytes_get_size (body));
  begun_usec = g_get_monotonic_time ();
  send_all (fd, head, strlen (head));
  send_all (fd, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  self->n_accepted += count_accepted (receive_answer (self, fd));
  self->n_bytes += g_bytes_get_size (body);
  latency_usec = g_get_monotonic_time () - begun_usec;
  g_array_append_val (self->latencies_usec, latency_usec);
}

static gpointer
run (gpointer data)
{
  Sender *self = data;
  int fd = open_connection (self->plan->port);

  while (g_get_monotonic_time () < self->plan->end_usec && self->latencies_usec->len < MAX_BATCHES)
    send_batch (self, fd);
  close (fd);

  return NULL;
}

static int
compare_usec (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
print_result (Sender *senders, guint n_senders, gint64 usec)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint64 n_accepted = 0, n_bytes = 0;

  for (guint i = 0; i < n_senders; i++)
    {
      g_array_append_vals (all, senders[i].latencies_usec->data, senders[i].latencies_usec->len);
      n_accepted += senders[i].n_accepted;
      n_bytes += senders[i].n_bytes;
    }
  g_array_sort (all, compare_usec);
  g_print ("{\"batches\": %u, \"accepted\": %" G_GUINT64_FORMAT
           ", \"seconds\": %.3f, \"bytes\": %" G_GUINT64_FORMAT
           ", \"p50_ms\": %.1f, \"p99_ms\": %.1f}\n",
           all->len, n_accepted, usec / 1e6, n_bytes,
           g_array_index (all, gint64, all->len / 2) / 1e3,
           g_array_index (all, gint64, all->len * 99 / 100) / 1e3);
}

int
main (int argc, char **argv)
{
  g_autofree Sender *senders = NULL;
  g_autofree GThread **threads = NULL;
  gint64 begun_usec = g_get_monotonic_time ();
  guint n_senders;
  Plan plan;

  if (argc != 7)
    {
      g_printerr ("usage: %s PORT CONNECTIONS SECONDS RECORDS PAYLOAD_BYTES plain|gzip\n", argv[0]);
      return 2;
    }

  n_senders = (guint) atoi (argv[2]);
  plan = (Plan){ .port = (guint16) atoi (argv[1]),
                 .n_records = (guint) atoi (argv[4]),
                 .n_payload_bytes = (guint) atoi (argv[5]),
                 .is_gzip = g_str_equal (argv[6], "gzip"),
                 .end_usec = begun_usec + (gint64) (g_ascii_strtod (argv[3], NULL) * 1e6) };
  senders = g_new0 (Sender, n_senders);
  threads = g_new0 (GThread *, n_senders);
  for (guint i = 0; i < n_senders; i++)
    {
      senders[i] = (Sender){ .plan = &plan,
                             .number = i,
                             .body = g_string_new (NULL),
                             .latencies_usec = g_array_new (FALSE, FALSE, sizeof (gint64)),
                             .answer = g_malloc (ANSWER_BYTES) };
      threads[i] = g_thread_new ("sender", run, &senders[i]);
    }
  for (guint i = 0; i < n_senders; i++)
    g_thread_join (threads[i]);
  print_result (senders, n_senders, g_get_monotonic_time () - begun_usec);

  return 0;
}
