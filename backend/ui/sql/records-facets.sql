-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What there is to choose from in a period, most frequent first.
--
-- $1 first day, $2 last day, $3 how many days when there is no first day
with
period as materialized (
  select coalesce ($1::date, current_date + 1 - $3::int) as first_day,
         coalesce ($2::date, current_date + 2) as last_day
),
by_class as materialized (
  select class_pk, severity, sum (n_records) as n
    from rollup_day_class_severity, period
   where day between first_day and last_day
   group by class_pk, severity
),
by_build as (
  select build_pk, sum (n_records) as n
    from rollup_day_build, period
   where day between first_day and last_day
   group by build_pk
)
select 'severity' as facet, severity::text as value, sum (n)::bigint as n_records
  from by_class group by severity
union all
(select 'class', name, sum (n)::bigint
   from by_class join class using (class_pk) group by name order by 3 desc, 2 limit 30)
union all
(select 'build', name, n::bigint
   from by_build join build using (build_pk) where name <> '' order by 3 desc, 2 limit 30)
order by 1, 3 desc, 2
