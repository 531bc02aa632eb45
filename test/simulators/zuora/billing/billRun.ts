import type Fraction from 'fraction.js';
import { addDays } from '../dates.ts';
import { exact, metric, money, sum } from '../decimal.ts';
import { emit } from '../callouts/emit.ts';
import type { Account, Usage } from '../model.ts';
import { ZuoraError } from '../protocol/errors.ts';
import { isDiscount, type Sold, soldIn } from '../metrics/discounts.ts';
import { periodAmount } from '../metrics/contract.ts';
import { priceOf } from '../metrics/price.ts';
import type { Tenant } from '../tenant.ts';
import { discountsFor, inDiscountOrder, type Left } from './discounts.ts';
import { newCreditMemo, newInvoice, postCreditMemo } from './documents.ts';
import type { CreditMemo, Invoice, InvoiceItem } from './model.ts';
import { spansBetween, type Span } from './periods.ts';

type Draft = { sold: Sold; span: Span; amount: Fraction; quantity: Fraction; unitPrice: number | null };

export type BillingOptions = {
  targetDate: string;
  invoiceDate: string;
  post: boolean;
  /** Only these subscriptions, by number; all when absent. */
  subscriptions?: readonly string[] | undefined;
  /** Types of charges that are left out. */
  chargeTypeToExclude?: readonly string[] | undefined;
  billRunId?: string | undefined;
  creditMemoReasonCode?: string | undefined;
};

/** Items of one document to be: those of one currency, and of one subscription where it is invoiced separately. */
type Group = { currency: string; items: InvoiceItem[] };

/**
 * What is due for an account up to a target date: recurring charges period by period, in advance or in arrears;
 * one-time charges once; usage per ended period; what was billed beyond a change or a cancellation comes back. Notes on
 * the segments of `everything` how far they are charged, so whoever only wants to look gives copies.
 */
export function dueItems(
  tenant: Tenant,
  account: Account,
  everything: readonly Sold[],
  options: Pick<BillingOptions, 'targetDate' | 'chargeTypeToExclude'>,
  used: Set<Usage> = new Set(),
): Group[] {
  const groups = new Map<string, Group>();
  const left: Left = new Map();
  for (const sold of everything.toSorted(inDiscountOrder)) {
    if (options.chargeTypeToExclude?.includes(sold.segment.type)) continue;
    const { currency, invoiceSeparately, number } = sold.subscription;
    const key = invoiceSeparately ? `${currency} ${number}` : currency;
    const drafts = draftsOf(tenant, account, sold, options.targetDate, used);
    const items = drafts.flatMap((draft) => itemsOf(tenant, draft, everything, left));
    if (items.length === 0) continue;
    const group = groups.get(key) ?? { currency, items: [] };
    group.items.push(...items);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** What an account pays for, itself or for others. */
export const soldTo = (tenant: Tenant, account: Account): Sold[] =>
  tenant
    .latest()
    .filter((one) => one.invoiceOwnerAccountId === account.id)
    .flatMap(soldIn);

/** Bills an account up to a target date, as a bill run does. A total below zero becomes a credit memo. */
export function runBilling(
  tenant: Tenant,
  account: Account,
  options: BillingOptions,
): { invoices: Invoice[]; creditMemos: CreditMemo[] } {
  const { subscriptions } = options;
  const everything = soldTo(tenant, account).filter(
    ({ subscription }) => subscriptions === undefined || subscriptions.includes(subscription.number),
  );
  const used = new Set<Usage>();
  const groups = dueItems(tenant, account, everything, options, used);
  for (const usage of used) Object.assign(usage, { status: 'Processed', updatedDate: tenant.now() });
  const invoices: Invoice[] = [];
  const creditMemos: CreditMemo[] = [];
  const billRunId = options.billRunId ?? tenant.newId();
  for (const { currency, items } of groups) {
    const total = sum(items.map((one) => exact(one.chargeAmount)));
    const shared = { account, currency, targetDate: options.targetDate, billRunId };
    if (total.lt(0)) {
      const memo = newCreditMemo(tenant, {
        ...shared,
        items: items.map((item) => ({ ...item, chargeAmount: money(exact(item.chargeAmount).neg(), currency) })),
        creditMemoDate: options.invoiceDate,
        reasonCode: options.creditMemoReasonCode ?? null,
        source: 'BillRun',
        sourceType: 'Subscription',
      });
      creditMemos.push(memo);
      if (options.post) postCreditMemo(tenant, memo);
    } else {
      const invoice = newInvoice(tenant, {
        ...shared,
        items,
        invoiceDate: options.invoiceDate,
        source: 'BillRun',
        sourceType: 'Subscription',
      });
      invoices.push(invoice);
      if (options.post) postInvoice(tenant, invoice);
    }
  }
  return { invoices, creditMemos };
}

/** Posts a draft, which makes it owed. */
export function postInvoice(tenant: Tenant, invoice: Invoice): void {
  if (invoice.status !== 'Draft') throw ZuoraError.of(59210020, 'Only invoices with Draft status can be posted.');
  Object.assign(invoice, { status: 'Posted', postedDate: tenant.today(), updatedDate: tenant.now() });
  tenant.touch();
  emit(tenant, 'InvoicePosted', tenant.account(invoice.accountId), {
    invoiceId: invoice.id,
    invoiceNumber: invoice.invoiceNumber,
  });
}

/** What is due on one segment, and marks it as charged. */
function draftsOf(tenant: Tenant, account: Account, sold: Sold, targetDate: string, used: Set<Usage>): Draft[] {
  const { segment, subscription } = sold;
  if (isDiscount(segment)) return [];
  if (segment.type === 'OneTime') {
    if (segment.chargedThroughDate !== null || segment.effectiveStartDate > targetDate) return [];
    segment.chargedThroughDate = segment.effectiveStartDate;
    if (segment.effectiveEndDate !== null && segment.effectiveEndDate <= segment.effectiveStartDate) return [];
    const quantity = exact(segment.quantity ?? 1);
    const day = segment.effectiveStartDate;
    const span = { start: day, end: addDays(day, 1), share: exact(1) };
    return [{ sold, span, amount: priceOf(segment, quantity), quantity, unitPrice: segment.price }];
  }
  const spans = (from: string, to: string) => spansBetween(segment, subscription, account.billCycleDay, from, to);
  const through = segment.chargedThroughDate;
  const end = segment.effectiveEndDate;
  const recurring = (span: Span, sign: 1 | -1): Draft => ({
    sold,
    span,
    amount: periodAmount(segment, subscription).mul(span.share).mul(sign),
    quantity: exact(segment.quantity ?? 1),
    unitPrice: segment.price,
  });
  if (segment.type === 'Recurring' && end !== null && through !== null && through > end) {
    segment.chargedThroughDate = end;
    return spans(end, through).map((span) => recurring(span, -1));
  }
  const horizon = end ?? addDays(targetDate, 5 * 366);
  const due = spans(through ?? segment.effectiveStartDate, horizon).filter((span) =>
    segment.billingTiming === 'IN_ADVANCE' ? span.start <= targetDate : span.end <= targetDate,
  );
  if (due.length > 0) segment.chargedThroughDate = due.at(-1)!.end;
  if (segment.type === 'Recurring') return due.map((span) => recurring(span, 1));
  return due.map((span) => usageDraft(tenant, sold, span, used)).filter((draft) => draft.quantity.gt(0));
}

/** True for usage that is counted for a charge; without subscription and charge it counts for every one with its unit. */
function usageIsFor(usage: Usage, { segment, subscription }: Sold): boolean {
  return (
    usage.uom === segment.uom &&
    (usage.accountId === subscription.accountId || usage.accountId === subscription.invoiceOwnerAccountId) &&
    (usage.chargeNumber === null || usage.chargeNumber === segment.number) &&
    (usage.subscriptionNumber === null || usage.subscriptionNumber === subscription.number)
  );
}

function usageDraft(tenant: Tenant, sold: Sold, span: Span, used: Set<Usage>): Draft {
  const counted = tenant.data.usages.filter(
    (one) => one.status === 'Pending' && usageIsFor(one, sold) && span.start <= one.day && one.day < span.end,
  );
  for (const one of counted) used.add(one);
  const quantity = sum(counted.map((one) => exact(one.quantity)));
  const unitPrice = sold.segment.overagePrice ?? sold.segment.price;
  return { sold, span, amount: priceOf(sold.segment, quantity), quantity, unitPrice };
}

/** The item of a charge and one below it for every discount on it. */
function itemsOf(tenant: Tenant, draft: Draft, everything: readonly Sold[], left: Left): InvoiceItem[] {
  const item = itemOf(tenant, draft, draft.sold, draft.amount, null);
  return [
    item,
    ...discountsFor(draft.sold, draft.span, draft.amount, everything, left).map(({ discount, off }) => {
      const { segment } = discount;
      if (segment.chargedThroughDate === null || segment.chargedThroughDate < draft.span.end)
        segment.chargedThroughDate = draft.span.end;
      return itemOf(tenant, draft, discount, off, item.id);
    }),
  ];
}

function itemOf(
  tenant: Tenant,
  draft: Draft,
  sold: Sold,
  amount: Fraction,
  appliedToItemId: string | null,
): InvoiceItem {
  const { segment, subscription, plan } = sold;
  const productRatePlan = tenant.data.productRatePlans.find((one) => one.id === plan.productRatePlanId)!;
  const product = tenant.data.products.find((one) => one.id === productRatePlan.productId)!;
  const discount = appliedToItemId !== null;
  return {
    id: tenant.newId(),
    subscriptionId: subscription.id,
    subscriptionNumber: subscription.number,
    chargeId: segment.id,
    chargeNumber: segment.number,
    chargeName: draft.amount.lt(0) && !discount ? `${segment.name} -- Proration Credit` : segment.name,
    chargeType: segment.type,
    processingType: discount ? 'Discount' : 'Charge',
    appliedToItemId,
    productName: product.name,
    productRatePlanChargeId: segment.productRatePlanChargeId,
    sku: product.sku,
    description: null,
    chargeAmount: money(amount, subscription.currency),
    taxItems: [],
    sourceItemId: null,
    unitPrice: discount ? (segment.discountPercentage ?? segment.discountAmount) : draft.unitPrice,
    quantity: discount ? 0 : metric(draft.quantity),
    uom: segment.uom,
    serviceStartDate: draft.span.start,
    serviceEndDate: addDays(draft.span.end, -1),
  };
}
