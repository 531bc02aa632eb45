import { exact, money, sum } from '../decimal.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { newCreditMemo, newDebitMemo, postCreditMemo, postDebitMemo } from './documents.ts';
import { plainItem } from './items.ts';
import type { CreditMemo, DebitMemo, Invoice, InvoiceItem } from './model.ts';
import { applyTo } from './settle.ts';

/** An item of a memo to be: an amount on an item of an invoice, or on a charge of the catalog. */
export type MemoItem = {
  amount?: number | undefined;
  invoiceItemId?: string | undefined;
  productRatePlanChargeId?: string | undefined;
  skuName?: string | undefined;
  description?: string | undefined;
  quantity?: number | undefined;
  serviceStartDate?: string | undefined;
  serviceEndDate?: string | undefined;
  unitOfMeasure?: string | undefined;
};

/** What credit memos have taken off an invoice item already, drafts included. */
export function creditedOf(tenant: Tenant, item: InvoiceItem): number {
  const credited = tenant.derived('creditedOfItems', () =>
    Map.groupBy(
      tenant.data.creditMemos.filter((one) => one.status !== 'Canceled').flatMap((one) => one.items),
      (one) => one.sourceItemId,
    ),
  );
  return Number(sum((credited.get(item.id) ?? []).map((one) => exact(one.chargeAmount))).toString());
}

/** Items of a memo on an invoice; @throws ZuoraError where more is credited than was charged */
export function itemsFromInvoice(
  tenant: Tenant,
  invoice: Invoice,
  given: readonly MemoItem[],
  kind: 'credit' | 'debit',
): InvoiceItem[] {
  const of = kind === 'credit' ? resource.creditMemo : resource.debitMemo;
  return given.map((one) => {
    const source = invoice.items.find((item) => item.id === one.invoiceItemId);
    if (!source) throw new ZuoraError(category.badValue, `The invoice item ${one.invoiceItemId} is invalid.`, of);
    const amount = one.amount ?? source.chargeAmount;
    const left = exact(source.chargeAmount).sub(exact(creditedOf(tenant, source)));
    if (kind === 'credit' && exact(amount).gt(left))
      throw new ZuoraError(category.rule, 'The amount is more than the invoice item has available to credit.', of);
    return plainItem(tenant, {
      ...source,
      id: tenant.newId(),
      chargeAmount: money(exact(amount), invoice.currency),
      quantity: one.quantity ?? source.quantity,
      description: one.description ?? null,
      taxItems: [],
      serviceStartDate: one.serviceStartDate ?? source.serviceStartDate,
      serviceEndDate: one.serviceEndDate ?? source.serviceEndDate,
      sourceItemId: source.id,
    });
  });
}

/** Items of a memo on charges of the catalog, at the price of the catalog where no amount is given. */
export function itemsFromCharges(
  tenant: Tenant,
  currency: string,
  given: readonly MemoItem[],
  of: number,
): InvoiceItem[] {
  return given.map((one) => {
    const charge = tenant.data.productCharges.find((found) => found.id === one.productRatePlanChargeId);
    if (!charge)
      throw new ZuoraError(
        category.badValue,
        `The product rate plan charge ${one.productRatePlanChargeId} is invalid.`,
        of,
      );
    const plan = tenant.data.productRatePlans.find((found) => found.id === charge.productRatePlanId)!;
    const product = tenant.data.products.find((found) => found.id === plan.productId)!;
    const listed = charge.prices.find((price) => price.currency === currency)?.price;
    if (one.amount === undefined && listed == null)
      throw new ZuoraError(category.missingField, 'Missing required value: amount.', of);
    const quantity = one.quantity ?? 1;
    const amount = one.amount === undefined ? exact(listed!).mul(exact(quantity)) : exact(one.amount);
    return plainItem(tenant, {
      chargeName: charge.name,
      chargeAmount: money(amount, currency),
      chargeType: charge.type,
      productName: product.name,
      productRatePlanChargeId: charge.id,
      sku: product.sku,
      description: one.description ?? null,
      quantity,
      unitPrice: listed ?? null,
      uom: charge.uom,
      serviceStartDate: one.serviceStartDate ?? tenant.today(),
      serviceEndDate: one.serviceEndDate ?? null,
      sourceItemId: charge.id,
    });
  });
}

const everyItem = (invoice: Invoice): MemoItem[] => invoice.items.map((item) => ({ invoiceItemId: item.id }));

/** Makes a posted invoice void by a credit memo over all of it; @throws ZuoraError once money moved on it */
export function reverseInvoice(tenant: Tenant, invoice: Invoice, memoDate: string | undefined): CreditMemo {
  if (invoice.status !== 'Posted' || invoice.reversed || invoice.balance !== invoice.amount || invoice.amount < 0)
    throw new ZuoraError(
      category.rule,
      'Only posted invoices that are not negative and have no payments or credit memos applied can be reversed.',
      resource.invoice,
    );
  const memo = creditWhole(tenant, invoice, { memoDate, source: 'AdhocFromInvoice', comment: null });
  invoice.reversed = true;
  return memo;
}

/** Gives up what is left of an invoice: a credit memo takes its balance; @throws ZuoraError where nothing is left */
export function writeOffInvoice(
  tenant: Tenant,
  invoice: Invoice,
  body: { memoDate?: string | undefined; comment?: string | undefined; reasonCode?: string | undefined },
): CreditMemo {
  if (invoice.status !== 'Posted' || invoice.balance <= 0)
    throw new ZuoraError(category.rule, 'Only posted invoices with a balance can be written off.', resource.invoice);
  return creditWhole(tenant, invoice, {
    memoDate: body.memoDate,
    source: 'WriteOff',
    comment: body.comment ?? null,
    reasonCode: body.reasonCode ?? 'Write-off',
  });
}

function creditWhole(
  tenant: Tenant,
  invoice: Invoice,
  how: { memoDate: string | undefined; source: string; comment: string | null; reasonCode?: string },
): CreditMemo {
  const account = tenant.account(invoice.accountId);
  const { currency, balance } = invoice;
  // What is left of a part-paid invoice is taken off its items in their order.
  let left = exact(balance);
  const items = itemsFromInvoice(tenant, invoice, everyItem(invoice), 'debit').flatMap((item, index) => {
    const taxes = sum(invoice.items[index]!.taxItems.map((one) => exact(one.taxAmount)));
    const whole = exact(item.chargeAmount).add(taxes);
    const amount = whole.gt(left) ? left : whole;
    left = left.sub(amount);
    return amount.equals(0) ? [] : [{ ...item, chargeAmount: money(amount, currency) }];
  });
  const memo = newCreditMemo(tenant, {
    account,
    currency,
    items,
    creditMemoDate: how.memoDate ?? tenant.today(),
    comment: how.comment,
    reasonCode: how.reasonCode ?? null,
    referredInvoiceId: invoice.id,
    source: how.source,
    sourceId: invoice.id,
    sourceType: 'Invoice',
  });
  postCreditMemo(tenant, memo);
  applyTo(tenant, memo, [{ type: 'Invoice', document: invoice, amount: balance }], resource.invoice);
  return memo;
}

/** Reverses a posted credit memo that is not applied, by a debit memo that it is applied to. */
export function debitWhole(
  tenant: Tenant,
  memo: CreditMemo,
  how: {
    memoDate?: string | undefined;
    reversed: boolean;
    comment?: string | undefined;
    reasonCode?: string | undefined;
  },
): DebitMemo {
  if (memo.status !== 'Posted' || memo.appliedAmount !== 0 || memo.refundAmount !== 0)
    throw new ZuoraError(
      category.rule,
      `${memo.number} must be posted, and neither applied nor refunded.`,
      resource.creditMemo,
    );
  const account = tenant.account(memo.accountId);
  const debit = newDebitMemo(tenant, {
    account,
    currency: memo.currency,
    items: memo.items.map((item) => ({ ...item, id: tenant.newId(), sourceItemId: item.id })),
    debitMemoDate: how.memoDate ?? tenant.today(),
    comment: how.comment ?? null,
    reasonCode: how.reasonCode ?? null,
    referredCreditMemoId: memo.id,
    sourceType: 'CreditMemo',
  });
  postDebitMemo(tenant, debit);
  applyTo(tenant, memo, [{ type: 'DebitMemo', document: debit, amount: debit.amount }], resource.creditMemo);
  memo.reversed = how.reversed;
  return debit;
}
