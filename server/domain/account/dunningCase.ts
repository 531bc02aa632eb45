import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { Charging } from '../billingAccount/charging.ts';
import { isKnownInvoiceStatus, isOpen, type Invoice } from '../invoice/invoice.ts';
import type { Memo } from '../memo/memo.ts';
import { retryHelps } from '../payment/declines.ts';
import type { Payment } from '../payment/payment.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import { dayOf, type Instant } from '../time/instant.ts';
import { failedCollections, mendedAt, names, reasonOf, type Collection } from './dunning.ts';
import type { BillingFacts } from './facts.ts';

/**
 * Where a case stands; the words of the picklist in Salesforce. While it is open: payment is tried again by itself, only
 * the customer can mend it, or nobody tries any more. Once it is closed: how it ended.
 */
export const DUNNING_STAGES = [
  'Retrying',
  'Customer Action',
  'Attempts Ended',
  'Recovered',
  'Credited',
  'Voided',
  'Written Off',
] as const;
export type DunningStage = (typeof DUNNING_STAGES)[number];

/** An invoice in dunning, or one that was. */
export type DunningCase = {
  invoice: Invoice;
  isOpen: boolean;
  stage: DunningStage;
  attempts: number;
  firstFailureAt: Instant | null;
  lastFailureAt: Instant | null;
  declineCode: string | null;
  /** What the last decline means and what helps; null where no failed payment is known. */
  reason: string | null;
  /** What happens next or has to be done; null once it is closed. */
  nextStep: string | null;
  /** When payment is tried again, or the earliest moment for it; null where nothing is planned, or the billing system does not tell. */
  nextStepAt: Instant | null;
  /** How it ended; null while it is open. */
  outcome: string | null;
};

type Step = Pick<DunningCase, 'stage' | 'nextStep' | 'nextStepAt'>;

/** Zuora tries again by rules of the tenant and of the payment method, for accounts that pay automatically. */
function byPaymentRuns({ source }: Invoice, charging: Charging | null | undefined): Step {
  if (charging?.isStopped === true)
    return {
      stage: 'Attempts Ended',
      nextStep: `${source} does not try the payment method again${charging.failuresInARow > 1 ? `: ${charging.failuresInARow} attempts in a row failed` : ''}. Ask the customer for another one.`,
      nextStepAt: null,
    };
  const when = charging?.notBefore ?? null;
  const told = when === null ? 'it does not tell when' : 'not before the time of the next step';
  const nextStep = `${source} tries again by the rules of its payment runs; ${told}.`;
  return { stage: 'Retrying', nextStep, nextStepAt: when };
}

/** @param day in the business time zone `zone` */
function nextOf(
  { invoice, failures }: Collection,
  account: BillingAccount | undefined,
  day: CalendarDate,
  zone: string,
): Step {
  const [last] = failures;
  const nextStepAt = invoice.nextAttemptAt;
  const needsCustomer = last !== undefined && !retryHelps(last.declineCode, last.declineText);
  const mended = needsCustomer ? mendedAt(account, last, day) : null;
  const step = nextAttemptOf(invoice, account);
  if (mended !== null && step.stage !== 'Customer Action') {
    const has = `The customer has another payment method since ${dayInWords(dayOf(mended, zone))}.`;
    return step.stage === 'Retrying'
      ? { ...step, nextStep: `${step.nextStep} ${has}` }
      : { ...step, nextStep: `${has} No further attempt is planned: have the invoice charged once more.` };
  }
  if (needsCustomer)
    return {
      stage: 'Customer Action',
      nextStep: 'Ask the customer to mend the payment method, or to pay in another way: another attempt does not help.',
      nextStepAt,
    };
  return step;
}

/** What the billing system does next, whatever the last attempt failed for. */
function nextAttemptOf(invoice: Invoice, account: BillingAccount | undefined): Step {
  const nextStepAt = invoice.nextAttemptAt;
  if (nextStepAt !== null) return { stage: 'Retrying', nextStep: 'Payment is tried again by itself.', nextStepAt };
  if (invoice.automaticCollection === null && invoice.collectionWord === undefined && account?.autoPay === true)
    return byPaymentRuns(invoice, account.charging);
  if (invoice.automaticCollection === false)
    return {
      stage: 'Customer Action',
      nextStep: 'The customer pays this invoice: send the link to it once more.',
      nextStepAt,
    };
  const how =
    invoice.collectionWord === undefined
      ? ''
      : ` It is collected by ${invoice.collectionWord}, which is not known here.`;
  return {
    stage: 'Attempts Ended',
    nextStep: `No further attempt is planned: agree on the payment with the customer.${how}`,
    nextStepAt,
  };
}

function isWriteOff({ reason, comment }: Memo): boolean {
  return /write[\s_-]?off/i.test(`${reason ?? ''} ${comment ?? ''}`);
}

/** The credit that settled an invoice. */
function creditOf(invoice: Invoice, memos: readonly Memo[]): Memo | undefined {
  const credits = memos.filter(
    ({ type, status, invoiceId, connection }) =>
      type === 'Credit' && status === 'Posted' && invoiceId === invoice.id && connection === invoice.connection,
  );
  return credits.find(isWriteOff) ?? credits[0];
}

function paidBy(invoice: Invoice, payments: readonly Payment[]): Payment | undefined {
  return payments
    .filter(({ status }) => status === 'Succeeded' || status === 'Refunded')
    .filter((payment) => names(invoice, payment))
    .toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1))[0];
}

function endOf(invoice: Invoice, facts: BillingFacts, zone: string): Pick<DunningCase, 'stage' | 'outcome'> {
  if (invoice.status === 'Void') return { stage: 'Voided', outcome: 'The invoice was voided.' };
  if (invoice.status === 'Uncollectible')
    return { stage: 'Written Off', outcome: 'The invoice was written off as uncollectible.' };
  const payment = paidBy(invoice, facts.payments);
  const credit = payment === undefined ? creditOf(invoice, facts.memos) : undefined;
  if (credit !== undefined)
    return isWriteOff(credit)
      ? { stage: 'Written Off', outcome: `Written off by credit memo ${credit.number}.` }
      : { stage: 'Credited', outcome: `Settled by credit memo ${credit.number}.` };
  return {
    stage: 'Recovered',
    outcome: payment?.at == null ? 'Paid.' : `Paid on ${dayInWords(dayOf(payment.at, zone))}.`,
  };
}

/** Whether collection failed before an invoice was closed; of what the billing system tries by itself one try is none. */
function wasInDunning({ invoice, failures }: Collection): boolean {
  if (invoice.status === 'Draft' || invoice.status === 'Open' || !isKnownInvoiceStatus(invoice.status)) return false;
  return failures.length > 0 || (invoice.automaticCollection === true && invoice.attemptCount > 1);
}

/**
 * @param collections how the invoices of these facts were collected
 * @param day the day it is for, in business time
 * @param zone business time zone
 * @returns one case for each invoice whose collection failed, in the order of the invoices
 */
export function dunningCasesOf(
  facts: BillingFacts,
  collections: ReadonlyMap<string, Collection>,
  day: CalendarDate,
  zone: string,
): DunningCase[] {
  const open = new Set(failedCollections(collections.values()).map(({ invoice }) => invoice.key));
  const accounts = new Map(facts.billingAccounts.map((account) => [account.key, account]));
  return [...collections.values()]
    .filter((collection) => open.has(collection.invoice.key) || wasInDunning(collection))
    .map((collection): DunningCase => {
      const { invoice, attempts, failures } = collection;
      const lastFailure = failures[0] ?? null;
      const common = {
        invoice,
        attempts,
        firstFailureAt: failures.at(-1)?.at ?? null,
        lastFailureAt: lastFailure?.at ?? null,
        declineCode: lastFailure?.declineCode ?? null,
        reason: reasonOf({ lastFailure }),
      };
      if (isOpen(invoice)) {
        const next = nextOf(collection, accounts.get(invoice.billingAccountKey), day, zone);
        return { ...common, ...next, isOpen: true, outcome: null };
      }
      return { ...common, ...endOf(invoice, facts, zone), isOpen: false, nextStep: null, nextStepAt: null };
    });
}
