import { runBilling } from '../billing/billRun.ts';
import { emit } from '../callouts/emit.ts';
import type { Account, CreditMemo, Invoice, OrderRecord, Payment, SubscriptionVersion } from '../model.ts';
import { collect } from '../payments/collect.ts';
import { category } from '../protocol/errors.ts';
import { isPending } from '../subscriptions/status.ts';
import type { Tenant } from '../tenant.ts';
import { accountFrom } from './actions/create.ts';
import { atomically, changesOf, type Change } from './booking.ts';
import { newLineItem } from './lineItems.ts';
import type { OrderStatus } from './model.ts';
import { carriedOut, described, planned } from './record.ts';
import { refuse } from './refuse.ts';
import type { OrderRequest } from './schema/order.ts';
import { isComplete, triggersOf } from './triggers.ts';

/** What an order led to. */
export type OrderOutcome = {
  order: OrderRecord;
  account: Account;
  versions: SubscriptionVersion[];
  invoices: Invoice[];
  creditMemos: CreditMemo[];
  payment: Payment | undefined;
};

/** The account of an order, which can still be billed. */
export function activeAccount(tenant: Tenant, number: string): Account {
  const account = tenant.by('accounts', 'accountNumber', number)[0];
  if (!account) return refuse(category.badValue, `The account number ${number} is invalid.`);
  if (account.status !== 'Active') return refuse(category.rule, `Account ${number} is cancelled.`);
  return account;
}

/** The account that is billed: the one named, or a new one. */
function accountOf(tenant: Tenant, request: OrderRequest): Account {
  if ((request.existingAccountNumber === undefined) === (request.newAccount === undefined))
    return refuse(category.badValue, 'Give either existingAccountNumber or newAccount.');
  if (request.newAccount) return accountFrom(tenant, request.newAccount);
  return activeAccount(tenant, request.existingAccountNumber!);
}

/** True for an order that changes subscriptions on dates that the tenant asks for and the order does not give. */
export function waitsForDates(tenant: Tenant, request: OrderRequest): boolean {
  return (request.subscriptions ?? [])
    .filter((part) => part.orderActions[0]!.type !== 'CreateSubscription')
    .some((part) => part.orderActions.some((action) => !isComplete(triggersOf(tenant, action, request.orderDate))));
}

/** What would fail after the order is stored is refused before. */
function checkCollecting(tenant: Tenant, { processingOptions, existingAccountNumber, newAccount }: OrderRequest): void {
  if (!processingOptions?.collectPayment) return;
  if (!processingOptions.runBilling) return refuse(category.rule, 'collectPayment needs runBilling.');
  const account = tenant.by('accounts', 'accountNumber', existingAccountNumber ?? '')[0];
  if (!newAccount?.paymentMethod && account?.defaultPaymentMethodId === null)
    return refuse(category.rule, 'The account has no default payment method to collect the payment with.');
}

/**
 * Takes an order as POST /v1/orders does: all of it or nothing. Drafts and scheduled orders are only kept, and so are
 * changes that wait for a trigger date.
 */
export function createOrder(tenant: Tenant, request: OrderRequest): OrderOutcome {
  const { orderNumber: number, subscriptions = [], orderLineItems = [] } = request;
  if (number !== undefined && tenant.by('orders', 'orderNumber', number).length > 0)
    return refuse(category.rule, `The order number ${number} already exists.`);
  if (subscriptions.length + orderLineItems.length === 0)
    return refuse(category.missingField, 'Missing required value: subscriptions.');
  checkCollecting(tenant, request);
  const held = request.status === 'Draft' || request.status === 'Scheduled';
  if (request.status === 'Scheduled' && !request.schedulingOptions)
    return refuse(category.missingField, 'Missing required value: schedulingOptions.');
  const accountsBefore = tenant.data.accounts.length;
  const outcome = atomically(tenant, () => {
    const account = accountOf(tenant, request);
    const at = tenant.now();
    const order: OrderRecord = {
      ...described(tenant, request),
      id: tenant.newId(),
      orderNumber: number ?? tenant.number('O-'),
      accountId: account.id,
      status: held ? (request.status as OrderStatus) : 'Pending',
      cancelReason: null,
      request,
      subscriptions: planned(tenant, request),
      orderLineItems: [],
      createdDate: at,
      updatedDate: at,
    };
    const changes = held || waitsForDates(tenant, request) ? [] : carryOut(tenant, order);
    tenant.data.orders.push(order);
    return { order, account, changes };
  });
  tenant.touch();
  for (const account of tenant.data.accounts.slice(accountsBefore)) emit(tenant, 'AccountCreated', account, {});
  return finish(tenant, outcome.order, outcome.changes);
}

/** Carries out an order that was kept until now, and bills as it says. */
export function executeOrder(tenant: Tenant, order: OrderRecord): OrderOutcome {
  const changes = atomically(tenant, () => carryOut(tenant, order));
  tenant.touch();
  return finish(tenant, order, changes);
}

/** Stores what an order makes of its subscriptions and lines. */
function carryOut(tenant: Tenant, order: OrderRecord): Change[] {
  const { orderNumber, orderDate, request } = order;
  const account = tenant.account(order.accountId);
  const billCycleDays = new Map<string, number>();
  const changes = changesOf(tenant, account, request!.subscriptions ?? [], {
    orderDate,
    orderNumber,
    billCycleDays,
    trace: false,
  });
  const lineItems = (request!.orderLineItems ?? []).map((one, index) =>
    newLineItem(tenant, one, order, account, index),
  );
  const pending = changes.some(({ next }) => isPending(next));
  Object.assign(order, {
    subscriptions: carriedOut(tenant, changes),
    orderLineItems: lineItems,
    status: pending ? 'Pending' : 'Completed',
    updatedDate: tenant.now(),
  });
  for (const [id, day] of billCycleDays) tenant.account(id).billCycleDay = day;
  if (account.billCycleDay === 0 && changes[0])
    account.billCycleDay = Number(changes[0].next.subscriptionStartDate.slice(8, 10));
  tenant.data.subscriptions.push(...changes.map((one) => one.next));
  return changes;
}

/** Tells of an order that was carried out, and bills. */
function finish(tenant: Tenant, order: OrderRecord, changes: readonly Change[]): OrderOutcome {
  const account = tenant.account(order.accountId);
  const versions = changes.map((one) => one.next);
  const isDone = order.status === 'Completed' || versions.length > 0;
  if (isDone) tell(tenant, account, order, versions);
  const billed = isDone ? bill(tenant, account, order.request!) : { invoices: [], creditMemos: [], payment: undefined };
  if (order.status === 'Completed') order.request = null;
  return { order, account, versions, ...billed };
}

function tell(tenant: Tenant, account: Account, order: OrderRecord, versions: readonly SubscriptionVersion[]): void {
  const { orderNumber } = order;
  const only = versions.length === 1 ? versions[0]! : undefined;
  emit(tenant, 'OrderProcessed', account, {
    orderNumber,
    ...(only && { subscriptionId: only.id, subscriptionNumber: only.number }),
  });
  order.subscriptions.forEach(({ orderActions }, index) => {
    const { id, number } = versions[index]!;
    for (const { type } of orderActions)
      emit(tenant, 'OrderActionProcessed', account, {
        orderNumber,
        orderActionType: type,
        subscriptionId: id,
        subscriptionNumber: number,
      });
  });
}

function bill(
  tenant: Tenant,
  account: Account,
  { processingOptions }: OrderRequest,
): Pick<OrderOutcome, 'invoices' | 'creditMemos' | 'payment'> {
  const { runBilling: run, collectPayment, billingOptions } = processingOptions ?? {};
  if (!run) return { invoices: [], creditMemos: [], payment: undefined };
  const { invoices, creditMemos } = runBilling(tenant, account, {
    targetDate: billingOptions?.targetDate ?? tenant.today(),
    invoiceDate: billingOptions?.documentDate ?? tenant.today(),
    post: !billingOptions?.generateDraftInvoice,
    creditMemoReasonCode: billingOptions?.creditMemoReasonCode,
  });
  return { invoices, creditMemos, payment: collectPayment ? collect(tenant, account, invoices) : undefined };
}
