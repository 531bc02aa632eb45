-- breaking: no. What the MRR of an Account was, from which day on: months are told from it.

create table mrr_level (
  account_id text not null,
  currency text not null,
  -- First day of the level, in the business time zone.
  day date not null,
  -- In minor units of the currency.
  minor bigint not null,
  -- True for days before the Account was first seen.
  estimated boolean not null,
  primary key (account_id, currency, day)
);
