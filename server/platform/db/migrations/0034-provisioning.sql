-- breaking: no. Billing accounts that are made of Accounts.

-- How the billing account of an Account stands: what is known of it before it is made, and what became of it.
create table provisioning (
  account_id text primary key,
  state text not null,
  -- What no other Account may have in common while one is made for this one.
  identities text[] not null default '{}',
  -- What was, or would be, made, faults; workflows/ports/provisioning.ts, Provisioning.
  body jsonb not null,
  -- Rises with every change, so that of two workers one decides.
  version integer not null,
  changed_at timestamptz not null default now()
);
create index provisioning_identities on provisioning using gin (identities) where state in ('Creating', 'Created');

-- Every step of every one, with what was before.
create table provisioning_step (
  id bigint generated always as identity primary key,
  account_id text not null,
  at timestamptz not null default now(),
  state_before text,
  state text not null,
  body jsonb not null
);
create index provisioning_steps on provisioning_step (account_id, id);

-- Billing accounts that may be the same customer are looked for by email and by how their names begin.
create index mirror_account_emails on mirror (lower(body ->> 'billToEmail')) where kind = 'account' and not deleted;
create index mirror_account_names on mirror (lower(body ->> 'name') text_pattern_ops) where kind = 'account' and not deleted;
