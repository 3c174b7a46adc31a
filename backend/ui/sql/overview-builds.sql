-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The $2 builds with the most machine-days in the last $1 days. A machine-day is a machine that
-- sent anything on a day: what records are to be divided by, before builds can be compared.
with
top as materialized (
  select build_pk, sum (n_records)::bigint as n_records, sum (n_machines)::bigint as machine_days
    from rollup_day_build
   where day > current_date - $1::int
   group by build_pk
   order by 3 desc, build_pk
   limit $2::int
)
select
  (select name from build b where b.build_pk = t.build_pk) as build,
  n_records,
  machine_days,
  round (n_records::numeric / greatest (machine_days, 1), 2) as records_per_machine_day,
  (select json_agg (coalesce (r.n_machines, 0) order by d)
     from generate_series (current_date + 1 - $1::int, current_date, interval '1 day') as d
       left join rollup_day_build r on r.build_pk = t.build_pk and r.day = d::date) as machines_by_day
from top t
order by machine_days desc, 1
