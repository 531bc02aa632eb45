import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetch, FormData } from 'undici';
import { rows, startTest, text, type Loose, type TestClient } from '../testClient.ts';

let zuora: TestClient;
let account: { id: string; number: string };
let subscription: string;

const head = 'ACCOUNT_ID,UOM,QTY,STARTDATE,ENDDATE,SUBSCRIPTION_ID,CHARGE_ID,DESCRIPTION';
const calls = {
  Name: 'Calls',
  ChargeType: 'Usage',
  ChargeModel: 'Per Unit Pricing',
  UOM: 'Call',
  tiers: [{ Currency: 'USD', Price: 2 }],
};

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
  account = await zuora.account();
  const { planId } = await zuora.plan([calls]);
  subscription = await zuora.subscribe(account, planId, '2026-11-01');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await zuora.sim.close();
});

const upload = async (lines: string[], name = 'usage.csv', first = head): Promise<{ status: number; body: Loose }> => {
  const form = new FormData();
  form.set('file', new File([[first, ...lines].join('\n')], name, { type: 'text/csv' }));
  const response = await fetch(`${zuora.sim.url}/v1/usage`, {
    method: 'POST',
    headers: { authorization: zuora.authorization, 'zuora-version': '2025-08-12' },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Loose };
};
const usages = async () => rows((await zuora.get(`/v1/usage/accounts/${account.number}`)).body.usage);

describe('usage files', () => {
  it('are read after the answer, and their rows count like single ones', async () => {
    await zuora.post('/__sim/options', { jobMs: 60_000 });
    const taken = await upload([`${account.number},Call,10,11/05/2026,,${subscription},C-00000001,"a, b"`]);
    expect(taken.body).toMatchObject({ success: true, size: expect.any(Number) as number });
    const path = text(taken.body.checkImportStatus);
    expect(path).toMatch(/^\/v1\/usage\/[0-9a-f]{32}\/status$/);
    expect((await zuora.get(path)).body.importStatus).toBe('Pending');
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 60_001);
    expect((await zuora.get(path)).body).toMatchObject({ importStatus: 'Completed' });
    expect(await usages()).toMatchObject([
      { quantity: 10, sourceName: 'Import', fileName: 'usage.csv', chargeNumber: 'C-00000001' },
    ]);
  });

  it.each([
    ['an unknown account', 'A99,Call,1,11/05/2026,,,,'],
    ['a date of another locale', '@,Call,1,2026-11-05,,,,'],
    ['a quantity below zero', '@,Call,-1,11/05/2026,,,,'],
    ['no quantity', '@,Call,,11/05/2026,,,,'],
    ['a unit that no charge has', '@,Shoe,1,11/05/2026,,,,'],
    ['a charge that is not there', '@,Call,1,11/05/2026,,,C-9,'],
  ])('are refused whole for %s in one row', async (_, bad) => {
    const rowsOf = [`@,Call,1,11/04/2026,,,,`, bad].map((line) => line.replace('@', account.number));
    const { body } = await upload(rowsOf);
    const status = (await zuora.get(text(body.checkImportStatus))).body;
    expect(status.importStatus).toBe('Failed');
    expect(status.message).toMatch(/^Row 3: /);
    expect(await usages()).toEqual([]);
  });

  it('need their columns, a short name and the right ending', async () => {
    const row = `${account.number},Call,1,11/05/2026`;
    const { body } = await upload([row], 'usage.csv', 'ACCOUNT_ID,UOM,QTY,STARTDATE');
    expect((await zuora.get(text(body.checkImportStatus))).body).toMatchObject({
      importStatus: 'Failed',
      message: 'The column ENDDATE is missing.',
    });
    expect((await upload([], 'usage.txt')).status).toBe(400);
    expect((await upload([], `${'x'.repeat(47)}.csv`)).status).toBe(400);
    expect((await zuora.call('POST', '/v1/usage', { file: 'x' })).status).toBe(415);
  });

  it('without charge count for every subscription with the unit', async () => {
    const { planId } = await zuora.plan([calls]);
    await zuora.subscribe(account, planId, '2026-11-01');
    await upload([`${account.number},Call,10,11/05/2026,,,,`]);
    await zuora.today('2026-12-05');
    const made = await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect(made.invoices).toMatchObject([{ amount: 40 }]);
  });
});

describe('single usage', () => {
  it('is changed and deleted until it is billed', async () => {
    const { Id: id } = await zuora.post('/v1/object/usage', {
      AccountNumber: account.number,
      UOM: 'Call',
      Quantity: 5,
      StartDateTime: '2026-11-05T00:00:00.000-08:00',
    });
    const path = `/v1/object/usage/${text(id)}`;
    expect((await zuora.call('PUT', path, { Quantity: 7 })).body).toEqual({ Success: true, Id: id });
    expect((await zuora.get(path)).body).toMatchObject({
      Quantity: 7,
      RbeStatus: 'Pending',
      SourceType: 'API',
      StartDateTime: '2026-11-05T00:00:00.000-08:00',
    });
    expect((await zuora.call('PUT', path, { Quantity: -1 })).body).toMatchObject({
      Success: false,
      Errors: [{ Code: 'INVALID_VALUE' }],
    });
    expect((await zuora.call('PUT', path, { Quantity: 7, Shoe: 1 })).status).toBe(200);
    const told = await zuora.call('PUT', `${path}?rejectUnknownFields=true`, { Quantity: 7, Shoe: 1 });
    expect([told.status, told.body]).toEqual([400, { message: 'Error - unrecognised fields' }]);
    for (const StartDateTime of ['2026-02-30', '2026-02-01 noon', '2026-02-01T99:00:00', 'Feb 1, 2026', '02/01/2026'])
      expect((await zuora.call('PUT', path, { Quantity: 7, StartDateTime })).status).toBe(400);
    await zuora.today('2026-12-05');
    await zuora.post('/__sim/act/post-invoice', { account: account.number });
    expect((await zuora.call('DELETE', path)).body).toMatchObject({ Errors: [{ Code: 'TRANSACTION_FAILED' }] });
    const other = await zuora.post('/v1/object/usage', {
      AccountId: account.id,
      UOM: 'Call',
      Quantity: 1,
      StartDateTime: '2026-12-05',
    });
    expect((await zuora.call('DELETE', `/v1/object/usage/${text(other.Id)}`)).body).toEqual({
      success: true,
      id: other.Id,
    });
  });
});
