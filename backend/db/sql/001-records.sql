-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Records, as backend.md 2 of the contracts lays them out: words in dictionaries, the wide columns
-- first, payloads apart, everything that grows in one partition per UTC day of the record's id.

-- Words that repeat in every record. 0 is "not said".
create table class  (class_pk  int primary key generated always as identity, name text unique not null);
create table build  (build_pk  int primary key generated always as identity, name text unique not null);
create table system (system_pk int primary key generated always as identity, name text unique not null);
create table kernel (kernel_pk int primary key generated always as identity, name text unique not null);
create table model  (model_pk  int primary key generated always as identity, name text unique not null);
create table cpu    (cpu_pk    int primary key generated always as identity, name text unique not null);
create table bios   (bios_pk   int primary key generated always as identity, name text unique not null);
create table board  (board_pk  int primary key generated always as identity, name text unique not null);
create table arch   (arch_pk   int primary key generated always as identity, name text unique not null);
create table app    (app_pk    int primary key generated always as identity, name text unique not null);

insert into class  overriding system value values (0, '');
insert into build  overriding system value values (0, '');
insert into system overriding system value values (0, '');
insert into kernel overriding system value values (0, '');
insert into model  overriding system value values (0, '');
insert into cpu    overriding system value values (0, '');
insert into bios   overriding system value values (0, '');
insert into board  overriding system value values (0, '');
insert into arch   overriding system value values (0, '');
insert into app    overriding system value values (0, '');

-- A machine for as long as it keeps its pseudonym. The days and the build are kept by the fold.
create table machine (
  machine_pk bigint primary key generated always as identity,
  machine_id bytea unique not null check (octet_length (machine_id) = 16),
  first_day  date,
  last_day   date,
  last_build int
);

-- The primary key is the whole deduplication: a record that comes again meets its own partition.
-- flags: 1 = origin "user" (else "system").
create table record (
  record_id       uuid not null,
  event_id        uuid not null,
  boot_id         uuid,
  machine_pk      bigint not null,
  problem_pk      bigint,
  created_at      timestamptz not null,
  received_at     timestamptz not null,
  boottime_us     bigint not null,
  sequence        bigint not null,
  payload_version bigint not null,
  class_pk        int not null,
  build_pk        int not null,
  system_pk       int not null,
  kernel_pk       int not null,
  model_pk        int not null,
  cpu_pk          int not null,
  bios_pk         int not null,
  board_pk        int not null,
  arch_pk         int not null,
  app_pk          int not null,
  severity        smallint not null,
  flags           smallint not null,
  primary key (record_id)
) partition by range (record_id);

create index record_machine on record (machine_pk);
create index record_class on record (class_pk);
create index record_problem on record (problem_pk);
create index record_received on record using brin (received_at);

-- codec: 0 = UTF-8 text as it came.
create table record_payload (
  record_id uuid not null,
  codec     smallint not null,
  body      bytea not null,
  primary key (record_id)
) partition by range (record_id);

-- The smallest UUID of version 7 that the UTC day can have; ids are ordered as time is.
create function record_id_of_day (day date) returns uuid
language sql immutable strict parallel safe
return (lpad (to_hex ((extract (epoch from day::timestamp) * 1000)::bigint), 12, '0')
        || '00000000000000000000')::uuid;

create function record_day_of_id (record_id uuid) returns date
language sql immutable strict parallel safe
return (timestamp 'epoch'
        + (('x' || substr (replace (record_id::text, '-', ''), 1, 12))::bit (48)::bigint / 86400000)
          * interval '1 day')::date;

-- Makes what is missing of the partitions of these days; returns how many days were missing. Runs
-- with its owner's rights, so that a collector that may only insert can call it. The lock keeps two
-- servers from making the same one.
create function partitions_make (first_day date, last_day date) returns int
language plpgsql security definer set search_path from current
as $$
declare
  day date;
  parent text;
  part text;
  n int := 0;
begin
  perform pg_advisory_xact_lock (hashtext ('telemetrics partitions'));
  for day in select generate_series (first_day, last_day, interval '1 day')::date loop
    if to_regclass ('record_' || to_char (day, 'YYYYMMDD')) is not null then
      continue;
    end if;
    n := n + 1;
    foreach parent in array array['record', 'record_payload'] loop
      part := parent || '_' || to_char (day, 'YYYYMMDD');
      execute format ('create table %I partition of %I for values from (%L) to (%L)',
                      part, parent, record_id_of_day (day), record_id_of_day (day + 1));
    end loop;
  end loop;
  return n;
end
$$;
