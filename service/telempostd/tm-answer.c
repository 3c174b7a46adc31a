/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an HTTP answer to the outcome of the transfer; see tm-answer.h. */
#include "tm-answer.h"

void
tm_answer_free (TmAnswer *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->url);
  g_free (self->elsewhere);
  g_free (self);
}

TmTransferResult
tm_answer_judge_status (guint status)
{
  switch (status)
    {
    case 200:
      return TM_TRANSFER_SETTLED;
    case 413:
      return TM_TRANSFER_SPLIT;
    case 408:
    case 425:
    case 429:
      return TM_TRANSFER_RETRY;
    default:
      return status >= 400 && status <= 499 ? TM_TRANSFER_HOLD : TM_TRANSFER_RETRY;
    }
}

static char *
describe (const TmAnswer *self)
{
  if (self->elsewhere != NULL)
    return g_strdup_printf ("the server answered %u and wants the records sent to “%s”, "
                            "which is not followed",
                            self->status, self->elsewhere);

  return g_strdup_printf ("the server answered %u", self->status);
}

static TmTransferOutcome *
judge_reply (const TmAnswer *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TmReply) reply = tm_reply_decode (self->body, &error);

  if (reply == NULL)
    {
      g_autofree char *message =
          g_strdup_printf ("the server answered 200, but not to a batch: %s", error->message);
      return tm_transfer_outcome_new (TM_TRANSFER_RETRY, message);
    }

  TmTransferOutcome *outcome = tm_transfer_outcome_new (TM_TRANSFER_SETTLED, NULL);
  g_ptr_array_unref (outcome->results);
  outcome->results = g_ptr_array_ref (reply->results);
  if (reply->advice != NULL)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), reply->advice);
      outcome->advice = tm_json_to_text (node, NULL);
    }

  return outcome;
}

TmTransferOutcome *
tm_answer_judge (const TmAnswer *self)
{
  TmTransferResult result = tm_answer_judge_status (self->status);
  TmTransferOutcome *outcome;

  if (result == TM_TRANSFER_SETTLED)
    {
      outcome = judge_reply (self);
    }
  else
    {
      g_autofree char *message = describe (self);
      outcome = tm_transfer_outcome_new (result, message);
    }

  outcome->http_status = self->status;
  outcome->retry_after_seconds = self->retry_after_seconds;
  outcome->url = g_strdup (self->url);
  outcome->n_bytes = self->n_bytes_sent;
  return outcome;
}

guint64
tm_retry_after_from_seconds (const char *text)
{
  guint64 seconds;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &seconds, NULL))
    return 0;

  return MIN (seconds, TM_RETRY_AFTER_MAX_SECONDS);
}

guint64
tm_retry_after_from_date (gint64 due_usec, gint64 now_usec)
{
  if (due_usec <= now_usec)
    return 0;

  /* Rounded up: never earlier than the server asked for. */
  guint64 wait_usec = (guint64) due_usec - (guint64) now_usec;
  guint64 seconds = (wait_usec - 1) / G_USEC_PER_SEC + 1;
  return MIN (seconds, TM_RETRY_AFTER_MAX_SECONDS);
}
