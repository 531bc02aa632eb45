-- Payloads of events leave the table of their ids: they are kept for a shorter time, and a day of them is dropped at
-- once. The build before reads an event without a payload as one whose objects are to be fetched.

create table inbox_payload (
  id bigint not null,
  received_at timestamptz not null,
  -- json, not jsonb: stored as it came, and cheaper to store.
  payload json not null
) partition by range (received_at);
create index inbox_payload_id on inbox_payload (id);
-- Takes what comes while the partition of its day is missing.
create table inbox_payload_default partition of inbox_payload default;

alter table inbox alter column payload drop not null;
-- Payloads that the build before stored, for the time when theirs is over.
create index inbox_inline_payload on inbox (received_at) where payload is not null;

-- What operators put aside for good, with what is needed to undo it.
create table dismissal (
  failure_id text primary key,
  kind text not null,
  reason text not null,
  dismissed_by text not null,
  dismissed_at timestamptz not null default now(),
  failed_with text not null,
  event_ids bigint[] not null default '{}'
);

-- Everything that an operator did by command.
create table operator_action (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  operator text not null,
  action text not null,
  targets text[] not null,
  detail jsonb not null
);
