import { afterEach, beforeEach, expect, test } from 'vitest';
import { zuoraSeeder, type RatePlan, type ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { createZuoraConnection, type Connection } from '../../server/connectors/zuora/connection.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { Bench, startIntake } from './bench.ts';

const ACCOUNT = '001000000000001AAA';

let clock: SimClock;
let sim: RunningZuoraSim;
let zuora: ZuoraSeeder;
let client: TestClient;
let connection: Connection;
let bench: Bench;
let intake: Awaited<ReturnType<typeof startIntake>>;

beforeEach(async () => {
  clock = new SimClock(Date.parse('2026-11-21T20:00:00Z') - Date.now());
  intake = await startIntake(
    () => connection.verifier,
    (events) => bench.receive(events),
  );
  sim = await startZuoraSim({
    clock,
    callouts: [{ url: intake.url, user: 'zuora', password: 'secret' }],
    calloutRetryMs: 1,
  });
  connection = createZuoraConnection(
    {
      connection: 'zuora',
      baseUrl: sim.url,
      clientId: sim.clientId,
      clientSecret: sim.clientSecret,
      callouts: [{ kind: 'basic', user: 'zuora', password: new Secret('secret') }],
      timeZone: sim.timeZone,
      uiUrl: sim.uiUrl,
    },
    { clock: { now: () => new Date(), businessNow: () => clock.now() } },
  );
  bench = new Bench([connection.billing], () => clock.now());
  zuora = await zuoraSeeder({ url: sim.url, clientId: sim.clientId, clientSecret: sim.clientSecret });
  client = await new TestClient(sim).signIn();
});

afterEach(async () => {
  await connection.close();
  await sim.close();
  await intake.close();
});

async function work(): Promise<void> {
  await sim.ctx.webhooks.idle();
  await bench.work();
}

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

/** Reads the account anew: memos are told by callouts of their own, which a tenant may not have. */
async function readAnew(account: string): Promise<void> {
  bench.dirty.add(`zuora:account:${sim.tenant.account(account).id}`);
  await work();
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
