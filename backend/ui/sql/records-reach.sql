-- SPDX-License-Identifier: LGPL-2.1-or-later
-- How far back one page may read payloads: the last of the $8 newest records that match everything
-- but the text. No row: all of them may be read.
--
-- $1 to $7 as in records.sql
select record_id
from record_shown
where ($1::uuid is null or record_id < $1::uuid)
  and ($2::uuid is null or record_id >= $2::uuid)
  and ($3::int[] is null or class_pk = any ($3::int[]))
  and ($4::int[] is null or build_pk = any ($4::int[]))
  and ($5::int[] is null or system_pk = any ($5::int[]))
  and ($6::bigint is null or machine_pk = $6::bigint)
  and ($7::smallint[] is null or severity = any ($7::smallint[]))
order by record_id desc
limit 1 offset $8::bigint - 1
