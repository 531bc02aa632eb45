-- What was received, what is to be worked, what billing systems hold, and what Salesforce is to hold.

create table inbox (
  id bigint generated always as identity primary key,
  connection text not null,
  event_id text not null,
  kind text not null,
  key text,
  occurred_at timestamptz,
  received_at timestamptz not null default now(),
  -- json, not jsonb: stored as it came, and cheaper to store.
  payload json not null,
  digest text not null,
  conflicts integer not null default 0,
  done_at timestamptz,
  unique (connection, event_id)
);
create index inbox_undone on inbox (key, id) where done_at is null;
create index inbox_oldest_undone on inbox (connection, received_at) where done_at is null;

-- Rises forever, so that a key that was cleared and bumped again never has a generation that a late worker remembers.
create sequence dirty_generation;

create table dirty (
  key text primary key,
  generation bigint not null default nextval('dirty_generation'),
  since timestamptz not null default now(),
  not_before timestamptz not null default now(),
  lease_owner text,
  lease_until timestamptz,
  attempt integer not null default 0,
  quarantined_at timestamptz,
  reason text
) with (fillfactor = 70);
create index dirty_ready on dirty (not_before) where quarantined_at is null;

create table mirror (
  key text primary key,
  kind text not null,
  billing_account_key text not null,
  as_of timestamptz not null,
  version bigint not null,
  deleted boolean not null,
  body jsonb not null,
  digest text not null,
  changed_at timestamptz not null default now()
);
create index mirror_of_billing_account on mirror (billing_account_key);

create table account_link (
  billing_account_key text primary key,
  account_id text,
  linked_at timestamptz not null default now()
);
create index account_link_of_account on account_link (account_id);

create table account_due (
  account_id text primary key,
  next_change_on date not null
);
create index account_due_on on account_due (next_change_on);

create table org_rows (
  object text not null,
  key text not null,
  account_id text,
  partition smallint not null,
  fields jsonb not null,
  parents jsonb not null,
  hash text not null,
  row_version bigint not null,
  changed_at timestamptz not null default now(),
  -- Transaction that last changed the content: tells whether a worker could have seen it when it claimed its key.
  changed_by xid8 not null default pg_current_xact_id(),
  pending boolean not null,
  -- Version that the last call carried, whether or not its answer came; null before the first.
  sent_version bigint,
  confirmed_version bigint,
  confirmed_hash text,
  attempt integer not null default 0,
  not_before timestamptz not null default now(),
  quarantined_at timestamptz,
  refusal text,
  code text,
  message text,
  primary key (object, key)
) with (fillfactor = 70);
create index org_rows_of_account on org_rows (account_id);
create index org_rows_pending on org_rows (partition, not_before) where pending and quarantined_at is null;
create index org_rows_quarantined on org_rows (account_id) where quarantined_at is not null;

-- Work that one process at a time may do: a partition of the outbox, the sweep of a connection.
create table lease (
  name text primary key,
  owner text not null,
  until timestamptz not null
);

-- An upstream that asked to be left alone for a while, or that fails.
create table upstream_hold (
  name text primary key,
  hold_until timestamptz not null,
  failures integer not null,
  reason text not null
);

create table sweep_cursor (
  connection text primary key,
  cursor text,
  checked_through timestamptz,
  swept_at timestamptz,
  failures integer not null default 0,
  broken boolean not null default false,
  message text not null default ''
);

create table setting (
  name text primary key,
  value text not null
);
