/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sum of a round's transfers; see tm-attempt.h. */
#include "tm-attempt.h"

TmAttempt *
tm_attempt_new (void)
{
  TmAttempt *self = g_new0 (TmAttempt, 1);

  self->attempt_id = g_uuid_string_random ();
  self->result = TM_TRANSFER_SETTLED;
  self->message = g_strdup ("");
  return self;
}

void
tm_attempt_free (TmAttempt *self)
{
  g_free (self->attempt_id);
  g_free (self->message);
  g_free (self);
}

void
tm_attempt_add (TmAttempt *self, const TmTransferOutcome *outcome)
{
  tm_attempt_set_end (self, outcome->result, outcome->message);
  self->n_bytes += outcome->n_bytes;
  self->http_status = outcome->http_status;
  self->retry_after_seconds = outcome->retry_after_seconds;
}

void
tm_attempt_set_end (TmAttempt *self, TmTransferResult result, const char *message)
{
  char *copy = g_strdup (message);

  g_free (self->message);
  self->message = copy;
  self->result = result;
}
