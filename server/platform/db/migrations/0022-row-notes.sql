-- breaking: no. Reasons why fields of rows do not hold what billing says.

-- Lines of text, such as that of a custom field that is no number; null for rows that hold everything.
alter table org_rows add column notes jsonb;
