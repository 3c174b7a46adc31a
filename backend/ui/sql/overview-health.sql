-- SPDX-License-Identifier: LGPL-2.1-or-later
-- One row: what came in during the last 24 hours, what could not be taken, what is still to be
-- counted. Counts of tables that only trouble fills stop at 10,000.
with
recent as (
  select count (*) as n_batches, coalesce (sum (n), 0) as n_received,
         coalesce (sum (n_new), 0) as n_stored, coalesce (sum (n_rejected), 0) as n_rejected,
         max (received_at) as newest
    from ingest_batch
   where received_at > now () - interval '24 hours'
),
pending as (
  select count (*) as n_batches, coalesce (sum (n_new), 0) as n_records, min (received_at) as oldest
    from ingest_batch
   where not folded
)
select
  recent.n_batches::bigint as batches_24h,
  recent.n_received::bigint as records_24h,
  recent.n_stored::bigint as stored_24h,
  recent.n_rejected::bigint as rejected_24h,
  (recent.n_received - recent.n_stored - recent.n_rejected)::bigint as duplicates_24h,
  to_char (recent.newest, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as last_batch_at,
  pending.n_batches::bigint as batches_not_counted,
  pending.n_records::bigint as records_not_counted,
  coalesce (extract (epoch from now () - pending.oldest), 0)::bigint as counting_lag_seconds,
  (select count (*) from (select 1 from record_dead limit 10000) as d)::bigint as dead_records,
  (select count (*) from (select 1 from record_quarantine limit 10000) as q)::bigint
    as quarantined_records,
  (select coalesce (json_agg (json_build_object ('reason', reason, 'n_records', n) order by n desc), '[]')
     from (select reason, sum (n)::bigint as n from loss
          where updated_at > now () - interval '24 hours' group by reason) as l) as losses
from recent, pending
