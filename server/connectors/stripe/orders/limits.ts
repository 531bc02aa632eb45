import { partsOf } from '../../../domain/billingAccount/key.ts';
import { exact } from '../../../domain/money/decimal.ts';
import type { DealLine } from '../../../domain/order/deal.ts';
import type { OrderFacts } from '../../../domain/order/facts.ts';
import { orderFault, type OrderFault } from '../../../domain/order/faults.ts';
import { heldPlans } from '../../../domain/order/held.ts';
import { kindOf } from '../../../domain/order/kind.ts';
import type { ChargeOnSale, PlanOnSale } from '../../../domain/order/order.ts';
import { isUnpriced, netPrice, unclearPrice } from '../../../domain/order/linePrice.ts';
import { isPriced, takesQuantity } from '../../../domain/order/models.ts';
import type { Interval } from '../../../domain/subscription/charge.ts';
import { addMonths, earliest, type CalendarDate } from '../../../domain/time/calendarDate.ts';

/** Items of a subscription, and one-off items beside them (Stripe API, "Create a subscription"). */
const MOST_ITEMS = 20;

type Sale = { line: DealLine; plan: PlanOnSale; charge: ChargeOnSale };

/** Lines whose price is known; what is wrong with others everybody tells. */
function salesOf({ deal, plans }: OrderFacts): Sale[] {
  return deal.lines.flatMap((line) => {
    const plan = line.sellableKey === null ? undefined : plans.get(line.sellableKey);
    const charge = plan?.charges[0];
    return plan === undefined || charge === undefined ? [] : [{ line, plan, charge }];
  });
}

function quantityFaults({ line: { product, quantity }, charge }: Sale): OrderFault[] {
  if (!takesQuantity(charge) || exact(quantity).d === 1n) return [];
  return [
    orderFault(
      'quantity_fraction',
      `The quantity is ${quantity}, and Stripe sells whole units only. Enter one.`,
      product,
    ),
  ];
}

/** A price of its own has neither tiers nor a meter. */
const isUnpriceable = (line: DealLine, charge: Pick<ChargeOnSale, 'kind' | 'model'>): boolean =>
  !isPriced(charge) && !isUnpriced(line) && line.ofTerm === undefined;

const unpriceable = (line: DealLine, { kind }: Pick<ChargeOnSale, 'kind'>): OrderFault =>
  unclearPrice(line, kind === 'usage' ? 'is billed by usage' : 'is priced by tiers');

/** What is sold at another price is a price of its own, which has no packs. */
function priceFaults({ line, charge }: Sale, { deal }: OrderFacts): OrderFault[] {
  const own = charge.prices[0];
  const isForeign = own !== undefined && own.currency !== deal.currency;
  if (isUnpriceable(line, charge)) return [unpriceable(line, charge)];
  if (!isPriced(charge))
    return isForeign
      ? [
          orderFault(
            'currency_not_own',
            `Stripe prices it in ${own.currency}, and what it costs in ${deal.currency} is not read. Sell a price of its own in ${deal.currency}.`,
            line.product,
          ),
        ]
      : [];
  const isListed = !isForeign && own?.price != null && exact(own.price).equals(exact(netPrice(line)));
  if (isListed || charge.transform === null) return [];
  return [
    orderFault(
      'price_per_pack',
      'Stripe sells it in packs, which it can do at the price of its catalog alone. Enter that as sales price, or have another price made in Stripe.',
      line.product,
    ),
  ];
}

/** One price stands once in a subscription. */
function twiceFaults(sales: readonly Sale[]): OrderFault[] {
  const follows = (one: Sale, other: Sale): boolean =>
    one.line.endsOn !== null && one.line.endsOn === other.line.startsOn;
  return sales.flatMap((one, index) => {
    const same = sales.slice(0, index).filter(({ line }) => line.sellableKey === one.line.sellableKey);
    return same.length === 0 || same.some((other) => follows(other, one) || follows(one, other))
      ? []
      : [
          orderFault(
            'product_twice',
            'Stripe takes a product once in a subscription. Enter one line with all of it.',
            one.line.product,
          ),
        ];
  });
}

/** A term that ends by itself has to end where a period does, since nobody pays a part of one here. */
function wholeFault({ unit, count }: Interval, months: number, product: string): OrderFault[] {
  const every = unit === 'year' ? 12 * count : unit === 'month' ? count : null;
  if (every !== null && months % every === 0) return [];
  return [
    orderFault(
      'term_not_whole',
      `It is billed every ${count === 1 ? unit : `${count} ${unit}s`}, and the term of ${months} months is not whole periods of that. Enter another term, or let it renew by itself.`,
      product,
    ),
  ];
}

const periodFaults = ({ line, charge }: Sale, months: number): OrderFault[] =>
  charge.kind === 'oneTime' ? [] : wholeFault(charge.billingInterval, months, line.product);

const laterLengthFaults = (renewalMonths: number | null): OrderFault[] =>
  renewalMonths === null
    ? []
    : [
        orderFault(
          'renewal_term_unknown',
          'Stripe knows no length of later terms: what renews goes on until it is canceled. Empty it.',
        ),
      ];

/** A step that is not whole months after the first day would be billed as a part of a period. */
function stepFaults({ line: { product, startsOn, endsOn } }: Sale, first: CalendarDate): OrderFault[] {
  const isWhole = (day: CalendarDate): boolean => {
    for (let months = 0; addMonths(first, months) <= day; months++) if (addMonths(first, months) === day) return true;
    return false;
  };
  return [startsOn, endsOn]
    .filter((day): day is CalendarDate => day !== null && day > first && !isWhole(day))
    .map((day) =>
      orderFault(
        'step_not_whole',
        `Stripe changes it on ${day}, in the middle of a month that is billed from ${first} on. Enter a day that is whole months after that.`,
        product,
      ),
    );
}

/** What only a new subscription asks for. */
function newFaults(facts: OrderFacts, sales: readonly Sale[]): OrderFault[] {
  const { deal, rules, today } = facts;
  const { terms } = deal;
  const first = terms.startsOn ?? deal.closesOn;
  const autoRenew = terms.autoRenew ?? rules.defaults.autoRenew;
  const months = terms.months ?? rules.defaults.months;
  const recurring = sales.filter(({ charge }) => charge.kind !== 'oneTime');
  return [
    ...(terms.startsOn !== null && terms.startsOn < today
      ? [
          orderFault(
            'start_past',
            `Stripe begins nothing in the past, and the opportunity starts on ${terms.startsOn}. Enter ${today} or a later day.`,
          ),
        ]
      : []),
    ...laterLengthFaults(terms.renewalMonths),
    ...(sales.length > 0 && recurring.length === 0
      ? [
          orderFault(
            'nothing_recurring',
            'Stripe makes a subscription only of something that recurs, and all products are billed once. Add one that recurs, or bill it in Stripe.',
          ),
        ]
      : []),
    ...(terms.evergreen || autoRenew || months === null ? [] : sales.flatMap((one) => periodFaults(one, months))),
    ...sales.flatMap((one) => stepFaults(one, first)),
    ...twiceFaults(sales),
  ];
}

const pastFault = (day: CalendarDate, today: CalendarDate, product?: string): OrderFault =>
  orderFault(
    'start_past',
    `Stripe changes nothing in the past, and the opportunity says ${day}. Enter ${today} or a later day.`,
    product,
  );

/** Phases to come of what a line changes would undo that, or would have to be guessed at. */
function laterFaults({ deal, subscription: found }: OrderFacts): OrderFault[] {
  if (found === null) return [];
  const { termType, termEndsOn } = found.subscription;
  const end = termType === 'Termed' ? termEndsOn : null;
  const plans = heldPlans(found);
  return deal.lines.flatMap((line) => {
    const on = line.startsOn ?? (kindOf(deal) === 'Renew' ? end : deal.terms.startsOn) ?? deal.closesOn;
    const id = line.sellableKey === null ? null : partsOf(line.sellableKey).id;
    const own = plans
      .filter((plan) =>
        line.chargeNumber === null ? plan.planId === id : plan.charges.some((one) => one.number === line.chargeNumber),
      )
      .flatMap(({ charges }) => charges);
    const isHeld = own.some((one) => (one.startsOn ?? on) <= on && (one.endsOn === null || one.endsOn > on));
    const days = own.flatMap(({ startsOn, endsOn }) => [startsOn, endsOn]);
    const next = earliest(days.filter((day) => day !== null && day > on && day !== end));
    // What changes of the charge that an update is about, everybody tells.
    const isTold =
      isHeld &&
      (line.action ?? 'Update') === 'Update' &&
      own.every((one) => one.number === own[0]!.number) &&
      own.some(({ startsOn }) => startsOn === next);
    return next === null || isTold
      ? []
      : [
          orderFault(
            'charge_changes_later',
            `Its schedule is to change it on ${next} already, which would undo this. Enter a day from then on, or place it in Stripe.`,
            line.product,
          ),
        ];
  });
}

/** A term that is made longer has to end where a period of everything ends that is sold. */
function lengthFaults({ subscription: found }: OrderFacts, months: number): OrderFault[] {
  const { charges = [], termEndsOn = null } = found?.subscription ?? {};
  const going = charges.filter(({ kind, endsOn }) => kind !== 'oneTime' && (endsOn === null || endsOn === termEndsOn));
  return going.flatMap(({ name, billingInterval }) => wholeFault(billingInterval, months, name));
}

/** What has no end renews itself; what a schedule ends is made longer by months that somebody named. */
function renewalFaults(facts: OrderFacts): OrderFault[] {
  const { terms } = facts.deal;
  const { termType, termEndsOn = null } = facts.subscription?.subscription ?? {};
  if (termType !== 'Termed' || termEndsOn === null)
    return [
      orderFault(
        'renews_by_itself',
        'Stripe renews a subscription by itself with each period. Choose Amend to change it, or take the kind of the order away.',
      ),
    ];
  const renews = terms.autoRenew === true;
  return [
    ...laterLengthFaults(terms.renewalMonths),
    ...(terms.months === null && !renews
      ? [
          orderFault(
            'renewal_length_missing',
            'Stripe knows no length of later terms. Enter the months of the renewal as term, or let it renew by itself.',
          ),
        ]
      : []),
    ...(terms.months === null || renews ? [] : lengthFaults(facts, terms.months)),
  ];
}

function cancelFaults({ deal: { terms }, subscription: found, rules, today }: OrderFacts): OrderFault[] {
  const { startsOn } = terms;
  const { termType, termEndsOn, scheduleId } = found?.subscription ?? {};
  const isAtEnd = startsOn === null ? rules.defaults.cancel === 'term end' : startsOn === termEndsOn;
  return [
    ...(termType === 'Termed' && isAtEnd
      ? [
          orderFault(
            'ends_by_schedule',
            `Its schedule ${scheduleId} ends it on ${termEndsOn} already, so there is nothing to order. Enter an earlier day, if one is meant.`,
          ),
        ]
      : []),
    ...(startsOn !== null && startsOn <= today
      ? [
          orderFault(
            'cancel_past',
            `Stripe cancels from here on a day to come, and the opportunity says ${startsOn}. Enter a later day, empty it for the end of the period, or cancel it in Stripe.`,
          ),
        ]
      : []),
  ];
}

/** What only a change of something that is there asks for. */
function changeFaults(facts: OrderFacts): OrderFault[] {
  const { deal, today } = facts;
  const { terms, lines } = deal;
  const kind = kindOf(deal);
  if (kind === 'Renew') return [...renewalFaults(facts), ...laterFaults(facts)];
  if (kind === 'Cancel') return cancelFaults(facts);
  const isTermed = terms.months !== null || terms.evergreen || terms.autoRenew !== null || terms.renewalMonths !== null;
  return [
    ...(isTermed
      ? [
          orderFault(
            'terms_not_changed',
            'Stripe knows no terms that a change could set. Empty the term, the renewal and no end of the opportunity.',
          ),
        ]
      : []),
    ...(terms.startsOn !== null && terms.startsOn < today ? [pastFault(terms.startsOn, today)] : []),
    ...lines.flatMap(({ product, startsOn }) =>
      startsOn !== null && startsOn < today ? [pastFault(startsOn, today, product)] : [],
    ),
    ...laterFaults(facts),
  ];
}

/** What Stripe cannot do of what a deal asks for, all of it. */
export function limitsOf(facts: OrderFacts): OrderFault[] {
  const { deal } = facts;
  const sales = salesOf(facts);
  const kind = kindOf(deal);
  const ofLines = sales.flatMap((one) => [...quantityFaults(one), ...priceFaults(one, facts)]);
  const many =
    deal.lines.length <= MOST_ITEMS
      ? []
      : [
          orderFault(
            'too_many_products',
            `It has ${deal.lines.length} products, and Stripe takes ${MOST_ITEMS} in a subscription. Split the opportunity.`,
          ),
        ];
  if (kind === 'New') return [...many, ...newFaults(facts, sales), ...ofLines];
  return [...many, ...changeFaults(facts), ...(kind === 'Cancel' ? [] : ofLines)];
}
