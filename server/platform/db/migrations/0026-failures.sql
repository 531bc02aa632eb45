-- breaking: no. What Salesforce is told of failures: the code of what put a key aside, and events with two contents without
-- looking at all of them.
alter table dirty add column code text;
create index inbox_conflicts on inbox (id) where conflicts > 0;
