-- Secrets that were rotated by command. They stand beside those of the settings.

create table stored_secret (
  id text primary key,
  name text not null,
  -- Empty for what belongs to no connection.
  connection text not null,
  -- Sealed under <name>:<id>; null in the row that says that the secret of the settings is retired.
  sealed text,
  added_at timestamptz not null default now(),
  added_by text not null,
  retired_at timestamptz
);
create index stored_secret_of on stored_secret (name, connection);
