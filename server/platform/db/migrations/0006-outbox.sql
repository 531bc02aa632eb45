-- breaking: no. What the writer to Salesforce knows beside its rows: which of them can wait, what the org allows, which org
-- it is, and jobs that go on by themselves.

-- Rows that can wait, as those of a backfill, and the bulk job that has taken them.
alter table org_rows add column batch boolean not null default false, add column bulk_job text;
create index org_rows_batch on org_rows (object, not_before)
  where pending and batch and quarantined_at is null and bulk_job is null;
create index org_rows_in_bulk on org_rows (account_id) where bulk_job is not null;

-- An object of which no row can be written until somebody changes the org: a field or a permission is gone.
create table org_object_pause (
  object text primary key,
  paused_until timestamptz not null,
  failures integer not null,
  since timestamptz not null default now(),
  code text not null,
  message text not null
);

-- API calls of the last 24 hours, as the latest answer of the org told it to any process.
create table api_budget (
  org_id text primary key,
  calls_used integer not null,
  calls_allowed integer not null,
  read_at timestamptz not null default now()
);

-- The org that rows may be written to, and another one that was met instead of it.
create table org_pin (
  name text primary key,
  org_id text not null,
  is_sandbox boolean not null,
  organization_type text not null,
  instance_name text not null,
  pinned_at timestamptz not null default now(),
  met jsonb,
  met_at timestamptz
);

-- Bulk API 2.0 jobs under way. One row is written before Salesforce is asked, so that none is forgotten.
create table bulk_job (
  id text primary key,
  object text not null,
  salesforce_id text,
  state text not null,
  row_count integer not null,
  made_at timestamptz not null default now()
);
