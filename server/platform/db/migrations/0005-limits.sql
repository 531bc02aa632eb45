-- breaking: no. What is left alone for a while, how often it may be called, and the access tokens that all processes share.

-- One row per upstream (<connection>) and per limit or class of calls of it (<connection>:<name>).
create table upstream (
  name text primary key,
  -- Calls that may go now; null until the first one of a row with a rate.
  tokens float8,
  filled_at timestamptz not null default now(),
  -- Share of the configured limit that is in force: halved when the upstream asks for fewer calls, rising again by itself.
  share float8 not null default 1,
  lowered_at timestamptz,
  hold_until timestamptz,
  -- Outages in a row; open_until is set while the upstream is left alone because of them, and probe_until while one call
  -- finds out whether it works again.
  failures integer not null default 0,
  open_until timestamptz,
  probe_until timestamptz,
  reason text not null default '',
  -- Calls under way: {process: {"held": n, "until": seconds since 1970}}. A process that died is forgotten at "until".
  in_flight jsonb not null default '{}'
) with (fillfactor = 50);

create table upstream_token (
  name text primary key,
  -- Sealed; null before the first one.
  sealed text,
  instance_url text,
  -- From when on a new one is made, before it ends.
  renew_at timestamptz
);
