-- breaking: no. How the bill-to of billing accounts stands, and everything that became of it.
create table bill_to (
  billing_account_key text primary key,
  account_id text not null,
  contact_id text,
  state text not null,
  body jsonb not null,
  version integer not null,
  changed_at timestamptz not null default now()
);
create index bill_to_accounts on bill_to (account_id);
create index bill_to_contacts on bill_to (contact_id) where contact_id is not null;

-- The audit of what was changed in billing; what is about to be written stands here before it is.
create table bill_to_step (
  id bigint generated always as identity primary key,
  billing_account_key text not null,
  at timestamptz not null default now(),
  state text not null,
  body jsonb not null
);
create index bill_to_steps on bill_to_step (billing_account_key, id);
