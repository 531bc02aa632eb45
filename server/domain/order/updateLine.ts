import { exact, type Decimal } from '../money/decimal.ts';
import { majorOf, roundToMoney } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { carrying, fieldsFrom } from './customFields.ts';
import type { DealLine } from './deal.ts';
import type { Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import { chargesHeld, type HeldPlan, type Holding } from './held.ts';
import type { ChargeUpdate } from './order.ts';
import {
  checkedPrice,
  isCommitted,
  isDiscountAlone,
  isPriced,
  isUnpriced,
  monthsOfPeriod,
  quantityFault,
  takesQuantity,
  unclearPrice,
} from './planLine.ts';
import type { OrderRules } from './rules.ts';

const isChangeable = (charge: Charge): boolean =>
  charge.kind === 'recurring' && (isPriced(charge) || takesQuantity(charge));

function unchangeable(charge: Charge, product: string): OrderFault {
  const why =
    charge.kind === 'oneTime'
      ? 'is billed once, and nothing of it can change'
      : charge.kind === 'usage'
        ? 'is billed by usage, which nobody orders'
        : 'is priced in a way that is not ordered from here';
  return orderFault(
    'charge_not_changeable',
    `Charge ${charge.number} ${why}. Take the line off, or change it in billing.`,
    product,
  );
}

/** The charge that a line changes, as it is on a day. */
function chargeOf(line: DealLine, plan: HeldPlan, day: CalendarDate, holding: Holding): Charge | OrderFault {
  const held = chargesHeld(plan, day, holding);
  if (line.chargeNumber !== null) {
    const named = held.find(({ number }) => number === line.chargeNumber)!;
    return isChangeable(named) ? named : unchangeable(named, line.product);
  }
  const meant = held.filter(isChangeable);
  if (meant.length === 1) return meant[0]!;
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
 * billing's own is nothing but the price of the charge for so long: no tiers, and nothing that takes off.
 */
function priceOfTerm(
  line: DealLine,
  { months, billingPrice }: NonNullable<DealLine['ofTerm']>,
  charge: Charge,
  currency: string,
): { price: Decimal | null } | OrderFault {
  const own = exact(billingPrice);
  if (line.discountPercent === null && exact(line.unitPrice).equals(own)) return { price: null };
  const what = `Set the sales price to ${billingPrice}`;
  if (!isPriced(charge)) return unclearPrice(line, 'is priced by tiers', what);
  const period = monthsOfPeriod(charge.priceInterval);
  const whole =
    period === null
      ? null
      : exact(charge.price ?? '0')
          .mul(months)
          .div(period);
  if (whole !== null && !majorOf(roundToMoney(whole, currency)).equals(own))
    return unclearPrice(line, 'has discounts in billing', what);
  return checkedPrice(line, charge.priceInterval);
}

/** Where one price can be meant it is that of the line; of a plan with several charges a sales price of 0 says nothing. */
function priceOf(
  line: DealLine,
  charge: Charge,
  plan: HeldPlan,
  currency: string,
): { price: Decimal | null } | OrderFault {
  if (line.ofTerm !== undefined) return priceOfTerm(line, line.ofTerm, charge, currency);
  const isOnly = new Set(plan.charges.filter(isCommitted).map(({ number }) => number)).size === 1;
  if (!isOnly && isDiscountAlone(line))
    return unclearPrice(line, 'is one of several charges', 'Enter the sales price of the charge');
  if (isPriced(charge) && (isOnly || !isUnpriced(line))) return checkedPrice(line, charge.priceInterval);
  return isUnpriced(line) ? { price: null } : unclearPrice(line, 'is priced by tiers');
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
  const isSame =
    !('code' in price) &&
    (price.price === null || exact(price.price).equals(exact(charge.price ?? '0'))) &&
    (!takesQuantity(charge) || exact(line.quantity).equals(exact(charge.quantity ?? '0')));
  const faults = [
    ...(later === undefined || (line.ofTerm !== undefined && isSame)
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
      charge: number,
      kind,
      model,
      quantity: takesQuantity(charge) ? line.quantity : null,
      price: price.price,
      ...carrying(fieldsFrom(rules.customFields.charge, line.fields)),
      name: name.startsWith(`${plan.name}: `) ? name.slice(plan.name.length + 2) : name,
      priceInterval,
      was: { quantity: charge.quantity, price: charge.price },
    },
  };
}
