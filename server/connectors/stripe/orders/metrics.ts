import type Stripe from 'stripe';
import { z } from 'zod';
import { mrrOf } from '../../../domain/metrics/mrr.ts';
import { tcvOf } from '../../../domain/metrics/tcv.ts';
import { toDecimal } from '../../../domain/money/decimal.ts';
import { fromStripeAmount, toMajor } from '../../../domain/money/money.ts';
import { doneOn } from '../../../domain/order/afterChange.ts';
import { subscriptionsOf, type Order, type OrderMetrics } from '../../../domain/order/order.ts';
import type { Charge } from '../../../domain/subscription/charge.ts';
import type { Subscription } from '../../../domain/subscription/subscription.ts';
import { origin, type StripeCatalog, type StripeContext } from '../context.ts';
import { fromStripePrice } from '../convertPrice.ts';
import type { OrderPrice } from './prices.ts';
import { isListed, segmentsOf, unitAmountOf, type Segment } from './segments.ts';
import { createOf, endOf, phasesOf, startOf, type ToStripe } from './toSubscription.ts';

/** Names mean nothing to what is worked out here. */
const NAMELESS: StripeCatalog = {
  productName: () => undefined,
  price: () => undefined,
  coupon: () => undefined,
  couponOfCode: () => undefined,
};

/** @returns a price as it will be once it is sold at what a segment says */
export function soldAt(segment: Pick<Segment, 'price'>, price: OrderPrice, currency: string): OrderPrice {
  if (segment.price === null || isListed(segment, price, currency)) return price;
  const unit_amount_decimal = unitAmountOf(segment.price, currency);
  return { ...price, currency: currency.toLowerCase(), unit_amount: null, unit_amount_decimal };
}

/** @returns what a segment will be in the mirror, as far as it is counted */
export function chargeOf(segment: Segment, price: OrderPrice, currency: string): Charge {
  const { lineId, quantity, from, to } = segment;
  return {
    number: lineId,
    ...fromStripePrice(soldAt(segment, price, currency), currency.toLowerCase(), NAMELESS),
    ratePlanKey: null,
    quantity,
    months: 'calendar',
    discounts: [],
    reduction: null,
    includedTaxPercent: '0',
    startsOn: from,
    endsOn: to,
    trialEndsOn: null,
    unit: null,
  };
}

/** @returns what an order will make, as far as it is counted: the mirror counts it by the same rules */
export function subscriptionOf(order: Order, prices: ToStripe['prices'], context: StripeContext): Subscription {
  const create = createOf(order)!;
  const end = endOf(create);
  return {
    kind: 'subscription',
    key: '',
    ...origin(context, order.billingAccountNumber),
    number: subscriptionsOf(order)[0]!,
    currency: order.currency,
    status: 'Active',
    statusHistory: [],
    startsOn: create.startsOn,
    termType: end === null ? 'Evergreen' : 'Termed',
    termStartsOn: create.startsOn,
    termEndsOn: end,
    autoRenew: end === null,
    trialEndsOn: null,
    cancelOn: null,
    endsByDate: false,
    collectionPaused: false,
    charges: segmentsOf(order).map((one) => chargeOf(one, prices.get(one.priceId)!, order.currency)),
    discounts: [],
    lastOrder: null,
    sourceUrl: '',
  };
}

const upcomingSchema = z.object({ total: z.number().int(), currency: z.string(), period_end: z.number().int() });
export type Upcoming = z.infer<typeof upcomingSchema>;

/** @returns the invoice that would come first; null where nothing would be billed */
export async function upcoming(stripe: Stripe, params: object): Promise<Upcoming | null> {
  try {
    return upcomingSchema.parse(await stripe.rawRequest('POST', '/v1/invoices/create_preview', { ...params }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'invoice_upcoming_none') return null;
    throw error;
  }
}

/** What a new subscription comes to. */
export async function metricsOfNew(
  stripe: Stripe,
  order: Order,
  to: ToStripe,
  context: StripeContext,
): Promise<OrderMetrics> {
  const subscription = subscriptionOf(order, to.prices, context);
  const [first, ...later] = phasesOf(order, to);
  const end = endOf(createOf(order)!);
  const invoice = await upcoming(stripe, {
    customer: order.billingAccountNumber,
    schedule_details: {
      billing_mode: { type: 'flexible' },
      end_behavior: end === null ? 'release' : 'cancel',
      phases: [{ ...first, start_date: startOf(order, to) }, ...later],
    },
  });
  const mrr = toDecimal(mrrOf(subscription, doneOn(order)).exact, 18);
  const value = tcvOf(subscription);
  const tcv = value === null ? null : toMajor(value);
  return {
    currency: order.currency,
    mrr,
    mrrChange: mrr,
    tcv,
    tcvChange: tcv,
    firstInvoice:
      invoice === null
        ? null
        : {
            amount: toMajor(fromStripeAmount(invoice.total, invoice.currency)),
            on: createOf(order)!.startsOn,
          },
  };
}
