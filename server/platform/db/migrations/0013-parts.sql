-- breaking: no. Rows that show a part of a mirrored object, such as a charge of a subscription, name that object.

alter table org_rows add column part_of text;

create index org_rows_part_of on org_rows (part_of) where part_of is not null;
