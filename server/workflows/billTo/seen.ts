import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';

/** @returns what a billing account says of its bill-to, to be compared with what was seen before */
export function seenOf({ name, billToEmail, billTo, person, fields }: BillingAccount): string {
  return JSON.stringify([name, billToEmail, billTo ?? null, person ?? null, fields ?? null]);
}
