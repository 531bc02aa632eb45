import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, text, type TestClient } from './testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
});
afterEach(() => zuora.sim.close());

const data = async (path: string) => rows((await zuora.get(path)).body.data);

describe('object query', () => {
  it('finds what changed since an instant, in order', async () => {
    for (const name of ['One', 'Two', 'Three']) {
      await zuora.account({ name, currency: name === 'Three' ? 'EUR' : 'USD' });
      await zuora.post('/__sim/clock', { advanceMs: 60_000 });
    }
    await zuora.call('PUT', '/v1/accounts/A00000001', { notes: 'changed' });
    const all = await data('/object-query/accounts?sort[]=updateddate.asc&account.fields[]=name,updatedDate');
    expect(all.map((one) => one.name)).toEqual(['Two', 'Three', 'One']);
    const since = text(all[1]?.updatedDate);
    expect(since).toMatch(/^2026-11-21T20:0\d:\d\dZ$/);
    const newer = await data(`/object-query/accounts?filter[]=updateddate.GE:${since}&sort[]=updateddate.asc`);
    expect(newer.map((one) => one.name)).toEqual(['Three', 'One']);
    expect(await data('/object-query/accounts?filter%5B%5D=currency.IN:%5BEUR,GBP%5D')).toMatchObject([
      { name: 'Three' },
    ]);
    expect(await data('/object-query/accounts?filter[]=name.SW:t&filter[]=currency.EQ:usd')).toMatchObject([
      { name: 'Two' },
    ]);
  });

  it('goes on with a cursor, and leaves out nulls unless asked', async () => {
    for (let index = 0; index < 5; index++) await zuora.account({ name: `N${index}` });
    const first = (await zuora.get('/object-query/accounts?pageSize=3&sort[]=name.asc')).body;
    expect(rows(first.data).map((one) => one.name)).toEqual(['N0', 'N1', 'N2']);
    expect('crmId' in first.data![0]!).toBe(false);
    const path = `/object-query/accounts?pageSize=3&sort[]=name.asc&includeNullFields=true&cursor=${text(first.nextPage)}`;
    const second = (await zuora.get(path)).body;
    expect(rows(second.data).map((one) => one.name)).toEqual(['N3', 'N4']);
    expect([second.data?.[0]?.crmId, 'nextPage' in second]).toEqual([null, false]);
    expect((await zuora.get('/object-query/accounts/A00000002')).body.name).toBe('N1');
  });

  it('shows every version of a subscription, invoices, payments and usage', async () => {
    const account = await zuora.account({ CRMAccountId__c: '001' });
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 10 }] },
      {
        Name: 'Calls',
        ChargeType: 'Usage',
        ChargeModel: 'Per Unit Pricing',
        UOM: 'Call',
        tiers: [{ Currency: 'USD', Price: 1 }],
      },
    ]);
    const number = await zuora.subscribe(account, planId, '2026-11-01');
    await zuora.act(account, number, '2026-11-21', { type: 'RenewSubscription' });
    expect(await data(`/object-query/subscriptions?filter[]=name.EQ:${number}&sort[]=version.asc`)).toMatchObject([
      { version: 1, isLatestVersion: false },
      { version: 2, isLatestVersion: true, termEndDate: '2028-11-01' },
    ]);
    expect(await data('/object-query/subscriptions?filter[]=islatestversion.EQ:true')).toHaveLength(1);
    await zuora.post('/__sim/act/record-usage', { account: account.number, uom: 'Call', quantity: 7 });
    await zuora.post('/__sim/act/post-invoice', { account: account.number });
    await zuora.post('/__sim/act/pay-invoice', { account: account.number });
    expect(await data('/object-query/usages')).toMatchObject([
      { quantity: 7, uOM: 'Call', accountNumber: account.number },
    ]);
    expect(await data('/object-query/invoices')).toMatchObject([{ amount: 10, balance: 0, status: 'Posted' }]);
    expect(await data('/object-query/payments')).toMatchObject([{ paymentNumber: 'P-00000001', amount: 10 }]);
    expect(await data('/object-query/accounts?filter[]=crmaccountid__c.EQ:001')).toHaveLength(1);
  });

  it('refuses values and cursors that cannot be read', async () => {
    const account = await zuora.account();
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 10 }] },
    ]);
    await zuora.subscribe(account, planId, '2026-11-01');
    const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const query of [
      'accounts?filter[]=updateddate.GE:yesterday',
      'accounts?filter[]=updateddate.GE:2026-02-30T00:00:00Z',
      'accounts?filter[]=updateddate.GE:2026-02-20T99:00:00',
      'accounts?filter[]=updateddate.IN:[2026-02-20,tomorrow]',
      'invoices?filter[]=duedate.LE:soon',
      'subscriptions?filter[]=termenddate.LE:',
      'subscriptions?filter[]=version.GT:two',
      `accounts?cursor=nonsense`,
      ...[null, 1, {}, [], { value: {}, id: 'x' }].map((one) => `accounts?cursor=${cursor(one)}`),
    ]) {
      const { status, body } = await zuora.get(`/object-query/${query}`);
      expect([query, status, body.reasons?.[0]?.code]).toEqual([query, 400, 50000027]);
    }
  });

  it('refuses fields, expansions and objects that it has not got', async () => {
    const code = async (path: string) => (await zuora.get(path)).body.reasons?.[0]?.code;
    expect(await code('/object-query/invoices?filter[]=billRunId.EQ:1')).toBe(50000027);
    expect(await code('/object-query/invoices?sort[]=nonsense.asc')).toBe(50000027);
    expect(await code('/object-query/accounts?expand[]=nonsense')).toBe(50000027);
    expect(await code('/object-query/nonsenses')).toBe(50000040);
    expect((await zuora.get('/object-query/amendments')).status).toBe(501);
    expect((await zuora.get('/__sim/unsupported')).body).toEqual({ 'object-query amendments': 1 });
  });
});
