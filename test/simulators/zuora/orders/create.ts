import { createAccount } from '../accounts/write.ts';
import { runBilling } from '../billing/billRun.ts';
import { emit } from '../callouts/emit.ts';
import type { Account, Invoice, OrderRecord, Payment, SubscriptionVersion } from '../model.ts';
import { collect } from '../payments/collect.ts';
import { category, resource, ZuoraError } from '../protocol/errors.ts';
import { customFields } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { applyAction, createSubscription } from './actions.ts';
import type { OrderRequest } from './schema.ts';

/** What an order led to. */
export type OrderOutcome = {
  order: OrderRecord;
  account: Account;
  versions: SubscriptionVersion[];
  invoices: Invoice[];
  payment: Payment | undefined;
};

function accountOf(tenant: Tenant, request: OrderRequest): Account {
  if ((request.existingAccountNumber === undefined) === (request.newAccount === undefined))
    throw new ZuoraError(category.badValue, 'Give either existingAccountNumber or newAccount.', resource.order);
  if (request.newAccount) {
    const { customFields: custom, ...body } = request.newAccount;
    return createAccount(tenant, body, customFields(custom ?? {}, tenant.customFields.account, resource.order));
  }
  const account = tenant.data.accounts.find((one) => one.accountNumber === request.existingAccountNumber);
  if (!account)
    throw new ZuoraError(
      category.badValue,
      `The account number ${request.existingAccountNumber} is invalid.`,
      resource.order,
    );
  return account;
}

/** A next version: same number, ids of its own for rate plans and charges. */
function nextVersion(
  tenant: Tenant,
  base: SubscriptionVersion,
  orderNumber: string,
  orderDate: string,
): SubscriptionVersion {
  const at = tenant.now();
  const next = structuredClone(base);
  Object.assign(next, {
    id: tenant.newId(),
    version: base.version + 1,
    orderNumber,
    lastBookingDate: orderDate,
    createdDate: at,
    updatedDate: at,
  });
  for (const plan of next.ratePlans) for (const segment of plan.segments) segment.id = tenant.newId();
  return next;
}

/**
 * Processes an order as POST /v1/orders does: all of it or nothing. One order makes one new version of every
 * subscription it names, whatever the number of its actions.
 */
export function createOrder(tenant: Tenant, request: OrderRequest): OrderOutcome {
  if (request.orderNumber !== undefined && tenant.data.orders.some((one) => one.orderNumber === request.orderNumber))
    throw new ZuoraError(category.rule, `The order number ${request.orderNumber} already exists.`, resource.order);
  const custom = customFields(request.customFields ?? {}, tenant.customFields.order, resource.order);
  const before = {
    counters: structuredClone(tenant.data.counters),
    accounts: tenant.data.accounts.length,
    methods: tenant.data.paymentMethods.length,
  };
  try {
    return process(tenant, request, custom);
  } catch (error) {
    tenant.data.counters = before.counters;
    tenant.data.accounts.splice(before.accounts);
    tenant.data.paymentMethods.splice(before.methods);
    throw error;
  }
}

function process(tenant: Tenant, request: OrderRequest, custom: OrderRecord['customFields']): OrderOutcome {
  const orderNumber = request.orderNumber ?? tenant.number('O-');
  const { orderDate } = request;
  const versions: {
    base: SubscriptionVersion | null;
    next: SubscriptionVersion;
    actions: OrderRequest['subscriptions'][number]['orderActions'];
  }[] = [];
  const account = accountOf(tenant, request);
  for (const part of request.subscriptions) {
    const [first, ...rest] = part.orderActions;
    const creates = first!.type === 'CreateSubscription';
    if (!creates && part.subscriptionNumber === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: subscriptionNumber.', resource.order);
    const base = creates ? null : tenant.subscription(part.subscriptionNumber!);
    if (base && (base.number !== part.subscriptionNumber || base.invoiceOwnerAccountId !== account.id))
      throw new ZuoraError(
        category.badValue,
        `Subscription ${part.subscriptionNumber} is not of this account.`,
        resource.order,
      );
    if (versions.some((one) => base !== null && one.next.number === base.number))
      throw new ZuoraError(
        category.badValue,
        `Subscription ${part.subscriptionNumber} stands twice in the order.`,
        resource.order,
      );
    const next =
      first!.type === 'CreateSubscription'
        ? createSubscription(tenant, account, first!, { number: part.subscriptionNumber, orderDate, orderNumber })
        : nextVersion(tenant, base!, orderNumber, orderDate);
    for (const action of creates ? rest : part.orderActions) applyAction(tenant, next, action, orderDate);
    Object.assign(
      next.customFields,
      customFields(part.customFields ?? {}, tenant.customFields.subscription, resource.order),
    );
    Object.assign(next.quote, part.quote ?? {});
    versions.push({ base, next, actions: part.orderActions });
  }
  for (const { base, next } of versions) for (const plan of next.ratePlans) if (base) plan.id = tenant.newId();
  const at = tenant.now();
  const order: OrderRecord = {
    id: tenant.newId(),
    orderNumber,
    orderDate,
    accountId: account.id,
    category: request.category ?? 'NewSales',
    description: request.description ?? null,
    reasonCode: request.reasonCode ?? null,
    status: 'Completed',
    customFields: custom,
    subscriptions: versions.map(({ base, next, actions }) => ({
      subscriptionNumber: next.number,
      baseVersion: base?.version ?? null,
      newVersion: next.version,
      orderActions: actions.map((action, index) => ({ ...action, sequence: index })),
    })),
    createdDate: at,
    updatedDate: at,
  };
  tenant.data.orders.push(order);
  tenant.data.subscriptions.push(...versions.map((one) => one.next));
  if (account.billCycleDay === 0)
    account.billCycleDay = Number((versions[0]!.next.subscriptionStartDate ?? orderDate).slice(8, 10));
  tenant.touch();
  if (request.newAccount) emit(tenant, 'AccountCreated', account, {});
  tell(
    tenant,
    account,
    order,
    versions.map((one) => one.next),
  );
  return { order, account, versions: versions.map((one) => one.next), ...bill(tenant, account, request) };
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
        orderActionType: String(type),
        subscriptionId: id,
        subscriptionNumber: number,
      });
  });
}

function bill(tenant: Tenant, account: Account, request: OrderRequest): Pick<OrderOutcome, 'invoices' | 'payment'> {
  const { runBilling: run, collectPayment, billingOptions } = request.processingOptions ?? {};
  if (!run) return { invoices: [], payment: undefined };
  const { invoices } = runBilling(tenant, account, {
    targetDate: billingOptions?.targetDate ?? tenant.today(),
    invoiceDate: billingOptions?.documentDate ?? tenant.today(),
    post: !billingOptions?.generateDraftInvoice,
  });
  return { invoices, payment: collectPayment ? collect(tenant, account, invoices) : undefined };
}
