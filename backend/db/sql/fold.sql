-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Adds what unfolded batches have counted to the rollups, and marks them, in one statement: killed
-- at any point it has done nothing. Several servers may fold at once; each takes other batches. Rows
-- that two of them add to are taken in the order of their keys.
with batch as (
  select batch_id, machine_pk, delta_day, delta_class, delta_build, delta_severity, delta_n
  from ingest_batch
  where not folded
  order by received_at
  limit 500
  for update skip locked
), delta as (
  select machine_pk, day, class_pk, build_pk, severity, sum (n) as n
  from batch,
       unnest (delta_day, delta_class, delta_build, delta_severity, delta_n)
         as t (day, class_pk, build_pk, severity, n)
  group by 1, 2, 3, 4, 5
), seen as (
  insert into rollup_seen (day, kind, key, machine_pk)
  select * from (
    select distinct day, 0 as kind, 0 as key, machine_pk from delta
    union all select distinct day, 1, build_pk, machine_pk from delta
    union all select distinct day, 2, class_pk, machine_pk from delta) s
  order by 1, 2, 3, 4
  on conflict do nothing
  returning day, kind, key
), machines as (
  select day, kind, key, count (*) as n from seen group by 1, 2, 3
), by_day as (
  insert into rollup_day as old (day, n_records, n_machines)
  select d.day, sum (d.n), coalesce (max (m.n), 0)
  from delta d left join machines m on m.day = d.day and m.kind = 0
  group by 1 order by 1
  on conflict (day) do update set n_records = old.n_records + excluded.n_records,
                                  n_machines = old.n_machines + excluded.n_machines
), by_build as (
  insert into rollup_day_build as old (day, build_pk, n_records, n_machines)
  select d.day, d.build_pk, sum (d.n), coalesce (max (m.n), 0)
  from delta d left join machines m on m.day = d.day and m.kind = 1 and m.key = d.build_pk
  group by 1, 2 order by 1, 2
  on conflict (day, build_pk) do update set n_records = old.n_records + excluded.n_records,
                                            n_machines = old.n_machines + excluded.n_machines
), by_class as (
  insert into rollup_day_class as old (day, class_pk, n_records, n_machines)
  select d.day, d.class_pk, sum (d.n), coalesce (max (m.n), 0)
  from delta d left join machines m on m.day = d.day and m.kind = 2 and m.key = d.class_pk
  group by 1, 2 order by 1, 2
  on conflict (day, class_pk) do update set n_records = old.n_records + excluded.n_records,
                                            n_machines = old.n_machines + excluded.n_machines
), by_class_severity as (
  insert into rollup_day_class_severity as old (day, class_pk, severity, n_records)
  select day, class_pk, severity, sum (n) from delta group by 1, 2, 3 order by 1, 2, 3
  on conflict (day, class_pk, severity)
    do update set n_records = old.n_records + excluded.n_records
), by_class_build as (
  insert into rollup_day_class_build as old (day, class_pk, build_pk, n_records)
  select day, class_pk, build_pk, sum (n) from delta group by 1, 2, 3 order by 1, 2, 3
  on conflict (day, class_pk, build_pk)
    do update set n_records = old.n_records + excluded.n_records
), life as (
  select machine_pk, min (day) as first_day, max (day) as last_day,
         (array_agg (build_pk order by day desc))[1] as build_pk
  from delta group by 1
), taken as (
  select m.machine_pk from machine m join life using (machine_pk) order by 1 for update of m
), machine_life as (
  update machine m
  set first_day = least (m.first_day, life.first_day),
      last_day = greatest (m.last_day, life.last_day),
      last_build = case when m.last_day > life.last_day then m.last_build else life.build_pk end
  from life join taken using (machine_pk)
  where m.machine_pk = life.machine_pk
), done as (
  update ingest_batch b
  set folded = true, delta_day = null, delta_class = null, delta_build = null,
      delta_severity = null, delta_n = null
  from batch where b.batch_id = batch.batch_id
  returning 1
)
select count (*) from done
