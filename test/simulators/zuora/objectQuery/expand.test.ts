import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, text, type TestClient } from '../testClient.ts';
import { objects } from './objects.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
});
afterEach(() => zuora.sim.close());

const fee = { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 10 }] };
const data = async (path: string) => rows((await zuora.get(path)).body.data);

describe('expansions of object query', () => {
  it('nest what is above and below a record, with fields by object', async () => {
    const account = await zuora.account({ name: 'Acme' });
    const { planId } = await zuora.plan([fee]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const [found] = await data(
      '/object-query/accounts?expand[]=subscriptions.rateplans.rateplancharges.rateplanchargetiers&expand[]=billto&account.fields[]=name&contact.fields[]=lastName',
    );
    expect(found).toMatchObject({
      name: 'Acme',
      billTo: { lastName: 'Byron' },
      subscriptions: [
        {
          isLatestVersion: true,
          ratePlans: [{ ratePlanCharges: [{ mRR: 10, ratePlanChargeTiers: [{ price: 10 }] }] }],
        },
      ],
    });
    expect(Object.keys(found!)).toEqual(['name', 'subscriptions', 'billTo']);
    const one = await zuora.get(`/object-query/accounts/${account.number}?expand[]=subscriptions`);
    expect(rows(one.body.subscriptions)).toHaveLength(1);
  });

  it('end their lists at the page size, and nothing leads beyond', async () => {
    const account = await zuora.account();
    for (let count = 0; count < 3; count++)
      await zuora.post('/v1/contacts', { accountId: account.id, firstName: 'A', lastName: `B${count}` });
    const [found] = await data('/object-query/accounts?pageSize=2&expand[]=contacts');
    expect(rows(found?.contacts)).toHaveLength(2);
    expect(found).not.toHaveProperty('nextPage');
  });

  it('show to what payments and credit memos were applied', async () => {
    const account = await zuora.account();
    const { id } = await zuora.post('/v1/invoices', {
      accountId: account.id,
      invoiceDate: '2026-11-21',
      status: 'Posted',
      invoiceItems: [{ amount: 50, serviceStartDate: '2026-11-21' }],
    });
    await zuora.post('/v1/payments', {
      accountId: account.id,
      amount: 20,
      currency: 'USD',
      type: 'External',
      paymentMethodType: 'Check',
      invoices: [{ invoiceId: id, amount: 20 }],
    });
    await zuora.call('PUT', `/v1/invoices/${text(id)}/write-off`, {});
    const [found] = await data(
      '/object-query/invoices?expand[]=paymentparts&expand[]=creditmemoparts&expand[]=invoiceitems',
    );
    expect(found).toMatchObject({
      paymentParts: [{ amount: 20, invoiceId: id }],
      creditMemoParts: [{ amount: 30 }],
      invoiceItems: [{ chargeAmount: 50 }],
    });
  });

  it('are refused where there is nothing of that name', async () => {
    for (const expand of ['shoes', 'subscriptions.shoes', 'a.b.c.d.e']) {
      const answer = await zuora.get(`/object-query/accounts?expand[]=${expand}`);
      expect([expand, answer.status]).toEqual([expand, 400]);
    }
  });

  it.each(Object.keys(objects))('read %s', async (path) => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([fee]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const answer = await zuora.get(`/object-query/${path}?sort[]=updateddate.desc&includeNullFields=true`);
    expect(answer.status).toBe(200);
    for (const row of rows(answer.body.data)) expect(row).toMatchObject({ id: expect.any(String) as string });
  });
});

describe('object query over 100,000 rows', () => {
  it('pages by its place in what it sorted once, with each row exactly once', async () => {
    const account = await zuora.account();
    const { data: stored } = zuora.sim.tenant;
    await zuora.post('/v1/invoices', {
      accountId: account.id,
      invoiceDate: '2026-11-21',
      invoiceItems: [{ amount: 1, serviceStartDate: '2026-11-21' }],
    });
    const [first] = stored.invoices;
    for (let count = 1; count < 100_000; count++)
      stored.invoices.push({
        ...first!,
        id: count.toString(16).padStart(32, '0'),
        invoiceNumber: `X${count}`,
        updatedDate: first!.updatedDate + (count % 997) * 1000,
      });
    zuora.sim.tenant.touch();
    const path = '/object-query/invoices?pageSize=99&sort[]=updateddate.asc&fields[]=id,updatedDate';
    const seen = new Set<string>();
    const startedAt = performance.now();
    let cursor = '';
    for (let page = 0; page < 50; page++) {
      const { body } = await zuora.get(`${path}${cursor}`);
      for (const row of rows(body.data)) seen.add(text(row.id));
      cursor = `&cursor=${text(body.nextPage)}`;
    }
    expect(seen.size).toBe(50 * 99);
    // Scanning and sorting every time would take minutes here; the bound leaves room for slow machines.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
