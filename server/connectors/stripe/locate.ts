import { catalogKeyOf, keyOf, type KeyKind } from '../../domain/billingAccount/key.ts';

/** Objects that lead to a customer: the kind of their keys, and where they are read. */
const TYPES: Readonly<Record<string, { kind: KeyKind; path: string }>> = {
  customer: { kind: 'account', path: 'customers' },
  subscription: { kind: 'subscription', path: 'subscriptions' },
  invoice: { kind: 'invoice', path: 'invoices' },
  charge: { kind: 'payment', path: 'charges' },
  payment_intent: { kind: 'paymentintent', path: 'payment_intents' },
  invoice_payment: { kind: 'invoicepayment', path: 'invoice_payments' },
  refund: { kind: 'refund', path: 'refunds' },
  dispute: { kind: 'dispute', path: 'disputes' },
  credit_note: { kind: 'creditnote', path: 'credit_notes' },
  subscription_schedule: { kind: 'schedule', path: 'subscription_schedules' },
  price: { kind: 'price', path: 'prices' },
  product: { kind: 'product', path: 'products' },
  coupon: { kind: 'coupon', path: 'coupons' },
};

type StripeObject = Readonly<Record<string, unknown>>;

/** An id, or the id of an expanded object. */
function idIn(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : null;
}

/** @returns key of what an object belongs to, as far as it says: its customer, or what leads to one; null when to none */
export function ownerIn(connection: string, object: StripeObject): string | null {
  const key = (kind: KeyKind, id: unknown): string | null => {
    const text = idIn(id);
    return text === null ? null : keyOf(connection, kind, text);
  };
  switch (object['object']) {
    case 'customer':
      return key('account', object['id']);
    case 'product':
    case 'coupon':
      return key(object['object'], object['id']);
    case 'price':
      return key('product', object['product']);
    case 'invoice_payment':
      return key('invoice', object['invoice']);
    case 'refund':
    case 'dispute':
      return key('payment', object['charge']) ?? key('paymentintent', object['payment_intent']);
    default:
      return key('account', object['customer']);
  }
}

/** What shows when it is edited; everything else of products, prices and coupons concerns no customer. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  product: ['name', 'unit_label'],
  price: ['nickname', 'tiers', 'unit_amount', 'unit_amount_decimal', 'currency_options'],
  coupon: ['name', 'currency_options', 'amount_off', 'percent_off', 'applies_to'],
};

/** @returns the key of what else an event of a product or a price concerns: what can be sold */
const catalogOf = (connection: string, type: unknown): string | null =>
  type === 'product' || type === 'price' ? catalogKeyOf(connection) : null;

/** @returns the key that an event of an object is worked under; null when it concerns nobody */
export function keyOfEvent(connection: string, object: StripeObject, previous: StripeObject | null): string | null {
  const shown = SHOWN[String(object['object'])];
  if (shown !== undefined && !shown.some((name) => previous !== null && name in previous))
    return catalogOf(connection, object['object']);
  // A detached payment method names its customer only among the previous values.
  return (
    ownerIn(connection, object) ?? (previous === null ? null : ownerIn(connection, { customer: previous['customer'] }))
  );
}

/** @returns the key that a thin event is worked under, which names its object alone; null when that concerns nobody */
export function keyOfRelated(connection: string, type: string, related: { id: string; type: string }): string | null {
  if (related.type in SHOWN && !type.endsWith('.updated')) return catalogOf(connection, related.type);
  const known = TYPES[related.type];
  return known === undefined ? null : keyOf(connection, known.kind, related.id);
}

/** @returns where the object of a key is read; null when it leads to no customer */
export function pathOf(kind: string, id: string): string | null {
  const type = Object.values(TYPES).find((one) => one.kind === kind);
  return type === undefined ? null : `/v1/${type.path}/${encodeURIComponent(id)}`;
}
