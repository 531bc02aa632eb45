import type { BillingObject } from '../../../server/domain/account/facts.ts';
import type { BillingAccount } from '../../../server/domain/billingAccount/billingAccount.ts';
import type { Invoice } from '../../../server/domain/invoice/invoice.ts';
import { money } from '../../../server/domain/money/money.ts';
import type { Memo } from '../../../server/domain/memo/memo.ts';
import type { Payment } from '../../../server/domain/payment/payment.ts';
import type { Subscription } from '../../../server/domain/subscription/subscription.ts';
import { addDays, type CalendarDate } from '../../../server/domain/time/calendarDate.ts';
import { instant } from '../../../server/domain/time/instant.ts';
import type { Usage } from '../../../server/domain/usage/usage.ts';
import * as sample from '../../support/billingObjects.ts';

export type Connection = 'stripe' | 'zuora';

/** What every object of a billing account has; the revision is put into the address, which Salesforce shows. */
function common(connection: Connection, kind: BillingObject['kind'], account: string, id: string) {
  return {
    key: `${connection}:${kind}:${id}`,
    connection,
    source: connection === 'stripe' ? ('Stripe' as const) : ('Zuora' as const),
    billingAccountKey: `${connection}:account:${account}`,
    number: id,
    sourceUrl: '',
  };
}

export function billingAccount(connection: Connection, id: string, accountId: string | null): BillingAccount {
  const { billingAccountKey: _itself, ...own } = common(connection, 'account', id, id);
  return sample.billingAccount({ ...own, name: `Customer ${id}`, autoPay: true, accountId });
}

/** @param rampsOn day from which it costs twice as much, without any event on that day */
export function subscription(
  connection: Connection,
  account: string,
  id: string,
  day: CalendarDate,
  more: { price: string; metered: boolean; rampsOn: CalendarDate | null },
): Subscription {
  const base = sample.charge({ number: `${id}-1`, segment: 1, price: more.price });
  const ramp = { ...base, segment: 2, price: String(Number(more.price) * 2), startsOn: more.rampsOn };
  return sample.subscription({
    ...common(connection, 'subscription', account, id),
    startsOn: addDays(day, -30),
    termStartsOn: addDays(day, -30),
    termEndsOn: addDays(day, 60),
    charges: [
      { ...base, endsOn: more.rampsOn },
      ...(more.rampsOn === null ? [] : [ramp]),
      ...(more.metered ? [sample.charge({ number: `${id}-2`, price: '0', kind: 'usage' })] : []),
    ],
  });
}

export function invoice(
  connection: Connection,
  account: string,
  id: string,
  day: CalendarDate,
  more: { minor: number; dueOn: CalendarDate; subscription: string | null; refused: boolean },
): Invoice {
  return sample.invoice({
    ...common(connection, 'invoice', account, id),
    id,
    number: more.refused ? `REFUSED ${id}` : id,
    amount: money(more.minor, 'USD'),
    balance: money(more.minor, 'USD'),
    invoicedOn: day,
    dueOn: more.dueOn,
    automaticCollection: true,
    subscriptionKey: more.subscription,
    items: [
      sample.invoiceItem({
        key: `${connection}:invoiceitem:${id}-1`,
        amount: money(more.minor, 'USD'),
        tax: money(0, 'USD'),
        subscriptionKey: more.subscription,
      }),
    ],
  });
}

export function payment(connection: Connection, account: string, id: string, paid: Invoice, at: Date): Payment {
  return sample.payment({
    ...common(connection, 'payment', account, id),
    ids: [id],
    amount: paid.balance,
    at: instant(at),
    invoiceKeys: [paid.key],
  });
}

/** A part of an invoice that was credited. */
export function creditMemo(connection: Connection, account: string, id: string, of: Invoice, minor: number): Memo {
  return sample.memo({
    ...common(connection, 'memo', account, id),
    key: `${connection}:creditmemo:${id}`,
    amount: money(minor, 'USD'),
    applied: money(minor, 'USD'),
    balance: money(0, 'USD'),
    invoiceId: of.id ?? null,
  });
}

export function usage(of: Subscription, quantity: number): Usage {
  const { connection, source, billingAccountKey, key, currency } = of;
  return sample.usage({
    key: key.replace(':subscription:', ':usage:'),
    connection,
    source,
    billingAccountKey,
    subscriptionKey: key,
    meter: 'API calls',
    unit: null,
    currency,
    quantity: String(quantity),
    limit: '1000',
    periodStartsOn: of.termStartsOn!,
    periodEndsOn: of.termEndsOn!,
    sourceUrl: '',
  });
}
