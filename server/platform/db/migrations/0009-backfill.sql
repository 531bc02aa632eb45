-- breaking: no. Reading whole billing systems: one run a connection at a time, and keys that make way for live ones.

create table backfill (
  connection text primary key,
  -- Rises with every run, so that a late worker of an earlier one changes nothing.
  run integer not null default 1,
  state text not null check (state in ('Listing', 'Missing', 'Working', 'Done', 'Canceled')),
  -- Parts of billing accounts that are read; all of them when empty.
  parts text[] not null default '{}',
  -- Why it runs, in plain words.
  reason text not null,
  -- Rows that Salesforce has confirmed are written again.
  rewrite boolean not null default false,
  -- How far the list of the billing system, then that of the mirror, was gone through.
  cursor text,
  listed integer not null default 0,
  -- Provider time of the first page: what the mirror knows from before was not in the list.
  listed_at timestamptz,
  total integer,
  worked integer not null default 0,
  -- Billing accounts a second, of late.
  rate double precision not null default 0,
  measured_at timestamptz,
  failures integer not null default 0,
  next_at timestamptz not null default now(),
  message text not null default '',
  started_at timestamptz not null default now(),
  ended_at timestamptz
);

alter table dirty
  -- Work that is not urgent: claimed after live keys, and only so much of it at a time.
  add column batch boolean not null default false,
  -- Parts that have to be read whatever the events say, and the generation in which that was asked for.
  add column refetch text[] not null default '{}',
  add column refetch_generation bigint;
-- Keys that nobody may claim, and keys that make way, must not be walked over by every claim.
create index dirty_live on dirty (not_before) where quarantined_at is null and not held and not batch;
create index dirty_batch on dirty (not_before) where quarantined_at is null and not held and batch;
create index dirty_batch_keys on dirty (key collate "C") where batch;
drop index dirty_ready;
