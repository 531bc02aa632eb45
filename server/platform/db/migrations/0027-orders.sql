-- breaking: no. Orders that are made of won Opportunities.

-- How the order of an Opportunity stands: what is known of it before it is sent, and what became of it.
create table deal_order (
  opportunity_id text primary key,
  state text not null,
  -- What was, or would be, ordered, in words and as it is sent; faults; figures; workflows/ports/orders.ts, DealOrder.
  body jsonb not null,
  -- Rises with every change, so that of two workers one decides.
  version integer not null,
  changed_at timestamptz not null default now()
);

-- Every step of every order, with what was before.
create table deal_order_step (
  id bigint generated always as identity primary key,
  opportunity_id text not null,
  at timestamptz not null default now(),
  state_before text,
  state text not null,
  body jsonb not null
);
create index deal_order_steps on deal_order_step (opportunity_id, id);
