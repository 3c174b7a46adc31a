-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Records and their payloads, those that are not there yet; returns their ids. The parameters are
-- the columns of "record" as in tm-ingest-row.c, then the payloads.
with input as (
  select * from unnest ($1::uuid[], $2::uuid[], $3::uuid[], $4::int8[], $5::timestamptz[],
                        $6::timestamptz[], $7::int8[], $8::int8[], $9::int8[], $10::int4[],
                        $11::int4[], $12::int4[], $13::int4[], $14::int4[], $15::int4[],
                        $16::int4[], $17::int4[], $18::int4[], $19::int4[], $20::int2[],
                        $21::int2[], $22::bytea[])
    as t (record_id, event_id, boot_id, machine_pk, created_at, received_at, boottime_us, sequence,
          payload_version, class_pk, build_pk, system_pk, kernel_pk, model_pk, cpu_pk, bios_pk,
          board_pk, arch_pk, app_pk, severity, flags, body)
), added as (
  insert into record (record_id, event_id, boot_id, machine_pk, created_at, received_at,
                      boottime_us, sequence, payload_version, class_pk, build_pk, system_pk,
                      kernel_pk, model_pk, cpu_pk, bios_pk, board_pk, arch_pk, app_pk, severity,
                      flags)
  select record_id, event_id, boot_id, machine_pk, created_at, received_at, boottime_us, sequence,
         payload_version, class_pk, build_pk, system_pk, kernel_pk, model_pk, cpu_pk, bios_pk,
         board_pk, arch_pk, app_pk, severity, flags
  from input
  on conflict do nothing
  returning record_id
), kept as (
  insert into record_payload (record_id, codec, body)
  select record_id, 0, body from input join added using (record_id)
  on conflict do nothing
)
select record_id from added
