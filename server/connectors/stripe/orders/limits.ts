import { exact } from '../../../domain/money/decimal.ts';
import type { DealLine } from '../../../domain/order/deal.ts';
import type { OrderFacts } from '../../../domain/order/facts.ts';
import { orderFault, type OrderFault } from '../../../domain/order/faults.ts';
import { kindOf } from '../../../domain/order/kind.ts';
import type { ChargeOnSale, PlanOnSale } from '../../../domain/order/order.ts';
import { isUnpriced, netPrice, unclearPrice } from '../../../domain/order/linePrice.ts';
import { isPriced, takesQuantity } from '../../../domain/order/models.ts';
import { addMonths, type CalendarDate } from '../../../domain/time/calendarDate.ts';

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
function periodFaults({ line, charge }: Sale, months: number): OrderFault[] {
  if (charge.kind === 'oneTime') return [];
  const { unit, count } = charge.billingInterval;
  const every = unit === 'year' ? 12 * count : unit === 'month' ? count : null;
  if (every !== null && months % every === 0) return [];
  return [
    orderFault(
      'term_not_whole',
      `It is billed every ${count === 1 ? unit : `${count} ${unit}s`}, and the term of ${months} months is not whole periods of that. Enter another term, or let it renew by itself.`,
      line.product,
    ),
  ];
}

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
    ...(terms.renewalMonths === null
      ? []
      : [
          orderFault(
            'renewal_term_unknown',
            'Stripe knows no length of later terms: what renews goes on until it is canceled. Empty it.',
          ),
        ]),
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

const dayFault = (day: CalendarDate, today: CalendarDate, product?: string): OrderFault =>
  orderFault(
    'change_not_today',
    `Stripe changes a subscription on the day on which it is ordered, and not on ${day}. Enter ${today}, or empty the day and win the opportunity on it.`,
    product,
  );

/** What has no end renews itself; what a schedule ends goes on by that schedule alone, of which only Stripe knows all. */
function renewalFault(found: OrderFacts['subscription']): OrderFault {
  const { termType, termEndsOn = null, scheduleId = null } = found?.subscription ?? {};
  if (termType === 'Termed' && termEndsOn !== null && scheduleId !== null)
    return orderFault(
      'ends_by_schedule',
      `Its schedule ${scheduleId} ends it on ${termEndsOn}, and no schedule is made longer from here. Add a phase to it in Stripe, or have Stripe release it at its end; or sell what goes on as a new subscription from ${termEndsOn} on.`,
    );
  return orderFault(
    'renews_by_itself',
    'Stripe renews a subscription by itself with each period. Choose Amend to change it, or take the kind of the order away.',
  );
}

/** What only a change of something that is there asks for. */
function changeFaults({ deal, subscription, today }: OrderFacts): OrderFault[] {
  const { terms, lines, closesOn } = deal;
  const kind = kindOf(deal);
  if (kind === 'Renew') return [renewalFault(subscription)];
  if (kind === 'Cancel') {
    const { scheduleId = null } = subscription?.subscription ?? {};
    return [
      ...(scheduleId === null
        ? []
        : [orderFault('ends_by_schedule', `Its schedule ${scheduleId} decides when it ends. Cancel it in Stripe.`)]),
      ...(terms.startsOn !== null && terms.startsOn <= today
        ? [
            orderFault(
              'cancel_past',
              `Stripe cancels from here on a day to come, and the opportunity says ${terms.startsOn}. Enter a later day, empty it for the end of the period, or cancel it in Stripe.`,
            ),
          ]
        : []),
    ];
  }
  const isTermed = terms.months !== null || terms.evergreen || terms.autoRenew !== null || terms.renewalMonths !== null;
  const on = terms.startsOn ?? closesOn;
  return [
    ...(isTermed
      ? [
          orderFault(
            'terms_not_changed',
            'Stripe knows no terms that a change could set. Empty the term, the renewal and no end of the opportunity.',
          ),
        ]
      : []),
    ...(on === today ? [] : [dayFault(on, today)]),
    ...lines.flatMap(({ product, startsOn, endsOn }) =>
      [startsOn, endsOn]
        .filter((day): day is CalendarDate => day !== null && day !== today)
        .map((day) => dayFault(day, today, product)),
    ),
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
