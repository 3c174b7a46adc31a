-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Counters only grow, so the largest value is the newest, in whatever order batches come.
insert into loss (machine_pk, class_pk, reason, n, updated_at)
select machine_pk, class_pk, reason, max (n), now ()
from unnest ($1::int8[], $2::int4[], $3::text[], $4::int8[]) as t (machine_pk, class_pk, reason, n)
group by 1, 2, 3
order by 1, 2, 3
on conflict (machine_pk, class_pk, reason) do update
  set n = greatest (loss.n, excluded.n), updated_at = excluded.updated_at
