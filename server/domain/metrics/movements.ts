import { add, money, zero, type Money } from '../money/money.ts';
import { addMonths, firstOfMonth, type CalendarDate } from '../time/calendarDate.ts';

/** The MRR of an Account in one currency, from a day until the next level. */
export type MrrLevel = {
  on: CalendarDate;
  mrr: Money;
  /** True for days before the Account was first seen: taken from the days on which what it had then had begun. */
  estimated: boolean;
};

/** What MRR did in a month; what goes down is below zero, so that opening and movements sum to closing. */
export type MrrMonth = {
  currency: string;
  /** Its first day. */
  month: CalendarDate;
  opening: Money;
  newMrr: Money;
  expansion: Money;
  contraction: Money;
  churn: Money;
  reactivation: Money;
  closing: Money;
};

const MOVEMENTS = ['newMrr', 'expansion', 'contraction', 'churn', 'reactivation'] as const;
type Movement = (typeof MOVEMENTS)[number];

/** MRR that began on a day, of what an Account has now. */
export type MrrBeginning = { on: CalendarDate; mrr: Money };

/** Levels before anything was seen: what there is now, from the days on which it began. */
function estimate(begun: readonly MrrBeginning[], now: Money, day: CalendarDate): MrrLevel[] {
  const levels: MrrLevel[] = [];
  let sum = zero(now.currency);
  for (const { on, mrr } of begun.toSorted((a, b) => (a.on < b.on ? -1 : 1))) {
    if (on >= day || mrr.minor === 0) continue;
    sum = add(sum, mrr);
    const last = levels.at(-1);
    if (last?.on === on) levels[levels.length - 1] = { ...last, mrr: sum };
    else levels.push({ on, mrr: sum, estimated: true });
  }
  return levels;
}

function isSame(some: readonly MrrLevel[], others: readonly MrrLevel[]): boolean {
  const same = (one: MrrLevel, other: MrrLevel | undefined): boolean =>
    one.on === other?.on && one.mrr.minor === other.mrr.minor && one.estimated === other.estimated;
  return some.length === others.length && some.every((one, index) => same(one, others[index]));
}

/**
 * Notes the MRR of a day.
 * @param levels known of this Account and currency, in the order of their days
 * @param begun when what the Account has now began; used on the first day alone, on which one billing system after the
 * other is read
 * @returns the levels as they are then; the same when nothing changed. A day has one level, the last one noted for it
 */
export function noteLevel(
  levels: readonly MrrLevel[],
  now: Money,
  day: CalendarDate,
  begun: readonly MrrBeginning[],
): readonly MrrLevel[] {
  const firstDay = levels.find(({ estimated }) => !estimated)?.on ?? day;
  if (firstDay === day) {
    if (levels.length === 0 && now.minor === 0) return levels;
    const anew = [...estimate(begun, now, day), { on: day, mrr: now, estimated: false }];
    return isSame(levels, anew) ? levels : anew;
  }
  const last = levels.at(-1)!;
  if (last.on > day || last.mrr.minor === now.minor) return levels;
  const before = last.on === day ? levels.slice(0, -1) : levels;
  // What was and went on the same day is no movement.
  return before.at(-1)?.mrr.minor === now.minor ? before : [...before, { on: day, mrr: now, estimated: false }];
}

/** @returns what a change of MRR is; an Account that had none and never did is new, one that had some is back */
export function movementOf(before: Money, after: Money, everHad: boolean): Movement | null {
  if (after.minor === before.minor) return null;
  if (before.minor <= 0) return everHad ? 'reactivation' : 'newMrr';
  if (after.minor <= 0) return 'churn';
  return after.minor > before.minor ? 'expansion' : 'contraction';
}

/**
 * @param levels of one Account and currency, in the order of their days
 * @param day up to which they are told
 * @param most how many months, the last ones
 * @returns months from the one in which the Account was first seen, those with neither MRR nor movement left out
 */
export function monthsOf(levels: readonly MrrLevel[], day: CalendarDate, most = 36): MrrMonth[] {
  const seen = levels.find(({ estimated }) => !estimated);
  if (seen === undefined) return [];
  const { currency } = seen.mrr;
  const nothing = zero(currency);
  const first = firstOfMonth(seen.on);
  const months: MrrMonth[] = [];
  let level = nothing;
  let everHad = false;
  let next = 0;
  const step = (month: MrrMonth | null): void => {
    const { mrr } = levels[next]!;
    const movement = movementOf(level, mrr, everHad);
    if (month && movement) month[movement] = add(month[movement], money(mrr.minor - level.minor, currency));
    everHad ||= mrr.minor > 0;
    level = mrr;
    next += 1;
  };
  while (next < levels.length && levels[next]!.on < first) step(null);
  for (let month = first; month <= day; month = addMonths(month, 1)) {
    const end = addMonths(month, 1);
    const found: MrrMonth = {
      currency,
      month,
      opening: level,
      newMrr: nothing,
      expansion: nothing,
      contraction: nothing,
      churn: nothing,
      reactivation: nothing,
      closing: level,
    };
    while (next < levels.length && levels[next]!.on < end && levels[next]!.on <= day) step(found);
    found.closing = level;
    if (MOVEMENTS.some((movement) => found[movement].minor !== 0) || level.minor !== 0) months.push(found);
  }
  return months.slice(-most);
}
