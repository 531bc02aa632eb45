-- breaking: no. Rows that the org holds no longer because they are too old, and what was deleted there.

-- A row that has fallen out, until it is certain that the org has none of that key. It is no row of org_rows meanwhile.
create table org_row_removal (
  object text not null,
  key text not null,
  account_id text,
  partition smallint not null,
  -- For people: how long it was kept.
  reason text not null,
  dropped_at timestamptz not null default now(),
  -- When the org is asked for it next.
  look_at timestamptz not null default now(),
  -- Why Salesforce did not let it go, the last time.
  code text,
  message text,
  primary key (object, key)
);
create index org_row_removal_due on org_row_removal (look_at);
create index org_row_removal_of_account on org_row_removal (account_id);

-- What was deleted in the org, batch by batch.
create table org_removal (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  object text not null,
  reason text not null,
  keys text[] not null
);

-- Rows of which billing has nothing any more, by when that was found.
create index org_rows_removed on org_rows (changed_at) where fields ->> 'Status__c' = 'Removed';
