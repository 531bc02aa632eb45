-- breaking: no. Deals that say something else than what was ordered of them.
create index deal_order_discrepancies on deal_order (opportunity_id)
  where body -> 'discrepancy' ->> 'foundAt' is not null and body -> 'discrepancy' ->> 'resolvedAt' is null;
