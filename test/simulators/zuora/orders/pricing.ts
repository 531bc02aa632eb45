import type { ChargeTerms, ProductCharge } from '../catalog/model.ts';
import { storedQuantity } from '../catalog/units.ts';
import { exact, metric } from '../decimal.ts';
import { category } from '../protocol/errors.ts';
import type { Segment } from '../subscriptions/model.ts';
import type { Tenant } from '../tenant.ts';
import { refuse } from './refuse.ts';
import type { Pricing } from './schema/pricing.ts';

/** Key of the `pricing` object that fits a charge. */
function pricingKey(terms: Pick<ChargeTerms, 'model' | 'type'>): string {
  if (terms.model === 'DiscountPercentage' || terms.model === 'DiscountFixedAmount') return 'discount';
  const model = terms.model === 'TieredwithOverage' ? 'TieredWithOverage' : terms.model;
  return { OneTime: 'oneTime', Recurring: 'recurring', Usage: 'usage' }[terms.type] + model;
}

type Tiers = readonly (Omit<NonNullable<Segment['tiers']>[number], 'endingUnit'> & {
  endingUnit?: number | null | undefined;
})[];

/** Bands follow each other without a gap that is seen, the last of them open; what is beyond it has an overage price. */
function tiersOf(given: Tiers, { number, model, tiers: own }: Segment): NonNullable<Segment['tiers']> {
  const fault = (what: string) => refuse(category.rule, `The tiers of charge ${number} are invalid: ${what}.`);
  return given.map((one, index) => {
    const { tier, startingUnit } = one;
    const endingUnit = one.endingUnit ?? null;
    const before = given[index - 1];
    const isLast = index === given.length - 1;
    if (tier !== index + 1) return fault(`tier ${tier} stands in place ${index + 1}`);
    if (endingUnit === null && !(isLast && model !== 'TieredwithOverage'))
      return fault(`tier ${tier} has no endingUnit`);
    if (endingUnit !== null && endingUnit < startingUnit)
      return fault(`endingUnit of tier ${tier} is below startingUnit`);
    if (before !== undefined && startingUnit < before.endingUnit!) return fault(`tier ${tier} begins within another`);
    if (before === undefined && startingUnit !== (own?.[0]?.startingUnit ?? 0))
      return fault(`they begin at ${startingUnit}`);
    return { ...one, endingUnit };
  });
}

/** Applies `pricing` of an override or an update to a segment; exactly the fitting key may be there. */
export function applyPricing(tenant: Tenant, segment: Segment, pricing: Pricing): void {
  const key = pricingKey(segment);
  const [given, ...more] = Object.keys(pricing);
  if (given !== key || more.length > 0)
    return refuse(
      category.rule,
      `pricing.${Object.keys(pricing).join(', ')} does not fit charge ${segment.number}: it takes ${key}.`,
    );
  const { listPrice, tiers, ...fields } = pricing[key as keyof Pricing] as Record<string, unknown>;
  const foreign = { DiscountPercentage: 'discountAmount', DiscountFixedAmount: 'discountPercentage' };
  if (segment.model in foreign && foreign[segment.model as keyof typeof foreign] in fields)
    return refuse(category.rule, `pricing.discount does not fit the charge model of ${segment.number}.`);
  if (listPrice !== undefined) segment.price = listPrice as number;
  if (tiers !== undefined) segment.tiers = tiersOf(tiers as Tiers, segment);
  Object.assign(segment, fields);
  if (segment.quantity !== null) segment.quantity = storedQuantity(tenant, segment.uom, segment.quantity);
}

/** Changes the price of a segment as its price change option says for a renewal; @returns false: nothing changes */
export function priceOfNextTerm(segment: Segment, product: ProductCharge | undefined, currency: string): boolean {
  if (segment.priceChangeOption === 'SpecificPercentageValue' && segment.priceIncreasePercentage) {
    const factor = exact(segment.priceIncreasePercentage).div(100).add(1);
    const raised = (price: number) => metric(exact(price).mul(factor));
    if (segment.price !== null) segment.price = raised(segment.price);
    if (segment.overagePrice !== null) segment.overagePrice = raised(segment.overagePrice);
    segment.tiers = segment.tiers?.map((tier) => ({ ...tier, price: raised(tier.price) })) ?? null;
    return true;
  }
  const latest = product?.prices.find((one) => one.currency === currency);
  if (segment.priceChangeOption !== 'UseLatestProductCatalogPricing' || !latest) return false;
  const { currency: _currency, rowIds: _rowIds, ...price } = structuredClone(latest);
  const before = JSON.stringify(Object.keys(price).map((key) => segment[key as keyof typeof price]));
  if (before === JSON.stringify(Object.values(price))) return false;
  Object.assign(segment, price);
  return true;
}
