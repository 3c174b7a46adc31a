-- SPDX-License-Identifier: LGPL-2.1-or-later
-- One batch. An id that is there already with other bytes keeps what it has: the deltas go to a
-- batch of their own, so that the rollups do not lose them.
with deltas as (
  select $8::date[] as day, $9::int4[] as class, $10::int4[] as build, $11::int2[] as severity,
         $12::int4[] as n
), own as (
  insert into ingest_batch (batch_id, digest, received_at, machine_pk, n, n_new, n_rejected, folded,
                            delta_day, delta_class, delta_build, delta_severity, delta_n)
  select $1::uuid, $2::bytea, timestamptz 'epoch' + $3::int8 * interval '1 microsecond', $4::int8,
         $5::int4, $6::int4, $7::int4, cardinality (n) = 0, day, class, build, severity, n
  from deltas
  on conflict do nothing
  returning batch_id
)
insert into ingest_batch (batch_id, digest, received_at, machine_pk, n, n_new, n_rejected, folded,
                          delta_day, delta_class, delta_build, delta_severity, delta_n)
select gen_random_uuid (), $2::bytea, timestamptz 'epoch' + $3::int8 * interval '1 microsecond',
       $4::int8, $5::int4, $6::int4, $7::int4, false, day, class, build, severity, n
from deltas
where not exists (select from own) and cardinality (n) > 0
