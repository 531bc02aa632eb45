import type { Row } from './rows';
import { numberOf, standingOf, textOf } from './rows';

/** Months of one currency that say how much MRR there was at their end, the oldest first. */
export function monthsOf(data: unknown, currency: string | null): Row[] {
  return standingOf(data, 'Billing_MRR_Month__c')
    .filter((row) => textOf(row, 'Currency_Code__c') === currency && numberOf(row, 'Closing__c') !== null)
    .sort((a, b) => (textOf(a, 'Month__c') ?? '').localeCompare(textOf(b, 'Month__c') ?? ''));
}
