import { Fault } from '../../domain/fault.ts';
import type { Decimal } from '../../domain/money/decimal.ts';
import type { ChargeOverride, ChargePricing } from '../../domain/order/order.ts';
import type { Tier } from '../../domain/subscription/charge.ts';

/** Digits that every reader of JSON keeps: those of a binary double. */
const MOST_DIGITS = 15;

/** @throws Fault when the decimal would not arrive as it is, since Zuora takes prices and quantities as JSON numbers */
function toJsonNumber(value: Decimal): number {
  const digits = value
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  const number = Number(value);
  if (digits.length > MOST_DIGITS || !Number.isFinite(number))
    throw new Fault({
      code: 'order_refused',
      kind: 'invalid',
      publicText: `Zuora takes no number as long as ${value} exactly. Enter a price or quantity of at most ${MOST_DIGITS} digits.`,
    });
  return number;
}

/** What a band is in Zuora's words (Zuora API, `ChargeTier`): it costs so much as a whole, or for each unit. */
function toTier({ startsAt, upTo, unitPrice, flatAmount }: Tier, index: number, tiers: readonly Tier[]): object {
  const isFlat = unitPrice === '0' && flatAmount !== '0';
  return {
    tier: index + 1,
    startingUnit: toJsonNumber(startsAt ?? tiers[index - 1]?.upTo ?? '0'),
    ...(upTo !== null && { endingUnit: toJsonNumber(upTo) }),
    price: toJsonNumber(isFlat ? flatAmount : unitPrice),
    priceFormat: isFlat ? 'FlatFee' : 'PerUnit',
  };
}

type Field = (pricing: ChargePricing) => object | null;

const number =
  (part: 'price' | 'quantity', name: string): Field =>
  (pricing) =>
    pricing[part] === null ? null : { [name]: toJsonNumber(pricing[part]) };

const listPrice = number('price', 'listPrice');
const overagePrice = number('price', 'overagePrice');
const quantity = number('quantity', 'quantity');
const tiers: Field = (pricing) => (pricing.tiers === undefined ? null : { tiers: pricing.tiers.map(toTier) });
const reduction: Field = ({ reduction: taken }) => {
  if (taken === undefined) return null;
  const { percentOff, amountOff } = taken;
  return percentOff === undefined
    ? { discountAmount: toJsonNumber(amountOff ?? '0') }
    : { discountPercentage: toJsonNumber(percentOff) };
};

/** Parts of a price, by what a person calls them. */
const PARTS = {
  price: ({ price }: ChargePricing) => price !== null,
  quantity: (pricing: ChargePricing) => pricing.quantity !== null,
  tiers: (pricing: ChargePricing) => pricing.tiers !== undefined,
  reduction: (pricing: ChargePricing) => pricing.reduction !== undefined,
};

type Parts = Partial<Record<keyof typeof PARTS, Field>>;

/** Names of `pricing` by kind and model of the charge, and what of it an order can set (Zuora API, "Create an order"). */
const PRICING: Readonly<Record<string, readonly [name: string, parts: Parts]>> = {
  'oneTime flat': ['oneTimeFlatFee', { price: listPrice }],
  'oneTime perUnit': ['oneTimePerUnit', { price: listPrice, quantity }],
  'oneTime graduated': ['oneTimeTiered', { quantity, tiers }],
  'oneTime volume': ['oneTimeVolume', { quantity, tiers }],
  'oneTime discount': ['discount', { reduction }],
  'recurring flat': ['recurringFlatFee', { price: listPrice }],
  'recurring perUnit': ['recurringPerUnit', { price: listPrice, quantity }],
  'recurring graduated': ['recurringTiered', { quantity, tiers }],
  'recurring volume': ['recurringVolume', { quantity, tiers }],
  'recurring discount': ['discount', { reduction }],
  'usage flat': ['usageFlatFee', { price: listPrice }],
  'usage perUnit': ['usagePerUnit', { price: listPrice }],
  'usage graduated': ['usageTiered', { tiers }],
  'usage volume': ['usageVolume', { tiers }],
  'usage overage': ['usageOverage', { price: overagePrice }],
  'usage tieredOverage': ['usageTieredWithOverage', { price: overagePrice, tiers }],
};

/** @returns `pricing` of a charge; null where it stays as it is. @throws Fault for what the charge has none of */
export function toZuoraPricing(override: ChargeOverride): object | null {
  const { kind, model } = override;
  const given = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter((part) => PARTS[part](override));
  if (given.length === 0) return null;
  const [name, parts] = PRICING[`${kind} ${model}`] ?? ['', {}];
  const foreign = given.find((part) => parts[part] === undefined);
  if (foreign !== undefined)
    throw new Fault({
      code: 'order_refused',
      kind: 'invalid',
      publicText: `The ${foreign} of charge ${override.charge} cannot be set by an order, because of how Zuora prices it. Leave it as the catalog has it.`,
      context: { kind, model },
    });
  return { [name]: Object.assign({}, ...given.map((part) => parts[part]!(override))) as object };
}
