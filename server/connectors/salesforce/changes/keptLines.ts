import type { Found } from './query.ts';

/** What `keptOf` reads of a product of an Opportunity. */
export const KEPT_COLUMNS = [
  'Billing_Key__c',
  'Quantity',
  'UnitPrice',
  'Discount',
  'Billing_Quantity__c',
  'Billing_Sales_Price__c',
];

/** The products with these columns, where nothing else of them is read. */
export const KEPT_LINES = `(SELECT ${KEPT_COLUMNS.join(', ')} FROM OpportunityLineItems WHERE IsDeleted = false ORDER BY CreatedDate, Id)`;

/** Whether people changed a product that the product made: it holds something else than what was written last. */
export function isKept(line: Found): boolean {
  const isOurs = typeof line['Billing_Key__c'] === 'string';
  const holds =
    line['Quantity'] === line['Billing_Quantity__c'] && line['UnitPrice'] === line['Billing_Sales_Price__c'];
  return isOurs && !(holds && (line['Discount'] ?? 0) === 0);
}

/** @returns keys of the products that people changed, in order */
export const keptOf = (lines: readonly Found[]): string[] =>
  lines
    .filter(isKept)
    .map((line) => String(line['Billing_Key__c']))
    .sort();
