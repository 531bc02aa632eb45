import express from 'express';
import * as z from 'zod';
import { postInvoice, runBilling } from '../billing/billRun.ts';
import { renewAccount } from '../billing/routes.ts';
import { exact, metric, money, sum } from '../decimal.ts';
import type { Account, Invoice, Payment, SubscriptionVersion } from '../model.ts';
import { createOrder } from '../orders/create.ts';
import type { OrderAction } from '../orders/schema/actions.ts';
import type { Pricing } from '../orders/schema/pricing.ts';
import { isReversible, reverse } from '../payments/chargeback.ts';
import { createPayment } from '../payments/collect.ts';
import { addPaymentMethod } from '../payments/methods.ts';
import { category, ZuoraError } from '../protocol/errors.ts';
import { dateField, parse } from '../protocol/parse.ts';
import { contractedMrr } from '../metrics/contract.ts';
import { statusOn } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';
import { recordUsage } from '../usage/record.ts';
import { invoice as findInvoice, mainCharge, openInvoices } from './find.ts';

const schemas = {
  failPayment: z.strictObject({
    account: z.string(),
    invoice: z.string().optional(),
    code: z.string().optional(),
    message: z.string().optional(),
  }),
  payInvoice: z.strictObject({ account: z.string().optional(), invoice: z.string().optional() }),
  upgrade: z.strictObject({
    subscription: z.string(),
    quantity: z.number().positive().optional(),
    price: z.number().min(0).optional(),
    date: dateField.optional(),
  }),
  cancel: z.strictObject({
    subscription: z.string(),
    policy: z.enum(['EndOfCurrentTerm', 'EndOfLastInvoicePeriod', 'SpecificDate']).optional(),
    date: dateField.optional(),
    reason: z.string().optional(),
  }),
  chargeBack: z.strictObject({
    account: z.string(),
    amount: z.number().positive().optional(),
    reason: z.string().optional(),
  }),
  transfer: z.strictObject({ subscription: z.string(), to: z.string() }),
  recordUsage: z.strictObject({
    account: z.string(),
    subscription: z.string().optional(),
    unit: z.string().optional(),
    uom: z.string().optional(),
    quantity: z.number().min(0),
    at: z.string().optional(),
  }),
  postInvoice: z.strictObject({
    account: z.string(),
    targetDate: dateField.optional(),
    invoiceDate: dateField.optional(),
  }),
};

/** Today, or the first day of a subscription that has not begun: it may be a day later elsewhere than in the tenant's zone. */
const todayOf = (tenant: Tenant, { subscriptionStartDate: first }: SubscriptionVersion): string =>
  first > tenant.today() ? first : tenant.today();

const shownInvoice = (one: Invoice) => ({
  id: one.id,
  invoiceNumber: one.invoiceNumber,
  status: one.status,
  amount: one.amount,
  balance: one.balance,
  currency: one.currency,
  dueDate: one.dueDate,
});

const shownPayment = (one: Payment) => ({
  id: one.id,
  number: one.number,
  status: one.status,
  amount: one.amount,
  currency: one.currency,
  gatewayResponse: one.gatewayResponse,
  gatewayResponseCode: one.gatewayResponseCode,
});

const shownSubscription = (tenant: Tenant, one: SubscriptionVersion) => ({
  subscriptionNumber: one.number,
  version: one.version,
  status: statusOn(one, tenant.today()),
  subscriptionEndDate: one.subscriptionEndDate,
  contractedMrr: metric(contractedMrr(one)),
});

function order(tenant: Tenant, subscription: SubscriptionVersion, action: OrderAction): Record<string, unknown> {
  const outcome = createOrder(tenant, {
    orderDate: tenant.today(),
    existingAccountNumber: tenant.account(subscription.invoiceOwnerAccountId).accountNumber,
    subscriptions: [{ subscriptionNumber: subscription.number, orderActions: [action] }],
  });
  return {
    account: outcome.account.accountNumber,
    orderNumber: outcome.order.orderNumber,
    subscription: shownSubscription(tenant, outcome.versions[0]!),
  };
}

function pay(tenant: Tenant, account: Account, invoices: readonly Invoice[]): Payment {
  if (invoices.length === 0)
    throw new ZuoraError(category.rule, `Account ${account.accountNumber} has no open invoice.`);
  return createPayment(tenant, account, {
    type: account.defaultPaymentMethodId === null ? 'External' : 'Electronic',
    amount: money(sum(invoices.map((one) => exact(one.balance))), invoices[0]!.currency),
    currency: invoices[0]!.currency,
    paymentMethodId: null,
    targets: invoices.map((document) => ({ type: 'Invoice', document, amount: document.balance })),
    effectiveDate: tenant.today(),
  });
}

/** Given to an account that has no card to decline. */
const testCard = {
  type: 'CreditCard' as const,
  cardNumber: '4242424242424242',
  cardType: 'Visa' as const,
  expirationMonth: 12,
  expirationYear: 2035,
};

/** What the gateway of the account's method is to answer from now on. */
function setGateway(tenant: Tenant, account: Account, decline: { code: string; message: string } | null): void {
  const method = tenant.data.paymentMethods.find((one) => one.id === account.defaultPaymentMethodId);
  if (method) method.decline = decline;
}

/** `POST /__sim/act/…`: what people and customers do in a real tenant, through the same functions as the public API. */
export function actRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const act = <S extends z.ZodType>(path: string, schema: S, run: (body: z.output<S>) => Record<string, unknown>) =>
    router.post(`/__sim/act/${path}`, (req, res) => void res.json(run(parse(schema, req.body ?? {}))));

  act('fail-payment', schemas.failPayment, (body) => {
    const account = tenant.account(body.account);
    const added =
      account.defaultPaymentMethodId === null ? addPaymentMethod(tenant, account, testCard, true) : undefined;
    const chosen = body.invoice === undefined ? openInvoices(tenant, account) : [findInvoice(tenant, body.invoice)];
    setGateway(tenant, account, {
      code: body.code ?? 'insufficient_funds',
      message: body.message ?? 'Your card has insufficient funds.',
    });
    return {
      account: account.accountNumber,
      payment: shownPayment(pay(tenant, account, chosen.slice(0, 1))),
      addedPaymentMethodId: added?.id,
    };
  });
  act('pay-invoice', schemas.payInvoice, (body) => {
    const named = body.invoice === undefined ? undefined : findInvoice(tenant, body.invoice);
    const key = named?.accountId ?? body.account;
    if (key === undefined) throw new ZuoraError(category.missingField, 'Missing required value: account or invoice.');
    const account = tenant.account(key);
    setGateway(tenant, account, null);
    const invoices = named ? [named] : openInvoices(tenant, account);
    const payment = pay(tenant, account, invoices);
    return { account: account.accountNumber, payment: shownPayment(payment), invoices: invoices.map(shownInvoice) };
  });
  act('upgrade', schemas.upgrade, (body) => {
    const subscription = tenant.subscription(body.subscription);
    const { planNumber, segment } = mainCharge(tenant, subscription);
    const change = {
      ...(body.quantity !== undefined && { quantity: body.quantity }),
      ...(body.price !== undefined && { listPrice: body.price }),
    };
    if (Object.keys(change).length === 0)
      throw new ZuoraError(category.missingField, 'Missing required value: quantity or price.');
    const pricing = { [`recurring${segment.model}`]: change } as Pricing;
    const day = body.date ?? todayOf(tenant, subscription);
    return order(tenant, subscription, {
      type: 'UpdateProduct',
      triggerDates: [{ name: 'ContractEffective', triggerDate: day }],
      updateProduct: {
        subscriptionRatePlanNumber: planNumber,
        chargeUpdates: [{ chargeNumber: segment.number, pricing }],
      },
    });
  });
  act('cancel', schemas.cancel, (body) => {
    const policy = body.policy ?? 'SpecificDate';
    const subscription = tenant.subscription(body.subscription);
    return order(tenant, subscription, {
      type: 'CancelSubscription',
      changeReason: body.reason,
      cancelSubscription: {
        cancellationPolicy: policy,
        ...(policy === 'SpecificDate' && { cancellationEffectiveDate: body.date ?? todayOf(tenant, subscription) }),
      },
    });
  });
  act('charge-back', schemas.chargeBack, (body) => {
    const account = tenant.account(body.account);
    const payment = tenant.by('payments', 'accountId', account.id).findLast(isReversible);
    if (!payment)
      throw new ZuoraError(category.rule, `Account ${account.accountNumber} has no payment to charge back.`);
    const left = money(exact(payment.amount).sub(exact(payment.refundAmount)), payment.currency);
    const { number, amount } = reverse(tenant, payment, {
      amount: body.amount ?? left,
      gatewayReconciliationStatus: 'chargeback',
      gatewayReconciliationReason: body.reason ?? 'fraudulent',
    });
    return { account: account.accountNumber, payment: shownPayment(payment), refund: { number, amount } };
  });
  act('transfer', schemas.transfer, (body) => {
    const subscription = tenant.subscription(body.subscription);
    const { accountNumber } = tenant.account(body.to);
    return order(tenant, subscription, {
      type: 'OwnerTransfer',
      triggerDates: [{ name: 'ContractEffective', triggerDate: todayOf(tenant, subscription) }],
      ownerTransfer: { destinationAccountNumber: accountNumber, destinationInvoiceAccountNumber: accountNumber },
    });
  });
  act('record-usage', schemas.recordUsage, (body) => {
    const account = tenant.account(body.account);
    const unit = body.uom ?? body.unit;
    if (unit === undefined) throw new ZuoraError(category.missingField, 'Missing required value: uom.');
    const usage = recordUsage(tenant, {
      AccountId: account.id,
      Quantity: body.quantity,
      StartDateTime: body.at ?? tenant.dateTime(tenant.now()).replace(' ', 'T'),
      UOM: unit,
      SubscriptionNumber: body.subscription,
    });
    return {
      account: account.accountNumber,
      usage: { id: usage.id, uom: usage.uom, quantity: usage.quantity, day: usage.day },
    };
  });
  act('post-invoice', schemas.postInvoice, (body) => {
    const account = tenant.account(body.account);
    const drafts = tenant.data.invoices.filter((one) => one.accountId === account.id && one.status === 'Draft');
    for (const draft of drafts) postInvoice(tenant, draft);
    const today = tenant.today();
    const targetDate = body.targetDate ?? today;
    renewAccount(tenant, account, targetDate);
    const { invoices, creditMemos } = runBilling(tenant, account, {
      targetDate,
      // A run for a past day stands for one that was made then, so that invoices can be overdue.
      invoiceDate: body.invoiceDate ?? (targetDate < today ? targetDate : today),
      post: true,
    });
    return {
      account: account.accountNumber,
      invoices: [...drafts, ...invoices].map(shownInvoice),
      creditMemos: creditMemos.map(({ id, number, amount }) => ({ id, number, amount })),
    };
  });
  return router;
}
