import type { BillingAccount } from '../../server/domain/billingAccount/billingAccount.ts';
import type { Deal, DealLine } from '../../server/domain/order/deal.ts';
import type { OrderFacts } from '../../server/domain/order/facts.ts';
import type { ChargeOnSale, Order, PlanOnSale, SubscriptionToChange } from '../../server/domain/order/order.ts';
import { planOrder } from '../../server/domain/order/planOrder.ts';
import type { OrderRules } from '../../server/domain/order/rules.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { billingAccount, charge, subscription } from './billingObjects.ts';

// A deal that amends a subscription of 60 seats for 2026; a test gives what it is about and what it asserts on.

export const DEAL = '006000000000001AAA';
export const PLAN = 'zuora:productrateplan:p1';

export const buyer: BillingAccount = billingAccount({
  number: 'A00000001',
  billToEmail: 'ada@acme.example',
  billTo: {
    name: 'Ada',
    address: { street: '1 Main St', city: 'Berlin', state: null, postalCode: '10115', country: 'Germany' },
  },
});

export const onSale = (more: Partial<ChargeOnSale> = {}): ChargeOnSale => ({
  id: 'c1',
  name: 'Seats',
  kind: 'recurring',
  model: 'perUnit',
  transform: null,
  priceInterval: { unit: 'month', count: 1 },
  billingInterval: { unit: 'month', count: 1 },
  prices: [{ currency: 'USD', price: '20', tiers: [] }],
  quantity: '1',
  ...more,
});

export const planOnSale = (more: Partial<PlanOnSale> = {}): PlanOnSale => ({
  key: PLAN,
  id: 'p1',
  name: 'Platform',
  active: true,
  charges: [onSale()],
  ...more,
});

export const line = (more: Partial<DealLine> = {}): DealLine => ({
  id: '00k000000000001AAA',
  product: 'Platform',
  sellableKey: PLAN,
  quantity: '80',
  unitPrice: '20',
  discountPercent: null,
  startsOn: null,
  endsOn: null,
  action: null,
  chargeNumber: null,
  ...more,
});

export const deal = (more: Partial<Deal> = {}): Deal => ({
  id: DEAL,
  name: 'Acme, more seats',
  accountId: '001000000000001AAA',
  ownerId: '005000000000001AAA',
  stage: 'Closed Won',
  isWon: true,
  isClosed: true,
  closesOn: calendarDate('2026-11-20'),
  stageSince: '2026-11-20T10:00:00.000Z',
  currency: 'USD',
  amount: '1600',
  recordType: null,
  isReported: false,
  kind: null,
  subscriptionNumber: 'A-S1',
  billingAccountKey: null,
  terms: { startsOn: calendarDate('2026-12-01'), months: null, evergreen: false, autoRenew: null, renewalMonths: null },
  lines: [line()],
  fields: {},
  ...more,
});

/** 60 seats at 20 from 2026 on, through the year. */
export const seats = charge({
  number: 'C-1',
  name: 'Platform: Seats',
  ratePlanKey: 'SRP-1',
  model: 'perUnit',
  quantity: '60',
  price: '20',
  startsOn: calendarDate('2026-01-01'),
  endsOn: calendarDate('2027-01-01'),
});

export const held = (
  more: Partial<SubscriptionToChange['subscription']> = {},
  rest: Partial<Omit<SubscriptionToChange, 'subscription'>> = {},
): SubscriptionToChange => ({
  subscription: subscription({
    number: 'A-S1',
    startsOn: calendarDate('2026-01-01'),
    termType: 'Termed',
    termStartsOn: calendarDate('2026-01-01'),
    termEndsOn: calendarDate('2027-01-01'),
    autoRenew: true,
    charges: [seats],
    ...more,
  }),
  billedAccountNumber: 'A00000001',
  planIds: { 'SRP-1': 'p1', 'SRP-2': 'p2' },
  waitingOrders: [],
  ...rest,
});

export const orderRules: OrderRules = {
  mode: 'automatic',
  connection: 'zuora',
  recordTypes: null,
  fields: {},
  amountAtLeast: null,
  defaults: { months: null, autoRenew: false, renewalMonths: null, cancel: 'term end' },
  customFields: { order: {}, subscription: {}, ratePlan: {}, charge: {} },
};

export const orderFacts = (more: Partial<OrderFacts> = {}): OrderFacts => ({
  deal: deal(),
  billingAccounts: [buyer],
  subscription: held(),
  plans: new Map([[PLAN, planOnSale()]]),
  rules: orderRules,
  today: calendarDate('2026-11-22'),
  ...more,
});

/** @throws where something keeps it from being ordered */
export function orderedOf(facts: OrderFacts): Order {
  const planned = planOrder(facts);
  if ('faults' in planned) throw new Error(planned.faults.map(({ text }) => text).join('\n'));
  return planned.order;
}

/** Codes of what keeps it from being ordered. */
export function faultsOf(facts: OrderFacts): string[] {
  const planned = planOrder(facts);
  return 'faults' in planned ? planned.faults.map(({ code }) => code) : [];
}
