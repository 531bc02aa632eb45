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
