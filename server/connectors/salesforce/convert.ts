import type { AccountView, BalanceView, SubscriptionView } from '../../domain/account/view.ts';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import type { Source } from '../../domain/billingAccount/billingAccount.ts';
import type { Invoice } from '../../domain/invoice/invoice.ts';
import type { InvoiceItem } from '../../domain/invoice/invoiceItem.ts';
import type { ChargeView } from '../../domain/metrics/charges.ts';
import type { MrrMonth } from '../../domain/metrics/movements.ts';
import { exact, toDecimal, type Decimal } from '../../domain/money/decimal.ts';
import { toMajor, type Money } from '../../domain/money/money.ts';
import { declineMeaning, shownDeclineCode } from '../../domain/payment/declines.ts';
import {
  discountInWords,
  kindInWords,
  modelInWords,
  reductionInWords,
  tiersInWords,
} from '../../domain/subscription/chargeWords.ts';
import { intervalInWords, periodInWords } from '../../domain/subscription/interval.ts';
import type { OrgProjection } from '../../workflows/ports/orgProjection.ts';
import type { OrgRow, OrgValue } from '../../workflows/ports/orgRows.ts';
import type { ConnectionStatus } from '../../workflows/ports/sweep.ts';

/** Rises when the same view gives other rows, so that every row is written again. */
export const mappingVersion = 2;

/** Parents before children: the order in which rows of one Account are written. */
export const objectOrder = [
  'Account',
  'Billing_Account__c',
  'Billing_Subscription__c',
  'Billing_Charge__c',
  'Billing_Invoice__c',
  'Billing_Invoice_Item__c',
  'Billing_Credit_Memo__c',
  'Billing_Payment__c',
  'Usage__c',
  'Billing_Balance__c',
  'Billing_MRR_Month__c',
  'Billing_Health__c',
  'Billing_Connection__c',
  'Billing_Link__c',
] as const;

/** Number fields of an object that are zero once the row is Removed. */
const AMOUNTS: Readonly<Record<string, readonly string[]>> = {
  Billing_Account__c: ['Balance__c', 'Credit_Balance__c'],
  Billing_Subscription__c: ['MRR__c', 'ARR__c', 'TCV__c', 'Quantity__c'],
  Billing_Charge__c: ['Quantity__c', 'MRR__c'],
  Billing_Invoice__c: ['Amount__c', 'Balance__c'],
  Billing_Invoice_Item__c: ['Quantity__c', 'Unit_Price__c', 'Amount__c', 'Discount__c', 'Tax__c'],
  Billing_Credit_Memo__c: ['Amount__c', 'Applied__c', 'Refunded__c', 'Balance__c'],
  Billing_Payment__c: ['Amount__c'],
  Usage__c: ['Quantity__c', 'Limit__c', 'Percent_Used__c'],
  Billing_MRR_Month__c: [
    'Opening__c',
    'New__c',
    'Expansion__c',
    'Contraction__c',
    'Churn__c',
    'Reactivation__c',
    'Closing__c',
  ],
  Billing_Balance__c: ['MRR__c', 'ARR__c', 'Outstanding__c', 'Overdue__c', 'Last_Payment_Amount__c'],
};

/** @returns the text, cut to the length of its field with `…` as the mark that something is missing */
export function text(value: string | null, length = 255): string | null {
  if (value === null || value === '') return null;
  // A cut must not leave half of a surrogate pair behind: Salesforce counts UTF-16 units but refuses broken ones.
  return value.length <= length ? value : `${value.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** An address that is cut leads nowhere, so one that is too long is left out. */
function address(url: string): string | null {
  return url.length <= 255 ? url : null;
}

function amount(value: Money | null): number {
  return value === null ? 0 : Number(toMajor(value));
}

function decimal(value: Decimal | null, digits = 3): number | null {
  return value === null ? null : Number(toDecimal(exact(value), digits));
}

type Origin = { source: Source; connection: string; sourceUrl: string };

function origin({ source, connection, sourceUrl }: Origin, currency: string | null): Record<string, OrgValue> {
  return {
    Source__c: source,
    Connection__c: text(connection, 40),
    Source_Url__c: address(sourceUrl),
    Currency_Code__c: currency,
  };
}

function derived(currency: string | null): Record<string, OrgValue> {
  return { Source__c: 'Billing 360', Connection__c: null, Source_Url__c: null, Currency_Code__c: currency };
}

/** Label of a row in lists and lookups; Salesforce would show the record id without one. */
function name(value: string | null): Record<string, OrgValue> {
  return { Name: text(value, 80) };
}

/**
 * Lookups to rows of the same Account. One that has no parent among them is emptied: a row must not keep pointing to
 * what it pointed to before.
 * @param links relationship name → object and key of the parent
 */
function lookups(
  rows: ReadonlySet<string>,
  links: Readonly<Record<string, readonly [string, string | null]>>,
): { parents: OrgRow['parents']; emptied: Record<string, null> } {
  const parents: Record<string, { object: string; key: string }> = {};
  const emptied: Record<string, null> = {};
  for (const [relationship, [object, key]] of Object.entries(links))
    if (key !== null && rows.has(key)) parents[relationship] = { object, key };
    else emptied[relationship.replace(/__r$/, '__c')] = null;
  return { parents, emptied };
}

function subscriptionRow(view: SubscriptionView, keys: ReadonlySet<string>): OrgRow {
  const { subscription, mrr } = view;
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', subscription.billingAccountKey],
  });
  return {
    object: 'Billing_Subscription__c',
    key: subscription.key,
    fields: {
      ...name(subscription.number),
      ...emptied,
      ...origin(subscription, subscription.currency),
      Number__c: text(subscription.number),
      Status__c: view.status,
      Plan__c: text(view.plan),
      Billing_Interval__c: text(view.interval, 40),
      Quantity__c: decimal(view.quantity) ?? 0,
      MRR__c: amount(mrr.amount),
      ARR__c: amount(view.arr),
      TCV__c: view.tcv === null ? null : amount(view.tcv),
      MRR_Reason__c: text(mrr.why ?? mrr.charges.map(({ text: reason }) => reason).join('\n'), 4000),
      Term_Type__c: subscription.termType,
      Start_Date__c: subscription.startsOn,
      Term_Start_Date__c: subscription.termStartsOn,
      Term_End_Date__c: subscription.termEndsOn,
      Next_Renewal_Date__c: view.nextRenewalOn,
      Trial_End_Date__c: subscription.trialEndsOn,
      Cancel_On__c: subscription.cancelOn,
      Auto_Renew__c: subscription.autoRenew,
    },
    parents,
  };
}

function chargeRow(
  { charge, id, status, mrr, why }: ChargeView,
  { subscription }: SubscriptionView,
  keys: ReadonlySet<string>,
): OrgRow {
  const { currency, connection } = subscription;
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', subscription.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', subscription.key],
  });
  const reduction = reductionInWords(charge, currency);
  const discounts = [...(reduction === null ? [] : [reduction]), ...charge.discounts.map(discountInWords)];
  return {
    object: 'Billing_Charge__c',
    partOf: subscription.key,
    key: keyOf(connection, 'charge', id),
    fields: {
      ...name(charge.name),
      ...emptied,
      ...origin(subscription, currency),
      Status__c: status,
      Number__c: text(charge.number),
      Segment__c: charge.segment ?? null,
      Plan__c: text(charge.plan),
      Kind__c: kindInWords(charge),
      Model__c: text(modelInWords(charge), 80),
      Quantity__c: decimal(charge.quantity) ?? 0,
      Unit__c: text(charge.unit, 80),
      Price__c: decimal(charge.price, 9),
      Tiers__c: text(tiersInWords(charge, currency).join('\n'), 4000),
      Price_Period__c: text(periodInWords(charge.priceInterval), 40),
      Billing_Interval__c: text(intervalInWords(charge.billingInterval), 40),
      Discounts__c: text(discounts.join('\n'), 4000),
      MRR__c: amount(mrr),
      MRR_Reason__c: text(why.join('\n'), 4000),
      Start_Date__c: charge.startsOn,
      End_Date__c: charge.endsOn,
      Trial_End_Date__c: charge.trialEndsOn,
      Included_Units__c: decimal(charge.includedUnits),
    },
    parents,
  };
}

function billingAccountRow({ account, currency, balance }: AccountView['billingAccounts'][number]): OrgRow {
  return {
    object: 'Billing_Account__c',
    key: account.key,
    fields: {
      ...name(account.name ?? account.number),
      ...origin(account, currency),
      Number__c: text(account.number),
      Status__c: account.status,
      Balance__c: amount(balance),
      Credit_Balance__c: amount(account.creditBalance),
      Auto_Pay__c: account.autoPay,
      Bill_To_Email__c: text(account.billToEmail),
      Card_Brand__c: text(account.card?.brand ?? null, 40),
      Card_Last4__c: text(account.card?.last4 ?? null, 4),
      Card_Expiry__c: text(account.card?.expiry ?? null, 7),
    },
    parents: {},
  };
}

function invoiceRow({ invoice, attempts }: AccountView['invoices'][number], keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', invoice.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', invoice.subscriptionKey],
  });
  return {
    object: 'Billing_Invoice__c',
    key: invoice.key,
    fields: {
      ...name(invoice.number),
      ...emptied,
      ...origin(invoice, invoice.amount.currency),
      Number__c: text(invoice.number),
      Status__c: invoice.status,
      Amount__c: amount(invoice.amount),
      Balance__c: amount(invoice.balance),
      Invoice_Date__c: invoice.invoicedOn,
      Due_Date__c: invoice.dueOn,
      Attempt_Count__c: Math.min(attempts, 9999),
      Next_Attempt__c: invoice.nextAttemptAt,
    },
    parents,
  };
}

function invoiceItemRow(item: InvoiceItem, invoice: Invoice, keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', invoice.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoice.key],
    Billing_Subscription__r: ['Billing_Subscription__c', item.subscriptionKey],
  });
  return {
    object: 'Billing_Invoice_Item__c',
    key: item.key,
    partOf: invoice.key,
    fields: {
      ...name(item.name),
      ...emptied,
      ...origin(invoice, invoice.amount.currency),
      Status__c: 'Current',
      Description__c: text(item.name),
      Kind__c: text(item.kind, 40),
      Invoice_Number__c: text(invoice.number),
      Subscription_Number__c: text(item.subscriptionKey === null ? null : partsOf(item.subscriptionKey).id),
      Quantity__c: decimal(item.quantity),
      Unit_Price__c: decimal(item.unitPrice, 8),
      Amount__c: amount(item.amount),
      Discount__c: amount(item.discount),
      Tax__c: amount(item.tax),
      Period_Start__c: item.startsOn,
      Period_End__c: item.endsOn,
    },
    parents,
  };
}

function memoRow({ memo, invoiceKey }: AccountView['memos'][number], keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', memo.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoiceKey],
  });
  return {
    object: 'Billing_Credit_Memo__c',
    key: memo.key,
    fields: {
      ...name(memo.number),
      ...emptied,
      ...origin(memo, memo.amount.currency),
      Number__c: text(memo.number),
      Status__c: text(memo.status, 40),
      Kind__c: memo.type,
      Amount__c: amount(memo.amount),
      Applied__c: amount(memo.applied),
      Refunded__c: amount(memo.refunded),
      Balance__c: amount(memo.balance),
      Reason__c: text(memo.reason),
      Comment__c: text(memo.comment),
      Memo_Date__c: memo.on,
      Due_Date__c: memo.dueOn,
    },
    parents,
  };
}

function paymentRow({ payment, invoiceKey }: AccountView['payments'][number], keys: ReadonlySet<string>): OrgRow {
  const failed = payment.status === 'Failed';
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', payment.billingAccountKey],
    Billing_Invoice__r: ['Billing_Invoice__c', invoiceKey],
  });
  return {
    object: 'Billing_Payment__c',
    key: payment.key,
    fields: {
      ...name(payment.number),
      ...emptied,
      ...origin(payment, payment.amount.currency),
      Number__c: text(payment.number),
      Status__c: payment.status,
      Amount__c: amount(payment.amount),
      Paid_At__c: payment.at,
      Method__c: text(payment.method, 80),
      Decline_Code__c: failed && payment.declineCode !== null ? text(shownDeclineCode(payment.declineCode), 80) : null,
      Decline_Reason__c: failed ? text(declineMeaning(payment.declineCode, payment.declineText)) : null,
    },
    parents,
  };
}

function usageRow({ usage, current, percent }: AccountView['usage'][number], keys: ReadonlySet<string>): OrgRow {
  const { parents, emptied } = lookups(keys, {
    Billing_Account__r: ['Billing_Account__c', usage.billingAccountKey],
    Billing_Subscription__r: ['Billing_Subscription__c', usage.subscriptionKey],
  });
  return {
    object: 'Usage__c',
    key: usage.key,
    fields: {
      ...name(usage.meter),
      ...emptied,
      ...origin(usage, usage.currency),
      Status__c: current ? 'Current' : 'Past',
      Meter__c: text(usage.meter),
      Unit__c: text(usage.unit, 80),
      Quantity__c: decimal(usage.quantity) ?? 0,
      Limit__c: decimal(usage.limit),
      Percent_Used__c: decimal(percent, 1),
      Period_Start__c: usage.periodStartsOn,
      Period_End__c: usage.periodEndsOn,
    },
    parents,
  };
}

function balanceRow(accountId: string, balance: BalanceView): OrgRow {
  return {
    object: 'Billing_Balance__c',
    key: `account:balance:${accountId}:${balance.currency}`,
    fields: {
      ...name(balance.currency),
      ...derived(balance.currency),
      Status__c: 'Current',
      MRR__c: amount(balance.mrr),
      ARR__c: amount(balance.arr),
      Outstanding__c: amount(balance.outstanding),
      Overdue__c: amount(balance.overdue),
      Last_Payment_Date__c: balance.lastPayment?.on ?? null,
      Last_Payment_Amount__c: amount(balance.lastPayment?.amount ?? null),
    },
    parents: {},
  };
}

function monthRow({ accountId, asOf }: AccountView, month: MrrMonth): OrgRow {
  const named = month.month.slice(0, 7);
  return {
    object: 'Billing_MRR_Month__c',
    key: `account:mrrmonth:${accountId}:${month.currency}:${named}`,
    fields: {
      ...name(`${month.currency} ${named}`),
      ...derived(month.currency),
      Status__c: asOf.startsWith(named) ? 'Current' : 'Past',
      Month__c: month.month,
      Opening__c: amount(month.opening),
      New__c: amount(month.newMrr),
      Expansion__c: amount(month.expansion),
      Contraction__c: amount(month.contraction),
      Churn__c: amount(month.churn),
      Reactivation__c: amount(month.reactivation),
      Closing__c: amount(month.closing),
    },
    parents: {},
  };
}

function healthRow(view: AccountView): OrgRow {
  return {
    object: 'Billing_Health__c',
    key: `account:health:${view.accountId}`,
    fields: {
      ...name('Billing health'),
      ...derived(view.mainCurrency),
      Status__c: view.health.status,
      Summary__c: text(view.health.summary),
      As_Of__c: view.asOf,
      Next_Renewal_Date__c: view.nextRenewal?.on ?? null,
      Next_Renewal_Number__c: text(view.nextRenewal?.number ?? null),
    },
    parents: {},
  };
}

function accountRow(view: AccountView): OrgRow {
  const main = view.balances.find(({ currency }) => currency === view.mainCurrency);
  return {
    object: 'Account',
    key: view.accountId,
    fields: {
      Billing_Status__c: view.health.status,
      Billing_Currency__c: view.mainCurrency,
      Billing_MRR__c: amount(main?.mrr ?? null),
      Billing_ARR__c: amount(main?.arr ?? null),
      Billing_Outstanding__c: amount(main?.outstanding ?? null),
      Billing_Next_Renewal__c: view.nextRenewal?.on ?? null,
      Billing_Plan__c: text(view.plan),
      Billing_Interval__c: text(view.interval, 40),
      Billing_Last_Payment_Date__c: view.lastPaymentOn,
    },
    parents: {},
  };
}

/**
 * @param view what is derived for one Account
 * @param months of MRR, which come from what was before; none where only what is now is asked for
 * @returns the whole set of rows, parents before children; amounts in major units, exact to three decimals
 */
export function toOrgRows(view: AccountView, months: readonly MrrMonth[] = []): OrgRow[] {
  const keys = new Set([
    ...view.billingAccounts.map(({ account }) => account.key),
    ...view.subscriptions.map(({ subscription }) => subscription.key),
    ...view.invoices.map(({ invoice }) => invoice.key),
  ]);
  return [
    accountRow(view),
    ...view.billingAccounts.map(billingAccountRow),
    ...view.subscriptions.map((one) => subscriptionRow(one, keys)),
    ...view.subscriptions.flatMap((one) => one.charges.map((charge) => chargeRow(charge, one, keys))),
    ...view.invoices.map((one) => invoiceRow(one, keys)),
    ...view.invoices.flatMap(({ invoice }) => (invoice.items ?? []).map((item) => invoiceItemRow(item, invoice, keys))),
    ...view.memos.map((one) => memoRow(one, keys)),
    ...view.payments.map((one) => paymentRow(one, keys)),
    ...view.usage.map((one) => usageRow(one, keys)),
    ...view.balances.map((balance) => balanceRow(view.accountId, balance)),
    ...months.map((month) => monthRow(view, month)),
    healthRow(view),
  ];
}

/** @returns the row as it is written once when billing no longer has it */
export function removedRow(row: OrgRow): OrgRow {
  const zeros = Object.fromEntries((AMOUNTS[row.object] ?? []).map((field) => [field, 0]));
  return { ...row, fields: { ...row.fields, ...zeros, Status__c: 'Removed' } };
}

export function isRemoved(row: OrgRow): boolean {
  return row.fields['Status__c'] === 'Removed';
}

/** @returns the row that tells people how a connection stands; it belongs to no Account and holds no money */
export function toOrgConnection(status: ConnectionStatus, source: Source | 'Salesforce'): OrgRow {
  return {
    object: 'Billing_Connection__c',
    key: `${status.connection}:connection:${status.connection}`,
    fields: {
      // Of several accounts of one billing system each is told by its own name.
      ...name(status.connection === source.toLowerCase() ? source : status.connection),
      Source__c: source,
      State__c: status.state,
      Checked_Through__c: status.checkedThrough?.toISOString() ?? null,
      Lag_Seconds__c: status.lagSeconds,
      Message__c: text(status.message),
    },
    parents: {},
  };
}

export const orgProjection: OrgProjection = { toOrgRows, removedRow, isRemoved };
