import { addIntervals } from '../time/calendar.ts';
import { invalid, missing } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  array,
  currency,
  decimal,
  hashOf,
  integerFrom,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  shape,
  text,
  time,
} from '../protocol/params.ts';
import { rounded, share } from './pricing.ts';
import { addPromotionCodeRoutes, redeem } from './promotionCodes.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Coupon, Discount, InvoiceLine } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export const discountParams = array(shape({ coupon: text, discount: text, promotion_code: text }));

type Owner = {
  customer?: string;
  invoice?: string;
  invoice_item?: string;
  subscription?: string;
  subscription_item?: string;
};

/** @throws 400 for a coupon that is unknown or no longer valid */
function redeemable(world: World, id: string, param: string): Coupon {
  const coupon = world.find('coupons', id);
  if (!coupon) throw missing('coupon', id, param);
  if (!usable(world, coupon)) throw invalid(`Coupon expired: ${id}`, param, 'coupon_expired');
  return coupon;
}

function addDiscount(world: World, coupon: Coupon, owner: Owner, promotion: string | null): Discount {
  const start = world.now();
  const months = coupon.duration_in_months;
  const discount: Discount = {
    id: world.id('di'),
    object: 'discount',
    checkout_session: null,
    customer: owner.customer ?? null,
    customer_account: null,
    end: coupon.duration === 'repeating' && months !== null ? addIntervals(start, 'month', months) : null,
    invoice: owner.invoice ?? null,
    invoice_item: owner.invoice_item ?? null,
    promotion_code: promotion,
    source: { coupon: coupon.id, type: 'coupon' },
    start,
    subscription: owner.subscription ?? null,
    subscription_item: owner.subscription_item ?? null,
  };
  world.change(coupon, 'coupon.updated', (one) => {
    one.times_redeemed++;
    one.valid = usable(world, one);
  });
  return world.insert('discounts', discount, 'customer.discount.created');
}

export function endDiscount(world: World, id: string): object {
  const discount = world.get('discounts', id, 'discount');
  world.change(discount, null, (one) => (one.end = world.now()));
  world.emit('customer.discount.deleted', discount);
  return { ...discount, deleted: true };
}

type Wanted = { coupon?: string; discount?: string; promotion_code?: string };

/**
 * Ids of discounts for a `discounts` parameter: new coupons or promotion codes, or discounts that stay. Coupons are
 * all checked before one is redeemed.
 */
export function applyDiscounts(world: World, wanted: Wanted[], owner: Owner): string[] {
  const checked = wanted.map((one, index) => {
    if (one.discount !== undefined) return world.get('discounts', one.discount, `discounts[${index}][discount]`);
    const code = one.promotion_code === undefined ? null : redeem(world, one.promotion_code, owner.customer);
    const param = `discounts[${index}][coupon]`;
    const coupon = code ? (code.promotion.coupon ?? '') : required(one.coupon, param);
    return { coupon: redeemable(world, String(coupon), param), code };
  });
  return checked.map((one) =>
    'coupon' in one ? addDiscount(world, one.coupon, owner, one.code?.id ?? null).id : one.id,
  );
}

export const isRunning = (discount: Discount, at: number): boolean => discount.end === null || discount.end > at;

const usable = (world: World, coupon: Coupon): boolean =>
  (coupon.redeem_by === null || coupon.redeem_by > world.now()) &&
  (coupon.max_redemptions === null || coupon.times_redeemed < coupon.max_redemptions);

/**
 * Takes discounts off lines, one after the other: a percentage off what is left of each line, an amount split over the
 * lines in proportion to what is left of them (Stripe docs, "Stacking discounts").
 */
export function discountLines(world: World, lines: readonly InvoiceLine[], discounts: readonly Discount[]): void {
  for (const discount of discounts) {
    const coupon = world.find('coupons', discount.source.coupon);
    const amountOff = coupon && amountOffIn(world, coupon, lines[0]?.currency);
    if (!coupon || amountOff === undefined) continue;
    const products = world.state.appliesTo[coupon.id];
    const open = lines.filter(
      (line) =>
        line.discountable &&
        left(line) > 0 &&
        (!products || products.includes(line.pricing?.price_details?.product ?? '')),
    );
    const total = open.reduce((sum, line) => sum + left(line), 0);
    let rest = Math.min(amountOff ?? 0, total);
    let restTotal = total;
    for (const line of open) {
      const remaining = left(line);
      const amount =
        coupon.percent_off === null
          ? share(rest, remaining, restTotal)
          : rounded(BigInt(remaining) * BigInt(Math.round(coupon.percent_off * 10_000)), 1_000_000n);
      restTotal -= remaining;
      rest -= coupon.percent_off === null ? amount : 0;
      line.discount_amounts = [...(line.discount_amounts ?? []), { amount, discount: discount.id }];
    }
  }
}

/** What an amount coupon takes off in a currency; null for percentages, undefined when it has no such amount. */
function amountOffIn(world: World, coupon: Coupon, currency: string | undefined): number | null | undefined {
  if (coupon.amount_off === null || coupon.currency === currency) return coupon.amount_off;
  const option = world.state.currencyOptions[coupon.id]?.[currency ?? ''] as { amount_off?: number } | undefined;
  return option?.amount_off;
}

/** What a line costs after the discounts so far. */
const left = (line: InvoiceLine): number =>
  line.amount - (line.discount_amounts ?? []).reduce((sum, one) => sum + one.amount, 0);

function checkPercentage(percent: string | undefined): void {
  if (percent !== undefined && !(Number(percent) > 0 && Number(percent) <= 100))
    throw invalid('percent_off must be larger than 0 and at most 100.', 'percent_off');
}

const currencies = hashOf(shape({ amount_off: integerFrom(1) }));

export function addCouponRoutes(routes: Routes, world: World): void {
  addPromotionCodeRoutes(routes, world);
  routes.post(
    '/v1/coupons',
    {
      id: text,
      amount_off: integerFrom(1),
      percent_off: decimal,
      currency,
      duration: oneOf('once', 'repeating', 'forever'),
      duration_in_months: integerFrom(1),
      max_redemptions: integerFrom(1),
      redeem_by: time,
      name: text,
      metadata,
      applies_to: shape({ products: array(text) }),
      currency_options: currencies,
    },
    ({ params }) => {
      if ((params.amount_off === undefined) === (params.percent_off === undefined))
        throw invalid('Exactly one of amount_off and percent_off must be given.', 'percent_off');
      if (params.amount_off !== undefined) required(params.currency, 'currency');
      const duration = params.duration ?? 'once';
      if (duration === 'repeating') required(params.duration_in_months, 'duration_in_months');
      else if (params.duration_in_months !== undefined)
        throw invalid('You can only set duration_in_months when duration is repeating.', 'duration_in_months');
      checkPercentage(params.percent_off);
      const coupon: Coupon = {
        id: params.id ?? world.id('c', 8).slice(2),
        object: 'coupon',
        amount_off: params.amount_off ?? null,
        created: world.now(),
        currency: params.amount_off === undefined ? null : (params.currency ?? null),
        duration,
        duration_in_months: params.duration_in_months ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata({}, params.metadata),
        name: params.name ?? null,
        percent_off: params.percent_off === undefined ? null : Number(params.percent_off),
        redeem_by: params.redeem_by ?? null,
        times_redeemed: 0,
        valid: true,
      };
      if (world.find('coupons', coupon.id)) throw invalid('Coupon already exists.', 'id', 'resource_already_exists');
      if (params.currency_options) world.state.currencyOptions[coupon.id] = params.currency_options;
      if (params.applies_to?.products) world.state.appliesTo[coupon.id] = params.applies_to.products;
      coupon.valid = usable(world, coupon);
      if (coupon.valid && coupon.redeem_by !== null) world.at(coupon.redeem_by, 'coupon-end', coupon.id);
      return world.insert('coupons', coupon, 'coupon.created');
    },
  );
  world.onTimer('coupon-end', (id) => {
    const coupon = world.find('coupons', id);
    if (coupon) world.change(coupon, 'coupon.updated', (one) => (one.valid = false));
  });
  routes.get('/v1/coupons', { ...paging, created: range }, ({ params }) =>
    page('/v1/coupons', world.all('coupons'), (one) => within(one.created, params.created), params),
  );
  routes.get('/v1/coupons/:id', {}, ({ path }) => world.get('coupons', path['id'] ?? ''));
  routes.post(
    '/v1/coupons/:id',
    { name: text, metadata, currency_options: currencies },
    ({ path, params: { metadata: meta, currency_options: options, name } }) =>
      world.change(world.get('coupons', path['id'] ?? ''), 'coupon.updated', (one) => {
        if (name !== undefined) one.name = name;
        one.metadata = mergeMetadata(one.metadata ?? {}, meta);
        if (options) world.state.currencyOptions[one.id] = { ...world.state.currencyOptions[one.id], ...options };
      }),
  );
  routes.delete('/v1/coupons/:id', {}, ({ path }) =>
    world.remove('coupons', world.get('coupons', path['id'] ?? ''), 'coupon.deleted'),
  );
}
