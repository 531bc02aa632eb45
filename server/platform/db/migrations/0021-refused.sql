-- breaking: no. What the credentials of a connection may not read, besides what nothing goes without.

create table connection_refused (
  connection text not null,
  -- In words, such as `credit memos`.
  what text not null,
  since timestamptz not null default now(),
  primary key (connection, what)
);
