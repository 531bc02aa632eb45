import { invalid } from '../protocol/errors.ts';
import { mergeMetadata, required } from '../protocol/params.ts';
import type { Subscription, SubscriptionSchedule } from '../protocol/wire.ts';
import { oneOffPrice, priceOf } from '../subscriptions/itemPrices.ts';
import { itemsOf } from '../subscriptions/items.ts';
import { addIntervals, type Interval } from '../time/calendar.ts';
import type { World } from '../world.ts';
import type { PhaseParams } from './scheduleParams.ts';

export type Phase = SubscriptionSchedule['phases'][number];

type Discounts = { coupon?: string; discount?: string; promotion_code?: string }[] | undefined;

const stacked = (wanted: Discounts): Phase['discounts'] =>
  (wanted ?? []).map((one) => ({
    coupon: one.coupon ?? null,
    discount: one.discount ?? null,
    promotion_code: one.promotion_code ?? null,
  }));

function endOf(world: World, params: PhaseParams, start: number, param: string): number {
  if (params.end_date !== undefined && params.duration !== undefined)
    throw invalid('You can only set one of end_date and duration.', `${param}[duration]`);
  if (params.end_date === 'now') return world.now();
  if (params.end_date !== undefined) return params.end_date;
  const first = params.items?.[0];
  const recurring = params.duration ? undefined : world.find('prices', first?.price)?.recurring;
  const interval = params.duration?.interval ?? recurring?.interval ?? 'month';
  const count = params.duration?.interval_count ?? recurring?.interval_count ?? 1;
  return addIntervals(start, interval as Interval, count);
}

function phaseOf(world: World, params: PhaseParams, start: number, param: string): Phase {
  const items = required(params.items, `${param}[items]`);
  if (items.length === 0) throw invalid('A phase must have at least one item.', `${param}[items]`, 'parameter_missing');
  const end = endOf(world, params, start, param);
  if (end <= start) throw invalid('The end date of a phase must be after its start date.', `${param}[end_date]`);
  if (typeof params.trial_end === 'number' && (params.trial_end < start || params.trial_end > end))
    throw invalid('The trial of a phase must end within the phase.', `${param}[trial_end]`);
  const prices = items.map((item, index) => priceOf(world, item, `${param}[items][${index}]`, true));
  const trialEnd = params.trial ? end : params.trial_end === 'now' ? null : (params.trial_end ?? null);
  return {
    add_invoice_items: (params.add_invoice_items ?? []).map((one, index) => ({
      discountable: one.discountable ?? null,
      discounts: [],
      metadata: mergeMetadata({}, one.metadata),
      period: { start: { type: 'phase_start' }, end: { type: 'phase_end' } },
      price: oneOffPrice(world, one, `${param}[add_invoice_items][${index}][price]`).id,
      quantity: one.quantity ?? 1,
      tax_rates: [],
    })),
    application_fee_percent: null,
    billing_cycle_anchor: params.billing_cycle_anchor ?? null,
    billing_thresholds: null,
    collection_method: params.collection_method ?? null,
    currency: prices[0]!.currency,
    default_payment_method: params.default_payment_method ?? null,
    default_tax_rates: [],
    description: params.description ?? null,
    discounts: stacked(params.discounts),
    end_date: end,
    invoice_settings:
      params.invoice_settings?.days_until_due === undefined
        ? null
        : {
            account_tax_ids: null,
            custom_fields: null,
            days_until_due: params.invoice_settings.days_until_due,
            description: null,
            footer: null,
            issuer: null,
          },
    items: items.map((item, index) => {
      const price = prices[index]!;
      return {
        billing_thresholds: null,
        discounts: stacked(item.discounts),
        metadata: mergeMetadata({}, item.metadata),
        plan: price.id,
        price: price.id,
        ...(price.recurring?.usage_type === 'metered' ? {} : { quantity: item.quantity ?? 1 }),
        tax_rates: [],
      };
    }),
    metadata: mergeMetadata({}, params.metadata),
    on_behalf_of: null,
    proration_behavior: params.proration_behavior ?? 'create_prorations',
    start_date: start,
    transfer_data: null,
    trial_end: trialEnd,
  };
}

/**
 * Phases one after the other.
 * @param start of the first one, unless it names its own
 * @throws 400 for phases that are empty, or that do not follow each other
 */
export function buildPhases(world: World, wanted: readonly PhaseParams[], start: number | undefined): Phase[] {
  const phases: Phase[] = [];
  for (const [index, params] of wanted.entries()) {
    const param = `phases[${index}]`;
    const previous = phases.at(-1)?.end_date;
    const own = params.start_date === 'now' ? world.now() : params.start_date;
    const begins = own ?? previous ?? start;
    if (begins === undefined)
      throw invalid(
        'The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates to.',
        'phases',
      );
    if (previous !== undefined && begins !== previous)
      throw invalid('The start date of a phase must be the end date of the one before it.', `${param}[start_date]`);
    phases.push(phaseOf(world, params, begins, param));
  }
  return phases;
}

/** The items of a subscription as those of a phase. */
export function itemsAsPhase(world: World, subscription: Subscription): Phase['items'] {
  return itemsOf(world, subscription).map((item) => ({
    billing_thresholds: null,
    discounts: item.discounts.map((discount) => ({ coupon: null, discount, promotion_code: null })),
    metadata: { ...item.metadata },
    plan: item.price.id,
    price: item.price.id,
    ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
    tax_rates: [],
  }));
}

/** The present state of a subscription as a phase that lasts until its period ends. */
export function phaseOfSubscription(world: World, subscription: Subscription): Phase {
  const items = itemsOf(world, subscription);
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: subscription.collection_method,
    currency: subscription.currency,
    default_payment_method: subscription.default_payment_method,
    default_tax_rates: [],
    description: subscription.description,
    discounts: subscription.discounts.map((discount) => ({ coupon: null, discount, promotion_code: null })),
    end_date: Math.min(...items.map((item) => item.current_period_end)),
    invoice_settings: null,
    items: itemsAsPhase(world, subscription),
    metadata: { ...subscription.metadata },
    on_behalf_of: null,
    proration_behavior: 'create_prorations',
    start_date: Math.min(...items.map((item) => item.current_period_start)),
    transfer_data: null,
    trial_end: subscription.trial_end,
  };
}
