import type { BillingFacts } from '../account/facts.ts';
import type { AccountView, SubscriptionView } from '../account/view.ts';
import type { MrrRules } from '../metrics/rules.ts';
import { sum, type Money } from '../money/money.ts';
import { addDays, dayInWords, earliest, type CalendarDate } from '../time/calendarDate.ts';
import { groupKeyOf, isOfGroup, renewalKeyOf, renewalOfKey } from './key.ts';
import { linesOf, type RenewalLines } from './lines.ts';
import { nextTermOf, worthOf } from './nextTerm.ts';
import type { RenewalRules } from './rules.ts';
import { isRenewable, renewalStateOf, type LossCause, type RenewalState } from './state.ts';

/** What goes on for another term, or ends, as one deal. */
export type RenewalDeal = {
  /** `<subscription key>:renewal:<date>`, as of the deal that reports it; of a group `<billing account key>:renewal:<date>:<currency>`. */
  key: string;
  billingAccountKey: string;
  /** First day of the next term. */
  on: CalendarDate;
  /** By when it is to be closed. */
  closesOn: CalendarDate;
  currency: string;
  /** By key; at least one. */
  members: readonly SubscriptionView[];
  state: RenewalState;
  /** What became of it, for people; null while it is open. */
  outcome: string | null;
  /** What the next terms of those are worth that are not lost; of all where none is left. */
  worth: Money;
  /** The same by charge; null where that cannot be told. */
  lines: RenewalLines | null;
};

export type RenewalQuestion = {
  view: AccountView;
  facts: BillingFacts;
  rules: RenewalRules;
  /** Of MRR, as chosen. */
  mrr: MrrRules;
  /** Keys of the deals that were opened before: their state is told whatever the rules are now. */
  opened: ReadonlySet<string>;
};

type Named = Pick<RenewalDeal, 'key' | 'billingAccountKey' | 'on' | 'currency' | 'members'>;

/** @returns the deal that a key is of, as its members stand now; null where none of them is of this Account */
function openedDeal(key: string, { view, opened }: RenewalQuestion): Named | null {
  const renewal = renewalOfKey(key);
  if (renewal === null) return null;
  const { of, on, group } = renewal;
  const members = view.subscriptions.filter(({ subscription: one }) =>
    group === null ? one.key === of : isOfGroup(one, group, on) && !opened.has(renewalKeyOf(one, on)),
  );
  const [first] = members;
  if (first === undefined) return null;
  const { billingAccountKey, currency } = first.subscription;
  return { key, billingAccountKey, on, currency, members };
}

/** Deals of the subscriptions in the window that are in none yet. */
function newDeals({ view, rules }: RenewalQuestion, covered: ReadonlySet<string>): Named[] {
  const due = view.subscriptions.filter((one) => {
    const on = one.subscription.termEndsOn;
    if (on === null || !isRenewable(one) || view.asOf < addDays(on, -rules.daysBefore)) return false;
    const isOver = renewalStateOf(one, on, view.asOf, rules).is !== 'Open';
    return !isOver && !covered.has(renewalKeyOf(one.subscription, on));
  });
  const keyOf = rules.group === 'billingAccount' ? groupKeyOf : renewalKeyOf;
  return [...Map.groupBy(due, ({ subscription: one }) => keyOf(one, one.termEndsOn!))].map(([key, members]) => {
    const { billingAccountKey, termEndsOn, currency } = members[0]!.subscription;
    return { key, billingAccountKey, on: termEndsOn!, currency, members };
  });
}

function unpaidOf(view: AccountView, billingAccountKey: string): string[] {
  return view.dunning
    .filter(({ invoice, isOpen }) => isOpen && invoice.billingAccountKey === billingAccountKey)
    .map(({ invoice }) => invoice.number);
}

/** Open while any of them is; renewed when any was; else lost for all that happened. */
function stateOf(states: readonly RenewalState[]): RenewalState {
  const open = states.find(({ is }) => is === 'Open');
  const decided = open ?? states.find(({ is }) => is === 'Renewed');
  if (decided !== undefined) return decided;
  const losses = states.filter((state) => state.is === 'Lost');
  const causes: LossCause[] = losses.map(({ cause }) => cause);
  return { is: 'Lost', cause: causes[0]!, reason: losses.map(({ reason }) => reason).join(' ') };
}

/** What became of each member, for people. */
function outcomeOf({ members, on }: Named, states: readonly RenewalState[]): string {
  const renewed = members.filter((_, index) => states[index]!.is === 'Renewed');
  const numbers = renewed.map(({ subscription }) => subscription.number).join(', ');
  const goesOn = renewed.length > 0 ? [`Renewed in billing from ${dayInWords(on)}: ${numbers}.`] : [];
  return [...goesOn, ...states.flatMap((state) => (state.is === 'Lost' ? [state.reason] : []))].join(' ');
}

function allLines(parts: readonly (RenewalLines | null)[]): RenewalLines | null {
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  return { lines: known.flatMap(({ lines }) => lines), untold: known.flatMap(({ untold }) => untold) };
}

function toDeal(named: Named, { view, facts, rules, mrr }: RenewalQuestion): RenewalDeal {
  const { on, members, currency } = named;
  const unpaid = unpaidOf(view, named.billingAccountKey);
  const states = members.map((one) => renewalStateOf(one, on, view.asOf, rules, unpaid));
  const left = members.filter((_, index) => states[index]!.is !== 'Lost');
  const terms = (left.length > 0 ? left : members).map(({ subscription }) => nextTermOf(subscription, on, facts, mrr));
  const state = stateOf(states);
  return {
    ...named,
    closesOn: addDays(on, -rules.closeDaysBefore),
    state,
    outcome: state.is === 'Open' ? null : outcomeOf(named, states),
    worth: sum(terms.map(worthOf), currency),
    lines: allLines(terms.map(linesOf)),
  };
}

/**
 * Renewals as deals: one for each subscription, or group, that has a term, is not to end with it, and is so near to its end as
 * the rules say; and how those stand that were opened before. Each subscription is in one deal a term. One without a term
 * has none.
 */
export function renewalsOf(question: RenewalQuestion): RenewalDeal[] {
  const known = [...question.opened].flatMap((key) => openedDeal(key, question) ?? []);
  const covered = new Set(
    known.flatMap(({ members, on }) => members.map(({ subscription }) => renewalKeyOf(subscription, on))),
  );
  return [...known, ...newDeals(question, covered)].map((named) => toDeal(named, question));
}

/**
 * @param deleted keys of subscriptions and billing accounts that were deleted in billing
 * @returns keys of the deals that were opened for what was deleted since
 */
export const endedRenewals = (opened: ReadonlySet<string>, deleted: ReadonlySet<string>): string[] =>
  [...opened].filter((key) => deleted.has(renewalOfKey(key)?.of ?? ''));

/** @returns the first later day on which time alone opens or ends a renewal deal; null when none is known */
export function renewalsChangeOn(view: AccountView, rules: RenewalRules): CalendarDate | null {
  const days = view.subscriptions.flatMap(({ subscription: { termType, termEndsOn } }) =>
    termType === 'Termed' && termEndsOn !== null
      ? [addDays(termEndsOn, -rules.daysBefore), termEndsOn, addDays(termEndsOn, rules.graceDays)]
      : [],
  );
  return earliest(days.filter((day) => day > view.asOf));
}
