import type { BillingObject } from '../../../server/domain/account/facts.ts';
import type { BillingAccount } from '../../../server/domain/billingAccount/billingAccount.ts';
import type { Invoice } from '../../../server/domain/invoice/invoice.ts';
import { money } from '../../../server/domain/money/money.ts';
import type { Payment } from '../../../server/domain/payment/payment.ts';
import type { Charge } from '../../../server/domain/subscription/charge.ts';
import type { Subscription } from '../../../server/domain/subscription/subscription.ts';
import { addDays, type CalendarDate } from '../../../server/domain/time/calendarDate.ts';
import { instant } from '../../../server/domain/time/instant.ts';
import type { Usage } from '../../../server/domain/usage/usage.ts';

export type Connection = 'stripe' | 'zuora';

const sourceOf = (connection: Connection) => (connection === 'stripe' ? ('Stripe' as const) : ('Zuora' as const));

/** What every object of a billing account has; the revision is put into the address, which Salesforce shows. */
function common(connection: Connection, kind: BillingObject['kind'], account: string, id: string) {
  return {
    key: `${connection}:${kind}:${id}`,
    connection,
    source: sourceOf(connection),
    billingAccountKey: `${connection}:account:${account}`,
    number: id,
    sourceUrl: '',
  };
}

export function billingAccount(connection: Connection, id: string, accountId: string | null): BillingAccount {
  const { key, source, number, sourceUrl } = common(connection, 'account', id, id);
  return {
    kind: 'account',
    key,
    connection,
    source,
    number,
    sourceUrl,
    name: `Customer ${id}`,
    status: 'Active',
    currency: 'USD',
    balance: null,
    pendingDebit: null,
    creditBalance: null,
    autoPay: true,
    card: null,
    billToEmail: null,
    discounts: [],
    accountId,
  };
}

function charge(number: string, price: string, kind: Charge['kind']): Charge {
  return {
    number,
    name: `Platform: ${kind}`,
    plan: 'Platform',
    productId: null,
    ratePlanKey: null,
    kind,
    model: 'flat',
    quantity: null,
    price,
    tiers: [],
    transform: null,
    priceInterval: { unit: 'month', count: 1 },
    billingInterval: { unit: 'month', count: 1 },
    months: 'thirtyDays',
    discounts: [],
    reduction: null,
    includedTaxPercent: '0',
    startsOn: null,
    endsOn: null,
    trialEndsOn: null,
    includedUnits: null,
    unit: null,
  };
}

/** @param rampsOn day from which it costs twice as much, without any event on that day */
export function subscription(
  connection: Connection,
  account: string,
  id: string,
  day: CalendarDate,
  more: { price: string; metered: boolean; rampsOn: CalendarDate | null },
): Subscription {
  const base = charge(`${id}-1`, more.price, 'recurring');
  const ramp = { ...base, price: String(Number(more.price) * 2), startsOn: more.rampsOn };
  return {
    ...common(connection, 'subscription', account, id),
    kind: 'subscription',
    currency: 'USD',
    status: 'Active',
    statusHistory: [],
    startsOn: addDays(day, -30),
    termType: 'Termed',
    termStartsOn: addDays(day, -30),
    termEndsOn: addDays(day, 60),
    autoRenew: true,
    trialEndsOn: null,
    cancelOn: null,
    endsByDate: true,
    collectionPaused: false,
    charges: [
      { ...base, endsOn: more.rampsOn },
      ...(more.rampsOn === null ? [] : [ramp]),
      ...(more.metered ? [charge(`${id}-2`, '0', 'usage')] : []),
    ],
    discounts: [],
    lastOrder: null,
  };
}

export function invoice(
  connection: Connection,
  account: string,
  id: string,
  day: CalendarDate,
  more: { minor: number; dueOn: CalendarDate; subscription: string | null; refused: boolean },
): Invoice {
  return {
    ...common(connection, 'invoice', account, id),
    kind: 'invoice',
    number: more.refused ? `REFUSED ${id}` : id,
    status: 'Open',
    amount: money(more.minor, 'USD'),
    balance: money(more.minor, 'USD'),
    invoicedOn: day,
    dueOn: more.dueOn,
    attemptCount: 0,
    nextAttemptAt: null,
    automaticCollection: true,
    subscriptionKey: more.subscription,
    paidThrough: [],
  };
}

export function payment(connection: Connection, account: string, id: string, paid: Invoice, at: Date): Payment {
  return {
    ...common(connection, 'payment', account, id),
    kind: 'payment',
    ids: [id],
    status: 'Succeeded',
    amount: paid.balance,
    refunded: money(0, 'USD'),
    at: instant(at),
    declineCode: null,
    declineText: null,
    method: null,
    invoiceKeys: [paid.key],
  };
}

export function usage(of: Subscription, quantity: number): Usage {
  const { connection, source, billingAccountKey, key, currency } = of;
  return {
    kind: 'usage',
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
  };
}
