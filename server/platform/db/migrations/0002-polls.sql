-- When what no event tells of is asked for next, and the generation that was worked when this was settled: a key of the
-- same generation is worked for nothing else.

alter table dirty add column poll_at timestamptz, add column polled_generation bigint;
