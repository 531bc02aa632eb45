import { accountIdFrom } from '../../domain/billingAccount/salesforceId.ts';
import type { BillingAccount, Card } from '../../domain/billingAccount/billingAccount.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import type { Invoice, InvoiceStatus } from '../../domain/invoice/invoice.ts';
import type { InvoiceItem } from '../../domain/invoice/invoiceItem.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { fromStripeAmount, fromStripeUnitPrice, zero } from '../../domain/money/money.ts';
import type { Payment, PaymentStatus } from '../../domain/payment/payment.ts';
import type { Charge, ChargeModel, Tier } from '../../domain/subscription/charge.ts';
import type { Discount } from '../../domain/subscription/discount.ts';
import type { Subscription, SubscriptionStatus } from '../../domain/subscription/subscription.ts';
import { addDays, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { dayOf, fromUnixSeconds } from '../../domain/time/instant.ts';
import type { Usage } from '../../domain/usage/usage.ts';
import { fromStripeLines } from './convertLine.ts';
import type { StripeLinks } from './links.ts';
import type {
  StripeCharge,
  StripeCoupon,
  StripeCustomer,
  StripeDiscount,
  StripeInvoice,
  StripeItem,
  StripeSubscription,
  StripeTier,
} from './schema.ts';

/** What converting needs besides the object. */
export type StripeContext = { connection: string; timeZone: string; links: StripeLinks };

/** What subscriptions refer to and do not contain. */
export interface StripeCatalog {
  productName(id: string): string | undefined;
  /** Tiers of a price; undefined while they are not known. */
  tiers(priceId: string): readonly StripeTier[] | undefined;
  coupon(id: string): StripeCoupon | undefined;
}

function origin(context: StripeContext, customer: string) {
  return {
    connection: context.connection,
    source: 'Stripe' as const,
    billingAccountKey: keyOf(context.connection, 'account', customer),
  };
}

function dayAt(context: StripeContext, seconds: number | null): CalendarDate | null {
  return seconds === null ? null : dayOf(fromUnixSeconds(seconds), context.timeZone);
}

const SUBSCRIPTION_STATUS: Readonly<Record<StripeSubscription['status'], SubscriptionStatus>> = {
  incomplete: 'Incomplete',
  incomplete_expired: 'Expired',
  trialing: 'Trialing',
  active: 'Active',
  past_due: 'Past Due',
  canceled: 'Canceled',
  unpaid: 'Unpaid',
  paused: 'Paused',
};

/** @returns undefined while the coupon is not known */
export function fromStripeDiscount(
  discount: StripeDiscount,
  currency: string,
  catalog: StripeCatalog,
  context: StripeContext,
): Discount | undefined {
  const coupon = discount.source.coupon === null ? undefined : catalog.coupon(discount.source.coupon);
  if (coupon === undefined) return undefined;
  const amount =
    coupon.currency === currency
      ? coupon.amount_off
      : (coupon.currency_options?.[currency]?.amount_off ?? coupon.amount_off);
  const amountCurrency = coupon.currency_options?.[currency] === undefined ? coupon.currency : currency;
  return {
    name: coupon.name ?? coupon.id,
    couponId: coupon.id,
    percentOff: coupon.percent_off === null ? null : toDecimal(exact(coupon.percent_off)),
    amountOff:
      amount === null || amountCurrency === null
        ? null
        : { amount: fromStripeUnitPrice(amount, amountCurrency), currency: amountCurrency.toUpperCase() },
    duration: coupon.duration,
    startsOn: dayAt(context, discount.start),
    endsOn: dayAt(context, discount.end),
    appliesToProducts: coupon.applies_to?.products ?? null,
  };
}

function fromStripeTier(tier: StripeTier, currency: string): Tier {
  return {
    upTo: tier.up_to === null ? null : toDecimal(exact(tier.up_to)),
    unitPrice: fromStripeUnitPrice(tier.unit_amount_decimal ?? tier.unit_amount ?? 0, currency),
    flatAmount: fromStripeUnitPrice(tier.flat_amount_decimal ?? tier.flat_amount ?? 0, currency),
  };
}

/** Units that cost nothing before the paid ones: what usage is measured against. */
function includedUnitsOf(tiers: readonly Tier[]): string | null {
  const [first] = tiers;
  return first !== undefined && first.upTo !== null && exact(first.unitPrice).equals(0) ? first.upTo : null;
}

function modelOf({ price }: StripeItem): ChargeModel {
  if (price.billing_scheme !== 'tiered') return 'perUnit';
  return price.tiers_mode === 'volume' ? 'volume' : 'graduated';
}

function expandedDiscounts(
  discounts: readonly (string | StripeDiscount)[],
  currency: string,
  catalog: StripeCatalog,
  context: StripeContext,
): Discount[] {
  return discounts
    .filter((discount) => typeof discount !== 'string')
    .map((discount) => fromStripeDiscount(discount, currency, catalog, context))
    .filter((discount) => discount !== undefined);
}

function fromStripeItem(
  item: StripeItem,
  subscription: StripeSubscription,
  catalog: StripeCatalog,
  context: StripeContext,
): Charge {
  const { price } = item;
  const product = catalog.productName(price.product) ?? price.product;
  const tiers = (price.tiers ?? catalog.tiers(price.id) ?? []).map((tier) => fromStripeTier(tier, price.currency));
  const metered = price.recurring?.usage_type === 'metered';
  const unitPrice = price.unit_amount_decimal ?? price.unit_amount;
  const interval =
    price.recurring === null
      ? { unit: 'month' as const, count: 1 }
      : { unit: price.recurring.interval, count: price.recurring.interval_count };
  const taxRates = item.tax_rates.length > 0 ? item.tax_rates : subscription.default_tax_rates;
  const includedTax = taxRates
    .filter(({ inclusive }) => inclusive)
    .reduce((all, { percentage }) => all.add(exact(percentage)), exact('0'));
  return {
    number: item.id,
    name: price.nickname === null ? product : `${product}: ${price.nickname}`,
    plan: product,
    ratePlanKey: null,
    productId: price.product,
    kind: price.recurring === null ? 'oneTime' : metered ? 'usage' : 'recurring',
    model: modelOf(item),
    quantity: metered || item.quantity === undefined ? null : toDecimal(exact(item.quantity)),
    price: unitPrice === null ? null : fromStripeUnitPrice(unitPrice, price.currency),
    tiers,
    transform:
      price.transform_quantity == null
        ? null
        : { divideBy: price.transform_quantity.divide_by, round: price.transform_quantity.round },
    priceInterval: interval,
    billingInterval: interval,
    months: 'calendar',
    discounts: expandedDiscounts(item.discounts, subscription.currency, catalog, context),
    reduction: null,
    includedTaxPercent: toDecimal(includedTax),
    startsOn: null,
    endsOn: null,
    trialEndsOn: item.current_trial == null ? null : dayAt(context, item.current_trial.end_date),
    includedUnits: metered ? includedUnitsOf(tiers) : null,
    unit: null,
  };
}

/**
 * @param subscription with all its items; discounts count only where they are expanded and their coupons known
 * @returns a Stripe subscription has no term: its billing period stands in for one, and it is evergreen
 */
export function fromStripeSubscription(
  subscription: StripeSubscription,
  catalog: StripeCatalog,
  context: StripeContext,
): Subscription {
  const items = subscription.items.data;
  const periodStart = items.length === 0 ? null : Math.min(...items.map((item) => item.current_period_start));
  const periodEnd = items.length === 0 ? null : Math.min(...items.map((item) => item.current_period_end));
  const ended = subscription.ended_at;
  const cancelAt = subscription.cancel_at ?? (subscription.cancel_at_period_end ? periodEnd : null);
  return {
    kind: 'subscription',
    key: keyOf(context.connection, 'subscription', subscription.id),
    ...origin(context, subscription.customer),
    number: subscription.id,
    currency: subscription.currency.toUpperCase(),
    status: SUBSCRIPTION_STATUS[subscription.status],
    statusHistory: [],
    startsOn: dayAt(context, subscription.start_date),
    termType: 'Evergreen',
    termStartsOn: dayAt(context, periodStart),
    termEndsOn: dayAt(context, periodEnd),
    autoRenew: cancelAt === null && ended === null,
    trialEndsOn: dayAt(context, subscription.trial_end),
    cancelOn: dayAt(context, ended ?? cancelAt),
    endsByDate: false,
    collectionPaused: subscription.pause_collection != null,
    charges: items.map((item) => fromStripeItem(item, subscription, catalog, context)),
    discounts: expandedDiscounts(subscription.discounts, subscription.currency, catalog, context),
    lastOrder: null,
    sourceUrl: context.links.subscription(subscription.id),
  };
}

function expiry(month: number | null | undefined, year: number | null | undefined): string | null {
  return month == null || year == null ? null : `${String(month).padStart(2, '0')}/${year}`;
}

/** @returns id of what a customer pays with, expanded or not */
export function paymentMethodIdOf(customer: StripeCustomer): string | null {
  const method = customer.invoice_settings?.default_payment_method ?? customer.default_source ?? null;
  return method !== null && typeof method !== 'string' ? method.id : method;
}

function cardOf(customer: StripeCustomer): Card | null {
  const method = customer.invoice_settings?.default_payment_method;
  if (method != null && typeof method !== 'string') {
    const card = method.card;
    return {
      id: method.id,
      brand: card?.brand ?? null,
      last4: card?.last4 ?? null,
      expiry: expiry(card?.exp_month, card?.exp_year),
    };
  }
  const source = customer.default_source;
  if (method == null && source != null && typeof source !== 'string')
    return {
      id: source.id,
      brand: source.brand,
      last4: source.last4,
      expiry: expiry(source.exp_month, source.exp_year),
    };
  return null;
}

/** Stripe docs, "Customer balance": below zero is credit, above zero is added to the next invoice. */
export function fromStripeCustomer(
  customer: StripeCustomer,
  discounts: readonly Discount[],
  context: StripeContext,
  card: Card | null = cardOf(customer),
): BillingAccount {
  const currency = customer.currency === null ? null : customer.currency.toUpperCase();
  return {
    kind: 'account',
    key: keyOf(context.connection, 'account', customer.id),
    connection: context.connection,
    source: 'Stripe',
    number: customer.id,
    name: customer.name,
    status: 'Active',
    currency,
    balance: null,
    pendingDebit: currency !== null && customer.balance > 0 ? fromStripeAmount(customer.balance, currency) : null,
    creditBalance:
      currency === null ? null : customer.balance < 0 ? fromStripeAmount(-customer.balance, currency) : zero(currency),
    autoPay: customer.invoice_settings?.default_payment_method != null || customer.default_source != null,
    card,
    billToEmail: customer.email,
    discounts,
    accountId: accountIdFrom(customer.metadata['salesforce_account_id']),
    sourceUrl: context.links.customer(customer.id),
  };
}

const INVOICE_STATUS: Readonly<Record<StripeInvoice['status'], InvoiceStatus>> = {
  draft: 'Draft',
  open: 'Open',
  paid: 'Paid',
  uncollectible: 'Uncollectible',
  void: 'Void',
};

/**
 * @param paidThrough ids of payments that are known to belong to it, where the invoice does not say
 * @param items its lines, where the invoice does not show all
 */
export function fromStripeInvoice(
  invoice: StripeInvoice,
  customer: string,
  context: StripeContext,
  paidThrough: readonly string[] = (invoice.payments?.data ?? [])
    .flatMap(({ payment }) => [payment.payment_intent, payment.charge])
    .filter((id) => id !== null),
  items: readonly InvoiceItem[] | undefined = fromStripeLines(invoice, context),
): Invoice {
  const currency = invoice.currency.toUpperCase();
  const automatic = invoice.collection_method === 'charge_automatically';
  const issued = invoice.effective_at ?? invoice.status_transitions.finalized_at ?? invoice.created;
  const subscription = invoice.parent?.subscription_details?.subscription;
  const owed = invoice.status === 'open' || invoice.status === 'uncollectible';
  return {
    kind: 'invoice',
    key: keyOf(context.connection, 'invoice', invoice.id),
    id: invoice.id,
    ...origin(context, customer),
    number: invoice.number ?? invoice.id,
    status: INVOICE_STATUS[invoice.status],
    amount: fromStripeAmount(invoice.total, currency),
    balance: owed ? fromStripeAmount(invoice.amount_remaining, currency) : zero(currency),
    invoicedOn: dayAt(context, issued),
    dueOn: invoice.status === 'draft' ? null : dayAt(context, invoice.due_date ?? (automatic ? issued : null)),
    attemptCount: invoice.attempt_count,
    nextAttemptAt: invoice.next_payment_attempt === null ? null : fromUnixSeconds(invoice.next_payment_attempt),
    automaticCollection: automatic,
    subscriptionKey: subscription === undefined ? null : keyOf(context.connection, 'subscription', subscription),
    paidThrough,
    ...(items === undefined ? {} : { items }),
    sourceUrl: context.links.invoice(invoice.id),
  };
}

function paymentStatusOf(charge: StripeCharge): PaymentStatus {
  if (charge.status === 'failed') return 'Failed';
  if (charge.status === 'pending') return 'Pending';
  return charge.refunded ? 'Refunded' : 'Succeeded';
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).replace(/_/g, ' ');
}

function methodOf(charge: StripeCharge): string | null {
  const details = charge.payment_method_details;
  if (details == null) return null;
  if (details.card == null) return capital(details.type);
  return `${capital(details.card.brand ?? 'card')}${details.card.last4 === null ? '' : ` •••• ${details.card.last4}`}`;
}

/** Each charge is one attempt at paying. */
export function fromStripeCharge(charge: StripeCharge, customer: string, context: StripeContext): Payment {
  const failed = charge.status === 'failed';
  return {
    kind: 'payment',
    key: keyOf(context.connection, 'payment', charge.id),
    ...origin(context, customer),
    number: charge.id,
    ids: charge.payment_intent === null ? [charge.id] : [charge.id, charge.payment_intent],
    status: paymentStatusOf(charge),
    amount: fromStripeAmount(charge.amount, charge.currency),
    refunded: fromStripeAmount(charge.amount_refunded, charge.currency),
    at: fromUnixSeconds(charge.created),
    declineCode: failed ? (charge.outcome?.reason ?? charge.failure_code) : null,
    declineText: failed ? charge.failure_message : null,
    method: methodOf(charge),
    invoiceKeys: [],
    sourceUrl: context.links.payment(charge.payment_intent ?? charge.id),
  };
}

/** @param used sum of the meter's events in the item's billing period */
export function fromStripeUsage(
  item: StripeItem,
  subscription: Subscription,
  meter: { name: string; unit: string | null },
  used: number,
  context: StripeContext,
): Usage {
  const startsOn = dayAt(context, item.current_period_start)!;
  const endsOn = dayAt(context, item.current_period_end)!;
  return {
    kind: 'usage',
    key: keyOf(context.connection, 'usage', `${item.id}:${startsOn}`),
    connection: context.connection,
    source: 'Stripe',
    billingAccountKey: subscription.billingAccountKey,
    subscriptionKey: subscription.key,
    meter: meter.name,
    unit: meter.unit,
    currency: subscription.currency,
    quantity: toDecimal(exact(used)),
    limit: subscription.charges.find(({ number }) => number === item.id)?.includedUnits ?? null,
    periodStartsOn: startsOn,
    periodEndsOn: endsOn > startsOn ? endsOn : addDays(startsOn, 1),
    sourceUrl: context.links.subscription(subscription.number),
  };
}
