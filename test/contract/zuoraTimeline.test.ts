import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readZuoraEvent } from '../../server/connectors/zuora/events.ts';
import { zuoraLinks } from '../../server/connectors/zuora/links.ts';
import { unknownWordsOf } from '../../server/domain/account/unknownWords.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: ZuoraRig;
let cursor: string | null;
beforeEach(async () => {
  rig = await startZuoraRig();
  cursor = null;
});
afterEach(() => rig.close());

async function sweep(): Promise<void> {
  rig.clock.setOffset(rig.clock.offsetMs + 10_000);
  const swept = await rig.connection.changes.sweep(cursor, (events) => Promise.resolve(rig.bench.receive(events)));
  cursor = swept.cursor;
  await rig.work();
}

/** Ten seats of Platform at 150 a month for a year from 1 Nov. */
async function subscribed() {
  const { zuora } = rig;
  const account = await zuora.account('Globex', 'USD', ACCOUNT);
  const plan = await zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '150', period: 'Month' },
  ]);
  const number = await zuora.subscribe(account, plan, { start: '2026-11-01', months: 12, quantity: 10 });
  await rig.work();
  await sweep();
  return { account, plan, number };
}

type Action = { type: string } & Record<string, unknown>;

const from = (day: string) => ({
  triggerDates: ['ContractEffective', 'ServiceActivation', 'CustomerAcceptance'].map((name) => ({
    name,
    triggerDate: day,
  })),
});

/** @returns number of the order */
async function order(account: string, number: string, orderActions: Action[]): Promise<string> {
  const answer = await rig.client.post('/v1/orders', {
    orderDate: '2026-11-21',
    existingAccountNumber: account,
    subscriptions: [{ subscriptionNumber: number, orderActions }],
  });
  await rig.work();
  await sweep();
  return String(answer['orderNumber']);
}

/** What orders did, in the order of their numbers. */
function told() {
  return rig.bench
    .rowsOf('Billing_Event__c', ACCOUNT)
    .filter(({ key }) => key.startsWith('zuora:event:change:'))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ fields }) => ({
      kind: fields['Kind__c'],
      sentence: String(fields['Sentence__c']),
      step: fields['MRR_Change__c'],
      order: fields['Order_Number__c'],
    }));
}

describe('each action of an order is told by its type', () => {
  type Sold = Awaited<ReturnType<typeof subscribed>>;

  const planNumber = (number: string): string =>
    rig.sim.tenant.subscription(number).ratePlans[0]!.subscriptionRatePlanNumber;

  async function storage(): Promise<string> {
    const plan = await rig.zuora.ratePlan('Storage', 'USD', [
      { name: 'Space', kind: 'flat', price: '40', period: 'Month' },
    ]);
    return plan.ratePlanId;
  }

  test.each<[string, (sold: Sold) => Promise<Action>, string, number | null, string]>([
    [
      'AddProduct',
      async () => ({ type: 'AddProduct', addProduct: { productRatePlanId: await storage() }, ...from('2026-12-01') }),
      'Product Added',
      40,
      'added Storage from 1 Dec 2026: MRR +USD 40.00',
    ],
    [
      'UpdateProduct',
      async ({ number }) => ({
        type: 'UpdateProduct',
        updateProduct: {
          subscriptionRatePlanNumber: planNumber(number),
          chargeUpdates: [
            {
              chargeNumber: await rig.zuora.chargeNumber(number, 'Seats'),
              pricing: { recurringPerUnit: { quantity: 25 } },
            },
          ],
        },
        ...from('2026-11-21'),
      }),
      'Quantity Changed',
      2250,
      'upgraded Platform: Seats from 10 to 25 from 21 Nov 2026: MRR +USD 2,250.00',
    ],
    [
      'RemoveProduct',
      async ({ number }) => ({
        type: 'RemoveProduct',
        removeProduct: { subscriptionRatePlanNumber: planNumber(number) },
        ...from('2026-12-15'),
      }),
      'Product Removed',
      -1500,
      'removed Platform (10) from 15 Dec 2026: MRR −USD 1,500.00',
    ],
    [
      'ChangePlan',
      async ({ number }) => ({
        type: 'ChangePlan',
        changePlan: {
          subscriptionRatePlanNumber: planNumber(number),
          newProductRatePlan: { productRatePlanId: await storage() },
        },
        ...from('2026-12-01'),
      }),
      'Downgrade',
      -1460,
      'downgraded from Platform (10) to Storage from 1 Dec 2026: MRR −USD 1,460.00',
    ],
    [
      'CancelSubscription',
      async () => ({
        type: 'CancelSubscription',
        cancelSubscription: { cancellationPolicy: 'SpecificDate', cancellationEffectiveDate: '2026-12-31' },
        ...from('2026-12-31'),
      }),
      'Cancellation Booked',
      -1500,
      'cancellation of Platform booked (31 Dec 2026): MRR −USD 1,500.00',
    ],
    [
      'Suspend',
      async () => ({
        type: 'Suspend',
        suspend: { suspendPolicy: 'SpecificDate', suspendSpecificDate: '2026-12-10' },
        ...from('2026-12-10'),
      }),
      'Paused',
      -1500,
      'paused Platform from 10 Dec 2026: MRR −USD 1,500.00',
    ],
    [
      'TermsAndConditions',
      async () => ({ type: 'TermsAndConditions', termsAndConditions: { autoRenew: false }, ...from('2026-11-21') }),
      'Terms Changed',
      null,
      'changed the terms of Platform from 21 Nov 2026',
    ],
    [
      'RenewSubscription',
      async () => ({ type: 'RenewSubscription', ...from('2027-11-01') }),
      'Renewed',
      0,
      'renewed Platform from 1 Nov 2027: MRR unchanged',
    ],
  ])('%s', async (type, actionOf, kind, step, words) => {
    const sold = await subscribed();
    const [created] = told();
    expect(created).toMatchObject({ kind: 'Created', step: null });
    expect(created!.sentence).toMatch(
      /^Order O-\d+ \(CreateSubscription\): subscribed to Platform \(10\) from 1 Nov 2026$/,
    );
    const number = await order(sold.account, sold.number, [await actionOf(sold)]);
    expect(told().slice(1)).toEqual([{ kind, step, order: number, sentence: `Order ${number} (${type}): ${words}` }]);
  });
});

test('Resume: what was paused goes on, and counts again', async () => {
  const { account, number } = await subscribed();
  const suspend = { type: 'Suspend', suspend: { suspendPolicy: 'Today' }, ...from('2026-11-21') };
  await order(account, number, [suspend]);
  const row = () => rig.bench.row('Billing_Subscription__c', `zuora:subscription:${number}`);
  expect(row()).toMatchObject({ Status__c: 'Suspended', MRR__c: 0 });
  rig.clock.setOffset(Date.parse('2026-11-24T20:00:00Z') - Date.now());
  const resume = { type: 'Resume', resume: { resumePolicy: 'Today', extendsTerm: false }, ...from('2026-11-24') };
  const made = await order(account, number, [resume]);
  expect(told().at(-1)).toEqual({
    kind: 'Resumed',
    step: 1500,
    order: made,
    sentence: `Order ${made} (Resume): resumed Platform from 24 Nov 2026: MRR +USD 1,500.00`,
  });
  expect(row()).toMatchObject({ Status__c: 'Active', MRR__c: 1500 });
});

test('several actions of one order are each told, and claim no MRR that only all of them together changed', async () => {
  const { account, number } = await subscribed();
  const plan = await rig.zuora.ratePlan('Storage', 'USD', [
    { name: 'Space', kind: 'flat', price: '40', period: 'Month' },
  ]);
  const made = await order(account, number, [
    { type: 'AddProduct', addProduct: { productRatePlanId: plan.ratePlanId }, ...from('2026-12-01') },
    { type: 'TermsAndConditions', termsAndConditions: { autoRenew: false }, ...from('2026-11-21') },
  ]);
  const kinds = told().filter(({ order: of }) => of === made);
  expect(kinds.map(({ kind }) => kind).toSorted()).toEqual(['Product Added', 'Terms Changed']);
});

describe('OwnerTransfer', () => {
  const OTHER = '001000000000002AAA';
  const subscriptionsOf = (accountId: string) =>
    rig.bench.rowsOf('Billing_Subscription__c', accountId).filter(({ fields }) => fields['Status__c'] !== 'Removed');
  const chargesOf = (accountId: string) =>
    rig.bench.rowsOf('Billing_Charge__c', accountId).filter(({ fields }) => fields['Status__c'] !== 'Removed');
  const mrrOf = (accountId: string) => rig.bench.row('Account', accountId)['Billing_MRR__c'];

  async function transfer(to: string) {
    const { account, number } = await subscribed();
    await rig.readAnew(to);
    const made = await order(account, number, [
      {
        type: 'OwnerTransfer',
        ownerTransfer: { destinationAccountNumber: to, destinationInvoiceAccountNumber: to },
        ...from('2026-11-21'),
      },
    ]);
    return { account, number, made };
  }

  test('moves a subscription with all of its money to another Account, and is told where it left', async () => {
    const to = await rig.zuora.account('Initech', 'USD', OTHER);
    const { account, number, made } = await transfer(to);
    const key = `zuora:subscription:${number}`;
    expect(subscriptionsOf(ACCOUNT)).toEqual([]);
    expect(chargesOf(ACCOUNT)).toEqual([]);
    expect(mrrOf(ACCOUNT)).toBe(0);
    expect(subscriptionsOf(OTHER).map((row) => [row.key, row.fields['MRR__c']])).toEqual([[key, 1500]]);
    expect(chargesOf(OTHER)).toHaveLength(1);
    expect(mrrOf(OTHER)).toBe(1500);
    expect(rig.bench.row('Billing_Subscription__c', key)['Status__c']).toBe('Active');
    expect(rig.bench.rows.get(`Billing_Subscription__c ${key}`)?.parents['Billing_Account__r']?.key).toBe(
      `zuora:account:${rig.sim.tenant.account(to).id}`,
    );
    expect(told().at(-1)).toEqual({
      kind: 'Owner Changed',
      step: null,
      order: made,
      sentence: expect.stringMatching(
        /\(OwnerTransfer\): moved .* to another billing account from 21 Nov 2026$/,
      ) as string,
    });
    // Read anew from both ends nothing moves back, and nothing is there twice.
    const before = rig.bench.rowsOfNow();
    await rig.readAnew(account);
    await rig.readAnew(to);
    expect(rig.bench.rowsOfNow()).toEqual(before);
  });

  test('within one Account changes nothing that it has', async () => {
    const to = await rig.zuora.account('Globex Europe', 'USD', ACCOUNT);
    const { number } = await transfer(to);
    expect(subscriptionsOf(ACCOUNT).map(({ key }) => key)).toEqual([`zuora:subscription:${number}`]);
    expect(chargesOf(ACCOUNT)).toHaveLength(1);
    expect(mrrOf(ACCOUNT)).toBe(1500);
    expect(
      rig.bench.rows.get(`Billing_Subscription__c zuora:subscription:${number}`)?.parents['Billing_Account__r']?.key,
    ).toBe(`zuora:account:${rig.sim.tenant.account(to).id}`);
  });

  test('to another Account and then a change there counts the change with the new owner alone', async () => {
    const to = await rig.zuora.account('Initech', 'USD', OTHER);
    const { number } = await subscribed();
    await rig.readAnew(to);
    await rig.act('transfer', { subscription: number, to });
    await rig.work();
    await sweep();
    expect([mrrOf(ACCOUNT), mrrOf(OTHER)]).toEqual([0, 1500]);
    await rig.act('upgrade', { subscription: number, quantity: 20, date: '2026-11-21' });
    await rig.work();
    await sweep();
    expect(mrrOf(ACCOUNT)).toBe(0);
    expect(mrrOf(OTHER)).toBe(3000);
  });
});

test('all that orders did is told the same by a full read as by looking for changes', async () => {
  const { account, number } = await subscribed();
  await order(account, number, [
    { type: 'TermsAndConditions', termsAndConditions: { autoRenew: false }, ...from('2026-11-21') },
    {
      type: 'Suspend',
      suspend: { suspendPolicy: 'SpecificDate', suspendSpecificDate: '2026-12-10' },
      ...from('2026-12-10'),
    },
  ]);
  const heard = told();
  expect(heard).toHaveLength(3);
  for (const key of [...rig.bench.mirror.records.keys()])
    if (key.startsWith('zuora:change:')) rig.bench.mirror.records.delete(key);
  await rig.readAnew(account);
  expect(told()).toEqual(heard);
});

test('an order that is reverted says so, and claims no MRR', async () => {
  const { account, number } = await subscribed();
  await rig.act('upgrade', { subscription: number, quantity: 20, date: '2026-11-21' });
  await rig.work();
  await sweep();
  const upgraded = told().at(-1)!;
  expect(upgraded).toMatchObject({ kind: 'Quantity Changed', step: 1500 });
  await rig.client.post(`/v1/orders/${String(upgraded.order)}/revert`, { orderDate: '2026-11-21' });
  await rig.work();
  await sweep();
  expect(account).not.toBe('');
  expect(told().find(({ order: made }) => made === upgraded.order)).toMatchObject({ step: null });
  expect(told().find(({ order: made }) => made === upgraded.order)!.sentence).toContain('(UpdateProduct), reverted: ');
});

test('a tenant whose user may not read orders has a timeline without them', async () => {
  rig.sim.ctx.faults.set([{ path: '^/object-query/orders', status: 403, body: { message: 'Forbidden' } }]);
  const account = await rig.zuora.account('Globex', 'USD', ACCOUNT);
  await rig.readAnew(account);
  await sweep();
  expect(told()).toEqual([]);
  expect(rig.bench.row('Billing_Account__c', `zuora:account:${rig.sim.tenant.account(account).id}`)['Status__c']).toBe(
    'Active',
  );
});

describe('an action that nobody here knows', () => {
  const context = { connection: 'zuora', timeZone: 'UTC', accountIdField: 'CRMAccountId__c', links: zuoraLinks() };
  const action = {
    id: 'act1',
    type: 'SplitSubscription',
    subType: null,
    subscriptionNumber: 'A-S1',
    contractEffectiveDate: '2026-11-21',
    cancellationEffectiveDate: null,
    suspendDate: null,
    resumeDate: null,
  };
  const read = (status: string, more: object = {}) =>
    readZuoraEvent(
      {
        id: '1',
        connection: 'zuora',
        eventId: 'e',
        kind: 'swept.orders',
        occurredAt: new Date('2026-11-21T10:00:00Z'),
        receivedAt: new Date('2026-11-21T10:00:00Z'),
        payload: {
          object: 'orders',
          number: 'O-7',
          version: 0,
          updatedDate: '2026-11-21T10:00:00Z',
          order: {
            orderNumber: 'O-7',
            accountId: 'a1',
            orderDate: '2026-11-21',
            status,
            createdDate: '2026-11-21T09:00:00Z',
            updatedDate: '2026-11-21T10:00:00Z',
            orderActions: [{ ...action, ...more }],
          },
        },
      },
      new Map(),
      context,
    ).changes!.map(({ body }) => body);

  test('stands as it came, and is counted as an unknown word', () => {
    const [change] = read('Completed');
    expect(change).toMatchObject({ kind: 'change', what: 'SplitSubscription', key: 'zuora:change:O-7:act1' });
    expect(unknownWordsOf(change!)).toEqual(['order action']);
    expect(read('Completed', { type: 'AddProduct' }).flatMap(unknownWordsOf)).toEqual([]);
  });

  test('of an order that was not carried out is told by nobody, nor one of no subscription', () => {
    for (const status of ['Draft', 'Pending', 'Scheduled', 'Cancelled', 'Executing', 'Failed'])
      expect(read(status)).toEqual([]);
    expect(read('Completed', { subscriptionNumber: null })).toEqual([]);
  });

  test('of an order in a state that nobody knows is told with the state, and counted', () => {
    const [change] = read('HalfDone', { type: 'AddProduct' });
    expect(change).toMatchObject({ what: 'Product Added', order: { number: 'O-7', state: 'HalfDone' } });
    expect(unknownWordsOf(change!)).toEqual(['order status']);
  });
});
