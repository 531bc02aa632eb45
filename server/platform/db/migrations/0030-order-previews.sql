-- breaking: no. Previews of the orders of deals that are not won.

create table deal_preview (
  opportunity_id text primary key,
  -- As that of deal_order; null until the first one is worked out.
  body jsonb,
  -- Who works one out now; null for nobody.
  run uuid,
  began_at timestamptz not null default now()
);
