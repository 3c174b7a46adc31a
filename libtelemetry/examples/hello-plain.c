/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shortest way to send a record: plain C, no GLib.
 *
 * cc hello-plain.c $(pkg-config --cflags --libs libtelemetry)
 */
#include <telemetry.h>

int
main (void)
{
  struct telem_ref *record = NULL;
  int ret = tm_create_record (&record, 1, "org.example/hello/plain-c", 1);
  if (ret == 0)
    ret = tm_set_payload (record, "hello from plain C");
  if (ret == 0)
    ret = tm_send_record (record);
  tm_free_record (record);
  return ret == 0 ? 0 : 1;
}
