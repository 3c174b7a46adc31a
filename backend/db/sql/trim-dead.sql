-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Keeps the newest rejects: at most $1 rows and $2 bytes.
delete from record_dead
where dead_pk <= (
  select max (dead_pk) from (
    select dead_pk,
           row_number () over newest as n,
           sum (octet_length (body)) over newest as n_bytes
    from record_dead
    window newest as (order by dead_pk desc)) ranked
  where n > $1::int8 or n_bytes > $2::int8)
