-- breaking: no. Opportunities that the product opens for people to close: its key, and what people made of it.

alter table named_deal
  add column key text,
  add column is_closed boolean not null default false,
  add column is_won boolean not null default false;
