/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each answer means, and that a hostile one means nothing. */
#include "tm-answer.h"

#include <string.h>

#define RECORD_ID "01980000-0000-7000-8000-000000000001"

static TmTransferOutcome *
judge (guint status, const char *body)
{
  TmAnswer answer = {
    .status = status,
    .body = g_bytes_new_static (body, strlen (body)),
    .url = (char *) "https://example.org/api/v1/records",
    .n_bytes_sent = 42,
  };
  TmTransferOutcome *outcome = tm_answer_judge (&answer);

  g_assert_cmpuint (outcome->http_status, ==, status);
  g_assert_cmpuint (outcome->n_bytes, ==, 42);
  g_assert_cmpstr (outcome->url, ==, answer.url);
  g_bytes_unref (answer.body);
  return outcome;
}

/* Every status that HTTP can have. */
static void
test_statuses (void)
{
  for (guint status = 100; status < 1000; status++)
    {
      TmTransferResult expected = TM_TRANSFER_RETRY;

      if (status == 200)
        expected = TM_TRANSFER_SETTLED;
      else if (status == 413)
        expected = TM_TRANSFER_SPLIT;
      else if (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429)
        expected = TM_TRANSFER_HOLD;

      g_test_message ("status %u", status);
      g_assert_cmpint (tm_answer_judge_status (status), ==, expected);
    }
}

static void
test_results (void)
{
  g_autoptr (TmTransferOutcome) outcome =
      judge (200, "{\"results\":[{\"record_id\":\"" RECORD_ID "\",\"outcome\":\"rejected\","
                  "\"reason\":\"no\"}],\"advice\":{\"a\":[1]}}");
  const TmResult *result;

  g_assert_cmpint (outcome->result, ==, TM_TRANSFER_SETTLED);
  g_assert_cmpuint (outcome->results->len, ==, 1);
  result = outcome->results->pdata[0];
  g_assert_cmpstr (result->record_id, ==, RECORD_ID);
  g_assert_cmpint (result->outcome, ==, TM_OUTCOME_REJECTED);
  g_assert_cmpstr (result->reason, ==, "no");
  g_assert_cmpstr (outcome->advice, ==, "{\"a\":[1]}");
}

/* 200 and something else: nothing is known of the records, so they wait. */
static void
test_no_reply (void)
{
  static const char *const bodies[] = { "", "{}", "[]", "null", "{\"results\":{}}", "<html>", "{" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (TmTransferOutcome) outcome = judge (200, bodies[i]);

      g_test_message ("body %zu", i);
      g_assert_cmpint (outcome->result, ==, TM_TRANSFER_RETRY);
      g_assert_cmpuint (outcome->results->len, ==, 0);
      g_assert_cmpstr (outcome->message, !=, "");
    }
}

/* An error's body is not looked at, whatever it claims. */
static void
test_error_with_results (void)
{
  g_autoptr (TmTransferOutcome) outcome =
      judge (500, "{\"results\":[{\"record_id\":\"" RECORD_ID "\",\"outcome\":\"accepted\"}]}");

  g_assert_cmpint (outcome->result, ==, TM_TRANSFER_RETRY);
  g_assert_cmpuint (outcome->results->len, ==, 0);
}

static void
test_retry_after (void)
{
  static const struct
  {
    const char *text;
    guint64 seconds;
  } cases[] = {
    { "0", 0 },
    { "1", 1 },
    { "604800", 604800 },
    { "604801", 604800 },
    { "18446744073709551615", 604800 },
    { "18446744073709551616", 0 },
    { "-1", 0 },
    { "1.5", 0 },
    { "1 ", 0 },
    { "", 0 },
    { "0x10", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("“%s”", cases[i].text);
      g_assert_cmpuint (tm_retry_after_from_seconds (cases[i].text), ==, cases[i].seconds);
    }

  g_assert_cmpuint (tm_retry_after_from_date (1000000, 2000000), ==, 0);
  g_assert_cmpuint (tm_retry_after_from_date (2000001, 1000000), ==, 2); /* never earlier */
  g_assert_cmpuint (tm_retry_after_from_date (G_MAXINT64, 0), ==, 604800);
  g_assert_cmpuint (tm_retry_after_from_date (G_MAXINT64, G_MININT64), ==, 604800);
}

/* What is sent over the bus is what comes back from it. */
static void
test_variant (void)
{
  for (TmTransferResult result = 0; result < TM_N_TRANSFER_RESULTS; result++)
    {
      g_autoptr (TmTransferOutcome) before = tm_transfer_outcome_new (result, "why");
      g_autoptr (TmTransferOutcome) after = NULL;
      g_autoptr (GVariant) variant = NULL;
      g_autoptr (GError) error = NULL;

      before->http_status = 503;
      before->retry_after_seconds = 7;
      before->n_bytes = 9;
      before->url = g_strdup ("https://example.org");
      before->advice = g_strdup ("{}");
      g_ptr_array_add (before->results, tm_result_new ("a", TM_OUTCOME_DUPLICATE, NULL));
      g_ptr_array_add (before->results, tm_result_new ("b", TM_OUTCOME_REJECTED, "no"));

      variant = g_variant_ref_sink (tm_transfer_outcome_to_variant (before));
      after = tm_transfer_outcome_from_variant (variant, &error);
      g_assert_no_error (error);
      g_assert_cmpint (after->result, ==, result);
      g_assert_cmpuint (after->http_status, ==, 503);
      g_assert_cmpuint (after->retry_after_seconds, ==, 7);
      g_assert_cmpuint (after->n_bytes, ==, 9);
      g_assert_cmpstr (after->url, ==, before->url);
      g_assert_cmpstr (after->advice, ==, "{}");
      g_assert_cmpstr (after->message, ==, "why");
      g_assert_cmpuint (after->results->len, ==, 2);
      g_assert_null (((TmResult *) after->results->pdata[0])->reason);
      g_assert_cmpstr (((TmResult *) after->results->pdata[1])->reason, ==, "no");
    }
}

static void
test_bad_variant (void)
{
  static const char *const texts[] = {
    "@a{sv} {}",
    "{'result': <'done'>}",
    "{'result': <1>}",
    "{'result': <'settled'>, 'results': <[('a', 'perhaps', '')]>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) variant =
          g_variant_parse (G_VARIANT_TYPE_VARDICT, texts[i], NULL, NULL, NULL);

      g_assert_nonnull (variant);
      g_assert_null (tm_transfer_outcome_from_variant (variant, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answer/statuses", test_statuses);
  g_test_add_func ("/answer/results", test_results);
  g_test_add_func ("/answer/no-reply", test_no_reply);
  g_test_add_func ("/answer/error-with-results", test_error_with_results);
  g_test_add_func ("/answer/retry-after", test_retry_after);
  g_test_add_func ("/answer/variant", test_variant);
  g_test_add_func ("/answer/bad-variant", test_bad_variant);
  return g_test_run ();
}
