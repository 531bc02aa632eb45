import { exact } from '../money/decimal.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { loweredPrice, OWN, reducedBy, soldPrice, type LinePrice, type OwnPrice } from './chargePrice.ts';
import { carrying, fieldsFrom, type CustomFieldRules } from './customFields.ts';
import type { DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { freeOrLowered, isDiscountAlone, isUnpriced, noSalesPrice, unclearPrice } from './linePrice.ts';
import { isCommitted, isPriced, takesQuantity } from './models.ts';
import type { ChargeOnSale, ChargeOverride, PlanOnSale, PlanOrder } from './order.ts';

/** What a line comes to: how its plan is sold, or what is wrong with it. */
export type PlannedLine = { plan: PlanOrder } | { faults: readonly OrderFault[] };

/** Prices by the id of the charge; those that are not among them stay billing's own. */
type Prices = ReadonlyMap<string, LinePrice>;

/** @returns a charge with what the catalog says that it costs */
export function ownPrice(charge: ChargeOnSale, currency: string): OwnPrice {
  const { price = null, tiers = [] } = charge.prices.find((one) => one.currency === currency) ?? {};
  return { ...charge, price, tiers };
}

const only = (charge: ChargeOnSale, price: LinePrice | OrderFault): Prices | OrderFault =>
  'code' in price ? price : new Map([[charge.id, price]]);

function lowered(line: DealLine, charges: readonly ChargeOnSale[], currency: string): Prices | OrderFault {
  const prices = new Map<string, LinePrice>();
  for (const charge of charges) {
    const price = loweredPrice(line, ownPrice(charge, currency));
    if ('code' in price) return price;
    prices.set(charge.id, price);
  }
  return prices;
}

/** A sum over unlike charges is no price of any of them, so a sales price is taken where there is one charge that it can mean. */
function committedPrices(line: DealLine, committed: readonly ChargeOnSale[], currency: string): Prices | OrderFault {
  const [charge] = committed;
  const isOne = committed.length === 1;
  if (isOne && isPriced(charge!))
    return freeOrLowered(line) ?? only(charge!, soldPrice(line, ownPrice(charge!, currency), currency));
  if (isUnpriced(line)) return new Map();
  if (!isDiscountAlone(line))
    return isOne
      ? only(charge!, soldPrice(line, ownPrice(charge!, currency), currency))
      : unclearPrice(line, `has ${committed.length} charges`);
  const concerned = isOne ? committed : committed.filter(({ kind }) => kind === 'recurring');
  return concerned.length === 0 ? unclearPrice(line, 'is billed once') : lowered(line, concerned, currency);
}

function usagePrices(line: DealLine, usage: readonly ChargeOnSale[], currency: string): Prices | OrderFault {
  if (isUnpriced(line)) return new Map();
  if (isDiscountAlone(line)) return lowered(line, usage, currency);
  const [charge, ...more] = usage;
  return more.length === 0
    ? only(charge!, soldPrice(line, ownPrice(charge!, currency), currency))
    : noSalesPrice(line, `has ${usage.length} charges by usage`);
}

/** What is metered beside what a line sells costs what billing says; so does what takes off beside something else. */
function pricesFor(line: DealLine, charges: readonly ChargeOnSale[], currency: string): Prices | OrderFault {
  const committed = charges.filter(isCommitted);
  if (committed.length > 0) return committedPrices(line, committed, currency);
  const usage = charges.filter(({ kind }) => kind === 'usage');
  if (usage.length > 0) return usagePrices(line, usage, currency);
  const [discount, ...more] = charges;
  if (isUnpriced(line)) return new Map();
  return more.length === 0
    ? only(discount!, reducedBy(line, discount!.reduces))
    : unclearPrice(line, `has ${charges.length} discounts`);
}

/** @param committed charges that the quantity is to go to */
export function quantityFault(
  { product, quantity }: DealLine,
  committed: readonly Pick<ChargeOnSale, 'kind' | 'model'>[],
): OrderFault | null {
  if (exact(quantity).compare(0) <= 0)
    return orderFault(
      'quantity_not_positive',
      `The quantity is ${quantity}. Enter how many are sold, or remove the line.`,
      product,
    );
  if (!committed.some(takesQuantity) && quantity !== '1')
    return orderFault(
      'quantity_forbidden',
      `It is sold as a whole, so its quantity can only be 1; it is ${quantity}.`,
      product,
    );
  return null;
}

function catalogFaults(line: DealLine, plan: PlanOnSale, currency: string): OrderFault[] {
  if (!plan.active)
    return [
      orderFault(
        'plan_not_on_sale',
        `${plan.name} is not on sale in billing now. Choose a product that is.`,
        line.product,
      ),
    ];
  if (plan.charges.length === 0)
    return [
      orderFault(
        'plan_without_charges',
        `${plan.name} has no charges in billing, so nothing would be billed. Add them there.`,
        line.product,
      ),
    ];
  const unknown = plan.charges.find(({ unknownWord }) => unknownWord !== undefined);
  if (unknown !== undefined)
    return [
      orderFault(
        'charge_unknown',
        `Billing prices ${unknown.name} by "${unknown.unknownWord}", which is not known here. Place this order in billing.`,
        line.product,
      ),
    ];
  const lacking = plan.charges.find(
    ({ model, prices }) => model !== 'discount' && !prices.some((one) => one.currency === currency),
  );
  return lacking === undefined
    ? []
    : [
        orderFault(
          'currency_not_sold',
          `Billing has no price of ${lacking.name} in ${currency}. Add one there, or sell it in another currency.`,
          line.product,
        ),
      ];
}

/** How a plan is sold besides its quantity and price. */
export type PlanTerms = { endsOn: CalendarDate | null; customFields: Pick<CustomFieldRules, 'ratePlan' | 'charge'> };

/** What is billed once has no end; everything else ends with its plan. */
function overridesOf(
  { fields, quantity: sold }: DealLine,
  charges: readonly ChargeOnSale[],
  prices: Prices,
  { endsOn, customFields }: PlanTerms,
): ChargeOverride[] {
  const custom = carrying(fieldsFrom(customFields.charge, fields));
  const isNamed = endsOn !== null || custom.customFields !== undefined;
  return charges.flatMap((charge): ChargeOverride[] => {
    const { id, kind, model } = charge;
    const quantity = takesQuantity(charge) ? sold : null;
    const price = prices.get(id) ?? OWN;
    const isOwn = quantity === null && Object.values(price).every((one) => one === null);
    return isOwn && !isNamed ? [] : [{ charge: id, kind, model, quantity, ...price, ...custom }];
  });
}

/**
 * How one line sells its plan: its quantity goes to every charge that takes one, its sales price, less the discount of the line,
 * to the only charge that is sold, and a discount alone to each recurring one of several, or to all that is metered.
 * @param plan what billing sells under the key of the line; undefined where it is gone
 */
export function planLine(
  line: DealLine,
  plan: PlanOnSale | undefined,
  currency: string,
  terms: PlanTerms,
): PlannedLine {
  if (plan === undefined)
    return {
      faults: [
        orderFault(
          'plan_gone',
          'Billing no longer has what this product stands for. Choose another product.',
          line.product,
        ),
      ],
    };
  const faults = catalogFaults(line, plan, currency);
  if (faults.length > 0) return { faults };
  const committed = plan.charges.filter(isCommitted);
  const price = pricesFor(line, plan.charges, currency);
  const wrong = [quantityFault(line, committed), 'code' in price ? price : null].filter((one) => one !== null);
  if (wrong.length > 0 || 'code' in price) return { faults: wrong };
  const { endsOn, customFields } = terms;
  return {
    plan: {
      lineId: line.id,
      planId: plan.id,
      charges: overridesOf(line, plan.charges, price, terms),
      ...(endsOn !== null && { endsOn }),
      ...carrying(fieldsFrom(customFields.ratePlan, line.fields)),
    },
  };
}
