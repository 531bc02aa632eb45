import type { OwedDocument } from '../account/owed.ts';
import { grouped } from '../money/decimal.ts';
import { inWords, type Money } from '../money/money.ts';
import { addDays, dayInWords, type CalendarDate } from '../time/calendarDate.ts';

/** The most pressing thing about the billing of an Account; the words of the picklist in Salesforce, worst first. */
export const HEALTH_STATUSES = [
  'In Dunning',
  'Overdue',
  'Over Limit',
  'Renewal Due',
  'Trial',
  'Good Standing',
  'Churned',
  'No Subscription',
] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** A renewal is due so many days before its day. */
const RENEWAL_WINDOW_DAYS = 90;

/** What health is decided from. */
export type HealthFacts = {
  today: CalendarDate;
  everSubscribed: boolean;
  live: number;
  trialing: number;
  /** Invoices whose collection failed and is still being tried or has been given up. */
  dunning: {
    number: string;
    amount: Money;
    attempts: number;
    lastTriedOn: CalendarDate | null;
    nextAttemptOn: CalendarDate | null;
    reason: string | null;
  }[];
  overdue: { kind: OwedDocument['kind']; number: string; amount: Money; dueOn: CalendarDate }[];
  overLimit: { meter: string; percent: string; quantity: string; limit: string; unit: string | null }[];
  /** Next renewal that somebody has to see to: the end of a term or of a year or more of billing. */
  renewal: { on: CalendarDate; name: string; autoRenew: boolean; arr: Money } | null;
  trialEndsOn: CalendarDate | null;
  canceling: { name: string; on: CalendarDate; mrr: Money } | null;
  lastEndedOn: CalendarDate | null;
  /** A subscription of which nobody here knows whether it is live; null where there is none. */
  unclear: { name: string; status: string } | null;
  mrr: Money[];
  outstanding: Money[];
};

export function renewalWindowOpensOn(renewal: CalendarDate): CalendarDate {
  return addDays(renewal, -RENEWAL_WINDOW_DAYS);
}

/** @returns the most pressing status */
export function healthOf(facts: HealthFacts): HealthStatus {
  if (facts.dunning.length > 0) return 'In Dunning';
  if (facts.overdue.length > 0) return 'Overdue';
  if (facts.live === 0) return facts.everSubscribed ? 'Churned' : 'No Subscription';
  if (facts.overLimit.length > 0) return 'Over Limit';
  if (facts.renewal !== null && renewalWindowOpensOn(facts.renewal.on) <= facts.today) return 'Renewal Due';
  if (facts.trialing === facts.live) return 'Trial';
  return 'Good Standing';
}

/** @returns amounts of several currencies, those of one summed, such as `EUR 1.00 and USD 2.00` */
export function amountsInWords(values: readonly Money[]): string {
  return byCurrency(values).map(inWords).join(' and ');
}

function byCurrency(values: readonly Money[]): Money[] {
  const totals = new Map<string, number>();
  for (const { minor, currency } of values) totals.set(currency, (totals.get(currency) ?? 0) + minor);
  return [...totals].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => ({ minor, currency }));
}

function times(count: number): string {
  return count <= 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

function sentence(facts: HealthFacts, status: HealthStatus): string {
  switch (status) {
    case 'In Dunning': {
      const worst = facts.dunning[0]!;
      const since = worst.lastTriedOn === null ? '' : `, last on ${dayInWords(worst.lastTriedOn)}`;
      const next =
        worst.nextAttemptOn === null
          ? 'no further attempt is planned'
          : `next attempt ${dayInWords(worst.nextAttemptOn)}`;
      const total = amountsInWords(facts.dunning.map(({ amount }) => amount));
      return `In dunning: payment of ${total} failed ${times(worst.attempts)}${since}; ${next}.`;
    }
    case 'Overdue': {
      const oldest = facts.overdue.reduce((min, owed) => (owed.dueOn < min.dueOn ? owed : min));
      const total = amountsInWords(facts.overdue.map(({ amount }) => amount));
      return facts.overdue.length === 1
        ? `${total} is overdue: ${oldest.kind} ${oldest.number} was due on ${dayInWords(oldest.dueOn)}.`
        : `${total} on ${facts.overdue.length} ${facts.overdue.some(({ kind }) => kind !== 'invoice') ? 'documents' : 'invoices'} is overdue, the oldest since ${dayInWords(oldest.dueOn)}.`;
    }
    case 'Over Limit': {
      const { meter, percent, quantity, limit, unit } = facts.overLimit[0]!;
      return `${meter} is over its limit: ${grouped(quantity)} of ${grouped(limit)}${unit === null ? '' : ` ${unit}`} used (${percent} %).`;
    }
    case 'Renewal Due': {
      const { on, name, autoRenew, arr } = facts.renewal!;
      const how = autoRenew ? 'renews by itself' : 'ends unless it is renewed';
      return on > facts.today
        ? `${name} ${how} on ${dayInWords(on)}: ${inWords(arr)} a year.`
        : `The term of ${name} ended on ${dayInWords(on)} and is not renewed yet: ${inWords(arr)} a year.`;
    }
    case 'Trial':
      return facts.trialEndsOn === null
        ? 'In trial.'
        : `In trial until ${dayInWords(facts.trialEndsOn)}; nothing is billed yet.`;
    case 'Churned':
      return facts.lastEndedOn === null
        ? 'Churned: no subscription is left.'
        : `Churned: the last subscription ended on ${dayInWords(facts.lastEndedOn)}.`;
    case 'No Subscription':
      return facts.unclear === null
        ? 'No subscription yet.'
        : `No subscription that is known to be live: ${facts.unclear.name} has the status ${facts.unclear.status}, which is not known here.`;
    case 'Good Standing': {
      const mrr = facts.mrr.filter(({ minor }) => minor > 0);
      const paying = mrr.length === 0 ? '' : `, ${amountsInWords(mrr)} a month`;
      const open = facts.outstanding.filter(({ minor }) => minor > 0);
      const owed = open.length === 0 ? 'nothing is owed' : `${amountsInWords(open)} is open and not yet due`;
      return `In good standing${paying}; ${owed}.`;
    }
  }
}

/**
 * @returns one sentence of at most 255 characters that says what matters before any number. It names days and never counts
 * them: a count would be wrong the next day without any change to write.
 */
export function summaryOf(facts: HealthFacts, status: HealthStatus): string {
  const main = sentence(facts, status);
  const extra =
    facts.canceling === null || facts.live === 0
      ? ''
      : ` ${facts.canceling.name} is canceled from ${dayInWords(facts.canceling.on)} (${inWords(facts.canceling.mrr)} a month).`;
  const reason = status === 'In Dunning' ? (facts.dunning[0]?.reason ?? null) : null;
  for (const text of [`${main}${reason === null ? '' : ` ${reason}`}${extra}`, `${main}${extra}`, main])
    if (text.length <= 255) return text;
  return `${main.slice(0, 254)}…`;
}
