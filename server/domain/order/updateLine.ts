import Fraction from 'fraction.js';
import { grossOf } from '../metrics/gross.ts';
import { exact } from '../money/decimal.ts';
import { majorOf, roundToMoney } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { loweredPrice, OWN, reducedBy, soldPrice, type LinePrice } from './chargePrice.ts';
import { carrying, fieldsFrom } from './customFields.ts';
import type { DealLine } from './deal.ts';
import type { Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { chargesHeld, type HeldPlan, type Holding } from './held.ts';
import { freeOrLowered, isDiscountAlone, isUnpriced, monthsOfPeriod, unclearPrice } from './linePrice.ts';
import { isCommitted, isPriced, takesQuantity } from './models.ts';
import type { ChargePricing, ChargeUpdate } from './order.ts';
import { quantityFault } from './planLine.ts';
import { differing } from './pricing.ts';
import type { OrderRules } from './rules.ts';

/** Zuora prices nothing anew that is billed once, and changes no amount that is taken off (API, "Create an order", `chargeUpdates`). */
function whyUnchangeable({ kind, model, reduction, unknownWord }: Charge): string | null {
  if (kind === 'oneTime') return 'is billed once, and nothing of it can change';
  if (model === 'other' || unknownWord !== undefined) return 'is priced in a way that is not ordered from here';
  return model === 'discount' && reduction?.percentOff == null
    ? 'takes off an amount, which no order can change: remove its product and add it anew'
    : null;
}

const isChangeable = (charge: Charge): boolean => whyUnchangeable(charge) === null;

const unchangeable = (charge: Charge, product: string): OrderFault =>
  orderFault(
    'charge_not_changeable',
    `Charge ${charge.number} ${whyUnchangeable(charge)}. Take the line off, or change it in billing.`,
    product,
  );

/** Charges that a line can mean which names none: what is sold; without that what is metered, or else what takes off. */
function meantBy(held: readonly Charge[]): readonly Charge[] {
  const committed = held.filter(isCommitted);
  const usage = held.filter(({ kind }) => kind === 'usage');
  return committed.length > 0 ? committed : usage.length > 0 ? usage : held;
}

/** The charge that a line changes, as it is on a day. */
function chargeOf(line: DealLine, plan: HeldPlan, day: CalendarDate, holding: Holding): Charge | OrderFault {
  const held = chargesHeld(plan, day, holding);
  if (line.chargeNumber !== null) {
    const named = held.find(({ number }) => number === line.chargeNumber)!;
    return isChangeable(named) ? named : unchangeable(named, line.product);
  }
  const concerned = meantBy(held);
  const meant = concerned.filter(isChangeable);
  if (meant.length === 1) return meant[0]!;
  if (concerned.length === 1) return unchangeable(concerned[0]!, line.product);
  if (meant.length === 0)
    return orderFault(
      'charge_not_changeable',
      `${plan.name} has no charge whose quantity or price could be changed. Take the line off, or change it in billing.`,
      line.product,
    );
  return orderFault(
    'charge_unclear',
    `${plan.name} has several charges. Enter the number of the one that changes: ${meant.map(({ number, name }) => `${number} (${name})`).join(', ')}.`,
    line.product,
  );
}

/**
 * Of a line that the product made: billing's own price while nobody changed it. Another one is that of the charge only where
 * billing's own is nothing but the price of the charge for so long: nothing else takes off.
 */
function priceOfTerm(
  line: DealLine,
  { months, billingPrice }: NonNullable<DealLine['ofTerm']>,
  charge: Charge,
  currency: string,
): LinePrice | OrderFault {
  const own = exact(billingPrice);
  if (line.discountPercent === null && exact(line.unitPrice).equals(own)) return OWN;
  const period = monthsOfPeriod(charge.priceInterval);
  const units = takesQuantity(charge) ? exact(charge.quantity ?? '1') : new Fraction(1);
  const gross = units.equals(0) ? null : grossOf(charge);
  const whole = period === null || gross === null ? null : gross.mul(months).div(period).div(units);
  if (whole !== null && !majorOf(roundToMoney(whole, currency)).equals(own))
    return unclearPrice(line, 'has discounts in billing', `Set the sales price to ${billingPrice}`);
  return soldPrice(line, charge, currency);
}

/** Where one price can be meant it is that of the line; of a plan with several charges a sales price of 0 says nothing. */
function priceOf(line: DealLine, charge: Charge, plan: HeldPlan, currency: string): LinePrice | OrderFault {
  if (charge.model === 'discount') return reducedBy(line, 'percentOff');
  if (line.ofTerm !== undefined) return priceOfTerm(line, line.ofTerm, charge, currency);
  const isOnly = isPriced(charge) && new Set(plan.charges.filter(isCommitted).map(({ number }) => number)).size === 1;
  if (isOnly) return freeOrLowered(line) ?? soldPrice(line, charge, currency);
  if (isDiscountAlone(line)) return loweredPrice(line, charge);
  return isUnpriced(line) ? OWN : soldPrice(line, charge, currency);
}

/** How a charge is sold on a day. */
function pricingOf({ quantity, price, tiers, reduction }: Charge): ChargePricing {
  const percentOff = reduction?.percentOff ?? null;
  return {
    quantity,
    price,
    ...(tiers.length > 0 && { tiers }),
    ...(percentOff !== null && { reduction: { percentOff } }),
  };
}

/** What a line makes of the charge that it changes, and what that charge is on the day. */
export function updateLine(
  line: DealLine,
  plan: HeldPlan,
  day: CalendarDate,
  { holding, rules, currency }: { holding: Holding; rules: Pick<OrderRules, 'customFields'>; currency: string },
): Planned<{ update: ChargeUpdate }> {
  const charge = chargeOf(line, plan, day, holding);
  if ('code' in charge) return { faults: [charge] };
  const { number, kind, model, name, priceInterval } = charge;
  const later = plan.charges.find(
    (one) => one.number === number && one.startsOn !== null && one.startsOn > day && one.endsOn !== one.startsOn,
  );
  const price = priceOf(line, charge, plan, currency);
  const was = pricingOf(charge);
  const sold = {
    charge: number,
    kind,
    model,
    quantity: takesQuantity(charge) ? line.quantity : null,
    ...('code' in price ? OWN : price),
  };
  const faults = [
    ...(later === undefined || (line.ofTerm !== undefined && differing(sold, was) === null)
      ? []
      : [
          orderFault(
            'charge_changes_later',
            `Charge ${number} is to change on ${later.startsOn} already, which would undo this. Enter a day from then on, or place it in billing.`,
            line.product,
          ),
        ]),
    ...[quantityFault(line, [charge])].filter((one) => one !== null),
    ...('code' in price ? [price] : []),
  ];
  if (faults.length > 0 || 'code' in price) return { faults };
  return {
    update: {
      ...sold,
      ...carrying(fieldsFrom(rules.customFields.charge, line.fields)),
      name: name.startsWith(`${plan.name}: `) ? name.slice(plan.name.length + 2) : name,
      priceInterval,
      was,
    },
  };
}
