import type { World } from '../world.ts';
import type { Raw } from './params.ts';

type Params = { [key: string]: Raw };

const card: Params = { '0': 'card' };

/** `payment_method_types`, which endive has given up, under its present name; intents took cards only without it. */
function methodTypes(path: string, { payment_method_types: types, ...rest }: Params): Params {
  if (types !== undefined) return { ...rest, allowed_payment_method_types: types };
  const creates = path === '/v1/payment_intents' || path === '/v1/setup_intents';
  if (!creates || 'allowed_payment_method_types' in rest || 'automatic_payment_methods' in rest) return rest;
  return { ...rest, allowed_payment_method_types: card };
}

/** A `source` (a test token), which is the default way to pay. */
function sourceOf({ source, ...rest }: Params): Params {
  return source === undefined
    ? rest
    : { ...rest, payment_method: source, invoice_settings: { default_payment_method: source } };
}

/** The `coupon` of a promotion code, as it was named before 2025-09-30.clover. */
function promotionOf({ coupon, ...rest }: Params): Params {
  return coupon === undefined ? rest : { ...rest, promotion: { type: 'coupon', coupon } };
}

const isHash = (raw: Raw | undefined): raw is Params => typeof raw === 'object';

/** `iterations` of a phase, which is so many periods of its first price. */
function phaseOf(world: World, phase: Raw): Raw {
  if (!isHash(phase) || phase['iterations'] === undefined) return phase;
  const { iterations, ...rest } = phase;
  const [item] = isHash(rest['items']) ? Object.values(rest['items']) : [];
  const priceId = isHash(item) ? item['price'] : undefined;
  const every = world.find('prices', typeof priceId === 'string' ? priceId : undefined)?.recurring;
  const count = Number(iterations) * (every?.interval_count ?? 1);
  return { ...rest, duration: { interval: every?.interval ?? 'month', interval_count: String(count) } };
}

function phasesOf(world: World, params: Params): Params {
  const { phases } = params;
  if (!isHash(phases)) return params;
  return {
    ...params,
    phases: Object.fromEntries(Object.entries(phases).map(([key, one]) => [key, phaseOf(world, one)])),
  };
}

/**
 * Parameters that older versions had, in their present form. A request without a Stripe-Version is taken so, because the
 * Stripe command line sends none and writes as those versions did; its answer is in the one version that there is.
 */
export function olderParams(world: World, method: string, path: string, params: Params): Params {
  if (method !== 'POST') return params;
  if (/^\/v1\/((payment|setup)_intents|checkout\/sessions)\b/.test(path)) return methodTypes(path, params);
  if (path === '/v1/customers') return sourceOf(params);
  if (path === '/v1/promotion_codes') return promotionOf(params);
  if (path.startsWith('/v1/subscription_schedules')) return phasesOf(world, params);
  return params;
}
