-- Where the feed of change events stands, what is known of Accounts, what of ours others changed in Salesforce, and how far
-- the daily check has come.

create table replay_position (
  topic text primary key,
  -- As Salesforce gave it; never worked out, compared or cut.
  position bytea not null,
  heard_at timestamptz not null default now()
);

create table org_account (
  account_id text primary key,
  -- live, deleted or merged
  state text not null,
  merged_into text,
  -- SystemModstamp when it was last read.
  modstamp timestamptz,
  read_at timestamptz not null default now()
);
create index org_account_merged_into on org_account (merged_into) where merged_into is not null;

-- The last difference that was seen on each field of ours.
create table discrepancy (
  object text not null,
  key text not null,
  field text not null,
  account_id text,
  kind text not null,
  -- Who decides on the field.
  rule text not null,
  billing_value jsonb,
  org_value jsonb,
  changed_by text,
  -- How often it was seen since recent_since, and how often of these with the very same values.
  recent integer not null default 1,
  same integer not null default 1,
  recent_since timestamptz not null default now(),
  first_seen_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (object, key, field)
);
create index discrepancy_of_account on discrepancy (account_id);

create table org_check (
  org_id text primary key,
  -- Business day that is being checked, the last Account that was, and how many were.
  day date not null,
  after text not null default '',
  checked integer not null default 0,
  ended boolean not null default false,
  -- Do not spread over the day: events were lost.
  hurry boolean not null default false,
  started_at timestamptz not null default now()
);

-- Rows that were refused because their Account is not there are looked for every few seconds.
create index org_rows_quarantined_code on org_rows (code) where quarantined_at is not null;
