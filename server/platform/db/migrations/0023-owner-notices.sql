-- breaking: no. Owners of Opportunities that the product made, who are told of them once.

create table owner_notice (
  -- Billing_Key__c of the Opportunity, which names the deal and its cause.
  deal_key text primary key,
  account_id text,
  -- wanted: to be told, or being told; told; nobody: there is nobody to tell; dismissed: by an operator.
  state text not null default 'wanted' check (state in ('wanted', 'told', 'nobody', 'dismissed')),
  wanted_at timestamptz not null default now(),
  ended_at timestamptz,
  attempt integer not null default 0,
  -- When it is looked at next. Whoever takes it moves this on before anything is sent.
  not_before timestamptz not null default now(),
  quarantined_at timestamptz,
  -- Why it did not go, the last time, or why there is nobody to tell.
  code text,
  message text
);
create index owner_notice_due on owner_notice (not_before) where state = 'wanted' and quarantined_at is null;
