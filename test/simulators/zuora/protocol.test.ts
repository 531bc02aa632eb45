import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetch } from 'undici';
import { rows, startTest, text, type TestClient } from './testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest({ customFields: { account: ['CRMAccountId__c', 'Region__c'] } });
});
afterEach(() => zuora.sim.close());

const newAccount = {
  name: 'Acme',
  currency: 'USD',
  billToContact: { firstName: 'Ada', lastName: 'Byron', country: 'France' },
};

describe('tokens', () => {
  const token = (form: Record<string, string>) =>
    fetch(`${zuora.sim.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });

  it('come for client credentials in a form', async () => {
    const { clientId: client_id, clientSecret: client_secret } = zuora.sim;
    const right = await token({ grant_type: 'client_credentials', client_id, client_secret });
    expect(await right.json()).toMatchObject({ token_type: 'bearer', expires_in: 3598 });
    expect((await token({ grant_type: 'client_credentials', client_id, client_secret: 'wrong' })).status).toBe(401);
    expect((await token({ grant_type: 'password', client_id, client_secret })).status).toBe(400);
  });

  it('are asked for by everything else, and end by real time', async () => {
    const wrong = await zuora.get('/v1/accounts/A1', { authorization: 'Bearer nothing' });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toMatchObject({ success: false, reasons: [{ code: 90000011 }] });
    await zuora.post('/__sim/clock', { advanceDays: 30 });
    expect((await zuora.get('/v1/payments')).status).toBe(200);
    const realNow = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => realNow + 3_599_000);
    expect((await zuora.get('/v1/payments')).status).toBe(401);
    vi.restoreAllMocks();
    expect((await zuora.get('/v1/payments')).status).toBe(200);
    await zuora.post('/__sim/tokens/expire');
    expect((await zuora.get('/v1/payments')).status).toBe(401);
  });

  it('are given to each of two clients, and end with the one that is deleted', async () => {
    const { clientId: client_id, clientSecret: client_secret } = zuora.sim;
    const second = { clientId: 'second', clientSecret: 'new' };
    const clients = [{ clientId: client_id, clientSecret: client_secret }, second];
    await zuora.post('/__sim/oauth-clients', { clients });
    const grant_type = 'client_credentials';
    const tokenOf = async (client_id: string, client_secret: string) => {
      const answer = await token({ grant_type, client_id, client_secret });
      return ((await answer.json()) as { access_token?: string }).access_token;
    };
    const [first, other] = [await tokenOf(client_id, client_secret), await tokenOf('second', 'new')];
    const read = async (one: string | undefined) =>
      (await zuora.get('/v1/payments', { authorization: `Bearer ${one}` })).status;
    expect([await read(first), await read(other)]).toEqual([200, 200]);
    await zuora.post('/__sim/oauth-clients', { clients: [second] });
    expect([await read(first), await read(other)]).toEqual([401, 200]);
    expect(await tokenOf(client_id, client_secret)).toBeUndefined();
    await zuora.post('/__sim/oauth-clients', { clients });
  });
});

describe('errors', () => {
  it('have a real status from 2024-05-20 on, and 200 before', async () => {
    const missing = (version: string) => zuora.get('/v1/accounts/A9', { 'zuora-version': version });
    const expected = {
      success: false,
      reasons: [{ code: 50000040, message: "Cannot find entity by key: 'A9'." }],
      processId: expect.any(String) as string,
      requestId: expect.any(String) as string,
    };
    for (const [version, status] of [
      ['2025-08-12', 404],
      ['2024-05-20', 404],
      ['341.0', 200],
      ['186.0', 200],
    ] as const) {
      const answer = await missing(version);
      expect([version, answer.status]).toEqual([version, status]);
      expect(answer.body).toEqual(expected);
    }
    expect((await missing('2026-01-01')).status).toBe(400);
  });

  it('name what is wrong with a body', async () => {
    const post = async (body: unknown) => {
      const { status, body: answer } = await zuora.call('POST', '/v1/accounts', body);
      return [status, answer.reasons?.[0]?.code];
    };
    expect(await post({ ...newAccount, nonsense: 1 })).toEqual([400, 51100021]);
    expect(await post({ ...newAccount, Unknown__c: 1 })).toEqual([400, 51100021]);
    expect(await post({ ...newAccount, name: undefined })).toEqual([400, 51100022]);
    for (const currency of ['dollars', 'usd', 'ZZZ'])
      expect(await post({ ...newAccount, currency })).toEqual([400, 51100020]);
    expect(await post('{"name":')).toEqual([400, 50000090]);
    expect(await post({ ...newAccount, autoPay: true })).toEqual([400, 51100030]);
  });

  it('come for bodies and addresses that cannot be read', async () => {
    const send = async (headers: Record<string, string>) => {
      const { status, body } = await zuora.call('POST', '/v1/accounts', 'nonsense', {
        'content-type': 'application/json',
        ...headers,
      });
      return [status, body.reasons?.[0]?.code];
    };
    expect(await send({ 'content-encoding': 'gzip' })).toEqual([400, 50000090]);
    expect((await send({ 'content-encoding': 'zip' }))[0]).toBe(415);
    expect((await send({ 'content-type': 'application/json; charset=iso-8859-1' }))[0]).toBe(415);
    expect((await zuora.get('/v1/accounts/%E0%A4%A')).status).toBe(400);
  });

  it('have other shapes in CRUD and Object Query', async () => {
    const crud = await zuora.call('POST', '/v1/object/product', { Name: 'X' });
    expect([crud.status, crud.body]).toEqual([
      400,
      {
        Success: false,
        Errors: [{ Code: 'MISSING_REQUIRED_VALUE', Message: 'Missing required value: EffectiveStartDate.' }],
      },
    ]);
    const gone = await zuora.get('/v1/object/product/none');
    expect([gone.status, gone.body]).toEqual([404, { records: {}, size: 0, done: true }]);
    const refused = await zuora.get('/object-query/accounts?filter[]=nonsense.EQ:1');
    expect([refused.status, refused.body.reasons?.[0]?.code]).toEqual([400, 50000027]);
    const older = await zuora.get('/object-query/accounts?pageSize=100', { 'zuora-version': '2024-05-20' });
    expect([older.status, Object.keys(older.body)]).toEqual([400, ['message']]);
  });

  it('name in CRUD what may be tried again, and have the shape of ZOQL in actions', async () => {
    for (const [code, status, word] of [
      [40000050, 409, 'LOCK_COMPETITION'],
      [50000061, 500, 'TEMPORARY_ERROR'],
      [50000070, 429, 'REQUEST_EXCEEDED_RATE'],
      [50000010, 403, 'NO_PERMISSION'],
    ] as const) {
      await zuora.post('/__sim/refusals', { refusals: [{ path: '^/v1/(object|action)/', times: 2, code }] });
      const crud = await zuora.call('POST', '/v1/object/usage', {});
      expect([crud.status, crud.body.Errors?.[0]?.Code]).toEqual([status, word]);
      const action = await zuora.call('POST', '/v1/action/query', { queryString: 'select Id from Account' });
      expect([action.status, action.body.FaultCode]).toEqual([status, word]);
    }
    const empty = await zuora.call('POST', '/v1/action/query', {});
    expect([empty.status, empty.body]).toEqual([
      400,
      { FaultCode: 'MISSING_REQUIRED_VALUE', FaultMessage: 'Missing required value: queryString.' },
    ]);
    for (const path of ['/v1/object/account/none', '/v1/action/query']) {
      const stranger = await zuora.get(path, { authorization: 'Bearer nothing' });
      expect([stranger.status, Object.keys(stranger.body)]).toEqual([401, ['message']]);
      expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('tell of endpoints that are not there', async () => {
    const answer = await zuora.get('/v1/nowhere');
    expect([answer.status, answer.body.reasons?.[0]?.code]).toEqual([404, 50000040]);
    expect((await zuora.get('/__sim/unsupported')).body).toEqual({ 'GET /v1/nowhere': 1 });
    expect((await zuora.get('/v1/object/nothing/1')).status).toBe(404);
    expect((await zuora.call('PATCH', '/v1/object/product/1', {})).status).toBe(405);
    const unrouted = await zuora.get('/commerce/products', { authorization: 'Bearer nothing' });
    expect([unrouted.status, unrouted.body]).toEqual([404, { message: 'no Route matched with those values' }]);
    expect((await zuora.get('/V1/payments')).status).toBe(404);
  });
});

describe('headers', () => {
  it('carry ids, limits and the date of the simulated clock', async () => {
    await zuora.post('/__sim/clock', { now: '2030-05-06T07:08:09Z' });
    const { headers } = await zuora.get('/v1/payments', { 'zuora-track-id': 'run-7' });
    expect(headers.get('zuora-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('zuora-track-id')).toBe('run-7');
    expect(headers.get('date')).toMatch(/^Mon, 06 May 2030 07:08:/);
    expect(headers.get('ratelimit-limit')).toContain('50000;w=60');
    expect([headers.get('concurrency-limit-type'), headers.get('concurrency-limit-limit')]).toEqual(['Default', '40']);
    const query = await zuora.get('/object-query/accounts');
    expect(query.headers.get('concurrency-limit-type')).toBe('ObjectQuery');
  });

  it('ask to wait once the limit is switched on', async () => {
    await zuora.post('/__sim/limits', { callsPerMinute: 1 });
    await zuora.get('/v1/payments');
    const refused = await zuora.get('/v1/payments');
    expect([refused.status, refused.body.reasons?.[0]?.code]).toEqual([429, 50000070]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('Idempotency-Key', () => {
  const create = (key: string, body: unknown = newAccount, path = '/v1/accounts') =>
    zuora.call('POST', path, body, { 'idempotency-key': key });

  it('replays the same answer for 24 hours', async () => {
    const first = await create('k1');
    const again = await create('k1');
    expect(again.text).toBe(first.text);
    expect(rows((await zuora.get('/object-query/accounts')).body.data)).toHaveLength(1);
    await zuora.post('/__sim/clock', { advanceMs: 24 * 3_600_000 + 1 });
    expect((await create('k1')).body.accountNumber).toBe('A00000002');
  });

  it('replays failures too', async () => {
    const failed = await create('k2', { ...newAccount, parentId: 'none' });
    expect(failed.status).toBe(404);
    expect((await create('k2')).text).toBe(failed.text);
  });

  it('refuses another call, a call still going on, and PUT', async () => {
    await create('k3');
    expect((await create('k3', {}, '/v1/orders')).status).toBe(422);
    await zuora.post('/__sim/options', { handlingMs: 100 });
    const both = await Promise.all([create('k4'), create('k4')]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 409]);
    await zuora.post('/__sim/options', { handlingMs: 0 });
    const put = await zuora.call('PUT', '/v1/accounts/A00000001', { notes: 'x' }, { 'idempotency-key': 'k5' });
    expect(put.status).toBe(400);
  });
});

describe('pages', () => {
  it('follow absolute addresses and clamp their size to 40', async () => {
    for (let index = 0; index < 42; index++)
      await zuora.post('/v1/object/product', {
        Name: `P${index}`,
        EffectiveStartDate: '2020-01-01',
        EffectiveEndDate: '2040-01-01',
      });
    const first = await zuora.get('/v1/catalog/products');
    expect(rows(first.body.products)).toHaveLength(10);
    expect(first.body.products?.[0]).toMatchObject({ name: 'P41' });
    const clamped = await zuora.get('/v1/catalog/products?pageSize=500');
    expect(rows(clamped.body.products)).toHaveLength(40);
    expect(clamped.body.nextPage).toBe(`${zuora.sim.url}/v1/catalog/products?pageSize=40&page=2`);
    const last = await zuora.get(text(clamped.body.nextPage));
    expect([rows(last.body.products).length, 'nextPage' in last.body]).toEqual([2, false]);
    expect((await zuora.get('/v1/catalog/products?page=2')).body.reasons?.[0]?.code).toBe(50000023);
  });
});

describe('accounts', () => {
  it('show custom fields in basicInfo, metrics as numbers, contacts and payment methods by type', async () => {
    const { number } = await zuora.account({
      CRMAccountId__c: '001000000000001AAA',
      autoPay: true,
      paymentMethod: {
        type: 'CreditCard',
        cardNumber: '4111111111111111',
        cardType: 'Visa',
        expirationMonth: 3,
        expirationYear: 2031,
      },
    });
    const { body } = await zuora.get(`/v1/accounts/${number}`);
    expect(body.basicInfo).toMatchObject({ CRMAccountId__c: '001000000000001AAA', Region__c: null, crmId: null });
    expect(body.metrics).toMatchObject({ balance: 0, totalInvoiceBalance: 0, contractedMrr: 0 });
    expect(body.billToContact).toMatchObject({ workEmail: 'ada@acme.example', zipCode: null });
    const methods = (await zuora.get(`/v1/accounts/${number}/payment-methods`)).body;
    expect(methods.creditcard).toMatchObject([{ cardNumber: '************1111', isDefault: true, status: 'Active' }]);
    expect(methods.defaultPaymentMethodId).toBe(body.billingAndPayment?.defaultPaymentMethodId);
  });

  it('change what is named and keep the rest', async () => {
    const { id, number } = await zuora.account({ crmId: 'c-1', notes: 'old' });
    const put = await zuora.call('PUT', `/v1/accounts/${id}`, {
      CRMAccountId__c: 'x',
      billToContact: { city: 'Paris' },
    });
    expect(put.body).toEqual({ success: true });
    const { body } = await zuora.get(`/v1/accounts/${number}`);
    expect(body.basicInfo).toMatchObject({ CRMAccountId__c: 'x', crmId: 'c-1', notes: 'old' });
    expect(body.billToContact).toMatchObject({ city: 'Paris', firstName: 'Ada' });
    expect((await zuora.call('PUT', `/v1/accounts/${id}`, { currency: 'EUR' })).status).toBe(400);
  });
});
