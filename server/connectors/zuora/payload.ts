import { keyOf, type KeyKind } from '../../domain/billingAccount/key.ts';

/**
 * Templates name values as they like (`AccountId`, `account_id`, `Account.Id`, `DataSource.Account.AccountNumber`): letters
 * alone count, of the last two parts, and an object that the field repeats counts once.
 */
function plainNames(name: string): string[] {
  const parts = name
    .toLowerCase()
    .split('.')
    .map((part) => part.replace(/[^a-z]/g, ''));
  const field = parts.at(-1)!;
  const object = parts.at(-2) ?? '';
  return [parts.join(''), field.startsWith(object) ? field : object + field];
}

/** @param names in lower case, letters only; the first that has a value wins */
export function valueOf(payload: Readonly<Record<string, unknown>>, names: readonly string[]): string | null {
  const plain = new Map<string, string>();
  for (const [name, value] of Object.entries(payload))
    if (typeof value === 'string' && value.trim() !== '')
      for (const one of plainNames(name)) if (!plain.has(one)) plain.set(one, value.trim());
  for (const name of names) {
    const value = plain.get(name);
    if (value !== undefined) return value;
  }
  return null;
}

/** What a callout that names no account can name instead, surest first, and under which names. */
const SUBJECTS: readonly (readonly [KeyKind, readonly string[]])[] = [
  ['subscription', ['subscriptionnumber', 'subscriptionname', 'subscriptionid']],
  ['invoice', ['invoicenumber', 'invoiceid']],
  ['payment', ['paymentnumber', 'paymentid']],
  ['creditmemo', ['creditmemonumber', 'creditmemomemonumber', 'creditmemoid']],
  ['debitmemo', ['debitmemonumber', 'debitmemomemonumber', 'debitmemoid']],
  ['refund', ['refundnumber', 'refundrefundnumber', 'refundid']],
  ['order', ['ordernumber', 'ordersordernumber', 'orderid']],
  ['usage', ['usageid']],
  ['paymentmethod', ['paymentmethodid']],
  ['contact', ['contactid']],
];

const ID = /^[0-9a-f]{32}$/i;

/**
 * @returns the key that a callout makes dirty: its billing account, or where that is not named by its id, the object from
 * which the billing account is found; null when it names nothing of the kind, as for a bill run
 */
export function subjectKeyOf(payload: Readonly<Record<string, unknown>>, connection: string): string | null {
  const account = valueOf(payload, ['accountid']);
  if (account !== null && ID.test(account)) return keyOf(connection, 'account', account);
  const number = valueOf(payload, ['accountnumber']) ?? account;
  if (number !== null) return keyOf(connection, 'accountnumber', number);
  for (const [kind, names] of SUBJECTS) {
    const value = valueOf(payload, names);
    if (value !== null) return keyOf(connection, kind, value);
  }
  return null;
}
