-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Records and machines of each of the last $1 days, oldest first; a day without any has zeros.
with
severities as (
  select day,
         sum (n_records) filter (where severity = 1) as low,
         sum (n_records) filter (where severity = 2) as medium,
         sum (n_records) filter (where severity = 3) as high,
         sum (n_records) filter (where severity = 4) as critical
    from rollup_day_class_severity
   where day > current_date - $1::int
   group by day
)
select
  d::date as day,
  coalesce (r.n_records, 0) as n_records,
  coalesce (r.n_machines, 0) as n_machines,
  coalesce (s.low, 0)::bigint as low,
  coalesce (s.medium, 0)::bigint as medium,
  coalesce (s.high, 0)::bigint as high,
  coalesce (s.critical, 0)::bigint as critical
from generate_series (current_date + 1 - $1::int, current_date, interval '1 day') as d
  left join rollup_day r on r.day = d::date
  left join severities s on s.day = d::date
order by 1
