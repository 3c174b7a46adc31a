-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What a search has to look at, from dictionaries and rollups alone: one row with the numbers of
-- the words that were asked for, and the days to look through.
--
-- $1 class pattern, $2 build pattern, $3 system pattern, $4 machine id in hex, $5 severities,
-- $6 first day, $7 last day, $8 how many rows one page may look through, $9 how many it needs
--
-- first_day is null when no day has a match. is_cut: there are more days to look through than this
-- page may. A class and a machine have an index, so rows are counted only where something else is
-- asked for as well; one that is found by its class costs eight times one in passing.
with
word as materialized (
  select
    (select coalesce (array_agg (class_pk), '{}') from class where name like $1::text) as class_pks,
    (select coalesce (array_agg (build_pk), '{}') from build where name like $2::text) as build_pks,
    (select coalesce (array_agg (system_pk), '{}') from system where name like $3::text) as system_pks,
    (select machine_pk from machine where machine_id = decode ($4::text, 'hex')) as machine_pk
),
hit as (
  select day, n_records as n from rollup_day
   where $1::text is null and $2::text is null and $5::smallint[] is null
  union all
  select day, n_records from rollup_day_build, word
   where $2::text is not null and $1::text is null and build_pk = any (build_pks)
  union all
  select day, n_records from rollup_day_class_build, word
   where $2::text is not null and $1::text is not null
     and class_pk = any (class_pks) and build_pk = any (build_pks)
  union all
  select day, n_records from rollup_day_class_severity, word
   where $2::text is null and ($1::text is not null or $5::smallint[] is not null)
     and ($1::text is null or class_pk = any (class_pks))
     and ($5::smallint[] is null or severity = any ($5::smallint[]))
  union all
  select day, n from rollup_pending, word
   where ($1::text is null or class_pk = any (class_pks))
     and ($2::text is null or build_pk = any (build_pks))
     and ($5::smallint[] is null or severity = any ($5::smallint[]))
),
bound as (
  select min (day) as first_day, max (day) as last_day from hit
   where ($4::text is null or (select machine_pk from word) is not null)
     and ($3::text is null or (select system_pks from word) <> '{}')
     and ($6::date is null or day >= $6::date) and ($7::date is null or day <= $7::date)
),
cost as (
  select day, n_records as n from rollup_day
   where $1::text is null and day between (select first_day from bound) and (select last_day from bound)
  union all
  select day, 8 * sum (n_records) from rollup_day_class, word
   where $1::text is not null and class_pk = any (class_pks)
     and day between (select first_day from bound) and (select last_day from bound)
   group by day
),
-- Before the page is full or the day is reached where this sum is over $8, a search ends.
reach as (
  select day, sum (n) over (order by day desc) - n as n_before from cost
   where $4::text is null
     and ($2::text is not null or $3::text is not null or $5::smallint[] is not null)
),
-- Where a rollup says how many matches a day has, no page needs more days than fill it. The newest
-- day may be a part of one.
per_day as (
  select day, sum (n) as n from hit, bound
   where $4::text is null and $3::text is null and ($2::text is null or $5::smallint[] is null)
     and day between first_day and last_day
   group by day
),
filling as (
  select per_day.day, sum (case when per_day.day < last_day then n else 0 end) over (order by per_day.day desc)
         - case when per_day.day < last_day then n else 0 end as n_before
    from per_day, bound
)
select
  class_pks,
  build_pks,
  system_pks,
  machine_pk,
  greatest (bound.first_day, cut.first_day, enough.first_day) as first_day,
  bound.last_day,
  coalesce (greatest (cut.first_day, enough.first_day) > bound.first_day, false) as is_cut
from word, bound,
     (select min (day) as first_day from reach where n_before <= $8::bigint) as cut,
     (select min (day) as first_day from filling where n_before < $9::bigint) as enough
