-- breaking: no. Work that a billing system goes on with after it has answered.

create table billing_job (
  -- What it is for, beginning with the connection.
  key text primary key,
  -- As the billing system calls it.
  job_id text not null,
  asked_at timestamptz not null default now()
);
