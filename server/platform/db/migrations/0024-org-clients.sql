-- breaking: no. What orgs authenticate with at this server (RFC 6749, section 4.4), and what they got.

create table org_client (
  client_id text primary key,
  -- The 18-character id of the only org whose calls it may make.
  org_id text not null,
  name text not null,
  scopes text[] not null,
  added_at timestamptz not null default now(),
  added_by text not null,
  revoked_at timestamptz
);

create table org_client_secret (
  id text primary key,
  client_id text not null references org_client,
  -- SHA-256: a secret is 256 random bits, so that nothing slower is needed.
  hash bytea not null,
  added_at timestamptz not null default now(),
  added_by text not null,
  -- When a token was last got with it.
  used_at timestamptz,
  retired_at timestamptz
);
create index org_client_secret_of on org_client_secret (client_id);

-- A token counts while its secret and its client are in force.
create table org_token (
  hash bytea primary key,
  secret_id text not null references org_client_secret,
  scopes text[] not null,
  expires_at timestamptz not null
);
create index org_token_expires on org_token (expires_at);

-- How often something was done in a minute, such as a wrong secret from one address.
create table call_count (
  subject text not null,
  minute timestamptz not null,
  calls integer not null,
  primary key (subject, minute)
);
