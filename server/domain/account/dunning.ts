import { isOpen, type Invoice } from '../invoice/invoice.ts';
import { declineMeaning } from '../payment/declines.ts';
import type { Payment } from '../payment/payment.ts';
import { dayOf, type Instant } from '../time/instant.ts';
import type { BillingFacts } from './facts.ts';

/** An open invoice whose collection failed, with the attempts that are known. */
export type FailedCollection = { invoice: Invoice; attempts: number; lastFailure: Payment | null };

function names(invoice: Invoice, payment: Payment): boolean {
  return payment.invoiceKeys.includes(invoice.key) || payment.ids.some((id) => invoice.paidThrough.includes(id));
}

/** @returns the invoice that a payment pays or tries to; null when it is none or several */
export function invoiceOf(payment: Payment, invoices: readonly Invoice[]): Invoice | null {
  const named = invoices.filter((invoice) => names(invoice, payment));
  return named.length === 1 ? named[0]! : null;
}

/** Ids of payments that some invoice names. */
function namedIds(facts: BillingFacts): ReadonlySet<string> {
  return new Set(facts.invoices.flatMap(({ paidThrough }) => paidThrough));
}

/** Failed payments that no success followed and that name no invoice: they were for what was open at the time. */
function unnamedFailures(facts: BillingFacts, invoice: Invoice, zone: string, named: ReadonlySet<string>): Payment[] {
  const own = facts.payments.filter(
    ({ billingAccountKey, amount }) =>
      billingAccountKey === invoice.billingAccountKey && amount.currency === invoice.amount.currency,
  );
  const lastSuccess = own.reduce<Instant | null>(
    (max, { status, at }) => (status === 'Succeeded' && at !== null && (max === null || at > max) ? at : max),
    null,
  );
  return own.filter(
    (payment) =>
      payment.status === 'Failed' &&
      payment.at !== null &&
      payment.invoiceKeys.length === 0 &&
      !payment.ids.some((id) => named.has(id)) &&
      (lastSuccess === null || payment.at > lastSuccess) &&
      (invoice.invoicedOn === null || dayOf(payment.at, zone) >= invoice.invoicedOn),
  );
}

/** @returns how often collection of an invoice was tried: as the billing system counts, or as its payments show */
export function attemptsOf(facts: BillingFacts, invoice: Invoice, zone: string): number {
  const named = facts.payments.filter((payment) => names(invoice, payment) && payment.status !== 'Pending').length;
  const unnamed = isOpen(invoice) ? unnamedFailures(facts, invoice, zone, namedIds(facts)).length : 0;
  return Math.max(invoice.attemptCount, named + unnamed);
}

/** @returns the open invoices whose collection failed, largest first */
export function failedCollections(facts: BillingFacts, zone: string): FailedCollection[] {
  return facts.invoices
    .filter(isOpen)
    .map((invoice) => {
      const failures = facts.payments
        .filter((payment) => payment.status === 'Failed' && names(invoice, payment))
        .concat(unnamedFailures(facts, invoice, zone, namedIds(facts)))
        .toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1));
      return { invoice, attempts: attemptsOf(facts, invoice, zone), lastFailure: failures[0] ?? null };
    })
    .filter(
      ({ invoice, lastFailure }) =>
        lastFailure !== null || (invoice.automaticCollection === true && invoice.attemptCount > 0),
    )
    .toSorted((a, b) => b.invoice.balance.minor - a.invoice.balance.minor);
}

/** @returns why the last attempt failed, in words */
export function reasonOf({ lastFailure }: FailedCollection): string | null {
  return lastFailure === null ? null : declineMeaning(lastFailure.declineCode, lastFailure.declineText);
}
