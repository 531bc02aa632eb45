import type { QueryObject } from './define.ts';
import * as account from './objects/accounts.ts';
import * as billing from './objects/billing.ts';
import * as catalog from './objects/catalog.ts';
import * as payment from './objects/payments.ts';
import * as subscription from './objects/subscriptions.ts';

/** Objects by their path in Object Query, with fields as the vendor's SDK names them (`ExpandedAccount` …). */
export const objects: Readonly<Record<string, QueryObject>> = {
  accounts: account.accounts,
  contacts: account.contacts,
  'payment-methods': account.paymentMethods,
  subscriptions: subscription.subscriptions,
  'rate-plans': subscription.ratePlans,
  'rate-plan-charges': subscription.ratePlanCharges,
  'rate-plan-charge-tiers': subscription.ratePlanChargeTiers,
  invoices: billing.invoices,
  'invoice-items': billing.invoiceItems,
  'credit-memos': billing.creditMemos,
  'credit-memo-items': billing.creditMemoItems,
  'credit-memo-parts': billing.creditMemoParts,
  'debit-memos': billing.debitMemos,
  'debit-memo-items': billing.debitMemoItems,
  'bill-runs': billing.billRuns,
  payments: payment.payments,
  'payment-parts': billing.paymentParts,
  'payment-runs': payment.paymentRuns,
  refunds: payment.refunds,
  usages: payment.usages,
  products: catalog.products,
  'product-rate-plans': catalog.productRatePlans,
  'product-rate-plan-charges': catalog.productRatePlanCharges,
  'product-rate-plan-charge-tiers': catalog.productRatePlanChargeTiers,
  orders: catalog.orders,
  'order-actions': catalog.orderActions,
  'order-line-items': catalog.orderLineItems,
};

/** Objects that only ZOQL, Data Query and AQuA reach. */
const others: readonly QueryObject[] = [
  payment.paymentTransactionLogs,
  payment.refundTransactionLogs,
  payment.paymentMethodTransactionLogs,
  payment.calloutHistories,
  catalog.unitsOfMeasure,
];

/** Paths that Object Query has and this simulator has not. */
export const otherObjects = ['amendments', 'order-ramps', 'prepaid-balances', 'summary-statements', 'taxation-items'];

const byName = new Map([...Object.values(objects), ...others].map((one) => [one.name.toLowerCase(), one]));

/** An object by its name in ZOQL or Data Query, whatever the case of its letters. */
export const objectByName = (name: string): QueryObject | undefined => byName.get(name.toLowerCase());
