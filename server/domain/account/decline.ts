import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { Payment } from '../payment/payment.ts';

/** What a gateway said when it declined; both null where nothing tells. */
export type Decline = { code: string | null; text: string | null };

/**
 * Why the payment method of a billing account was declined: as the gateway told of the method, else of the payment that failed
 * last.
 */
export function declineOf({ key, charging }: BillingAccount, payments: readonly Payment[]): Decline | null {
  if (charging == null || charging.failedAt === null) return null;
  const { declineCode: code, declineText: text } = charging;
  if (code !== null || text !== null) return { code, text };
  const [last] = payments
    .filter(({ billingAccountKey, status }) => billingAccountKey === key && status === 'Failed')
    .toSorted((a, b) => (b.at ?? '').localeCompare(a.at ?? '') || (a.key < b.key ? 1 : -1));
  return { code: last?.declineCode ?? null, text: last?.declineText ?? null };
}
