-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the collector keeps beside the records: batches, rejects, records with an impossible time,
-- losses.

-- A batch that comes again with the same records is answered from here without work. What it added is
-- kept, counted by day, class, build and severity, until the fold has added it to the rollups.
create table ingest_batch (
  batch_id       uuid primary key,
  digest         bytea not null check (octet_length (digest) = 32),
  received_at    timestamptz not null,
  machine_pk     bigint not null,
  n              int not null,
  n_new          int not null,
  n_rejected     int not null,
  folded         bool not null default false,
  delta_day      date[],
  delta_class    int[],
  delta_build    int[],
  delta_severity smallint[],
  delta_n        int[]
);

create index ingest_batch_unfolded on ingest_batch (received_at) where not folded;
create index ingest_batch_received on ingest_batch using brin (received_at);

-- Records that failed validation, as they came; bounded by the server (rows and bytes).
create table record_dead (
  dead_pk     bigint primary key generated always as identity,
  received_at timestamptz not null,
  machine_id  bytea not null,
  batch_id    uuid not null,
  position    int not null,
  record_id   text,
  reason      text not null,
  body        bytea not null,
  unique (batch_id, position)
);

-- Records whose id says a time outside [now - 35 d, now + 25 h]. created_at is re-dated, claimed_at
-- is what the record says; redated_by: boottime (another record of the same boot), sent-at (the
-- sender's clock when it sent), received (neither was there).
create table record_quarantine (
  record_id       uuid primary key,
  event_id        uuid not null,
  boot_id         uuid,
  machine_pk      bigint not null,
  created_at      timestamptz not null,
  claimed_at      timestamptz not null,
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
  redated_by      text not null,
  codec           smallint not null,
  body            bytea not null
);

-- Counters of what machines had to drop; monotonic as long as a machine keeps its pseudonym, so the
-- largest one seen is the truth, in whatever order the batches come.
create table loss (
  machine_pk bigint not null,
  class_pk   int not null,
  reason     text not null,
  n          bigint not null,
  updated_at timestamptz not null,
  primary key (machine_pk, class_pk, reason)
);
