/**
 * Codes of faults that follow from what billing sells, or from what a product of Salesforce is mapped to: other ones may follow
 * once that is changed, and nothing of the deal or its customer need change for it.
 */
export const CATALOG_FAULTS = [
  'product_unmapped',
  'product_of_other_system',
  'plan_gone',
  'plan_not_on_sale',
  'plan_without_charges',
  'charge_unknown',
  'currency_not_sold',
  'currency_not_own',
  'price_unclear',
  'price_per_pack',
  'quantity_forbidden',
  'quantity_too_fine',
] as const;
