-- breaking: no. How each Stripe account and Zuora tenant stands, and what of it is taken.

create table connection (
  name text primary key,
  system text not null,
  -- The account or tenant that the name was first used for; the name is refused to any other. null while it is not known.
  provider_id text,
  state text not null default 'Connected' check (state in ('Connected', 'Broken', 'Paused')),
  -- Plain words: what is wrong and what to do.
  reason text not null default '',
  since timestamptz not null default now(),
  -- When a broken one is looked at again.
  probe_at timestamptz not null default now(),
  -- The filter that the mirror was made with (canonical JSON).
  filter text
);

-- A key of a connection that is broken or paused: no claim looks at it until the connection goes on.
alter table dirty add column held boolean not null default false;
create index dirty_held on dirty (key) where held;
