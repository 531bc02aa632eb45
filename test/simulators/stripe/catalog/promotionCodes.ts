import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  currency,
  flag,
  integerFrom,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  shape,
  text,
  time,
  unsimulated,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PromotionCode } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const restrictions = shape({
  currency_options: unsimulated,
  first_time_transaction: flag,
  minimum_amount: integerFrom(1),
  minimum_amount_currency: currency,
});

const isSpent = (one: PromotionCode): boolean =>
  one.max_redemptions !== null && one.times_redeemed >= one.max_redemptions;

/**
 * The coupon behind a promotion code that a customer may use now; it counts as redeemed.
 * @throws 400 for a code that is inactive, expired, spent or another customer's
 */
export function redeem(world: World, id: string, customerId: string | undefined): PromotionCode {
  const code = world.get('promotionCodes', id, 'discounts[promotion_code]');
  const refuse = (why: string) =>
    invalid(`This promotion code cannot be redeemed because ${why}.`, 'discounts[promotion_code]');
  if (!code.active || isSpent(code)) throw refuse('it is inactive');
  if (code.expires_at !== null && code.expires_at <= world.now()) throw refuse('it has expired');
  if (code.customer !== null && code.customer !== customerId) throw refuse('the associated customer does not match');
  const paid = world.all('charges').some((one) => one.customer === customerId && one.paid);
  if (code.restrictions.first_time_transaction && paid) throw refuse('the associated customer has prior transactions');
  return world.change(code, 'promotion_code.updated', (one) => {
    one.times_redeemed++;
    if (isSpent(one)) one.active = false;
  });
}

export function addPromotionCodeRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/promotion_codes',
    {
      active: flag,
      code: text,
      customer: text,
      expires_at: time,
      max_redemptions: integerFrom(1),
      metadata,
      promotion: shape({ type: oneOf('coupon'), coupon: text }),
      restrictions,
    },
    ({ params }) => {
      const coupon = world.get('coupons', required(params.promotion?.coupon, 'promotion[coupon]'), 'promotion[coupon]');
      const code = params.code ?? world.id('p', 8).slice(2).toUpperCase();
      if (world.all('promotionCodes').some((one) => one.active && one.code.toLowerCase() === code.toLowerCase()))
        throw invalid(
          'An active promotion code with `code: ' + code + '` already exists.',
          'code',
          'resource_already_exists',
        );
      const { minimum_amount: least, minimum_amount_currency: currency } = params.restrictions ?? {};
      if (least !== undefined) required(currency, 'restrictions[minimum_amount_currency]');
      const row: PromotionCode = {
        id: world.id('promo'),
        object: 'promotion_code',
        active: params.active ?? true,
        code,
        created: world.now(),
        customer: params.customer === undefined ? null : world.get('customers', params.customer, 'customer').id,
        customer_account: null,
        expires_at: params.expires_at ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata({}, params.metadata),
        promotion: { coupon: coupon.id, type: 'coupon' },
        restrictions: {
          first_time_transaction: params.restrictions?.first_time_transaction ?? false,
          minimum_amount: least ?? null,
          minimum_amount_currency: currency ?? null,
        },
        times_redeemed: 0,
      };
      return world.insert('promotionCodes', row, 'promotion_code.created');
    },
  );
  routes.get(
    '/v1/promotion_codes',
    { ...paging, active: flag, code: text, coupon: text, created: range, customer: text },
    ({ params }) =>
      page(
        '/v1/promotion_codes',
        world.all('promotionCodes'),
        (one) =>
          within(one.created, params.created) &&
          (params.active === undefined || one.active === params.active) &&
          (params.code === undefined || one.code.toLowerCase() === params.code.toLowerCase()) &&
          (params.coupon === undefined || one.promotion.coupon === params.coupon) &&
          (params.customer === undefined || one.customer === params.customer),
        params,
      ),
  );
  routes.get('/v1/promotion_codes/:id', {}, ({ path }) => world.get('promotionCodes', path['id'] ?? ''));
  routes.post('/v1/promotion_codes/:id', { active: flag, metadata, restrictions: unsimulated }, ({ path, params }) => {
    const code = world.get('promotionCodes', path['id'] ?? '');
    if (params.active === true && isSpent(code))
      throw invalid('This promotion code cannot be activated: it has reached its max_redemptions.', 'active');
    return world.change(code, 'promotion_code.updated', (one) => {
      if (params.active !== undefined) one.active = params.active;
      one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata);
    });
  });
}
