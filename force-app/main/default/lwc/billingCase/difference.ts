import type { Row } from 'c/billingRows';
import { numberOf, parentOf, standing, textOf } from 'c/billingRows';
import { childrenOf } from 'c/childRows';
import { fill, formatDate, formatMoney, formatNumber } from 'c/textUtils';
import * as labels from './labels';

export type Difference = { readonly text: string; readonly why: string };

const MOST_REASONS = 3;
const NOT_BILLED: ReadonlySet<string | null> = new Set(['Draft', 'Void']);

/**
 * Lines of an invoice, read with the invoice itself, or among the newest lines of the Account; none unless they come to
 * its total (with tax, as billing writes them), because a part of them would tell something else.
 */
export function linesOf(invoice: Row, lines: readonly Row[]): Row[] {
  const found = foundOf(invoice, lines);
  const total = numberOf(invoice, 'Amount__c');
  return total !== null && rounded(found.reduce((sum, line) => sum + amountOf(line), 0) - total) === 0 ? found : [];
}

function amountOf(line: Row): number {
  return (numberOf(line, 'Amount__c') ?? 0) + (numberOf(line, 'Tax__c') ?? 0);
}

function foundOf(invoice: Row, lines: readonly Row[]): Row[] {
  const own = childrenOf(invoice, 'Billing_Invoice_Items__r');
  const ofAll = () => lines.filter((line) => parentOf(line, 'Billing_Invoice__r')?.Id === invoice.Id);
  return standing(own ?? ofAll());
}

/** The invoice of the same subscription and currency that came before; null where none is known. */
export function previousOf(invoice: Row, invoices: readonly Row[]): Row | null {
  const subscription = parentOf(invoice, 'Billing_Subscription__r')?.Id;
  const dated = (row: Row) => textOf(row, 'Invoice_Date__c') ?? '';
  const earlier = standing(invoices).filter(
    (row) =>
      subscription !== undefined &&
      parentOf(row, 'Billing_Subscription__r')?.Id === subscription &&
      textOf(row, 'Currency_Code__c') === textOf(invoice, 'Currency_Code__c') &&
      !NOT_BILLED.has(textOf(row, 'Status__c')) &&
      dated(row) !== '' &&
      dated(row) < dated(invoice),
  );
  return earlier.sort((a, b) => dated(b).localeCompare(dated(a)))[0] ?? null;
}

/** How an invoice differs from the one before, and why as far as the lines of both, or the subscription, say it. */
export function differenceOf(
  invoice: Row,
  invoices: readonly Row[],
  lines: readonly Row[],
  subscription: Row | undefined,
): Difference | null {
  const before = previousOf(invoice, invoices);
  const [amount, amountBefore] = [numberOf(invoice, 'Amount__c'), numberOf(before, 'Amount__c')];
  if (before === null || amount === null || amountBefore === null) {
    return null;
  }
  const currency = textOf(invoice, 'Currency_Code__c');
  const number = textOf(before, 'Number__c') ?? '';
  const date = formatDate(textOf(before, 'Invoice_Date__c'));
  const change = rounded(amount - amountBefore);
  if (change === 0) {
    return { text: fill(labels.sameAs, number, date), why: '' };
  }
  const text = fill(labels.differs, signed(change, currency), number, date);
  const [now, then] = [linesOf(invoice, lines), linesOf(before, lines)];
  const why = now.length > 0 && then.length > 0 ? reasonsOf(now, then, currency) : '';
  return { text, why: why || changeBetween(before, invoice, subscription) };
}

type Sum = { amount: number; quantity: number | null };

function reasonsOf(now: readonly Row[], then: readonly Row[], currency: string | null): string {
  const [after, before] = [sumsOf(now), sumsOf(then)];
  const names = [...new Set([...after.keys(), ...before.keys()])];
  const reasons = names.flatMap((name) => {
    const [a, b] = [after.get(name), before.get(name)];
    const change = rounded((a?.amount ?? 0) - (b?.amount ?? 0));
    return change === 0 ? [] : [{ size: Math.abs(change), text: reasonOf(name, a, b, currency) }];
  });
  const [first, ...rest] = reasons.sort((a, b) => b.size - a.size).slice(0, MOST_REASONS);
  return [first, ...rest].map((one) => one?.text ?? '').join('; ');
}

function reasonOf(name: string, after: Sum | undefined, before: Sum | undefined, currency: string | null): string {
  if (!before) {
    return fill(labels.lineNew, name, formatMoney(after?.amount, currency));
  }
  if (!after) {
    return fill(labels.lineGone, name, formatMoney(before.amount, currency));
  }
  const counted = after.quantity !== null && before.quantity !== null && after.quantity !== before.quantity;
  return counted
    ? fill(labels.lineChanged, name, formatNumber(before.quantity ?? 0), formatNumber(after.quantity ?? 0))
    : fill(labels.lineChanged, name, formatMoney(before.amount, currency), formatMoney(after.amount, currency));
}

/** Lines by what they are called, with their tax; a line of proration has the name of its charge, and adds to it. */
function sumsOf(lines: readonly Row[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const line of lines) {
    const name = textOf(line, 'Description__c') ?? textOf(line, 'Kind__c') ?? '';
    const known = sums.get(name);
    const quantity = numberOf(line, 'Quantity__c');
    sums.set(name, {
      amount: (known?.amount ?? 0) + amountOf(line),
      // Quantities of several lines are not the quantity of anything.
      quantity: known ? null : quantity,
    });
  }
  return sums;
}

function changeBetween(before: Row, invoice: Row, subscription: Row | undefined): string {
  const on = textOf(subscription, 'Last_Change_On__c');
  const [from, to] = [textOf(before, 'Invoice_Date__c') ?? '', textOf(invoice, 'Invoice_Date__c') ?? ''];
  const change = textOf(subscription, 'Last_Change__c');
  return on && change && on > from && on <= to ? fill(labels.changedOn, change, formatDate(on)) : '';
}

function signed(change: number, currency: string | null): string {
  return change > 0 ? `+\u00a0${formatMoney(change, currency)}` : formatMoney(change, currency);
}

/** Binary fractions of amounts that are equal may differ in what is no money. */
function rounded(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}
