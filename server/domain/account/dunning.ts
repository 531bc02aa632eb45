import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import { isOpen, type Invoice } from '../invoice/invoice.ts';
import { declineMeaning } from '../payment/declines.ts';
import { isOver, type Payment } from '../payment/payment.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import { dayOf, type Instant } from '../time/instant.ts';
import { cardEndsOn } from './cards.ts';
import type { BillingFacts } from './facts.ts';

/** How the money of an invoice was asked for: how often, and which attempts failed, the last one first. */
export type Collection = { invoice: Invoice; attempts: number; failures: readonly Payment[] };

/** An open invoice whose collection failed, with the attempts that are known. */
export type FailedCollection = { invoice: Invoice; attempts: number; lastFailure: Payment | null };

export function names(invoice: Invoice, payment: Payment): boolean {
  return payment.invoiceKeys.includes(invoice.key) || payment.ids.some((id) => invoice.paidThrough.includes(id));
}

/** @returns the invoice that a payment pays or tries to; null when it is none or several */
export function invoiceOf(payment: Payment, invoices: readonly Invoice[]): Invoice | null {
  const named = invoices.filter((invoice) => names(invoice, payment));
  return named.length === 1 ? named[0]! : null;
}

const byTime = (a: Payment, b: Payment): number => ((a.at ?? '') < (b.at ?? '') ? 1 : -1);

/**
 * Failed payments that name no invoice: they were for what was open at the time. Those that no success followed count for
 * every open invoice, the others for the one that the next success paid.
 */
function unnamedFailures(invoice: Invoice, unnamed: readonly Payment[], payments: readonly Payment[]): Payment[] {
  if (unnamed.length === 0 || (!isOpen(invoice) && invoice.status !== 'Paid')) return [];
  const own = (payment: Payment): boolean =>
    payment.billingAccountKey === invoice.billingAccountKey && payment.amount.currency === invoice.amount.currency;
  const ends = isOpen(invoice) ? ['Succeeded'] : ['Succeeded', 'Refunded'];
  const successes = payments.filter((payment) => own(payment) && payment.at !== null && ends.includes(payment.status));
  return unnamed.filter((failure) => {
    if (!own(failure)) return false;
    const after = successes
      .filter(({ at }) => at! >= failure.at!)
      .toSorted(byTime)
      .at(-1);
    return isOpen(invoice) ? after === undefined : after !== undefined && names(invoice, after);
  });
}

/** @returns how every invoice was collected, by its key; as the billing system counts, or as its payments show */
export function collectionsOf(facts: BillingFacts, zone: string): ReadonlyMap<string, Collection> {
  const namedIds = new Set(facts.invoices.flatMap(({ paidThrough }) => paidThrough));
  const unnamed = facts.payments.filter(
    ({ status, at, invoiceKeys, ids }) =>
      status === 'Failed' && at !== null && invoiceKeys.length === 0 && !ids.some((id) => namedIds.has(id)),
  );
  return new Map(
    facts.invoices.map((invoice) => {
      const named = facts.payments.filter((payment) => names(invoice, payment) && isOver(payment));
      const others = unnamedFailures(invoice, unnamed, facts.payments).filter(
        ({ at }) => invoice.invoicedOn === null || dayOf(at!, zone) >= invoice.invoicedOn,
      );
      const failures = [...named.filter(({ status }) => status === 'Failed'), ...others].toSorted(byTime);
      const attempts = Math.max(invoice.attemptCount, named.length + others.length);
      return [invoice.key, { invoice, attempts, failures }];
    }),
  );
}

/** @returns the open invoices whose collection failed, largest first */
export function failedCollections(collections: Iterable<Collection>): FailedCollection[] {
  return [...collections]
    .filter(({ invoice }) => isOpen(invoice))
    .map(({ invoice, attempts, failures }) => ({ invoice, attempts, lastFailure: failures[0] ?? null }))
    .filter(
      ({ invoice, lastFailure }) =>
        lastFailure !== null || (invoice.automaticCollection === true && invoice.attemptCount > 0),
    )
    .toSorted((a, b) => b.invoice.balance.minor - a.invoice.balance.minor);
}

/**
 * @returns when the payment method came that an account has instead of the one of a failed payment; null where it has none that
 * may work: it is not newer, nobody tells since when it is there, it has expired or was declined itself
 */
export function mendedAt(account: BillingAccount | undefined, failure: Payment, day: CalendarDate): Instant | null {
  const since = account?.card?.since ?? null;
  if (account === undefined || since === null || failure.at === null || since <= failure.at) return null;
  const ends = cardEndsOn(account);
  const isDeclined = account.charging != null && (account.charging.isStopped || account.charging.failedAt !== null);
  return isDeclined || (ends !== null && ends <= day) ? null : since;
}

/** @returns why the last attempt failed, in words */
export function reasonOf({ lastFailure }: Pick<FailedCollection, 'lastFailure'>): string | null {
  return lastFailure === null ? null : declineMeaning(lastFailure.declineCode, lastFailure.declineText);
}

/**
 * @param account that the invoice is of
 * @returns whether the billing system tried to collect an invoice by itself and will not again: of the invoice, or of anything
 * with the payment method that the account has
 */
export function isGivenUp(
  { nextAttemptAt, automaticCollection }: Invoice,
  account: BillingAccount | undefined,
): boolean {
  if (nextAttemptAt !== null) return false;
  return automaticCollection ?? (account?.autoPay === true && account.charging?.isStopped === true);
}
