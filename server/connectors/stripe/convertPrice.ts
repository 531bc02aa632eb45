import { exact, toDecimal } from '../../domain/money/decimal.ts';
import { fromStripeUnitPrice } from '../../domain/money/money.ts';
import type { Charge, ChargeModel, Interval, Tier } from '../../domain/subscription/charge.ts';
import type { StripeCatalog } from './context.ts';
import type { StripeItem, StripePrice, StripeTier } from './schema.ts';

/** Whether what a subscription shows of a price is not enough to tell what it costs: tiers and other currencies are read. */
export function isPartOf(currency: string): (price: StripePrice) => boolean {
  return (price) => (price.billing_scheme === 'tiered' && price.tiers == null) || price.currency !== currency;
}

export function fromStripeTier(tier: StripeTier, currency: string): Tier {
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

const MODELS: Readonly<Record<string, ChargeModel>> = {
  per_unit: 'perUnit',
  'tiered graduated': 'graduated',
  'tiered volume': 'volume',
};

const UNITS: Readonly<Record<string, Interval['unit']>> = { day: 'day', week: 'week', month: 'month', year: 'year' };
const USAGE_TYPES: ReadonlySet<string> = new Set(['metered', 'licensed']);

function intervalOf({ recurring }: StripePrice): Interval {
  if (recurring === null) return { unit: 'month', count: 1 };
  const unit = UNITS[recurring.interval];
  return unit === undefined
    ? { unit: 'month', count: 1, word: recurring.interval }
    : { unit, count: recurring.interval_count };
}

function roundOf(round: string | undefined): 'up' | 'down' | null {
  return round === 'up' || round === 'down' ? round : null;
}

/** A way of pricing that nobody here knows counts nothing: what it costs is not guessed. */
function modelOf(price: StripePrice): Pick<Charge, 'model' | 'unknownWord'> {
  const { billing_scheme: scheme, tiers_mode: mode, recurring, transform_quantity: transform } = price;
  const word = scheme === 'tiered' ? `${scheme} ${mode ?? ''}`.trim() : scheme;
  const model = MODELS[word];
  if (model === undefined) return { model: 'other', unknownWord: word };
  if (recurring !== null && UNITS[recurring.interval] === undefined)
    return { model: 'other', unknownWord: recurring.interval };
  if (recurring !== null && !USAGE_TYPES.has(recurring.usage_type))
    return { model: 'other', unknownWord: recurring.usage_type };
  if (transform != null && roundOf(transform.round) === null) return { model: 'other', unknownWord: transform.round };
  return { model };
}

/**
 * What a price says of a charge.
 * @param currency of the subscription, in which the price may cost another amount than in its own; where it does not say
 * how much, nothing is told of what it costs, never the amount of another currency
 */
export function fromStripePrice(
  price: StripePrice,
  currency: string,
  catalog: StripeCatalog,
): Pick<
  Charge,
  | 'name'
  | 'plan'
  | 'productId'
  | 'kind'
  | 'model'
  | 'unknownWord'
  | 'price'
  | 'tiers'
  | 'transform'
  | 'priceInterval'
  | 'billingInterval'
  | 'includedUnits'
> {
  const product = catalog.productName(price.product) ?? price.product;
  const whole = catalog.price(price.id) ?? price;
  const isOwn = price.currency === currency;
  const amounts = isOwn ? price : whole.currency_options?.[currency];
  const tiers = isOwn ? (price.tiers ?? whole.tiers ?? []).map((tier) => fromStripeTier(tier, currency)) : [];
  const unitPrice = amounts?.unit_amount_decimal ?? amounts?.unit_amount ?? null;
  const metered = price.recurring?.usage_type === 'metered';
  const interval = intervalOf(price);
  const round = roundOf(price.transform_quantity?.round);
  return {
    name: price.nickname === null ? product : `${product}: ${price.nickname}`,
    plan: product,
    productId: price.product,
    kind: price.recurring === null ? 'oneTime' : metered ? 'usage' : 'recurring',
    ...modelOf(price),
    price: unitPrice === null ? null : fromStripeUnitPrice(unitPrice, currency),
    tiers,
    transform:
      price.transform_quantity == null || round === null
        ? null
        : { divideBy: price.transform_quantity.divide_by, round },
    priceInterval: interval,
    billingInterval: interval,
    includedUnits: metered ? includedUnitsOf(tiers) : null,
  };
}

/** Sum of the percentages that a price contains, of the rates of its item, or else of the whole. */
export function includedTaxOf(own: StripeItem['tax_rates'], whole: StripeItem['tax_rates']): string {
  const included = (own.length > 0 ? own : whole).filter(({ inclusive }) => inclusive);
  return toDecimal(included.reduce((all, { percentage }) => all.add(exact(percentage)), exact('0')));
}
