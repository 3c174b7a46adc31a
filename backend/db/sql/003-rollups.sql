-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What pages read instead of raw history. day = the UTC day of the record's id.

create table rollup_day (
  day        date primary key,
  n_records  bigint not null,
  n_machines bigint not null
);

create table rollup_day_build (
  day        date not null,
  build_pk   int not null,
  n_records  bigint not null,
  n_machines bigint not null,
  primary key (day, build_pk)
);

create table rollup_day_class (
  day        date not null,
  class_pk   int not null,
  n_records  bigint not null,
  n_machines bigint not null,
  primary key (day, class_pk)
);

create table rollup_day_class_severity (
  day       date not null,
  class_pk  int not null,
  severity  smallint not null,
  n_records bigint not null,
  primary key (day, class_pk, severity)
);

create table rollup_day_class_build (
  day       date not null,
  class_pk  int not null,
  build_pk  int not null,
  n_records bigint not null,
  primary key (day, class_pk, build_pk)
);

-- Who was counted in n_machines already; exact. kind: 0 = day (key 0), 1 = build, 2 = class.
create table rollup_seen (
  day        date not null,
  kind       smallint not null,
  key        int not null,
  machine_pk bigint not null,
  primary key (day, kind, key, machine_pk)
);
