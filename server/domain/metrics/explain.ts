import Fraction from 'fraction.js';
import { toDecimal, type Decimal } from '../money/decimal.ts';
import { decimalInWords, inWords, majorOf, type Money } from '../money/money.ts';
import type { Charge } from '../subscription/charge.ts';
import { periodInWords } from '../subscription/interval.ts';
import { statusOn, TERM_TYPES, type Subscription, type SubscriptionStatus } from '../subscription/subscription.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import { agreedChanges, committedMrrOf } from './committed.ts';
import { grossParts, pricedUnits, type GrossPart } from './gross.ts';
import { NOTHING_INHERITED, type Inherited } from './monthly.ts';
import { arrOf, mrrOf, type ChargeMrr } from './mrr.ts';
import { rulesInWords, type MrrRules } from './rules.ts';
import { tcvOf } from './tcv.ts';

/** One step from a price to what it adds to MRR. */
export type Step = {
  /** With its result. */
  text: string;
  /** What stands after it, in major units, to nine decimals; packs where units are packed. */
  amount: Decimal;
};

export type ChargeExplanation = {
  number: string;
  segment: number | null;
  name: string;
  mrr: Money;
  /** From the price to the rounded amount; one that says why where the charge adds nothing. */
  steps: Step[];
};

export type Explanation = {
  key: string;
  number: string;
  asOf: CalendarDate;
  status: SubscriptionStatus;
  currency: string;
  /** Why nothing counts; null when something does. */
  why: string | null;
  charges: ChargeExplanation[];
  mrr: Money;
  arr: Money;
  /** null without a term. */
  tcv: Money | null;
  /** Why there is none, in words; null where there is one. */
  whyNoTcv: string | null;
  committedMrr: Money;
  /** Later days on which MRR changes, as agreed. */
  changes: { on: CalendarDate; mrr: Money }[];
  /** What was chosen for MRR; null where the billing system lets nobody choose. */
  rules: MrrRules | null;
};

const DIGITS = 9;

const shown = (value: Fraction): Decimal => toDecimal(value, DIGITS);

function unitsOf({ over, upTo }: NonNullable<GrossPart['band']>): string {
  const from = shown(over);
  if (upTo === null) return over.equals(0) ? 'all units' : `units over ${from}`;
  return over.equals(0) ? `units up to ${upTo}` : `units over ${from} up to ${upTo}`;
}

function partInWords({ units, unitPrice, band, isFlat, amount }: GrossPart, charge: Charge, currency: string): string {
  const where = band === null ? '' : ` (${unitsOf(band)})`;
  if (isFlat) return `${decimalInWords(shown(amount), currency)} for reaching ${band === null ? '' : unitsOf(band)}`;
  if (units === null) return decimalInWords(shown(amount), currency);
  const price = decimalInWords(unitPrice ?? '0', currency);
  const of = charge.model === 'volume' ? `, the price of all ${shown(units)}` : '';
  return `${shown(units)} × ${price}${where}${of}`;
}

/** @returns how the price of a charge comes about, and what is taken off until it is a month's part of MRR */
export function chargeSteps({ charge, amount, gross, months, steps, text }: ChargeMrr, currency: string): Step[] {
  const parts = gross === null ? null : grossParts(charge);
  if (gross === null || months === null || parts === null) return [{ text, amount: '0' }];
  const found: Step[] = [];
  const note = (words: string, value: Fraction): void => {
    const left = shown(value);
    found.push({ text: `${words} = ${decimalInWords(left, currency)}`, amount: left });
  };
  if (charge.transform !== null) {
    const packs = shown(pricedUnits(charge));
    const { divideBy, round } = charge.transform;
    found.push({
      text: `${charge.quantity ?? '1'} units are ${packs} packs of ${divideBy}, rounded ${round}`,
      amount: packs,
    });
  }
  let sum = new Fraction(0);
  for (const part of parts) {
    sum = sum.add(part.amount);
    note(`${partInWords(part, charge, currency)} ${periodInWords(charge.priceInterval)}`, sum);
  }
  const monthly = gross.div(months);
  if (!months.equals(1)) note(`for ${lengthInWords(charge, months)}, so by the month`, monthly);
  for (const { text: words, left } of steps) note(words, left);
  const exactly = steps.at(-1)?.left ?? monthly;
  const rounded = majorOf(amount);
  const how = exactly.equals(rounded) ? '' : 'rounded half up to ';
  found.push({ text: `${how}${inWords(amount)} a month`, amount: toDecimal(rounded) });
  return found;
}

function lengthInWords({ priceInterval, months: convention }: Charge, months: Fraction): string {
  const length = `${months.d === 1n ? shown(months) : `${months.n}/${months.d}`} months`;
  if (priceInterval.unit === 'term') return `a term of ${length}`;
  if (priceInterval.unit !== 'week' && priceInterval.unit !== 'day') return length;
  return `${length} (${convention === 'thirtyDays' ? 'a month of 30 days' : 'a year of 52 weeks and 365 days'})`;
}

function whyNoTcv({ termType }: Subscription): string {
  const isKnown = (TERM_TYPES as readonly string[]).includes(termType);
  return isKnown ? 'it has no term' : `its term type ${termType} is not known here`;
}

/**
 * Says where the figures of a subscription come from, step by step.
 * @param asOf day that it is for, in the time zone of the billing system
 */
export function explain(
  subscription: Subscription,
  asOf: CalendarDate,
  inherited: Inherited = NOTHING_INHERITED,
): Explanation {
  const { key, number, currency } = subscription;
  const mrr = mrrOf(subscription, asOf, inherited);
  const tcv = tcvOf(subscription, inherited);
  return {
    key,
    number,
    asOf,
    status: statusOn(subscription, asOf),
    currency,
    why: mrr.why,
    charges: mrr.charges.map((one) => ({
      number: one.charge.number,
      segment: one.charge.segment ?? null,
      name: one.charge.name,
      mrr: one.amount,
      steps: chargeSteps(one, currency),
    })),
    mrr: mrr.amount,
    arr: arrOf(mrr),
    tcv,
    whyNoTcv: tcv === null ? whyNoTcv(subscription) : null,
    committedMrr: committedMrrOf(subscription, asOf, inherited),
    changes: agreedChanges(subscription, asOf, inherited).map(({ on, mrr: then }) => ({ on, mrr: then.amount })),
    rules: subscription.source === 'Stripe' ? inherited.rules : null,
  };
}

/** @returns the explanation as lines of text */
export function explanationInWords(found: Explanation): string[] {
  const lines = [`${found.number} on ${dayInWords(found.asOf)}: ${found.status}`];
  if (found.why !== null) lines.push(found.why);
  else
    for (const charge of found.charges) {
      lines.push('', charge.name);
      for (const step of charge.steps) lines.push(`  ${step.text}`);
    }
  lines.push('', `MRR            ${inWords(found.mrr)}${found.charges.length > 1 ? ', the sum of the charges' : ''}`);
  lines.push(`ARR            ${inWords(found.arr)}, twelve times MRR before rounding`);
  lines.push(
    `TCV            ${found.tcv === null ? `none: ${found.whyNoTcv}` : `${inWords(found.tcv)}, to the end of the current term`}`,
  );
  lines.push(`Committed MRR  ${inWords(found.committedMrr)}, when all that is agreed has taken effect`);
  for (const { on, mrr } of found.changes) lines.push(`  from ${dayInWords(on)}: ${inWords(mrr)}`);
  if (found.rules !== null) lines.push(`Rules of MRR   ${rulesInWords(found.rules)}`);
  return lines;
}
