-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The $2 classifications with the most records in the last $1 days, with the records of each day.
-- The busiest day is the day with the most machines: machines of several days can't be added up.
with
top as materialized (
  select class_pk, sum (n_records)::bigint as n_records, max (n_machines) as n_machines_busiest_day
    from rollup_day_class
   where day > current_date - $1::int
   group by class_pk
   order by 2 desc, class_pk
   limit $2::int
)
select
  (select name from class c where c.class_pk = t.class_pk) as classification,
  n_records,
  n_machines_busiest_day,
  (select max (severity) from rollup_day_class_severity s
    where s.class_pk = t.class_pk and s.day > current_date - $1::int) as worst_severity,
  (select json_agg (coalesce (r.n_records, 0) order by d)
     from generate_series (current_date + 1 - $1::int, current_date, interval '1 day') as d
       left join rollup_day_class r on r.class_pk = t.class_pk and r.day = d::date) as by_day
from top t
order by n_records desc, worst_severity desc nulls last, 1
