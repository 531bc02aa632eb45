import { invoiceOf } from '../account/dunning.ts';
import type { BillingFacts } from '../account/facts.ts';
import type { Source } from '../billingAccount/billingAccount.ts';
import { keyOf, partsOf } from '../billingAccount/key.ts';
import { isKnownInvoiceStatus, type Invoice } from '../invoice/invoice.ts';
import { invoiceOfMemo, MEMO_STATUSES, type Memo } from '../memo/memo.ts';
import { DEFAULT_MRR_RULES, type MrrRules } from '../metrics/rules.ts';
import { inWords, sum, type Money } from '../money/money.ts';
import { declineMeaning } from '../payment/declines.ts';
import type { Payment } from '../payment/payment.ts';
import { isKnownStatus, planOf, statusOn, type Subscription } from '../subscription/subscription.ts';
import { addDays, dayInWords, earliest, type CalendarDate } from '../time/calendarDate.ts';
import { dayOf, noonOf, type Instant } from '../time/instant.ts';
import type { SubscriptionChange } from './change.ts';
import { changeInWords, kindOfChange } from './changeWords.ts';
import { itemsOf } from './items.ts';
import { stepOf } from './step.ts';

/** So far back the timeline goes, days; what is older has no row. */
export const TIMELINE_DAYS = 90;
/** Most entries of an Account, the newest. */
export const MOST_ENTRIES = 200;

/** One thing that happened to a customer of a billing system. */
export type TimelineEntry = {
  /** `<connection>:event:<kind of object>:<id>` with a word more where one object has several entries */
  key: string;
  /** Key of the mirrored object that tells it. */
  of: string;
  kind: string;
  /** Noon where only the day is known. */
  at: Instant;
  on: CalendarDate;
  sentence: string;
  /** Amount of a document or payment; null for what has none. */
  amount: Money | null;
  /** By how much MRR rose; null where that is not known exactly, or it is no change. */
  mrrStep: Money | null;
  currency: string | null;
  connection: string;
  source: Source;
  sourceUrl: string;
  billingAccountKey: string;
  /** Number of what it is about. */
  subject: string;
  subscriptionKey: string | null;
  invoiceKey: string | null;
  paymentKey: string | null;
  orderNumber: string | null;
};

/** When something happened: a moment, or a day where no more is known. */
type When = { at: Instant; on: CalendarDate };

type Told = Pick<TimelineEntry, 'kind' | 'sentence' | 'subject'> &
  Partial<
    Pick<
      TimelineEntry,
      'amount' | 'mrrStep' | 'currency' | 'subscriptionKey' | 'invoiceKey' | 'paymentKey' | 'orderNumber'
    >
  >;

type Teller = {
  key: string;
  connection: string;
  source: Source;
  sourceUrl: string;
  billingAccountKey: string;
};

function entryOf(teller: Teller, { at, on }: When, told: Told, more = ''): TimelineEntry {
  const { kind, id } = partsOf(teller.key);
  const { connection, source, sourceUrl, billingAccountKey } = teller;
  const amount = told.amount ?? null;
  return {
    key: keyOf(connection, 'event', `${kind}:${id}${more}`),
    of: teller.key,
    at,
    on,
    connection,
    source,
    sourceUrl,
    billingAccountKey,
    mrrStep: null,
    currency: amount?.currency ?? null,
    subscriptionKey: null,
    invoiceKey: null,
    paymentKey: null,
    orderNumber: null,
    ...told,
    amount,
  };
}

/** First day on which a change holds; of a cancellation that names none, the day that the subscription says. */
function holdsFrom(change: SubscriptionChange, subscription: Subscription | null, zone: string): CalendarDate {
  const canceled = change.what === 'Cancellation Booked' ? subscription?.cancelOn : null;
  return change.effectiveOn ?? change.until ?? canceled ?? dayOf(change.at, zone);
}

function ofChange(
  change: SubscriptionChange,
  when: When,
  facts: BillingFacts,
  zone: string,
  rules: MrrRules,
): TimelineEntry {
  const subscription = facts.subscriptions.find(({ key }) => key === change.subscriptionKey) ?? null;
  const number = subscription?.number ?? partsOf(change.subscriptionKey).id;
  const on = holdsFrom(change, subscription, zone);
  const others = facts.changes.filter(
    (other) =>
      other.key !== change.key &&
      other.subscriptionKey === change.subscriptionKey &&
      holdsFrom(other, subscription, zone) === on,
  );
  const plan = (subscription === null ? '' : planOf(subscription, addDays(on, -1))) || number;
  const step = stepOf(change, subscription, on, facts, others, rules);
  const context = { plan, on, items: itemsOf(change, subscription, on, others) };
  return entryOf(change, when, {
    kind: kindOfChange(change, step, context),
    sentence: changeInWords(change, step, context),
    subject: number,
    mrrStep: step,
    currency: step?.currency ?? subscription?.currency ?? null,
    subscriptionKey: change.subscriptionKey,
    orderNumber: change.order?.number ?? null,
  });
}

/** What is said of a document of which nobody here knows what became. */
function hasState(status: string): string {
  return `has the state ${status}, which is not known here: it counts neither as owed nor as paid`;
}

function ofInvoice(invoice: Invoice, when: When): TimelineEntry {
  const { number, amount, dueOn, status } = invoice;
  const prorations = (invoice.items ?? []).filter(({ kind }) => kind === 'Proration');
  const due = dueOn === null || status !== 'Open' ? '' : `, due ${dayInWords(dueOn)}`;
  const prorated =
    prorations.length === 0
      ? ''
      : `, of which ${inWords(
          sum(
            prorations.map((item) => item.amount),
            amount.currency,
          ),
        )} for changes within a period`;
  const told = !isKnownInvoiceStatus(status)
    ? { kind: 'Invoice In Unknown State', sentence: `Invoice ${number} of ${inWords(amount)} ${hasState(status)}` }
    : status === 'Void'
      ? { kind: 'Invoice Voided', sentence: `Invoice ${number} of ${inWords(amount)} was voided` }
      : { kind: 'Invoice Posted', sentence: `Invoice ${number} posted: ${inWords(amount)}${due}${prorated}` };
  return entryOf(invoice, when, {
    ...told,
    subject: number,
    amount,
    subscriptionKey: invoice.subscriptionKey,
    invoiceKey: invoice.key,
  });
}

function ofMemo(memo: Memo, when: When, invoice: Invoice | null): TimelineEntry {
  const type = memo.source === 'Stripe' ? 'Credit note' : `${memo.type} memo`;
  const isKnown = (MEMO_STATUSES as readonly string[]).includes(memo.status);
  const isVoid = memo.status === 'Void';
  const what = !isKnown ? hasState(memo.status) : isVoid ? 'was voided' : 'posted';
  const corrected = invoice === null ? '' : ` for invoice ${invoice.number}`;
  return entryOf(memo, when, {
    kind: !isKnown ? 'Memo In Unknown State' : isVoid ? 'Memo Voided' : 'Memo Posted',
    sentence: `${type} ${memo.number} of ${inWords(memo.amount)}${corrected} ${what}`,
    subject: memo.number,
    amount: memo.amount,
    invoiceKey: invoice?.key ?? null,
  });
}

function ofPayment(payment: Payment, when: When, invoice: Invoice | null): TimelineEntry {
  const failed = payment.status === 'Failed';
  const paid = invoice === null ? '' : ` for invoice ${invoice.number}`;
  const by = payment.method === null ? '' : ` by ${payment.method}`;
  return entryOf(payment, when, {
    kind: failed ? 'Payment Failed' : 'Payment Received',
    sentence: failed
      ? `Payment of ${inWords(payment.amount)}${paid} failed: ${declineMeaning(payment.declineCode, payment.declineText)}`
      : `Payment of ${inWords(payment.amount)}${paid} received${by}`,
    subject: payment.number,
    amount: payment.amount,
    invoiceKey: invoice?.key ?? null,
    paymentKey: payment.key,
  });
}

const REFUND_WORDS: Readonly<Record<string, string>> = {
  Succeeded: '',
  Failed: ' failed',
  Pending: ' is on its way',
};

/** Money that was given back, and payments that the bank of the customer takes back or asks about. */
function ofReturns(
  payment: Payment,
  whenAt: (at: Instant | null) => When | null,
  invoice: Invoice | null,
): TimelineEntry[] {
  const about = { subject: payment.number, invoiceKey: invoice?.key ?? null, paymentKey: payment.key };
  const of = invoice === null ? `payment ${payment.number}` : `the payment of invoice ${invoice.number}`;
  const refunds = (payment.refunds ?? []).flatMap(({ id, at, amount, status }) => {
    const when = status === 'Canceled' ? null : whenAt(at);
    if (when === null) return [];
    const words = REFUND_WORDS[status] ?? ` has the state ${status}`;
    const told = { kind: status === 'Failed' ? 'Refund Failed' : 'Refund', amount, ...about };
    return [
      entryOf(payment, when, { ...told, sentence: `Refund of ${inWords(amount)} of ${of}${words}` }, `:refund:${id}`),
    ];
  });
  const disputes = (payment.disputes ?? []).flatMap(({ id, openedAt, amount, status }) => {
    const when = whenAt(openedAt);
    if (when === null) return [];
    const sentence = `Dispute over ${inWords(amount)} of ${of}: ${status.charAt(0).toLowerCase()}${status.slice(1)}`;
    return [entryOf(payment, when, { kind: 'Dispute', amount, ...about, sentence }, `:dispute:${id}`)];
  });
  return [...refunds, ...disputes];
}

/** Why a subscription ended, where that is known of it. */
const END_REASONS: Readonly<Record<string, string>> = {
  payment_failed: ' because payments failed',
  payment_disputed: ' because a payment was disputed',
};

/** That a subscription began and ended, which it tells itself. */
function ofSubscription(
  subscription: Subscription,
  changes: readonly SubscriptionChange[],
  day: CalendarDate,
  whenOn: (day: CalendarDate | null) => When | null,
): TimelineEntry[] {
  const { number, startsOn, trialEndsOn, cancelOn, termEndsOn, currency } = subscription;
  const status = statusOn(subscription, day);
  if (!isKnownStatus(status) || status === 'Draft' || status === 'Pending' || status === 'Incomplete') return [];
  const entries: TimelineEntry[] = [];
  const tell = (on: CalendarDate | null, word: string, kind: string, sentence: string): void => {
    const when = whenOn(on);
    if (when === null) return;
    const told = { kind, sentence, subject: number, currency, subscriptionKey: subscription.key };
    entries.push(entryOf(subscription, when, told, `:${word}`));
  };
  const plan = planOf(subscription, startsOn ?? day) || number;
  const trial = trialEndsOn === null ? '' : ` with a trial until ${dayInWords(trialEndsOn)}`;
  tell(startsOn, 'started', 'Started', `${plan} started${trial}`);
  if (status === 'Canceled' || status === 'Expired') {
    const why = changes.find((change) => isEnd(change) && change.subscriptionKey === subscription.key)?.reason ?? '';
    tell(cancelOn ?? termEndsOn, 'ended', 'Ended', `${plan} ended${END_REASONS[why] ?? ''}`);
  }
  return entries;
}

/** That a subscription has ended is told by itself, whether or not this was heard: it only says why. */
function isEnd({ what, order }: SubscriptionChange): boolean {
  return what === 'Canceled' && order === null;
}

/**
 * What happened to a customer, newest first: at most `MOST_ENTRIES` of the last `TIMELINE_DAYS`. A function of what billing
 * says and of the changes that were recorded; what has become older is no longer among them, so that its row becomes
 * Removed, and is deleted as all such rows are.
 */
export function timelineOf(
  facts: BillingFacts,
  day: CalendarDate,
  zone: string,
  rules: MrrRules = DEFAULT_MRR_RULES,
): TimelineEntry[] {
  const first = addDays(day, -TIMELINE_DAYS);
  const isTold = (on: CalendarDate): boolean => first < on && on <= day;
  const whenOn = (on: CalendarDate | null): When | null =>
    on !== null && isTold(on) ? { on, at: noonOf(on, zone) } : null;
  const whenAt = (at: Instant | null): When | null => {
    if (at === null) return null;
    const on = dayOf(at, zone);
    return isTold(on) ? { on, at } : null;
  };
  const recent = facts.changes.filter(({ at }) => whenAt(at) !== null);
  const entries: TimelineEntry[] = recent
    .filter((change) => !isEnd(change))
    .map((change) => ofChange(change, whenAt(change.at)!, { ...facts, changes: recent }, zone, rules));
  for (const subscription of facts.subscriptions) entries.push(...ofSubscription(subscription, recent, day, whenOn));
  for (const invoice of facts.invoices) {
    const when = invoice.status === 'Draft' ? null : whenOn(invoice.invoicedOn);
    if (when !== null) entries.push(ofInvoice(invoice, when));
  }
  for (const memo of facts.memos) {
    const when = memo.status === 'Draft' ? null : whenOn(memo.on);
    if (when !== null) entries.push(ofMemo(memo, when, invoiceOfMemo(memo, facts.invoices)));
  }
  for (const payment of facts.payments) {
    const isOver = payment.status === 'Succeeded' || payment.status === 'Refunded' || payment.status === 'Failed';
    const when = isOver ? whenAt(payment.at) : null;
    const hasReturns = (payment.refunds ?? []).length > 0 || (payment.disputes ?? []).length > 0;
    if (when === null && !hasReturns) continue;
    const invoice = invoiceOf(payment, facts.invoices);
    if (when !== null) entries.push(ofPayment(payment, when, invoice));
    entries.push(...ofReturns(payment, whenAt, invoice));
  }
  const newestFirst = (a: TimelineEntry, b: TimelineEntry): number =>
    a.at === b.at ? (a.key < b.key ? 1 : -1) : a.at < b.at ? 1 : -1;
  return entries.toSorted(newestFirst).slice(0, MOST_ENTRIES);
}

/** @returns the first day on which an entry is too old to be told; null when there is none */
export function nextForgottenOn(entries: readonly TimelineEntry[]): CalendarDate | null {
  const oldest = entries.reduce<CalendarDate | null>((min, { on }) => (min === null || on < min ? on : min), null);
  return oldest === null ? null : addDays(oldest, TIMELINE_DAYS);
}

/** @returns the first later day that something is dated by a clock that is ahead of ours; it is told from then on */
export function nextToldOn({ changes, payments }: BillingFacts, day: CalendarDate, zone: string): CalendarDate | null {
  const dated = [
    ...changes,
    ...payments.flatMap(({ at, refunds = [], disputes = [] }) => [
      { at },
      ...refunds,
      ...disputes.map(({ openedAt }) => ({ at: openedAt })),
    ]),
  ];
  // What falls on a later day somewhere does not fall on an earlier one in UTC.
  const ahead = dated.flatMap(({ at }) => (at === null || at.slice(0, 10) < day ? [] : [dayOf(at, zone)]));
  return earliest(ahead.filter((on) => on > day));
}

/** @param entries newest first @returns what was last done to a subscription; null when nothing is told */
export function lastChangeOf(
  subscriptionKey: string,
  entries: readonly TimelineEntry[],
): { on: CalendarDate; sentence: string } | null {
  const isOfIt = ({ of, kind }: TimelineEntry): boolean => partsOf(of).kind === 'change' || kind === 'Ended';
  const last = entries.find((entry) => entry.subscriptionKey === subscriptionKey && isOfIt(entry));
  return last === undefined ? null : { on: last.on, sentence: last.sentence };
}
