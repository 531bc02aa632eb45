import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { request } from 'undici';
import { gzipSync, gunzipSync } from 'node:zlib';
import { rows, startTest, text, type TestClient } from '../testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await zuora.sim.close();
});

const codeOf = (answer: { body: { reasons?: unknown } }) =>
  (answer.body.reasons as { code: number }[] | undefined)?.[0]?.code;

describe('limits', () => {
  it('of minutes, hours and days count failed calls too, and say when to come back', async () => {
    for (const [option, seconds] of [
      ['callsPerMinute', 60],
      ['callsPerHour', 3600],
      ['callsPerDay', 86_400],
    ] as const) {
      const fresh = await startTest();
      await fresh.post('/__sim/limits', { [option]: 2 });
      await fresh.get('/v1/payments');
      const last = await fresh.get('/v1/nowhere');
      expect(last.headers.get('ratelimit-remaining')).toBe('0');
      expect(last.headers.get('ratelimit-limit')).toContain(`2;w=${seconds}`);
      const refused = await fresh.get('/v1/payments');
      expect([refused.status, codeOf(refused)]).toEqual([429, 50000070]);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(seconds);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(seconds - 10);
      await fresh.post('/__sim/limits', { [option]: null });
      expect((await fresh.get('/v1/payments')).status).toBe(200);
      await fresh.sim.close();
    }
  });

  it('of calls under way are by kind, and off until they are switched on', async () => {
    await zuora.post('/__sim/options', { handlingMs: 100 });
    await zuora.post('/__sim/limits', { inFlight: { Default: 1 } });
    const answers = await Promise.all([
      zuora.get('/v1/payments'),
      zuora.get('/v1/payments'),
      zuora.get('/object-query/accounts'),
    ]);
    const refused = answers.find((one) => one.status === 429)!;
    expect(answers.map((one) => one.status).sort()).toEqual([200, 200, 429]);
    expect([codeOf(refused), refused.headers.get('retry-after')]).toEqual([50000070, '1']);
    expect(refused.headers.get('concurrency-limit-remaining')).toBe('0');
    await zuora.post('/__sim/limits', { inFlight: null });
    const all = await Promise.all([zuora.get('/v1/payments'), zuora.get('/v1/payments')]);
    expect(all.map((one) => one.status)).toEqual([200, 200]);
  });

  it('of tokens are a hundred a minute for one address, by real time', async () => {
    await zuora.post('/__sim/limits', { tokensPerMinute: 2 });
    const { clientId, clientSecret, url } = zuora.sim;
    const token = async () => {
      const response = await request(`${url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
      });
      return { status: response.statusCode, headers: response.headers, body: await response.body.json() };
    };
    expect((await token()).headers['x-ratelimit-remaining-minute']).toBe('0');
    const refused = await token();
    expect([refused.status, refused.body]).toEqual([429, { message: 'API rate limit exceeded' }]);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 61_000);
    expect((await token()).status).toBe(200);
  });
});

describe('requests', () => {
  const contact = { firstName: 'Ada', lastName: 'Byron' };

  it('may be compressed, and get long answers compressed', async () => {
    const made = await request(`${zuora.sim.url}/v1/accounts`, {
      method: 'POST',
      headers: {
        authorization: zuora.authorization,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: gzipSync(JSON.stringify({ name: 'Acme', currency: 'USD', billToContact: contact })),
    });
    const { accountNumber } = (await made.body.json()) as { accountNumber: string };
    const read = await request(`${zuora.sim.url}/v1/accounts/${accountNumber}`, {
      headers: { authorization: zuora.authorization, 'accept-encoding': 'gzip' },
    });
    expect(read.headers['content-encoding']).toBe('gzip');
    const body = gunzipSync(Buffer.from(await read.body.arrayBuffer())).toString();
    expect(JSON.parse(body)).toMatchObject({ basicInfo: { name: 'Acme' } });
  });

  it('may not hold characters of four bytes, nor name an entity or organization', async () => {
    const bad = await zuora.call('POST', '/v1/accounts', {
      name: 'Rocket \u{1F680}',
      currency: 'USD',
      billToContact: contact,
    });
    expect([bad.status, codeOf(bad)]).toEqual([400, 50000020]);
    const good = await zuora.call('POST', '/v1/accounts', {
      name: 'Zoë 東京',
      currency: 'USD',
      billToContact: contact,
    });
    expect(good.status).toBe(200);
    for (const header of ['zuora-entity-ids', 'zuora-org-ids'])
      expect((await zuora.get('/v1/payments', { [header]: 'x' })).status).toBe(501);
  });

  it('are JSON or a file, and not too large', async () => {
    const form = await zuora.call('POST', '/v1/accounts', 'name=Acme', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([form.status, codeOf(form)]).toEqual([415, 50000045]);
    const large = await zuora.call('POST', '/v1/accounts', { name: 'x'.repeat(6_000_000) });
    expect([large.status, large.body]).toEqual([413, { message: 'Request size limit exceeded' }]);
  });

  it('find no route outside the services, and no other method on a path', async () => {
    const nowhere = await zuora.get('/commerce/plans');
    expect([nowhere.status, nowhere.body]).toEqual([404, { message: 'no Route matched with those values' }]);
    const method = await zuora.call('DELETE', '/v1/payments');
    expect([method.status, codeOf(method)]).toEqual([405, 50000045]);
    expect(codeOf(await zuora.get('/v1/nowhere'))).toBe(50000040);
    for (const path of ['/v1/payment-schedules', '/v1/custom-exchange-rates/EUR', '/settings/listing'])
      expect([path, (await zuora.get(path)).status]).toEqual([path, 501]);
    expect((await zuora.call('PUT', '/v1/invoices', {})).status).toBe(501);
    expect((await zuora.get('/v1/payments/P-1/parts/x/itemparts')).status).toBe(501);
  });

  it('print the prices of previews with nine decimals', async () => {
    await zuora.today('2026-11-21');
    const account = await zuora.account();
    const { planId } = await zuora.plan([
      {
        Name: 'Fee',
        ChargeModel: 'Per Unit Pricing',
        UOM: 'Seat',
        DefaultQuantity: 1,
        tiers: [{ Currency: 'USD', Price: 49.99 }],
      },
    ]);
    const answer = await zuora.call('POST', '/v1/orders/preview', {
      orderDate: '2026-11-21',
      existingAccountNumber: account.number,
      previewOptions: { previewThruType: 'NumberOfPeriods', previewNumberOfPeriods: 1, previewTypes: ['BillingDocs'] },
      subscriptions: [
        {
          orderActions: [
            {
              type: 'CreateSubscription',
              triggerDates: [{ name: 'ContractEffective', triggerDate: '2026-11-21' }],
              createSubscription: {
                terms: {
                  initialTerm: { termType: 'TERMED', period: 12, periodType: 'Month' },
                  renewalSetting: 'RENEW_WITH_SPECIFIC_TERM',
                  renewalTerms: [{ period: 12, periodType: 'Month' }],
                },
                subscribeToRatePlans: [{ productRatePlanId: planId }],
              },
            },
          ],
        },
      ],
    });
    expect(answer.text).toContain('"unitPrice":49.990000000');
  });
});

describe('refusals', () => {
  it.each([
    [50000010, 403],
    [50000050, 409],
    [50000060, 500],
    [50000061, 500],
    [50000070, 429],
    [50000099, 500],
  ])('%s leave in the shape of the version: %s from 2024-05-20 on', async (code, status) => {
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/v1/payments', code, times: 2 }] });
    const newer = await zuora.get('/v1/payments');
    expect([newer.status, codeOf(newer)]).toEqual([status, code]);
    const older = await zuora.get('/v1/payments', { 'zuora-version': '341.0' });
    expect([older.status, codeOf(older)]).toEqual([code % 100 === 70 ? 429 : 200, code]);
    expect((await zuora.get('/v1/payments')).status).toBe(200);
  });

  it('of the service are kept under an idempotency key, those of the gateway are not', async () => {
    const body = { name: 'Acme', currency: 'USD', billToContact: { firstName: 'Ada', lastName: 'Byron' } };
    const post = async (key: string) =>
      (await zuora.call('POST', '/v1/accounts', body, { 'idempotency-key': key })).status;
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/v1/accounts$', code: 50000050, times: 1 }] });
    expect([await post('a'), await post('a'), await post('b')]).toEqual([409, 409, 200]);
    await zuora.post('/__sim/refusals', { refusals: [{ path: '^/v1/accounts$', code: 50000070, times: 1 }] });
    expect([await post('c'), await post('c')]).toEqual([429, 200]);
  });

  it('come after the effect too: an order that timed out is there', async () => {
    const contact = { firstName: 'Ada', lastName: 'Byron' };
    await zuora.post('/__sim/faults', {
      faults: [
        {
          method: 'POST',
          path: '^/v1/accounts$',
          times: 1,
          status: 504,
          after: true,
          body: { message: 'The upstream server is timing out' },
        },
      ],
    });
    const headers = { 'idempotency-key': 'once' };
    const body = { name: 'Acme', currency: 'USD', billToContact: contact };
    const lost = await zuora.call('POST', '/v1/accounts', body, headers);
    expect([lost.status, lost.body]).toEqual([504, { message: 'The upstream server is timing out' }]);
    const again = await zuora.call('POST', '/v1/accounts', body, headers);
    expect(again.body.accountNumber).toBe('A00000001');
    expect((await zuora.get('/__sim/state')).body.accounts).toBe(1);
  });
});

describe('reads', () => {
  it('lag behind writes while the switch is on', async () => {
    const account = await zuora.account({ name: 'Before' });
    await zuora.post('/__sim/options', { readLagMs: 60_000 });
    await zuora.call('PUT', `/v1/accounts/${account.number}`, { name: 'After' });
    const name = async () => (await zuora.get(`/v1/accounts/${account.number}`)).body.basicInfo?.name;
    expect(await name()).toBe('Before');
    const queried = async () => rows((await zuora.get('/object-query/accounts')).body.data).map((one) => one.name);
    expect(await queried()).toEqual(['Before']);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 60_001);
    expect([await name(), await queried()]).toEqual(['After', ['After']]);
    vi.restoreAllMocks();
    const made = await zuora.account();
    expect((await zuora.get(`/v1/accounts/${made.number}`)).status).toBe(404);
    await zuora.post('/__sim/options', { readLagMs: 0 });
    expect(text((await zuora.get(`/v1/accounts/${made.number}`)).body.basicInfo?.id)).toBe(made.id);
  });
});
