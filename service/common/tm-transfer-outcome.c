/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a transfer as a value and as a{sv}; see tm-transfer-outcome.h. */
#include "tm-transfer-outcome.h"

#include "telemetry-error.h"

static const char *const result_texts[TM_N_TRANSFER_RESULTS] = {
  [TM_TRANSFER_SETTLED] = "settled",     [TM_TRANSFER_RETRY] = "retry",
  [TM_TRANSFER_HOLD] = "hold",           [TM_TRANSFER_SPLIT] = "split",
  [TM_TRANSFER_OFFLINE] = "offline",     [TM_TRANSFER_METERED] = "metered",
  [TM_TRANSFER_CANCELLED] = "cancelled", [TM_TRANSFER_UNCONFIGURED] = "unconfigured",
};

const char *
tm_transfer_result_to_text (TmTransferResult result)
{
  g_return_val_if_fail ((guint) result < TM_N_TRANSFER_RESULTS, NULL);

  return result_texts[result];
}

gboolean
tm_transfer_result_from_text (const char *text, TmTransferResult *out_result)
{
  for (guint i = 0; i < TM_N_TRANSFER_RESULTS; i++)
    if (g_strcmp0 (result_texts[i], text) == 0)
      {
        *out_result = i;
        return TRUE;
      }

  return FALSE;
}

TmTransferOutcome *
tm_transfer_outcome_new (TmTransferResult result, const char *message)
{
  TmTransferOutcome *self = g_new0 (TmTransferOutcome, 1);

  self->result = result;
  self->results = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_result_free);
  self->message = g_strdup (message != NULL ? message : "");
  return self;
}

void
tm_transfer_outcome_free (TmTransferOutcome *self)
{
  g_ptr_array_unref (self->results);
  g_free (self->advice);
  g_free (self->message);
  g_free (self->url);
  g_free (self);
}

static GVariant *
results_to_variant (GPtrArray *results)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; i < results->len; i++)
    {
      const TmResult *result = g_ptr_array_index (results, i);

      g_variant_builder_add (&builder, "(sss)", result->record_id,
                             tm_outcome_to_text (result->outcome),
                             result->reason != NULL ? result->reason : "");
    }

  return g_variant_builder_end (&builder);
}

GVariant *
tm_transfer_outcome_to_variant (const TmTransferOutcome *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "result", "s", tm_transfer_result_to_text (self->result));
  g_variant_dict_insert (&dict, "message", "s", self->message);
  g_variant_dict_insert (&dict, "bytes", "t", self->n_bytes);
  if (self->http_status != 0)
    g_variant_dict_insert (&dict, "http-status", "u", self->http_status);
  if (self->retry_after_seconds != 0)
    g_variant_dict_insert (&dict, "retry-after", "t", self->retry_after_seconds);
  if (self->results->len > 0)
    g_variant_dict_insert_value (&dict, "results", results_to_variant (self->results));
  if (self->advice != NULL)
    g_variant_dict_insert (&dict, "advice", "s", self->advice);
  if (self->url != NULL)
    g_variant_dict_insert (&dict, "url", "s", self->url);

  return g_variant_dict_end (&dict);
}

static gboolean
outcome_from_text (const char *text, TmOutcome *out_outcome)
{
  for (TmOutcome i = TM_OUTCOME_ACCEPTED; i <= TM_OUTCOME_REJECTED; i++)
    if (g_strcmp0 (tm_outcome_to_text (i), text) == 0)
      {
        *out_outcome = i;
        return TRUE;
      }

  return FALSE;
}

static gboolean
read_results (TmTransferOutcome *self, GVariant *results, GError **error)
{
  GVariantIter iter;
  const char *record_id, *text, *reason;

  g_variant_iter_init (&iter, results);
  while (g_variant_iter_next (&iter, "(&s&s&s)", &record_id, &text, &reason))
    {
      TmOutcome outcome;

      if (!outcome_from_text (text, &outcome))
        {
          g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                       "results: “%s” is no outcome; accepted, duplicate and rejected are", text);
          return FALSE;
        }

      g_ptr_array_add (self->results,
                       tm_result_new (record_id, outcome, *reason != '\0' ? reason : NULL));
    }

  return TRUE;
}

TmTransferOutcome *
tm_transfer_outcome_from_variant (GVariant *variant, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (variant);
  const char *text = NULL;
  TmTransferResult result;

  if (!g_variant_dict_lookup (&dict, "result", "&s", &text) ||
      !tm_transfer_result_from_text (text, &result))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "result: “%s” is not how a transfer ends", text != NULL ? text : "(missing)");
      return NULL;
    }

  g_autoptr (TmTransferOutcome) self = tm_transfer_outcome_new (result, NULL);
  g_autofree char *message = NULL;

  if (g_variant_dict_lookup (&dict, "message", "s", &message))
    {
      g_free (self->message);
      self->message = g_steal_pointer (&message);
    }
  g_variant_dict_lookup (&dict, "bytes", "t", &self->n_bytes);
  g_variant_dict_lookup (&dict, "http-status", "u", &self->http_status);
  g_variant_dict_lookup (&dict, "retry-after", "t", &self->retry_after_seconds);
  g_variant_dict_lookup (&dict, "advice", "s", &self->advice);
  g_variant_dict_lookup (&dict, "url", "s", &self->url);

  g_autoptr (GVariant) results =
      g_variant_dict_lookup_value (&dict, "results", G_VARIANT_TYPE ("a(sss)"));
  if (results != NULL && !read_results (self, results, error))
    return NULL;

  return g_steal_pointer (&self);
}
