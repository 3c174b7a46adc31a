/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a program with GLib reports: once with an answer, and often without waiting.
 *
 * cc hello-gobject.c $(pkg-config --cflags --libs libtelemetry)
 */
#include <libtelemetry/telemetry-client.h>

int
main (void)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  g_autoptr (GError) error = NULL;

  /* Waits until the record is on the disk. */
  g_autofree char *id =
      telemetry_client_submit (client, "org.example/hello/gobject", TELEMETRY_SEVERITY_LOW,
                               "{ \"greeting\": \"hello\" }", NULL, NULL, &error);
  if (id == NULL)
    g_printerr ("not recorded: %s\n", error->message);
  else
    g_print ("%s\n", id);

  /* Returns at once, wherever it is called; where telemetry is off it does nothing. */
  for (int i = 0; i < 10; i++)
    telemetry_client_record (client, "org.example/hello/forgotten", TELEMETRY_SEVERITY_LOW,
                             "hello again", NULL);

  /* At the end of the program: give what is on its way two seconds. */
  telemetry_client_flush (client, 2000, NULL);
  g_print ("%" G_GUINT64_FORMAT " accepted\n",
           telemetry_client_get_count (client, TELEMETRY_COUNTER_ACCEPTED));
  return id == NULL ? 1 : 0;
}
