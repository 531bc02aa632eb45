-- breaking: no. Keys of the products of a renewal deal that people changed.

alter table named_deal
  add column kept_lines text[] not null default '{}';
