-- SPDX-License-Identifier: LGPL-2.1-or-later
-- A fleet's 90 days: 1 000 000 records of 20 000 machines, 57 classes of which a few are frequent, 31 builds that come and go,
-- payloads of 350 bytes; and the rollups that the fold would have made of them.
select partitions_make (current_date - 90, current_date + 3);
insert into class (name) values ('org.example/heartbeat/ping');
insert into class (name)
  select (array['kernel/oops/', 'kernel/warning/', 'crash/userspace/', 'updates/image/', 'hardware/mce/', 'boot/time/'])[1 + i % 6] || 'kind' || i
    from generate_series (1, 56) i;
insert into build (name) select (39000 + i * 10)::text from generate_series (1, 30) i;
insert into build (name) values ('99999');
insert into system (name) values ('debian'), ('clear-linux-os'), ('fedora_workstation'), ('kiosk');
insert into kernel (name) select '6.1.' || i from generate_series (1, 20) i;
insert into model (name) select 'Vendor' || i % 10 || '|Product ' || i || '|1' from generate_series (1, 300) i;
insert into cpu (name) select 'Processor ' || i from generate_series (1, 40) i;
insert into bios (name) select 'Firmware ' || i from generate_series (1, 60) i;
insert into board (name) select 'Board ' || i from generate_series (1, 200) i;
insert into arch (name) values ('x86_64'), ('aarch64');
insert into machine (machine_id, first_day, last_day, last_build)
  select decode (md5 (i::text), 'hex'), current_date - 90, current_date, 1 from generate_series (1, 20000) i;

select setseed (0.5);
create unlogged table seed as
  select (lpad (to_hex ((extract (epoch from t) * 1000)::bigint), 12, '0') || '7' || substr (md5 (i::text), 1, 3) || '8'
          || substr (md5 (i::text), 4, 15))::uuid as record_id, t, i, random () as r1, random () as r2, random () as r3
    from (select i, now () - (89.9 * 86400 * i / 1e6) * interval '1 second' as t from generate_series (0, 999999) i) s;
insert into record
  select record_id, md5 (i::text)::uuid, md5 ((i % 20000)::text)::uuid, 1 + (r1 * 19999)::int, null, t, t + interval '3 minutes', i, i, 1,
         case when r2 < 0.6 then 1 else 2 + floor (power (r3, 3) * 56)::int end,
         1 + (30 * (1 - i / 1e6) * power (r1, 0.3))::int % 30, 1 + i % 4, 1 + i % 20, 1 + (r1 * 299)::int, 1 + i % 40, 1 + i % 60, 1 + i % 200,
         1 + (i % 10 = 0)::int, 0, case when r2 < 0.6 then 1 when r3 < 0.6 then 2 when r3 < 0.95 then 3 else 4 end, 0
    from seed order by record_id;
insert into record_payload
  select record_id, 0, convert_to ('{"message":"hello ' || i || '","function":"function_' || i % 1000 || '","pad":"' || repeat ('x', 300) || '"}', 'UTF8')
    from seed order by record_id;
drop table seed;
-- Two of the rarest build, as far back as it goes, for the search that has to look for them.
update record set build_pk = 31 where record_id in (select record_id from record order by record_id limit 2);

insert into rollup_day select record_day_of_id (record_id), count (*), count (distinct machine_pk) from record group by 1;
insert into rollup_day_class select record_day_of_id (record_id), class_pk, count (*), count (distinct machine_pk) from record group by 1, 2;
insert into rollup_day_build select record_day_of_id (record_id), build_pk, count (*), count (distinct machine_pk) from record group by 1, 2;
insert into rollup_day_class_severity select record_day_of_id (record_id), class_pk, severity, count (*) from record group by 1, 2, 3;
insert into rollup_day_class_build select record_day_of_id (record_id), class_pk, build_pk, count (*) from record group by 1, 2, 3;
insert into ingest_batch (batch_id, digest, received_at, machine_pk, n, n_new, n_rejected, folded)
  select md5 (i::text)::uuid, sha256 (i::text::bytea), now () - i * interval '7.7 seconds', 1 + i % 20000, 1, 1, 0, true from generate_series (1, 1000000) i;
insert into loss select 1 + i / 5, 1 + i % 5, 'expired', i, now () - i * interval '77 seconds' from generate_series (0, 99999) i;
vacuum analyze;
