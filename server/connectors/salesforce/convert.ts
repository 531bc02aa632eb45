import type { AccountView } from '../../domain/account/view.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { Source } from '../../domain/billingAccount/billingAccount.ts';
import { isReadWithAccount } from '../../domain/billingAccount/key.ts';
import type { MrrMonth } from '../../domain/metrics/movements.ts';
import { NAMED_DEAL, ORDER_OBJECT } from '../../workflows/ports/deals.ts';
import type { MappedField } from '../../workflows/ports/orgMapping.ts';
import type { OrgProjection } from '../../workflows/ports/orgProjection.ts';
import type { DealOrder } from '../../workflows/ports/orders.ts';
import type { OrgRow } from '../../workflows/ports/orgRows.ts';
import type { ConnectionStatus } from '../../workflows/ports/sweep.ts';
import { isRecordObject, RECORD_OBJECTS } from './collections.ts';
import { withMapped } from './mapping/apply.ts';
import { billingTexts } from './mapping/billingFields.ts';
import { REQUESTS } from './requests.ts';
import { approvalRow } from './rows/approval.ts';
import { billingAccountRow } from './rows/billingAccount.ts';
import { billToDiscrepancyRows, DISCREPANCY_OBJECT, discrepancyRows } from './rows/discrepancy.ts';
import { dunningCaseRow } from './rows/dunning.ts';
import { eventRow } from './rows/event.ts';
import { name, text } from './rows/fields.ts';
import { invoiceItemRow, invoiceRow } from './rows/invoice.ts';
import { memoRow } from './rows/memo.ts';
import { namedDealRow } from './rows/namedDeal.ts';
import { orderRow } from './rows/order.ts';
import { orderTaskRow } from './rows/orderTask.ts';
import { paymentRow } from './rows/payment.ts';
import { toRecords } from './rows/records.ts';
import { isProvisioningRow, provisioningRow } from './rows/provisioning.ts';
import { endedRenewalRow, isRenewalRow, renewalRows } from './rows/renewal.ts';
import { pricesOf } from './rows/renewalLine.ts';
import { FAILURE_OBJECT } from './rows/syncFailure.ts';
import { chargeRow, subscriptionRow } from './rows/subscription.ts';
import { accountRow, balanceRow, healthRow, monthRow } from './rows/totals.ts';
import { usageRow } from './rows/usage.ts';
import { ownFields } from './shapes.ts';

/** Rises when the same view gives other rows, so that every row is written again. */
export const mappingVersion = 6;

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
  'Dunning_Case__c',
  'Billing_Event__c',
  'Billing_Balance__c',
  'Billing_MRR_Month__c',
  'Billing_Health__c',
  NAMED_DEAL,
  ORDER_OBJECT,
  REQUESTS,
  DISCREPANCY_OBJECT,
  ...RECORD_OBJECTS,
  'Billing_Connection__c',
  'Billing_Link__c',
  FAILURE_OBJECT,
] as const;

/** Number fields of an object that are zero once the row is Removed. */
const AMOUNTS: Readonly<Record<string, readonly string[]>> = {
  Billing_Account__c: ['Balance__c', 'Credit_Balance__c'],
  Billing_Subscription__c: ['MRR__c', 'ARR__c', 'TCV__c', 'Quantity__c'],
  Billing_Charge__c: ['Quantity__c', 'MRR__c'],
  Billing_Invoice__c: ['Amount__c', 'Balance__c'],
  Billing_Invoice_Item__c: ['Quantity__c', 'Unit_Price__c', 'Amount__c', 'Discount__c', 'Tax__c'],
  Billing_Credit_Memo__c: ['Amount__c', 'Applied__c', 'Refunded__c', 'Balance__c'],
  Billing_Payment__c: ['Amount__c', 'Refunded__c', 'Disputed_Amount__c'],
  Usage__c: ['Quantity__c', 'Limit__c', 'Percent_Used__c'],
  Dunning_Case__c: ['Amount__c', 'Balance__c'],
  Billing_Event__c: ['Amount__c', 'MRR_Change__c'],
  Billing_MRR_Month__c: [
    'Opening__c',
    'New__c',
    'Expansion__c',
    'Contraction__c',
    'Churn__c',
    'Reactivation__c',
    'Closing__c',
  ],
  Billing_Balance__c: [
    'MRR__c',
    'ARR__c',
    'Outstanding__c',
    'Overdue__c',
    'Not_Due__c',
    'Days_1_30__c',
    'Days_31_60__c',
    'Days_61_90__c',
    'Over_90_Days__c',
    'Last_Payment_Amount__c',
    'Lifetime_Value__c',
    'ARR_Converted__c',
    'Outstanding_Converted__c',
  ],
};

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
    ...view.payments.map(({ payment }) => payment.key),
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
    ...view.dunning.map((one) => dunningCaseRow(one, keys)),
    ...view.events.map((one) => eventRow(one, keys)),
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

/** Age from which figures are stale, unless sweeps are rare. */
const STALE_SECONDS = 15 * 60;
/** Sweeps that may be missed in a row before they are. */
const SWEEPS_MISSED = 5;

/**
 * @param sweepSeconds how often the billing system is looked at
 * @returns the row that tells people how a connection stands; it belongs to no Account and holds no money
 */
export function toOrgConnection(status: ConnectionStatus, source: Source | 'Salesforce', sweepSeconds: number): OrgRow {
  const { checkedThrough } = status;
  const staleMs = Math.max(STALE_SECONDS, SWEEPS_MISSED * sweepSeconds) * 1000;
  return {
    object: 'Billing_Connection__c',
    key: `${status.connection}:connection:${status.connection}`,
    fields: {
      // Of several accounts of one billing system each is told by its own name.
      ...name(status.connection === source.toLowerCase() ? source : status.connection),
      Source__c: source,
      State__c: status.state,
      Checked_Through__c: checkedThrough?.toISOString() ?? null,
      Stale_After__c: checkedThrough && new Date(checkedThrough.getTime() + staleMs).toISOString(),
      Lag_Seconds__c: status.lagSeconds,
      Message__c: text(status.message),
    },
    parents: {},
  };
}

/** @returns whether it is of a record of a standard object, or goes with one, and is never removed */
export function isRecord(row: OrgRow): boolean {
  return isRecordObject(row.object) || row.object === NAMED_DEAL || !isReadWithAccount(row.key);
}

/** The order of an Opportunity, what finance is asked about it, what the deal says otherwise, and what somebody has to do. */
const rowsOfOrder = (order: DealOrder, subscriptions: readonly Subscription[]): OrgRow[] => [
  orderRow(order, subscriptions),
  ...order.approvals.map((approval) => approvalRow(order.dealId, approval)),
  ...discrepancyRows(order),
  ...order.tasks.map((task) => orderTaskRow(order.dealId, task)),
];

/** @param fields what an admin's mapping adds and leaves out now; it may change while the server runs */
export function createOrgProjection(fields: () => readonly MappedField[] = () => []): OrgProjection {
  return {
    toOrgRows(view, months) {
      const told = { view, texts: billingTexts(view) };
      return toOrgRows(view, months).map((row) => withMapped(row, fields(), told));
    },
    removedRow(row) {
      // What a mapping added before may be gone in the org.
      const known = ownFields[row.object] ?? new Set();
      const own = Object.entries(row.fields).filter(([name]) => known.has(name));
      return withMapped(removedRow({ ...row, fields: Object.fromEntries(own) }), fields(), { before: row });
    },
    toRecords,
    isRenewal: isRenewalRow,
    toRenewal: renewalRows,
    toEndedRenewal: endedRenewalRow,
    pricesOf,
    toNamedDeal: (deal, view) => [
      // What the product opened has a row of its own, which says the same.
      ...(deal.opened ? [] : [namedDealRow(deal, view?.subscriptions ?? null)]),
      ...(deal.order ? rowsOfOrder(deal.order, view?.subscriptions.map(({ subscription }) => subscription) ?? []) : []),
    ],
    toProvisioning: provisioningRow,
    isProvisioning: isProvisioningRow,
    toBillToDiscrepancy: billToDiscrepancyRows,
    isRecord,
    isRemoved,
  };
}

/** What every org gets. */
export const orgProjection: OrgProjection = createOrgProjection();
