-- breaking: no. What people ask of billing from Salesforce: who asked, what came of it, and that it is done once.

-- Somebody waits for this key: its calls go before others, and it is claimed before others.
alter table dirty add column interactive boolean not null default false;

-- Every call of an org, also those that were refused; no link, address or token is ever in it.
create table org_action (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  client_id text not null,
  -- As the call gave them.
  org_id text not null,
  user_id text not null,
  operation text not null,
  account_id text not null,
  -- Key of the invoice; null for what concerns none.
  subject text,
  -- done, or a code of docs/errors.md; null while it is under way, or when its process died.
  outcome text,
  ended_at timestamptz
);
create index org_action_at on org_action (at);
create index org_action_account on org_action (account_id, id);

-- What was asked with a key that the org chose; the same key has the same effect once.
create table org_request (
  client_id text not null,
  operation text not null,
  request_key text not null,
  body_hash bytea not null,
  -- Null while it is under way.
  answer jsonb,
  at timestamptz not null default now(),
  primary key (client_id, operation, request_key)
);
create index org_request_at on org_request (at);

create table org_refresh (
  id text primary key,
  client_id text not null,
  user_id text not null,
  account_id text not null,
  -- The billing accounts that are read: [{key, generation}], the generation that asks for it.
  keys jsonb not null,
  -- What rows of the Account said before; null once it has ended.
  before jsonb,
  state text not null default 'Running' check (state in ('Running', 'Done', 'Failed')),
  message text not null default '',
  changes text not null default '',
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
create index org_refresh_started on org_refresh (started_at);

-- E-mails of invoices that people asked for. A row is there before anything is sent.
create table invoice_send (
  -- Also what the billing system is given to tell a repetition by.
  id text primary key,
  invoice_key text not null,
  client_id text not null,
  user_id text not null,
  request_key text not null,
  -- sending: asked, or not known to have been answered; sent; refused: certainly not sent.
  state text not null default 'sending' check (state in ('sending', 'sent', 'refused')),
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
create index invoice_send_of on invoice_send (invoice_key, started_at);
