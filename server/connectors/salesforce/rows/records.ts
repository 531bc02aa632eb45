import type { AccountView, SubscriptionView } from '../../../domain/account/view.ts';
import { isPosted, type Invoice } from '../../../domain/invoice/invoice.ts';
import { partsOf } from '../../../domain/billingAccount/key.ts';
import { inWords, money } from '../../../domain/money/money.ts';
import { declineMeaning } from '../../../domain/payment/declines.ts';
import { isOver, type Payment } from '../../../domain/payment/payment.ts';
import { isWon, newestDealOf, type ReportedDeal } from '../../../domain/subscription/deal.ts';
import type { CalendarDate } from '../../../domain/time/calendarDate.ts';
import { dayOf } from '../../../domain/time/instant.ts';
import type { RecordSettings } from '../../../workflows/ports/orgProjection.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { amount, text } from './fields.ts';
import { subscriptionFacts } from './namedDeal.ts';

/** A completed activity; all of it is people's once it was made. */
function activity(accountId: string, key: string, on: CalendarDate, subject: string, description: string): OrgRow {
  return {
    object: 'Task',
    key,
    fields: {},
    initial: {
      Subject: text(subject),
      Status: 'Completed',
      ActivityDate: on,
      WhatId: accountId,
      Description: description,
    },
    parents: {},
  };
}

function invoiceActivity(accountId: string, invoice: Invoice, from: CalendarDate): OrgRow[] {
  const { key, number, invoicedOn, dueOn, sourceUrl } = invoice;
  if (invoicedOn === null || invoicedOn < from || !isPosted(invoice)) return [];
  const due = dueOn === null ? '' : `Due on ${dueOn}. `;
  const subject = `Invoice ${number} of ${inWords(invoice.amount)}`;
  return [activity(accountId, key, invoicedOn, subject, `${due}${sourceUrl}`)];
}

function paymentActivity(accountId: string, payment: Payment, from: CalendarDate, zone: string): OrgRow[] {
  const { key, number, status, at, declineCode, declineText, sourceUrl } = payment;
  const on = at === null ? null : dayOf(at, zone);
  if (on === null || on < from || !isOver(payment) || status === 'Canceled') return [];
  const failed = status === 'Failed';
  const subject = `Payment ${number} of ${inWords(payment.amount)} ${failed ? 'failed' : 'received'}`;
  const why = failed ? `${declineMeaning(declineCode, declineText)} ` : '';
  return [activity(accountId, key, on, subject, `${why}${sourceUrl}`)];
}

/**
 * A deal that reports what billing did. The mark that keeps it from being ordered goes with every write, so that no record
 * is ever there without it. A deal belongs to the Account of its subscription; what billing says of the subscription is kept
 * while it is the newest deal, and all else is people's once it was made.
 */
function dealRow(
  view: AccountView,
  one: SubscriptionView,
  { kind, on, part }: ReportedDeal,
  { stage, currency }: NonNullable<RecordSettings['deals']>,
): OrgRow {
  const { subscription, plan, arr, tcv } = one;
  const owner = view.billingAccounts.find(({ account }) => account.key === subscription.billingAccountKey)?.account;
  const worth = tcv ?? arr;
  return {
    object: 'Opportunity',
    key: `${subscription.key}:${part}`,
    partOf: subscription.key,
    fields: {
      AccountId: view.accountId,
      Billing_Reported__c: true,
      Billing_Subscription_Number__c: text(subscription.number, 80),
      ...subscriptionFacts(one),
    },
    initial: {
      Name: text(`${owner?.name ?? subscription.number}: ${plan} (${kind.toLowerCase()})`, 120),
      StageName: stage,
      CloseDate: on,
      Type: kind,
      // Salesforce would print its own currency beside any other amount.
      ...(worth.currency === currency ? { Amount: amount(worth) } : {}),
    },
    parents: {},
  };
}

/** What was sold on top of what a customer had; other changes that raise MRR (a price, a trial that ends) nobody sold. */
const UPGRADES: ReadonlySet<string> = new Set(['Upgrade', 'Quantity Changed', 'Product Added']);

/** The deal of an upgrade, worth by how much it raised MRR; null for whatever is none. */
function upgradeRow(
  view: AccountView,
  entry: AccountView['events'][number],
  deals: NonNullable<RecordSettings['deals']>,
): OrgRow | null {
  const { kind, mrrStep, on, of, subscriptionKey } = entry;
  const own = view.subscriptions.find(({ subscription }) => subscription.key === subscriptionKey);
  if (own === undefined || mrrStep === null || mrrStep.minor <= 0 || on < deals.from || !UPGRADES.has(kind))
    return null;
  const ofYear = money(mrrStep.minor * 12, mrrStep.currency);
  const deal: ReportedDeal = { kind: 'Upsell', on, part: `upgrade:${partsOf(of).id}` };
  return dealRow(view, { ...own, mrr: { ...own.mrr, amount: mrrStep }, arr: ofYear, tcv: null }, deal, deals);
}

/** As `OrgProjection.toRecords`. */
export function toRecords(
  view: AccountView,
  settings: RecordSettings,
  known: ReadonlySet<string>,
  elsewhere: ReadonlySet<string> = new Set(),
): OrgRow[] {
  const { invoices, payments, deals, timeZone } = settings;
  const { accountId } = view;
  return [
    ...(invoices === null ? [] : view.invoices.flatMap(({ invoice }) => invoiceActivity(accountId, invoice, invoices))),
    ...(payments === null
      ? []
      : view.payments.flatMap(({ payment }) => paymentActivity(accountId, payment, payments, timeZone))),
    ...(deals === null
      ? []
      : view.subscriptions.flatMap((one) => {
          const deal = newestDealOf(one.subscription);
          if (deal === null || elsewhere.has(`${one.subscription.key}:${deal.part}`)) return [];
          const row = dealRow(view, one, deal, deals);
          return known.has(row.key) || (deal.on >= deals.from && isWon(one.status)) ? [row] : [];
        })),
    ...(deals === null
      ? []
      : view.events
          .filter(({ subscriptionKey, on }) => !elsewhere.has(`${subscriptionKey}:upgrade:${on}`))
          .flatMap((entry) => upgradeRow(view, entry, deals) ?? [])),
  ];
}
