/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports what the firmware kept of errors of the hardware that the previous boot did not survive:
 * the boot error region of ACPI. Some firmware shows the same region for many boots, so its hash is
 * kept and the same region is reported once.
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <time.h>

#include "tm-cper-parse.h"
#include "tm-cper-report.h"
#include "tm-probe.h"

#define REGION "/sys/firmware/acpi/tables/data/BERT"
/* Text with two digits for each byte, and as many line ends. */
#define MAX_INPUT_BYTES (3 * TM_CPER_MAX_BYTES)

typedef struct
{
  TmProbe *probe;
  char *hash;
  char *event_id; /* all that one region holds is of one event */
  gboolean shows_all;
} Bertprobe;

/* Not by GFile, which looks for other file systems than the kernel's. */
static GInputStream *
open_file (const char *name, GError **error)
{
  int fd = open (name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  int saved_errno = errno;

  if (fd >= 0)
    return g_unix_input_stream_new (fd, TRUE);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               _ ("“%s” cannot be read: %s"), name, g_strerror (saved_errno));
  return NULL;
}

/* Files of sysfs do not know their size; reading stops one byte beyond the limit. */
static GBytes *
read_file (const char *name, gsize max_bytes, GError **error)
{
  g_autoptr (GInputStream) stream = open_file (name, error);
  g_autofree guint8 *data = NULL;
  gsize n_bytes;

  if (stream == NULL)
    return NULL;

  data = g_malloc (max_bytes + 1);
  if (!g_input_stream_read_all (stream, data, max_bytes + 1, &n_bytes, NULL, error))
    return NULL;
  if (n_bytes <= max_bytes)
    return g_bytes_new_take (g_realloc (g_steal_pointer (&data), n_bytes), n_bytes);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("“%s” is too long; accepted are at most %lu bytes"), name,
               (unsigned long) max_bytes);
  return NULL;
}

/* NULL without an error: this machine has no such region. */
static GBytes *
read_region (TmProbe *probe, GError **error)
{
  const char *input = tm_probe_get_input (probe);
  g_autofree char *file = NULL;
  g_autoptr (GBytes) text = NULL;

  if (input != NULL)
    {
      text = read_file (input, MAX_INPUT_BYTES, error);
      return text == NULL ? NULL : tm_cper_unhex (text);
    }

  file = tm_probe_get_path (probe, REGION);
  return g_file_test (file, G_FILE_TEST_EXISTS) ? read_file (file, TM_CPER_MAX_BYTES, error) : NULL;
}

static void
show (const TmCperEvent *event)
{
  g_autoptr (JsonNode) node = tm_cper_report_to_json (event);
  g_autofree char *text = json_to_string (node, TRUE);

  g_print ("%s\n", text);
}

static gboolean
report (Bertprobe *self, const TmCperEvent *event, GError **error)
{
  g_autoptr (JsonNode) payload = tm_cper_report_to_payload (event);
  g_autofree char *key = g_strdup_printf ("%s-%u", self->hash, event->index);
  TmProbeRecord record = {
    .classification = TM_CPER_CLASSIFICATION,
    .severity = tm_cper_report_get_severity (event),
    .payload = payload,
    .dedup_key = key,
    .event_id = self->event_id,
  };

  return tm_probe_hand_over (self->probe, &record, error);
}

/* The region tells of the time before this boot. Where the agreement began within this boot it is
 * not covered: it is noted as known and not reported. When another tree was started nobody can
 * tell. */
static gboolean
is_older_than_agreement (Bertprobe *self)
{
  struct timespec uptime;
  gint64 started_usec = g_get_real_time ();

  if (tm_probe_get_input (self->probe) != NULL || tm_probe_get_root (self->probe) != NULL)
    return FALSE;
  if (clock_gettime (CLOCK_BOOTTIME, &uptime) != 0)
    return FALSE;

  started_usec -= uptime.tv_sec * G_USEC_PER_SEC + uptime.tv_nsec / 1000;
  return tm_probe_get_since (self->probe) > started_usec;
}

static gboolean
report_events (Bertprobe *self, GPtrArray *events, GError **error)
{
  for (guint i = 0; i < events->len; i++)
    {
      const TmCperEvent *event = g_ptr_array_index (events, i);

      if (self->shows_all)
        show (event);
      else if (!report (self, event, error))
        return FALSE;
    }

  return TRUE;
}

/* The hash is kept only after every record was taken: until then the next start tries again, and
 * the service knows by their keys those that it has. */
static gboolean
report_region (Bertprobe *self, GBytes *region, GError **error)
{
  g_autoptr (GPtrArray) events = tm_cper_parse (region, error);
  g_autofree char *known = tm_probe_load_state (self->probe);

  if (events == NULL)
    return FALSE;
  if (events->len == 0 || g_strcmp0 (known, self->hash) == 0)
    return TRUE;

  if (known != NULL || !is_older_than_agreement (self))
    if (!report_events (self, events, error))
      return FALSE;

  return self->shows_all || tm_probe_save_state (self->probe, self->hash, error);
}

static char *
make_event_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

  return g_strjoinv ("", parts);
}

static gboolean
observe (Bertprobe *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) region = read_region (self->probe, &local_error);
  g_autofree char *event_id = make_event_id ();
  g_autofree char *hash = NULL;

  if (region == NULL && local_error == NULL)
    return TRUE;
  if (region == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  self->event_id = event_id;
  self->hash = hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, region);
  return report_region (self, region, error);
}

int
main (int argc, char **argv)
{
  gboolean shows_all = FALSE;
  const GOptionEntry options[] = {
    { "decode", 0, 0, G_OPTION_ARG_NONE, &shows_all,
      N_ ("Print all that the file says, also what never leaves; hand over nothing"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "bertprobe",
    .category = "hardware",
    .summary = N_ ("Report errors of the hardware that the firmware kept from the previous boot."),
    .options = options,
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  Bertprobe self = { 0 };
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (shows_all && tm_probe_get_input (probe) == NULL)
    {
      g_printerr (_ ("bertprobe: --decode needs --input\n"));
      return TM_PROBE_EXIT_USAGE;
    }
  if (!shows_all && !tm_probe_may_observe (probe))
    return TM_PROBE_EXIT_OK;

  self.probe = probe;
  self.shows_all = shows_all;
  if (observe (&self, &error))
    return TM_PROBE_EXIT_OK;

  g_printerr (_ ("bertprobe: %s\n"), error->message);
  return TM_PROBE_EXIT_FAILED;
}
