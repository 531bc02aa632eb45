import { invalid } from './errors.ts';
import { inline } from './lists.ts';
import type { Json } from './wire.ts';
import type { World } from '../world.ts';

const deepest = 4;

/** Tables by the name of the field or by the prefix of the id that stands in it. */
const byPrefix = {
  cus: 'customers',
  prod: 'products',
  price: 'prices',
  di: 'discounts',
  pm: 'paymentMethods',
  sub: 'subscriptions',
  sub_sched: 'subscriptionSchedules',
  clock: 'testClocks',
  in: 'invoices',
  ii: 'invoiceItems',
  inpay: 'invoicePayments',
  pi: 'paymentIntents',
  ch: 'charges',
  py: 'charges',
  re: 'refunds',
  pyr: 'refunds',
  du: 'disputes',
  seti: 'setupIntents',
  mandate: 'mandates',
  mtr: 'meters',
  cn: 'creditNotes',
  cbtxn: 'customerBalanceTransactions',
  txr: 'taxRates',
  txi: 'taxIds',
  promo: 'promotionCodes',
  cs_test: 'checkoutSessions',
  bpc: 'portalConfigurations',
  txn: 'balanceTransactions',
} as const;

/** The object that an id names, told by its prefix. */
export function findById(world: World, id: string): object | undefined {
  if (id.startsWith('si_'))
    return Object.values(world.state.items)
      .flat()
      .find((one) => one.id === id);
  const prefix = id.slice(0, id.lastIndexOf('_')) as keyof typeof byPrefix;
  const table = Object.hasOwn(byPrefix, prefix) ? byPrefix[prefix] : undefined;
  return table && world.find(table, id);
}

function resolve(world: World, key: string, id: string): object | undefined {
  if (key === 'coupon') return world.find('coupons', id);
  const kind = world.state.deleted[id];
  return findById(world, id) ?? (kind === undefined ? undefined : { id, object: kind, deleted: true });
}

/**
 * Fields that an object has only when they are expanded, by `object.field`.
 * @returns undefined for a field that cannot be expanded; a `value` of undefined where this object has none
 */
function includable(world: World, owner: Json, key: string): { value: unknown } | undefined {
  const id = String(owner['id']);
  const rows = <T extends object>(url: string, all: readonly T[], keep: (row: T) => boolean) => ({
    value: inline(url, all.filter(keep).toReversed()),
  });
  switch (`${String(owner['object'])}.${key}`) {
    case 'search_result.total_count':
      return { value: world.searchTotal };
    case 'price.tiers':
    case 'plan.tiers':
      return { value: world.state.tiers[id] };
    case 'price.currency_options': {
      const { currency, custom_unit_amount, tax_behavior, unit_amount, unit_amount_decimal } = world.get('prices', id);
      const own = { [currency]: { custom_unit_amount, tax_behavior, unit_amount, unit_amount_decimal } };
      return { value: { ...own, ...world.state.currencyOptions[id] } };
    }
    case 'coupon.currency_options': {
      const { currency, amount_off } = world.get('coupons', id);
      const own = currency === null ? undefined : { [currency]: { amount_off } };
      return { value: own && { ...own, ...world.state.currencyOptions[id] } };
    }
    case 'coupon.applies_to':
      return { value: world.state.appliesTo[id] && { products: world.state.appliesTo[id] } };
    case 'customer.subscriptions': {
      const running = world.all('subscriptions').filter((one) => one.status !== 'canceled');
      return rows(`/v1/customers/${id}/subscriptions`, running, (one) => one.customer === id);
    }
    case 'customer.sources':
      return { value: inline(`/v1/customers/${id}/${key}`, []) };
    case 'customer.tax_ids':
      return rows(`/v1/customers/${id}/tax_ids`, world.all('taxIds'), (one) => one.customer === id);
    case 'invoice.payments':
      return rows(`/v1/invoice_payments?invoice=${id}`, world.all('invoicePayments'), (one) => one.invoice === id);
    case 'checkout.session.line_items':
      return { value: inline(`/v1/checkout/sessions/${id}/line_items`, world.state.checkoutLines[id] ?? []) };
    case 'invoice.confirmation_secret': {
      const intent = world.find('invoicePayments', world.state.paymentOf[id])?.payment.payment_intent;
      const secret = world.find('paymentIntents', intent)?.client_secret;
      return { value: secret ? { client_secret: secret, type: 'payment_intent' } : null };
    }
    case 'charge.refunds':
      return rows(`/v1/charges/${id}/refunds`, world.all('refunds'), (one) => one.charge === id);
    default:
      return undefined;
  }
}

const refuse = (path: string) => invalid(`This property cannot be expanded (${path}).`, 'expand');

function expandAt(world: World, owner: Json, keys: readonly string[], path: string): void {
  const [key = '', ...rest] = keys;
  const value = Object.hasOwn(owner, key) ? owner[key] : undefined;
  const included = value === undefined ? includable(world, owner, key) : undefined;
  if (included) {
    if (included.value === undefined) return;
    owner[key] = structuredClone(included.value);
  }
  if (typeof value === 'string') {
    const found = resolve(world, key, value);
    if (!found) throw refuse(path);
    owner[key] = structuredClone(found);
  } else if (Array.isArray(value)) {
    owner[key] = value.map((one: unknown) => {
      const found = typeof one === 'string' ? resolve(world, key, one) : one;
      if (typeof found !== 'object' || found === null) throw refuse(path);
      return structuredClone(found);
    });
  } else if (!included && (value === undefined || (rest.length === 0 && typeof value !== 'object'))) throw refuse(path);
  else if (!included && rest.length === 0 && value !== null && !Object.hasOwn(value as object, 'object'))
    throw refuse(path);
  if (rest.length === 0) return;
  const next = owner[key];
  for (const one of Array.isArray(next) ? (next as unknown[]) : [next]) {
    if (typeof one === 'object' && one !== null) expandAt(world, one as Json, rest, path);
    else if (one !== null) throw refuse(path);
  }
}

/**
 * A copy of an answer in which ids are replaced by the objects that they name (Stripe docs, "Expanding Responses").
 * @param paths such as `data.customer` on lists; at most 4 levels deep, `data` being one
 * @throws 400 for a property that is not there or cannot be expanded
 */
export function expandPaths(world: World, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer) as Json;
  for (const path of paths) {
    const keys = path.split('.');
    if (keys.length > deepest)
      throw invalid(`You cannot expand more than ${deepest} levels of a property. Property: ${path}`, 'expand');
    expandAt(world, copy, keys, path);
  }
  return copy;
}
