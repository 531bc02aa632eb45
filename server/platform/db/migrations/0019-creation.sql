-- breaking: no. Accounts that are made for customers whom Salesforce does not know.

-- The Account that was made, which is not made again, and why none could be.
alter table billing_match add column made_account_id text, add column refusal text;

-- What a record of a standard object is made with, and what is people's from then on; null for all other rows.
alter table org_rows add column initial jsonb;

-- What a customer is told by while an Account is made for it: no other billing account that has it may have one made.
create table account_creation (
  identity text primary key,
  billing_account_key text not null,
  claimed_at timestamptz not null default now()
);
create index account_creation_of_billing_account on account_creation (billing_account_key);
