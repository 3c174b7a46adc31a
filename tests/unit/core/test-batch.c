/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proves that a batch survives the wire, that a broken record stands alone, and that what is no
 * batch is refused with the name of what is wrong. */
#include <glib.h>
#include <string.h>

#include "sample.h"
#include "telemetry-error.h"
#include "tm-batch.h"
#include "vector.h"

#define BATCH_ID "6f1c2f0e-5b3a-4c11-9a77-0123456789ab"
#define MACHINE_ID "00112233445566778899aabbccddeeff"
#define HEAD                                                                                       \
  "\"format\":1,\"batch_id\":\"" BATCH_ID "\",\"machine_id\":\"" MACHINE_ID                        \
  "\",\"client\":\"test/1\",\"system\":{\"build\":\"40\"}"

static TmBatch *
decode (const char *text, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  return tm_batch_decode (body, error);
}

static TmBatch *
sample_batch (guint n_records)
{
  g_autoptr (TmSystem) system = sample_system ("6.12.0");
  g_autoptr (TmSystem) other = sample_system ("6.1.0");
  TmBatch *batch = tm_batch_new (BATCH_ID, MACHINE_ID, "test/1", system);

  for (guint i = 0; i < n_records; i++)
    {
      g_autoptr (TmRecord) record = sample_record (TM_N_FIELDS, i % 3 == 0 ? other : system);

      tm_batch_add_record (batch, record);
    }
  tm_batch_add_loss (batch, "evicted", "a/b/c", 2);
  return batch;
}

static void
test_round_trip (void)
{
  g_autoptr (TmBatch) batch = sample_batch (7);
  g_autoptr (GBytes) bytes = tm_batch_encode (batch);
  g_autoptr (GError) error = NULL;
  g_autoptr (TmBatch) again = tm_batch_decode (bytes, &error);
  g_autoptr (GBytes) same = NULL;
  const TmLoss *loss;

  g_assert_no_error (error);
  g_assert_cmpuint (again->records->len, ==, 7);
  g_assert_cmpuint (again->rejects->len, ==, 0);
  g_assert_cmpstr (again->batch_id, ==, BATCH_ID);
  g_assert_cmpstr (again->machine_id, ==, MACHINE_ID);
  loss = g_ptr_array_index (again->ledger, 0);
  g_assert_cmpstr (loss->reason, ==, "evicted");
  g_assert_cmpuint (loss->count, ==, 2);
  same = tm_batch_encode (again);
  g_assert_true (g_bytes_equal (bytes, same));
}

static void
test_most_records (void)
{
  g_autoptr (TmBatch) batch = sample_batch (TM_BATCH_MAX_RECORDS);
  g_autoptr (TmBatch) over = sample_batch (TM_BATCH_MAX_RECORDS + 1);
  g_autoptr (GBytes) bytes = tm_batch_encode (batch);
  g_autoptr (GBytes) over_bytes = tm_batch_encode (over);
  g_autoptr (TmBatch) again = tm_batch_decode (bytes, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (again->n_received, ==, TM_BATCH_MAX_RECORDS);
  g_assert_null (tm_batch_decode (over_bytes, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
}

/* Bad elements between two good ones; each must be rejected, for its reason, with its text. */
static void
test_broken_records_stand_alone (void)
{
  static const struct
  {
    const char *element;
    const char *reason;
  } cases[] = {
    { "7", "object" },
    { "nonsense", "byte" },
    { "{\"record_id\":\"x\"}", "record_id" },
    { "{\"record_id\":7}", "record_id" },
    { "{\"record_id\":\"01935c6e-7b1a-7c3d-8e4f-0123456789ab\"}", "classification" },
    { "{\"payload\":\"a\\u0000b\"}", "NUL" },
    { "{\"payload\":\"\xff\"}", "UTF-8" },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "deep" },
    { "{\"system\":{\"build\":7}}", "system.build" },
    { "{\"system\":[]}", "system" },
    { "{\"severity\":5}", "severity" },
    { "{\"severity\":-1}", "severity is not valid, accepted is 1 (low)" },
    { "{\"severity\":2.0}", "severity is not valid, accepted is 1 (low)" },
    { "{\"sequence\":-1}", "sequence is not valid, accepted is a number from 0 to" },
    { "{\"sequence\":9223372036854775808}", "sequence" },
    { "{\"created_at\":\"yesterday\"}", "created_at" },
    { "{\"created_at\":\"1969-12-31T23:59:59Z\"}", "created_at" },
    { "{\"origin\":\"root\"}", "origin" },
  };
  g_autoptr (TmSystem) system = sample_system ("6.12.0");
  g_autoptr (TmRecord) record = sample_record (TM_N_FIELDS, system);
  g_autoptr (JsonNode) node = tm_record_to_json (record, NULL);
  g_autofree char *good = tm_json_to_text (node, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{" HEAD ",\"records\":[%s,%s,%s],\"ledger\":[]}",
                                               good, cases[i].element, good);
      g_autoptr (GError) error = NULL;
      g_autoptr (TmBatch) batch = decode (text, &error);
      const TmReject *reject;

      say_vector (i, cases[i].element);
      g_assert_no_error (error);
      g_assert_cmpuint (batch->records->len, ==, 2);
      g_assert_cmpuint (batch->rejects->len, ==, 1);
      reject = g_ptr_array_index (batch->rejects, 0);
      g_assert_cmpuint (reject->index, ==, 1);
      g_assert_cmpmem (g_bytes_get_data (reject->text, NULL), g_bytes_get_size (reject->text),
                       cases[i].element, strlen (cases[i].element));
      g_assert_nonnull (strstr (reject->reason, cases[i].reason));
    }
}

#define ID "01935c6e-7b1a-7c3d-8e4f-0123456789ab"
#define ID_MEMBER "\"record_id\":\"" ID "\""

/* The sender learns whose the outcome is, also where the JSON itself is broken; never by a guess.
 */
static void
test_reject_keeps_its_id (void)
{
  static const struct
  {
    const char *element;
    gboolean has_id;
  } cases[] = {
    { "{" ID_MEMBER "}", TRUE },
    { "{" ID_MEMBER ",\"severity\":9}", TRUE },
    { "{" ID_MEMBER ",\"payload\":\"a\\u0000b\"}", TRUE },
    { "{" ID_MEMBER " , \"payload\":\"\xff\"}", TRUE },
    { "{\"payload\":\"\xff\"," ID_MEMBER "}", TRUE },
    { "{" ID_MEMBER
      ",\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
      TRUE },
    { "{" ID_MEMBER ", nonsense }", TRUE },
    { "{ nonsense, " ID_MEMBER "}", FALSE },
    { "{" ID_MEMBER "," ID_MEMBER ",\"payload\":\"\xff\"}", FALSE },
    { "{\"a\":{" ID_MEMBER "},\"payload\":\"\xff\"}", FALSE },
    { "{\"payload\":\"\xff\\\"," ID_MEMBER "\"}", FALSE },
    { "{\"record_id\":\"" ID "x\",\"payload\":\"\xff\"}", FALSE },
    { "{\"record_id\": " ID ",\"payload\":\"\xff\"}", FALSE },
    { "{\"record_id\":\"\\\"\",\"payload\":\"\xff\"}", FALSE },
    { "[" ID_MEMBER "]", FALSE },
    { "7", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{" HEAD ",\"records\":[%s]}", cases[i].element);
      g_autoptr (TmBatch) batch = decode (text, NULL);
      const TmReject *reject;

      say_vector (i, cases[i].element);
      g_assert_nonnull (batch);
      g_assert_cmpuint (batch->rejects->len, ==, 1);
      reject = g_ptr_array_index (batch->rejects, 0);
      g_assert_cmpstr (reject->record_id, ==, cases[i].has_id ? ID : NULL);
    }
}

static void
test_unknown_keys_are_passed_over (void)
{
  g_autoptr (TmSystem) system = sample_system ("6.12.0");
  g_autoptr (TmRecord) record = sample_record (TM_N_FIELDS, system);
  g_autoptr (JsonNode) node = tm_record_to_json (record, NULL);
  g_autofree char *element = NULL;
  g_autofree char *text = NULL;
  g_autoptr (TmBatch) batch = NULL;

  json_object_set_string_member (json_node_get_object (node), "from_the_future", "x");
  element = tm_json_to_text (node, NULL);
  text = g_strdup_printf ("{\"future\":[1]," HEAD ",\"records\":[%s]}", element);
  batch = decode (text, NULL);
  g_assert_cmpuint (batch->records->len, ==, 1);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    const char *names;
  } cases[] = {
    { "", "object" },
    { "[]", "object" },
    { "{}", "records" },
    { "{" HEAD "}", "records" },
    { "{" HEAD ",\"records\":[]", "byte" },
    { "{" HEAD ",\"records\":[]}x", "byte" },
    { "{" HEAD ",\"records\":{}}", "records" },
    { "{" HEAD ",\"records\":[],\"ledger\":7}", "ledger" },
    { "{" HEAD ",\"records\":[],\"ledger\":[7]}", "ledger" },
    { "{" HEAD ",\"records\":[],\"ledger\":[{\"reason\":\"UP\"}]}", "ledger[0]" },
    { "{\"records\":[]}", "format" },
    { "{\"format\":2,\"records\":[]}", "format" },
    { "{\"format\":1,\"records\":[]}", "batch_id" },
    { "{\"format\":1,\"batch_id\":\"7\",\"records\":[]}", "batch_id" },
    { "{\"format\":1,\"batch_id\":\"" BATCH_ID "\",\"records\":[]}", "machine_id" },
    { "{\"format\":1,\"batch_id\":\"" BATCH_ID "\",\"machine_id\":\"x\",\"records\":[]}",
      "machine_id" },
    { "{\"format\":1,\"batch_id\":\"" BATCH_ID "\",\"machine_id\":\"" MACHINE_ID
      "\",\"records\":[]}",
      "client" },
    { "{\"format\":1,\"batch_id\":\"" BATCH_ID "\",\"machine_id\":\"" MACHINE_ID
      "\",\"client\":\"c\",\"records\":[]}",
      "system" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      say_vector (i, cases[i].text);
      g_assert_null (decode (cases[i].text, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
      g_assert_nonnull (strstr (error->message, cases[i].names));
    }
}

static void
test_too_large (void)
{
  g_autofree char *text = g_strnfill (TM_BATCH_MAX_BYTES + 1, ' ');
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (text, &error));
  g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE);
}

static void
test_reply_round_trip (void)
{
  g_autoptr (TmReply) reply = tm_reply_new ();
  g_autoptr (TmReply) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const TmResult *result;

  g_ptr_array_add (reply->results, tm_result_new ("id-1", TM_OUTCOME_ACCEPTED, NULL));
  g_ptr_array_add (reply->results, tm_result_new ("id-2", TM_OUTCOME_REJECTED, "severity “5”"));
  g_ptr_array_add (reply->results, tm_result_new (NULL, TM_OUTCOME_REJECTED, "no object"));
  bytes = tm_reply_encode (reply);
  again = tm_reply_decode (bytes, NULL);
  g_assert_cmpuint (again->results->len, ==, 3);
  result = g_ptr_array_index (again->results, 1);
  g_assert_cmpint (result->outcome, ==, TM_OUTCOME_REJECTED);
  g_assert_cmpstr (result->record_id, ==, "id-2");
  g_assert_cmpstr (result->reason, ==, "severity “5”");
  result = g_ptr_array_index (again->results, 2);
  g_assert_null (result->record_id);
}

static void
test_reply_refused (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{}",
    "{\"results\":7}",
    "{\"results\":[7]}",
    "{\"results\":[{\"outcome\":\"lost\"}]}",
    "{\"results\":[{\"record_id\":7,\"outcome\":\"accepted\"}]}",
    "<html>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (tm_reply_decode (body, &error));
      g_assert_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/batch/round-trip", test_round_trip);
  g_test_add_func ("/core/batch/most-records", test_most_records);
  g_test_add_func ("/core/batch/broken-records-stand-alone", test_broken_records_stand_alone);
  g_test_add_func ("/core/batch/reject-keeps-its-id", test_reject_keeps_its_id);
  g_test_add_func ("/core/batch/unknown-keys-are-passed-over", test_unknown_keys_are_passed_over);
  g_test_add_func ("/core/batch/refused", test_refused);
  g_test_add_func ("/core/batch/too-large", test_too_large);
  g_test_add_func ("/core/reply/round-trip", test_reply_round_trip);
  g_test_add_func ("/core/reply/refused", test_reply_refused);
  return g_test_run ();
}
