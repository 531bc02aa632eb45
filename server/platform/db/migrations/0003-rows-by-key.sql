-- A row is found by its key alone when the object behind it has moved to another Account.

create index org_rows_by_key on org_rows (key);
