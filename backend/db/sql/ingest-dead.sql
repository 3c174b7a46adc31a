-- SPDX-License-Identifier: LGPL-2.1-or-later
-- A record that did not pass, as it came.
insert into record_dead (received_at, machine_id, batch_id, position, record_id, reason, body)
values (timestamptz 'epoch' + $1::int8 * interval '1 microsecond', $2::bytea, $3::uuid, $4::int4,
        $5::text, $6::text, $7::bytea)
on conflict do nothing
