import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RatePlan, ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { BILLING_PARTS } from '../../server/workflows/ports/billingSystem.ts';
import type { RunningZuoraSim } from '../simulators/zuora/main.ts';
import { Bench } from './bench.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

let rig: ZuoraRig;
let sim: RunningZuoraSim;
let zuora: ZuoraSeeder;
let client: ZuoraRig['client'];
let bench: ZuoraRig['bench'];

beforeEach(async () => {
  rig = await startZuoraRig();
  ({ sim, zuora, client, bench } = rig);
});
afterEach(() => rig.close());

const work = () => rig.work();
/** Memos are told by callouts of their own, which a tenant may not have. */
const readAnew = (account: string) => rig.readAnew(account);

function platform(): Promise<RatePlan> {
  return zuora.ratePlan('Platform', 'USD', [{ name: 'Seats', kind: 'perUnit', price: '33.33', period: 'Month' }]);
}

const itemsOf = (invoice: string) =>
  bench
    .rowsOf('Billing_Invoice_Item__c', ACCOUNT)
    .filter(({ parents }) => parents['Billing_Invoice__r']?.key === `zuora:invoice:${invoice}`);

/** Cents of what the lines add up to, with tax. */
function totalOf(rows: ReturnType<typeof itemsOf>): number {
  const cents = rows.map(({ fields }) => Math.round((Number(fields['Amount__c']) + Number(fields['Tax__c'])) * 100));
  return cents.reduce((all, one) => all + one, 0);
}

function expectEveryInvoiceToAddUp(): void {
  expect(sim.tenant.data.invoices.length).toBeGreaterThan(0);
  for (const { invoiceNumber, amount, items } of sim.tenant.data.invoices) {
    const rows = itemsOf(invoiceNumber);
    expect(totalOf(rows), invoiceNumber).toBe(Math.round(amount * 100));
    expect(rows).toHaveLength(items.length);
    expect(rows.map(({ fields }) => fields['Kind__c'])).not.toContain('Other');
  }
}

test('items of every invoice come out as Zuora added them up, also those of versions that an amendment replaced', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const number = await zuora.subscribe(account, await platform(), { start: '2026-10-01', months: 12, quantity: 3 });
  await zuora.bill(account, '2026-10-01');
  await client.post('/__sim/act/upgrade', { subscription: number, quantity: 7, date: '2026-10-15' });
  await zuora.bill(account, '2026-11-01');
  await work();

  expectEveryInvoiceToAddUp();
  const [first] = sim.tenant.data.invoices;
  const [seats] = itemsOf(first!.invoiceNumber);
  expect(seats?.fields).toMatchObject({
    Name: 'Platform: Seats',
    Description__c: 'Platform: Seats',
    Status__c: 'Current',
    Kind__c: 'Charge',
    Quantity__c: 3,
    Unit_Price__c: null,
    Amount__c: 99.99,
    Discount__c: 0,
    Tax__c: 0,
    Currency_Code__c: 'USD',
    Period_Start__c: '2026-10-01',
    Period_End__c: '2026-11-01',
    Invoice_Number__c: first!.invoiceNumber,
    Subscription_Number__c: number,
  });
  // Made by version 1, which version 2 replaced: found by the number, which stays.
  expect(seats?.parents['Billing_Subscription__r']).toEqual({
    object: 'Billing_Subscription__c',
    key: `zuora:subscription:${number}`,
  });
});

test('items of the first version keep their subscription after three amendments, also in a database that is new', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const number = await zuora.subscribe(account, await platform(), { start: '2026-10-01', months: 12, quantity: 3 });
  await zuora.bill(account, '2026-10-01');
  await work();
  const [first] = sim.tenant.data.invoices;
  const shown = (rows: ReturnType<typeof itemsOf>) =>
    rows.map(({ key, fields, parents }) => ({ key, fields, parents }));
  const before = shown(itemsOf(first!.invoiceNumber));
  for (const [quantity, date] of [
    [5, '2026-11-01'],
    [7, '2026-11-10'],
    [4, '2026-11-20'],
  ] as const)
    await client.post('/__sim/act/upgrade', { subscription: number, quantity, date });
  await zuora.bill(account, '2026-11-21');
  await work();
  expect((await client.get(`/v1/subscriptions/${number}`)).body).toMatchObject({ version: 4 });
  expectEveryInvoiceToAddUp();
  expect(shown(itemsOf(first!.invoiceNumber))).toEqual(before);

  // A database that has seen none of it: everything is read once, as by a backfill.
  const anew = new Bench([rig.connection.billing], () => rig.clock.now());
  anew.dirty.add(`zuora:account:${sim.tenant.account(account).id}`);
  await anew.work();
  const items = (of: Bench) =>
    shown(of.rowsOf('Billing_Invoice_Item__c', ACCOUNT)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  expect(items(anew)).toEqual(items(bench));
  const subscription = { object: 'Billing_Subscription__c', key: `zuora:subscription:${number}` };
  for (const { parents } of items(anew)) expect(parents['Billing_Subscription__r']).toEqual(subscription);
  expect(anew.row('Billing_Subscription__c', subscription.key)).toMatchObject({ Status__c: 'Active', Quantity__c: 4 });
});

test('an invoice without a subscription shows its discounts and taxes, and words of Zuora that are not known here', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const tax = { name: 'VAT', taxCode: 'V', taxDate: '2026-11-21', taxMode: 'TaxExclusive', taxRate: 0.19 };
  await client.post('/v1/invoices', {
    accountNumber: account,
    invoiceDate: '2026-11-21',
    status: 'Posted',
    invoiceItems: [
      {
        chargeName: 'Förderung ☂',
        amount: 1000,
        quantity: 2,
        serviceStartDate: '2026-11-21',
        discountItems: [{ chargeName: 'Goodwill', amount: -100 }],
        taxItems: [{ ...tax, taxAmount: 190, taxRateType: 'Percentage' }],
      },
    ],
  });
  const [invoice] = sim.tenant.data.invoices;
  await work();

  expectEveryInvoiceToAddUp();
  const rows = itemsOf(invoice!.invoiceNumber).map(({ fields }) => fields);
  const of = (kind: string) => rows.find((fields) => fields['Kind__c'] === kind);
  expect(of('Charge')).toMatchObject({
    Description__c: 'Förderung ☂',
    Amount__c: 1000,
    Tax__c: 190,
    Subscription_Number__c: null,
    Billing_Subscription__c: null,
    Period_Start__c: '2026-11-21',
    Period_End__c: null,
  });
  expect(of('Discount')).toMatchObject({ Description__c: 'Goodwill', Amount__c: -100, Tax__c: 0 });

  Object.assign(invoice!.items[0]!, { processingType: 'StoredValue', chargeAmount: 990 });
  bench.dirty.add(`zuora:account:${sim.tenant.account(account).id}`);
  await work();
  const after = itemsOf(invoice!.invoiceNumber).map(({ fields }) => [fields['Kind__c'], fields['Amount__c']]);
  // What the items no longer tell of the invoice stands beside them, so that they still add up.
  expect(after.toSorted()).toEqual([
    ['Discount', -100],
    ['Other', 10],
    ['StoredValue', 990],
  ]);
  expect(totalOf(itemsOf(invoice!.invoiceNumber))).toBe(109_000);
});

/** A posted invoice of 1,000.00 without a subscription. */
async function invoiceOf(account: string): Promise<{ id: string; number: string }> {
  const item = { chargeName: 'Training', amount: 1000, serviceStartDate: '2026-11-21' };
  const common = { accountNumber: account, invoiceDate: '2026-11-21', status: 'Posted' };
  await client.post('/v1/invoices', { ...common, invoiceItems: [item] });
  const { id, invoiceNumber } = sim.tenant.data.invoices.at(-1)!;
  return { id, number: invoiceNumber };
}

const memo = (number: string, kind = 'creditmemo') => bench.row('Billing_Credit_Memo__c', `zuora:${kind}:${number}`);

test('a credit memo shows what of it was applied, paid back and is left, and a debit memo what is still to be paid', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const invoice = await invoiceOf(account);
  const item = (await client.get(`/v1/invoices/${invoice.id}/items`)).body.invoiceItems;
  const itemId = (item as unknown as { id: string }[])[0]!.id;
  const items = (amount: number) => [
    { amount, invoiceItemId: itemId, serviceStartDate: '2026-11-21', skuName: 'Training' },
  ];
  const effectiveDate = '2026-11-21';
  await client.post(`/v1/invoices/${invoice.id}/creditmemos`, {
    effectiveDate,
    reasonCode: 'Correcting invoice error',
    comment: 'x'.repeat(255),
    items: items(400),
  });
  const credit = sim.tenant.data.creditMemos[0]!;
  await readAnew(account);
  expect(memo(credit.number)).toMatchObject({ Status__c: 'Draft', Amount__c: 400, Applied__c: 0, Balance__c: 0 });

  await client.call('PUT', `/v1/creditmemos/${credit.id}/post`, {});
  const applied = await client.call('PUT', `/v1/creditmemos/${credit.id}/apply`, {
    invoices: [{ invoiceId: invoice.id, amount: 150 }],
  });
  expect(applied.status, applied.text).toBe(200);
  const refund = { totalAmount: 50, type: 'External', methodType: 'Check', refundDate: '2026-11-21' };
  await client.post(`/v1/creditmemos/${credit.id}/refunds`, refund);
  await client.post(`/v1/invoices/${invoice.id}/debitmemos`, { effectiveDate, items: items(75) });
  const debit = sim.tenant.data.debitMemos[0]!;
  const posted = await client.call('PUT', `/v1/debitmemos/${debit.id}/post`, {});
  expect(posted.status, posted.text).toBe(200);
  await readAnew(account);

  expect(memo(credit.number)).toMatchObject({
    Number__c: credit.number,
    Status__c: 'Posted',
    Kind__c: 'Credit',
    Amount__c: 400,
    Applied__c: 150,
    Refunded__c: 50,
    Balance__c: 200,
    Reason__c: 'Correcting invoice error',
    Comment__c: 'x'.repeat(255),
    Memo_Date__c: '2026-11-21',
    Currency_Code__c: 'USD',
  });
  const { parents } = bench.rows.get(`Billing_Credit_Memo__c zuora:creditmemo:${credit.number}`)!;
  expect(parents['Billing_Invoice__r']?.key).toBe(`zuora:invoice:${invoice.number}`);
  expect(memo(debit.number, 'debitmemo')).toMatchObject({
    Status__c: 'Posted',
    Kind__c: 'Debit',
    Amount__c: 75,
    Applied__c: 0,
    Refunded__c: 0,
    Balance__c: 75,
  });
  // What memos say agrees with what the account says of them all: 850 of the invoice and the debit memo; the credit left.
  expect(bench.row('Billing_Account__c', `zuora:account:${sim.tenant.account(account).id}`)).toMatchObject({
    Balance__c: 925,
    Credit_Balance__c: 200,
  });
});

test('a memo that is deleted is removed with its amounts, and one whose status nobody knows shows it as it is', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const invoice = await invoiceOf(account);
  const charges = [{ amount: 30, chargeId: null, productRatePlanChargeId: (await platform()).charges[0]!.id }];
  for (const amount of [30, 40])
    await client.post('/v1/creditmemos', {
      accountNumber: account,
      effectiveDate: '2026-11-21',
      charges: charges.map(({ productRatePlanChargeId }) => ({ amount, productRatePlanChargeId })),
    });
  const [first, second] = sim.tenant.data.creditMemos;
  await readAnew(account);
  expect(memo(first!.number)['Billing_Invoice__c']).toBeNull();

  await client.call('PUT', `/v1/creditmemos/${first!.id}/cancel`, {});
  const deleted = await client.call('DELETE', `/v1/creditmemos/${first!.id}`);
  expect(deleted.status, deleted.text).toBe(200);
  Object.assign(second!, { status: 'UnderReview' });
  await readAnew(account);
  expect(memo(first!.number)).toMatchObject({ Status__c: 'Removed', Amount__c: 0, Balance__c: 0 });
  expect(memo(second!.number)).toMatchObject({ Status__c: 'UnderReview', Amount__c: 40, Balance__c: 0 });
  expect(invoice.number).toBe(sim.tenant.data.invoices[0]!.invoiceNumber);
});

test('a tenant without Invoice Settlement has no memos, and nothing is taken for gone when it is refused', async () => {
  const account = await zuora.account('Acme', 'USD', ACCOUNT);
  const invoice = await invoiceOf(account);
  const { charges } = await platform();
  const charge = { amount: 30, productRatePlanChargeId: charges[0]!.id };
  await client.post('/v1/creditmemos', { accountNumber: account, effectiveDate: '2026-11-21', charges: [charge] });
  await readAnew(account);
  const [credit] = sim.tenant.data.creditMemos;
  expect(memo(credit!.number)['Amount__c']).toBe(30);

  await fetch(`${sim.url}/__sim/refusals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refusals: [{ path: '^/v1/(credit|debit)memos', times: 100, code: 50000010 }] }),
  });
  await readAnew(account);
  expect(memo(credit!.number)).toMatchObject({ Status__c: 'Draft', Amount__c: 30 });
  expect(bench.row('Billing_Invoice__c', `zuora:invoice:${invoice.number}`)).toMatchObject({ Amount__c: 1000 });
});

describe('a permission to read memos that is taken away', () => {
  const refuse = (refusals: object[]) =>
    fetch(`${sim.url}/__sim/refusals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refusals }),
    });
  const REFUSED = [
    { method: 'GET', path: '^/(v1/creditmemos|object-query/credit-memos)', times: 1000, code: 50000010 },
  ];

  /** A credit of 30 US dollars that is still a draft. */
  async function drafted() {
    const account = await zuora.account('Acme', 'USD', ACCOUNT);
    const { charges } = await platform();
    const charge = { amount: 30, productRatePlanChargeId: charges[0]!.id };
    await client.post('/v1/creditmemos', { accountNumber: account, effectiveDate: '2026-11-21', charges: [charge] });
    await readAnew(account);
    const [credit] = sim.tenant.data.creditMemos;
    return { account, credit: credit!, key: `zuora:account:${sim.tenant.account(account).id}` };
  }

  test('leaves them as they were, and takes what changed meanwhile over once it is back', async () => {
    const { credit, key } = await drafted();
    await refuse(REFUSED);
    await client.call('PUT', `/v1/creditmemos/${credit.id}/post`, {});
    await work();
    expect(memo(credit.number)).toMatchObject({ Status__c: 'Draft', Amount__c: 30, Balance__c: 0 });
    expect(bench.open(key)).toBe(1);
    expect(bench.again.get(key)!.getTime() - bench.realNow.getTime()).toBe(3_600_000);
    // As long as it lasts it is asked for again and again, and nothing else of the account waits for it.
    await bench.workAgain(key);
    expect(bench.open(key)).toBe(1);
    await refuse([]);
    await bench.workAgain(key);
    expect(memo(credit.number)).toMatchObject({ Status__c: 'Posted', Amount__c: 30, Balance__c: 30 });
    expect(bench.open(key)).toBe(0);
  });

  test('holds up no event of anything else, and one of a first memo waits', async () => {
    const account = await zuora.account('Acme', 'USD', ACCOUNT);
    await readAnew(account);
    const key = `zuora:account:${sim.tenant.account(account).id}`;
    await refuse(REFUSED);
    await invoiceOf(account);
    await work();
    expect(bench.rowsOf('Billing_Invoice__c', ACCOUNT)).toHaveLength(1);
    const told = (eventId: string, kind: string) => ({
      connection: 'zuora',
      eventId,
      kind,
      key,
      occurredAt: null,
      payload: {},
    });
    // It asks for everything, of which a tenant without memos has none.
    bench.receive([told('1', 'SomethingOfTheTenant')]);
    await work();
    bench.realNow = new Date(bench.realNow.getTime() + 61_000);
    bench.dirty.add(key);
    await work();
    expect(bench.open(key)).toBe(0);
    bench.receive([told('2', 'CreditMemoPosted')]);
    await work();
    bench.realNow = new Date(bench.realNow.getTime() + 61_000);
    bench.dirty.add(key);
    await work();
    expect(bench.open(key)).toBe(1);
  });

  test('is told with its name, and so is that it is back', async () => {
    const { account } = await drafted();
    const { id } = sim.tenant.account(account);
    const refused = async () => {
      const fetched = await rig.connection.billing.fetch(id, BILLING_PARTS);
      return fetched.found ? (fetched.access ?? []).filter(({ isRefused }) => isRefused).map(({ what }) => what) : null;
    };
    expect(await refused()).toEqual([]);
    await refuse(REFUSED);
    expect(await refused()).toEqual(['credit memos']);
    // A tenant that says it has no such thing is no tenant whose user may not.
    await refuse([{ path: '^/v1/creditmemos', times: 1000, code: 50000040 }]);
    expect(await refused()).toEqual([]);
    await refuse([{ path: '^/(v1/debitmemos|object-query/orders)', times: 1000, code: 50000010 }]);
    expect((await refused())?.toSorted()).toEqual(['debit memos', 'orders']);
  });
});
