import type { Card } from '../../domain/billingAccount/billingAccount.ts';
import { instantIn } from '../../domain/time/instant.ts';
import type { ZuoraPaymentMethod } from './schema.ts';

/** Names by which people know the kinds (Zuora docs, "Payment methods"); others are told by their type. */
const NAMES: Readonly<Record<string, string>> = {
  ACH: 'ACH Direct Debit',
  CreditCard: 'Card',
  CreditCardReferenceTransaction: 'Card',
  DebitCard: 'Debit card',
  PayPalEC: 'PayPal',
  PayPalNativeEC: 'PayPal',
  Sepa: 'SEPA Direct Debit',
  WireTransfer: 'Wire transfer',
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function last4In(...numbers: readonly (string | null)[]): string | null {
  return /(\d{4})\D*$/.exec(numbers.find((one) => one !== null) ?? '')?.[1] ?? null;
}

/**
 * @param type of the payment, for one without a method
 * @returns a payment method in words: its kind, of a card the brand, of a bank account the bank, and the last four digits,
 * such as `Visa •••• 4242`; nothing that names the holder
 */
export function methodInWords(method: ZuoraPaymentMethod | undefined, type: string | null = null): string | null {
  if (method === undefined) return type === 'External' ? 'External payment' : null;
  const { creditCardType: brand, type: kind, bankName } = method;
  const name = brand === null ? (NAMES[kind ?? ''] ?? capital(kind ?? 'Payment method')) : capital(brand);
  const { cardNumber, creditCardMaskNumber, bankAccountNumber, IBAN, accountNumber } = method;
  const last4 = last4In(cardNumber, creditCardMaskNumber, bankAccountNumber, IBAN, accountNumber);
  return `${name}${bankName === null ? '' : `, ${bankName}`}${last4 === null ? '' : ` •••• ${last4}`}`;
}

export function cardOf(method: ZuoraPaymentMethod | undefined, timeZone: string): Card | null {
  if (method === undefined) return null;
  const { expirationMonth: month, expirationYear: year } = method;
  return {
    id: method.id,
    method: methodInWords(method),
    brand: method.creditCardType,
    since: method.createdOn === null ? null : instantIn(timeZone, method.createdOn),
    last4: last4In(method.cardNumber, method.creditCardMaskNumber),
    expiry: month == null || year == null ? null : `${String(month).padStart(2, '0')}/${year}`,
  };
}
