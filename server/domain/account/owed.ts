import { isOpen } from '../invoice/invoice.ts';
import { isOwed } from '../memo/memo.ts';
import type { Money } from '../money/money.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { BillingFacts } from './facts.ts';

/** What asks for money that is still to be paid: an open invoice, or a posted debit memo. */
export type OwedDocument = {
  kind: 'invoice' | 'debit memo';
  number: string;
  balance: Money;
  /** Last day on which it can be paid in time; null where it names none. */
  dueOn: CalendarDate | null;
};

export function owedOf({ invoices, memos }: Pick<BillingFacts, 'invoices' | 'memos'>): OwedDocument[] {
  return [
    ...invoices
      .filter(isOpen)
      .map(({ number, balance, dueOn }): OwedDocument => ({ kind: 'invoice', number, balance, dueOn })),
    ...memos
      .filter(isOwed)
      .map(({ number, balance, dueOn }): OwedDocument => ({ kind: 'debit memo', number, balance, dueOn })),
  ];
}
