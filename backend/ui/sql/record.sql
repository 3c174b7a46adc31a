-- SPDX-License-Identifier: LGPL-2.1-or-later
-- One record with its payload. payload is null when it has expired before the record did.
--
-- $1 record id
select
  r.record_id, classification, severity, payload_format_version, event_id, created_at, received_at,
  machine_id, sequence, boot_id, boottime_us, origin, app, system,
  octet_length (p.body) as payload_bytes, convert_from (p.body, 'UTF8') as payload
from record_shown r left join record_payload p on p.record_id = $1::uuid
where r.record_id = $1::uuid
