import { exact, metric, money, type Fraction } from '../decimal.ts';
import type { Account } from '../model.ts';
import { category, resource } from '../protocol/errors.ts';
import { customFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import type { OrderLineItem, OrderRecord } from './model.ts';
import { refuse } from './refuse.ts';
import { bookkeepingFields, type LineItemChange, type LineItemRequest } from './schema/lineItem.ts';

const bookkeepingOf = (body: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([key]) => bookkeepingFields.includes(key)));

/** A line of an order; what it lacks comes from its product charge, where it names one. */
export function newLineItem(
  tenant: Tenant,
  body: LineItemRequest,
  { orderDate }: { orderDate: string },
  account: Account,
  index: number,
): OrderLineItem {
  const charge =
    body.productRatePlanChargeId === undefined
      ? undefined
      : tenant.by('productCharges', 'id', body.productRatePlanChargeId)[0];
  if (body.productRatePlanChargeId !== undefined && !charge)
    return refuse(category.badValue, `The productRatePlanChargeId ${body.productRatePlanChargeId} is invalid.`);
  const listed = charge?.prices.find((one) => one.currency === account.currency)?.price ?? null;
  const itemName = body.itemName ?? charge?.name;
  const amountPerUnit = body.amountPerUnit ?? listed;
  if (itemName === undefined) return refuse(category.missingField, 'Missing required value: itemName.');
  if (amountPerUnit === null) return refuse(category.missingField, 'Missing required value: amountPerUnit.');
  if (body.quantity === undefined) return refuse(category.missingField, 'Missing required value: quantity.');
  const start = body.transactionStartDate ?? orderDate;
  const end = body.transactionEndDate ?? start;
  if (end < start) return refuse(category.rule, 'transactionEndDate is before transactionStartDate.');
  return {
    id: tenant.newId(),
    itemNumber: body.itemNumber ?? String(index + 1),
    itemName,
    itemType: body.itemType ?? 'Product',
    itemCategory: body.itemCategory ?? 'Sales',
    itemState: body.itemState ?? 'Executing',
    quantity: body.quantity,
    amountPerUnit,
    listPricePerUnit: body.listPricePerUnit ?? listed,
    inlineDiscountType: body.inlineDiscountType ?? null,
    inlineDiscountPerUnit: body.inlineDiscountPerUnit ?? null,
    transactionStartDate: start,
    transactionEndDate: end,
    billTargetDate: body.billTargetDate ?? null,
    productRatePlanChargeId: charge?.id ?? null,
    ownerAccountNumber: body.ownerAccountNumber ?? account.accountNumber,
    customFields: customFields(body.customFields ?? {}, tenant.customFields.orderLineItem, resource.order),
    fields: bookkeepingOf(body),
    originalOrderDate: orderDate,
    amendedByOrderOn: null,
  };
}

/** Changes a line; one that went to billing or is done can only change its state (Zuora docs, "Order line items"). */
export function changeLineItem(tenant: Tenant, item: OrderLineItem, body: LineItemChange): void {
  const { customFields: custom, ...fields } = body;
  const set = Object.keys(fields).filter((key) => key !== 'itemState');
  if (['SentToBilling', 'Complete', 'Cancelled'].includes(item.itemState) && set.length > 0)
    return refuse(category.rule, `${set[0]} cannot be changed in the state ${item.itemState}.`);
  const own = Object.entries(fields).filter(([key]) => !bookkeepingFields.includes(key));
  Object.assign(item, Object.fromEntries(own));
  Object.assign(item.fields, bookkeepingOf(fields));
  Object.assign(item.customFields, customFields(custom ?? {}, tenant.customFields.orderLineItem, resource.order));
}

/** Amount before and after the inline discount; negative for returns. */
export function lineAmounts(item: OrderLineItem): { gross: Fraction; net: Fraction } {
  const sign = item.itemCategory === 'Return' ? -1 : 1;
  const unit = exact(item.amountPerUnit);
  const off =
    item.inlineDiscountType === 'Percentage'
      ? unit.mul(exact(item.inlineDiscountPerUnit ?? 0)).div(100)
      : exact(item.inlineDiscountType === 'FixedAmount' ? (item.inlineDiscountPerUnit ?? 0) : 0);
  const quantity = exact(item.quantity).mul(sign);
  return { gross: unit.mul(quantity), net: unit.sub(off).mul(quantity) };
}

/** A line as reads of orders show it. */
export function lineItemView(tenant: Tenant, item: OrderLineItem, order: OrderRecord): Record<string, unknown> {
  const { customFields: custom, fields, ...own } = item;
  const { gross, net } = lineAmounts(item);
  const { currency } = tenant.account(order.accountId);
  const owner = tenant.by('accounts', 'accountNumber', item.ownerAccountNumber)[0];
  const invoiceOwner = tenant.account(order.accountId);
  return {
    ...Object.fromEntries(bookkeepingFields.map((name) => [name, null])),
    ...fields,
    ...own,
    customFields: custom,
    amount: money(net, currency),
    amountWithoutTax: money(net, currency),
    discount: money(gross.sub(net), currency),
    listPrice: item.listPricePerUnit === null ? null : metric(exact(item.listPricePerUnit).mul(exact(item.quantity))),
    invoiceOwnerAccountId: invoiceOwner.id,
    invoiceOwnerAccountName: invoiceOwner.name,
    invoiceOwnerAccountNumber: invoiceOwner.accountNumber,
    ownerAccountId: owner?.id ?? null,
    ownerAccountName: owner?.name ?? null,
    quantityAvailableForReturn: item.quantity,
    quantityFulfilled: 0,
    quantityPendingFulfillment: 0,
    requiresFulfillment: false,
  };
}
