-- SPDX-License-Identifier: LGPL-2.1-or-later
-- One page of records, newest first.
--
-- $1 only before this record, $2 not before this one, $3 classes, $4 builds, $5 systems,
-- $6 machine, $7 severities, $8 how many, $9 text in the payload
select
  record_id, classification, severity, payload_format_version, event_id, created_at, received_at,
  machine_id, sequence, boot_id, boottime_us, origin, app, system
from record_shown
where ($1::uuid is null or record_id < $1::uuid)
  and ($2::uuid is null or record_id >= $2::uuid)
  and ($3::int[] is null or class_pk = any ($3::int[]))
  and ($4::int[] is null or build_pk = any ($4::int[]))
  and ($5::int[] is null or system_pk = any ($5::int[]))
  and ($6::bigint is null or machine_pk = $6::bigint)
  and ($7::smallint[] is null or severity = any ($7::smallint[]))
  and ($9::text is null or
       (select position (lower ($9::text) in lower (convert_from (p.body, 'UTF8'))) > 0
          from record_payload p where p.record_id = record_shown.record_id))
order by record_id desc
limit $8::bigint
