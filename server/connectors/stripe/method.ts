import { plainWords } from '../../domain/payment/words.ts';

/** A payment method, or the details of one on a charge: what it is stands in a part that is named after its type. */
export type MethodDetails = Readonly<Record<string, unknown>> & { type: string };

/** Names by which people know the kinds (Stripe docs, "Payment methods"); others are told by their type. */
const NAMES: Readonly<Record<string, string>> = {
  acss_debit: 'Pre-authorized debit',
  au_becs_debit: 'BECS Direct Debit',
  bacs_debit: 'Bacs Direct Debit',
  card: 'Card',
  ideal: 'iDEAL',
  paypal: 'PayPal',
  sepa_debit: 'SEPA Direct Debit',
  us_bank_account: 'ACH Direct Debit',
};

function textIn(part: unknown, name: string): string | null {
  const value = typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[name] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * @returns a payment method in words: its kind, of a card the brand, of a bank account the bank, and the last four digits,
 * such as `Visa •••• 4242` or `ACH Direct Debit, Chase •••• 6789`; nothing that names the holder
 */
export function methodInWords(details: MethodDetails): string {
  const part = details[details.type];
  const brand = details.type === 'card' ? textIn(part, 'brand') : null;
  const kind = brand === null ? (NAMES[details.type] ?? plainWords(details.type)) : plainWords(brand);
  const bank = textIn(part, 'bank_name');
  const last4 = textIn(part, 'last4');
  return `${kind}${bank === null ? '' : `, ${bank}`}${last4 === null ? '' : ` •••• ${last4}`}`;
}
