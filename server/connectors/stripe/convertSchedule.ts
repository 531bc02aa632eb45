import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../domain/fault.ts';
import { exact, toDecimal } from '../../domain/money/decimal.ts';
import type { Charge } from '../../domain/subscription/charge.ts';
import type { Discount } from '../../domain/subscription/discount.ts';
import type { Subscription, UnknownWord } from '../../domain/subscription/subscription.ts';
import { addMonths, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { dayAt, type StripeCatalog, type StripeContext } from './context.ts';
import { fromStripeCoupon, fromStripeDiscount } from './convertDiscount.ts';
import { fromStripePrice, includedTaxOf } from './convertPrice.ts';
import type { StripeDiscount, StripeItem, StripeSchedule, StripeSubscription } from './schema.ts';

type Phase = StripeSchedule['phases'][number];
type PhaseItem = Phase['items'][number];
type PhaseDiscount = Phase['discounts'][number];

/** A discount in force, with the ids by which a later phase goes on with it. */
type Running = { id: string | null; couponId: string | null; discount: Discount };

/** What a subscription is and will be. */
type Plan = { charges: Charge[]; discounts: Discount[] };

function scheduleOf({ schedule }: StripeSubscription): StripeSchedule | null {
  return schedule == null || typeof schedule === 'string' || schedule.status !== 'active' ? null : schedule;
}

/** Stripe docs, "The subscription schedule object". */
const STATUSES: ReadonlySet<string> = new Set(['not_started', 'active', 'completed', 'released', 'canceled']);
const END_BEHAVIORS: ReadonlySet<string> = new Set(['release', 'cancel', 'none', 'renew']);

/** @returns words of a schedule of which nobody here knows what they will do to its subscription */
export function unknownWordsIn(
  schedule: string | Pick<StripeSchedule, 'status' | 'end_behavior'> | null | undefined,
): Pick<Subscription, 'unknownWords'> {
  if (schedule == null || typeof schedule === 'string') return {};
  const unknownWords: UnknownWord[] = [];
  if (!STATUSES.has(schedule.status)) unknownWords.push({ what: 'schedule status', word: schedule.status });
  if (!END_BEHAVIORS.has(schedule.end_behavior))
    unknownWords.push({ what: 'schedule end behavior', word: schedule.end_behavior });
  return unknownWords.length === 0 ? {} : { unknownWords };
}

/**
 * @returns phases that have not begun, in their order; none of a schedule that is not expanded, or that was released,
 * canceled or completed
 */
export function phasesAhead(subscription: StripeSubscription): Phase[] {
  const schedule = scheduleOf(subscription);
  const from = schedule?.current_phase?.end_date;
  if (schedule === null || from === undefined) return [];
  return schedule.phases
    .filter(({ start_date: start }) => start >= from)
    .toSorted((a, b) => a.start_date - b.start_date);
}

function runningOf(
  discounts: readonly (string | StripeDiscount)[],
  currency: string,
  catalog: StripeCatalog,
  context: StripeContext,
): Running[] {
  return discounts.flatMap((one) => {
    const discount = typeof one === 'string' ? undefined : fromStripeDiscount(one, currency, catalog, context);
    if (typeof one === 'string' || discount === undefined) return [];
    return [{ id: one.id, couponId: one.source.coupon, discount }];
  });
}

/**
 * Discounts of a phase: those that go on, and those that begin with it. One that is named by its coupon begins anew, which
 * shows only where it is limited in time.
 */
function inPhase(
  wanted: readonly PhaseDiscount[],
  running: readonly Running[],
  on: CalendarDate,
  currency: string,
  catalog: StripeCatalog,
): Running[] {
  return wanted.flatMap((one): Running[] => {
    if (one.discount !== null) return running.filter(({ id }) => id === one.discount);
    const code = one.promotion_code;
    const couponId = one.coupon ?? (code === null ? null : (catalog.couponOfCode(code) ?? null));
    const goesOn = running.find((other) => other.couponId === couponId && other.discount.duration === 'forever');
    if (goesOn !== undefined) return [goesOn];
    const coupon = couponId === null ? undefined : catalog.coupon(couponId);
    if (coupon === undefined) return [];
    const months = coupon.duration === 'repeating' ? (coupon.duration_in_months ?? null) : null;
    const days = { startsOn: on, endsOn: months === null ? null : addMonths(on, months) };
    return [{ id: null, couponId, discount: fromStripeCoupon(coupon, currency, days) }];
  });
}

/** Whoever reads a subscription with its schedule reads the prices of both (catalog.ts). */
function unreadPrice(id: string): Fault {
  return new Fault({
    code: 'stripe_failed',
    kind: 'bug',
    publicText: `The price ${id} of a phase to come was not read. Report it with the log line.`,
  });
}

/** Parts of a subscription that are open at the end of a phase, with the terms that the next one is compared with. */
type Open = { priceId: string; charge: Charge; running: readonly Running[] };

const isSame = (a: Charge, b: Charge): boolean =>
  isDeepStrictEqual({ ...a, startsOn: null, trialEndsOn: null }, { ...b, startsOn: null, trialEndsOn: null }) &&
  b.trialEndsOn === null;

/** What phases are to come of: a subscription as it is, or nothing yet. */
type Before = Pick<StripeSubscription, 'id' | 'currency' | 'discounts' | 'default_tax_rates'> & { items: StripeItem[] };

/** @returns when a schedule ends the subscription with its last phase, seconds; null where it does not */
export function endsAtOf(schedule: Pick<StripeSchedule, 'end_behavior' | 'phases'>): number | null {
  return schedule.end_behavior === 'cancel' ? (schedule.phases.at(-1)?.end_date ?? null) : null;
}

/**
 * Adds what the schedule of a subscription will change, as `applyPhases`.
 *
 * @returns also when the subscription will end by its schedule, seconds; null where it will not
 */
export function withPhases(
  now: Plan,
  subscription: StripeSubscription,
  catalog: StripeCatalog,
  context: StripeContext,
): Plan & { endsAt: number | null } {
  const schedule = scheduleOf(subscription);
  if (schedule === null) return { ...now, endsAt: null };
  const before = { ...subscription, items: subscription.items.data };
  return { ...applyPhases(now, before, phasesAhead(subscription), catalog, context), endsAt: endsAtOf(schedule) };
}

/**
 * Adds what phases to come will change: a segment of a charge for each part of its life, and the days on
 * which discounts begin and end (Stripe docs, "Subscription schedules"). What a phase goes on with at the same terms is one
 * segment; an item keeps its number as long as its price stays, and of a price that is to come the number is made of both ids.
 *
 * @param phases in their order
 */
export function applyPhases(
  now: Plan,
  subscription: Before,
  phases: readonly Phase[],
  catalog: StripeCatalog,
  context: StripeContext,
): Plan {
  const { currency, items } = subscription;
  let open: Open[] = items.map((item, index) => ({
    priceId: item.price.id,
    charge: now.charges[index]!,
    running: runningOf(item.discounts, currency, catalog, context),
  }));
  let running = runningOf(subscription.discounts, currency, catalog, context);
  const closed: Charge[] = [];
  const discounts: Running[] = [...running];
  const ends = new Map<Running, CalendarDate>();

  const chargeIn = (phase: Phase, item: PhaseItem, on: CalendarDate, before: Open | undefined, nth: number): Open => {
    const price = catalog.price(item.price) ?? items.find((one) => one.price.id === item.price)?.price;
    if (price === undefined) throw unreadPrice(item.price);
    const own = inPhase(item.discounts, before?.running ?? [], on, currency, catalog);
    const number = before?.charge.number ?? `${subscription.id}:${item.price}${nth === 0 ? '' : `:${nth + 1}`}`;
    const priced = fromStripePrice(price, currency, catalog);
    const rates = phase.default_tax_rates.length > 0 ? phase.default_tax_rates : subscription.default_tax_rates;
    // What goes on keeps its taxes unless the phase names others.
    const namesRates = item.tax_rates.length > 0 || phase.default_tax_rates.length > 0;
    const charge: Charge = {
      number,
      ...priced,
      ratePlanKey: null,
      quantity: priced.kind === 'usage' || item.quantity == null ? null : toDecimal(exact(item.quantity)),
      months: 'calendar',
      discounts: own.map(({ discount }) => discount),
      reduction: null,
      includedTaxPercent:
        before !== undefined && !namesRates ? before.charge.includedTaxPercent : includedTaxOf(item.tax_rates, rates),
      startsOn: on,
      endsOn: null,
      trialEndsOn: dayAt(context, phase.trial_end),
      unit: null,
    };
    return { priceId: item.price, charge, running: own };
  };

  for (const phase of phases) {
    const on = dayAt(context, phase.start_date)!;
    const left = [...open];
    const next: Open[] = phase.items.map((item, index) => {
      const at = left.findIndex(({ priceId }) => priceId === item.price);
      const [before] = at < 0 ? [] : left.splice(at, 1);
      const nth = phase.items.slice(0, index).filter(({ price }) => price === item.price).length;
      const made = chargeIn(phase, item, on, before, nth);
      if (before === undefined) return made;
      if (isSame(before.charge, made.charge)) return before;
      left.push(before);
      return made;
    });
    closed.push(...left.map(({ charge }) => ({ ...charge, endsOn: on })));
    open = next;
    const after = inPhase(phase.discounts, running, on, currency, catalog);
    for (const one of running) if (!after.includes(one)) ends.set(one, on);
    discounts.push(...after.filter((one) => !running.includes(one)));
    running = after;
  }
  const cut = ({ discount }: Running, end: CalendarDate | undefined): Discount =>
    end === undefined || (discount.endsOn !== null && discount.endsOn <= end) ? discount : { ...discount, endsOn: end };
  return {
    // What is now comes first, then what is to come.
    charges: [...closed, ...open.map(({ charge }) => charge)]
      .filter(({ startsOn, endsOn }) => startsOn === null || startsOn !== endsOn)
      .toSorted((a, b) => (a.startsOn ?? '').localeCompare(b.startsOn ?? '')),
    discounts: discounts.map((one) => cut(one, ends.get(one))),
  };
}
