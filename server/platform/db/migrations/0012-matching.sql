-- breaking: no. Which Account a billing account belongs to where billing names none.

-- True for a link that a rule or a person made, false for one that billing names.
alter table account_link add column matched boolean not null default false;

-- One row per billing account that billing gave no Account when it was last looked at.
create table billing_match (
  billing_account_key text primary key,
  -- Rises with every change, so that nothing is decided on what is not so any more.
  version bigint not null default 1,
  -- waiting, linked, dismissed, named (billing names an Account by now) or gone
  state text not null check (state in ('waiting', 'linked', 'dismissed', 'named', 'gone')),
  -- The Account that it is linked to; null unless linked.
  account_id text,
  rule text,
  score integer,
  linked_by text,
  linked_at timestamptz,
  -- Digest of what candidates were looked for by; null before the first look.
  looked_by text,
  looked_at timestamptz,
  candidates jsonb not null default '[]',
  complete boolean not null default true,
  -- Accounts that a person took it away from.
  rejected text[] not null default '{}',
  -- What people had entered in Salesforce when it was last read.
  chosen text,
  dismissed boolean not null default false,
  -- Whether Salesforce is to hold a row of it.
  has_row boolean not null default false
);
create index billing_match_waiting on billing_match (billing_account_key) where state in ('waiting', 'dismissed');

-- Every link that was made or taken back, and by whom.
create table billing_link_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  billing_account_key text not null,
  -- linked or unlinked
  action text not null,
  account_id text not null,
  rule text,
  score integer,
  -- A user id of Salesforce, user@host of an operator, or rule.
  by text not null
);
create index billing_link_log_of_account on billing_link_log (account_id);
create index billing_link_log_of_billing_account on billing_link_log (billing_account_key, id);
