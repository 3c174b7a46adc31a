/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Telemetry for plain C, without GLib in sight. Source-compatible with the header of the same name
 * in Clear Linux's telemetrics-client.
 *
 *   struct telem_ref *ref = NULL;
 *   int ret = tm_create_record (&ref, 1, "org.example/hello/world", 1);
 *   if (ret == 0)
 *     ret = tm_set_payload (ref, "hello");
 *   if (ret == 0)
 *     ret = tm_send_record (ref);
 *   tm_free_record (ref);
 *
 * All functions return 0 or a negative errno; none of them prints anything, ends the program or
 * raises a signal. A record belongs to one thread at a time; apart from that, any thread may call
 * any function. Link with pkg-config's libtelemetry.
 */
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

#define TM_PUBLIC __attribute__ ((visibility ("default")))

/* tm_send_record() never takes longer than this, in milliseconds. */
#define TM_SEND_TIMEOUT_MSEC 5000

  struct telem_record;

  /* A record that is being made. What is inside is private. */
  struct telem_ref
  {
    struct telem_record *record;
  };

  /* Starts a record. severity: 1 (low) to 4 (critical). classification: three parts of 1 to 40 of
   * A-Za-z0-9._:+- with slashes between them: "domain/probe/rest".
   * -EINVAL: an argument is not as it must be. -ECONNREFUSED: nobody has agreed to telemetry on
   * this machine, or it is not installed; nothing is wrong with the program. -ENOMEM. After a
   * failure *ref is NULL, and all functions below take that. */
  TM_PUBLIC int tm_create_record (struct telem_ref **ref,
                                  uint32_t severity,
                                  const char *classification,
                                  uint32_t payload_version);

  /* Sets what the record says: UTF-8 text of at most 1 MiB. Copied. -EINVAL: no record, no text or
   * no UTF-8. -EMSGSIZE: too long. -ENOMEM. */
  TM_PUBLIC int tm_set_payload (struct telem_ref *ref, const char *payload);

  /* Groups the records of one event: 32 lower-case hex digits. Without it the record gets an id of
   * its own. Copied. -EINVAL, -ENOMEM. */
  TM_PUBLIC int tm_set_event_id (struct telem_ref *ref, const char *event_id);

  /* Hands the record over and waits until it is on the disk. A record without payload has an empty
   * one. The record can be sent again, as another record.
   * -ECONNREFUSED: nobody has agreed to this category, or no service. -EAGAIN, -EDQUOT: too many
   * records or bytes from this user lately. -EINVAL: no record. -ETIMEDOUT: no answer within
   * TM_SEND_TIMEOUT_MSEC; it may have been kept. -EIO: the service could not keep it. */
  TM_PUBLIC int tm_send_record (struct telem_ref *ref);

  /* Frees the record; NULL is fine. */
  TM_PUBLIC void tm_free_record (struct telem_ref *ref);

  /* For programs written for an older library, which read its configuration itself. Here the
   * service is configured, not its callers: the file is only looked at. -EINVAL: not an absolute
   * path. Else why it can't be read as a configuration file, -ENOENT, -EACCES, -EBADMSG, ... */
  TM_PUBLIC int tm_set_config_file (const char *path);

  /* 1 if telemetry is on for at least one category on this machine, else 0. Asks nobody. */
  TM_PUBLIC int tm_is_opted_in (void);

#ifdef __cplusplus
}
#endif

#endif
