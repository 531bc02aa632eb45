-- breaking: no. Opportunities in which people named a subscription.

-- As they were last read; the number is null where it was taken away again.
create table named_deal (
  opportunity_id text primary key,
  account_id text,
  subscription_number text,
  read_at timestamptz not null default now()
);
create index named_deal_of_account on named_deal (account_id);
