-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the pages and the API read of a record: words in the place of their numbers, times as RFC
-- 3339 in UTC, nothing where nothing was said. The numbers are there to search by.
create view record_shown as
select
  r.record_id,
  (select name from class where class_pk = r.class_pk) as classification,
  r.severity,
  r.payload_version as payload_format_version,
  replace (r.event_id::text, '-', '') as event_id,
  to_char (r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  to_char (r.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_at,
  (select encode (machine_id, 'hex') from machine where machine_pk = r.machine_pk) as machine_id,
  r.sequence,
  replace (r.boot_id::text, '-', '') as boot_id,
  r.boottime_us,
  case when r.flags & 1 = 1 then 'user' else 'system' end as origin,
  (select nullif (name, '') from app where app_pk = r.app_pk) as app,
  json_strip_nulls (json_build_object (
    'system_name', (select nullif (name, '') from system where system_pk = r.system_pk),
    'build', (select nullif (name, '') from build where build_pk = r.build_pk),
    'arch', (select nullif (name, '') from arch where arch_pk = r.arch_pk),
    'kernel_version', (select nullif (name, '') from kernel where kernel_pk = r.kernel_pk),
    'host_type', (select nullif (name, '') from model where model_pk = r.model_pk),
    'board_name', (select nullif (name, '') from board where board_pk = r.board_pk),
    'cpu_model', (select nullif (name, '') from cpu where cpu_pk = r.cpu_pk),
    'bios_version', (select nullif (name, '') from bios where bios_pk = r.bios_pk))) as system,
  r.class_pk,
  r.build_pk,
  r.system_pk,
  r.machine_pk
from record r;

-- What batches added that the fold has not yet put into the rollups. A rollup and this together are
-- exact at every moment.
create view rollup_pending as
select d.day, d.class_pk, d.build_pk, d.severity, d.n
from ingest_batch b,
     unnest (b.delta_day, b.delta_class, b.delta_build, b.delta_severity, b.delta_n)
       as d (day, class_pk, build_pk, severity, n)
where not b.folded;
