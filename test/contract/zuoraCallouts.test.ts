import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createZuoraVerifier } from '../../server/connectors/zuora/callouts/webhook.ts';
import { createApp } from '../../server/interfaces/http/app.ts';
import { listen, type Listening } from '../../server/interfaces/http/listen.ts';
import { calloutCredentials, type CalloutCredential } from '../../server/platform/config/calloutCredentials.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { startTest, type TestClient } from '../simulators/zuora/testClient.ts';
import { orgApiWithoutActions } from '../support/orgApi.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** Callouts as the tenant sends them, over HTTP into the inbox. */

let database: TestDatabase;
let backend: Listening;
let zuora: TestClient;
/** What the endpoint accepts; set by each test. */
let credentials: CalloutCredential[];

beforeAll(async () => {
  database = await createTestDatabase();
  const metrics = createMetrics();
  const app = createApp({
    verifiers: new Map([
      [
        'zuora',
        {
          methods: ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'],
          verify: (request) => verifier().verify(request),
          token: (request) => verifier().token!(request),
        },
      ],
    ]),
    intake: createIntake(createPostgresStore(database, { orgId: '', mappingVersion: '' }), { metrics }),
    log: createLog('silent'),
    metrics,
    org: orgApiWithoutActions(database.db),
    readiness: () => Promise.resolve([]),
  });
  backend = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await backend.close();
  await database.close();
});
beforeEach(async () => {
  await database.pool.query('truncate inbox, dirty');
  zuora = await startTest({ calloutRetryMs: 1 });
  await zuora.today('2026-11-21');
});
afterEach(() => zuora.sim.close());

function verifier() {
  return createZuoraVerifier({ connection: 'zuora', credentials }, { now: () => new Date() });
}

function accept(...given: object[]): void {
  credentials = calloutCredentials.parse(JSON.stringify(given));
}

/** Makes the tenant send posted invoices by a callout of its own. */
async function define(callout: object): Promise<void> {
  const target = { name: 'Billing 360', calloutBaseurl: `${backend.url}/webhooks/zuora`, httpMethod: 'POST' };
  const definition = { name: 'Tell', eventTypeName: 'InvoicePosted', calloutActive: true };
  const made = await zuora.call('POST', '/notifications/notification-definitions', {
    ...definition,
    callout: { ...target, ...callout },
  });
  expect(made.status).toBe(200);
}

/** Posts an invoice, and waits until every attempt to tell of it is over. */
async function postInvoice(): Promise<{ accountId: string; invoiceNumber: string; statuses: (number | null)[] }> {
  const account = await zuora.account();
  const posted = await zuora.post('/v1/invoices', {
    accountId: account.id,
    invoiceDate: '2026-11-21',
    status: 'Posted',
    invoiceItems: [{ amount: 12.5, serviceStartDate: '2026-11-21', chargeName: 'Fee' }],
  });
  await zuora.sim.ctx.webhooks.idle();
  const statuses = zuora.sim.tenant.data.callouts.map(({ responseCode }) => responseCode);
  return { accountId: account.id, invoiceNumber: String(posted['invoiceNumber']), statuses };
}

async function stored() {
  const { rows } = await database.pool.query<{ kind: string; key: string | null; payload: unknown; conflicts: number }>(
    'select kind, key, p.payload, conflicts from inbox join inbox_payload p using (id) order by id',
  );
  return rows;
}

const login = {
  requiredAuth: true,
  calloutAuth: { username: 'billing', password: 'a-long-random-text', preemptive: true },
};
const basic = { kind: 'basic', user: 'billing', password: 'a-long-random-text' };
const params = {
  event: 'InvoicePosted',
  accountId: '<Account.Id>',
  paymentId: '<Payment.Id>',
  amount: '<Invoice.Amount>',
};

test.each<[string, object]>([
  ['parameters as a form', { calloutParams: params }],
  ['parameters as XML', { calloutParams: params, calloutHeaders: { 'Content-Type': 'application/xml' } }],
  ['parameters as JSON', { calloutParams: params, calloutHeaders: { 'Content-Type': 'application/json' } }],
  ['parameters in the address', { calloutParams: params, httpMethod: 'GET' }],
  ['a form by PUT', { calloutParams: params, httpMethod: 'PUT' }],
  [
    'a body of its own in JSON',
    { useCustomRequestBody: true, customRequestBody: JSON.stringify(params).replace(/<(.*?)>/g, '{{DataSource.$1}}') },
  ],
])('a callout with %s is stored under its account, all values as text', async (_, callout) => {
  accept(basic);
  await define({ ...login, ...callout });
  const { accountId, statuses } = await postInvoice();
  expect(statuses).toEqual([200]);
  const payload = { event: 'InvoicePosted', accountId, paymentId: '', amount: '12.5' };
  expect(await stored()).toMatchObject([{ kind: 'InvoicePosted', key: `zuora:account:${accountId}`, payload }]);
});

test('a callout that names the invoice alone is stored under the invoice', async () => {
  accept(basic);
  await define({
    ...login,
    calloutParams: {
      event: 'InvoicePosted',
      number: '<Invoice.InvoiceNumber>',
      'Invoice.InvoiceNumber': '<Invoice.InvoiceNumber>',
    },
  });
  const { invoiceNumber } = await postInvoice();
  expect(await stored()).toMatchObject([{ key: `zuora:invoice:${invoiceNumber}` }]);
});

test('Basic without preemptive is asked for once, and one event is stored', async () => {
  accept(basic);
  await define({ requiredAuth: true, calloutAuth: { ...login.calloutAuth, preemptive: false }, calloutParams: params });
  const { statuses } = await postInvoice();
  expect(statuses).toEqual([200]);
  expect(await stored()).toHaveLength(1);
});

test('the OAuth provider of the tenant gets its tokens here, with the old secret and the new', async () => {
  const client = { kind: 'oauth', clientId: 'zuora', clientSecret: 'the-old-random-text' };
  accept({ ...client, clientSecret: 'the-new-random-text' }, client);
  const provider = (clientSecret: string) => ({
    name: 'Billing 360',
    tokenUrl: `${backend.url}/webhooks/zuora/token`,
    clientId: 'zuora',
    clientSecret,
  });
  for (const secret of ['the-old-random-text', 'the-new-random-text']) {
    const { id } = await zuora.post('/__sim/oauth-providers', provider(secret));
    await define({ requiredOauth2: true, oauth2ProviderId: id, calloutParams: { ...params, secret } });
  }
  const { statuses } = await postInvoice();
  expect(statuses).toEqual([200, 200]);
  expect(await stored()).toHaveLength(2);
  accept({ ...client, clientSecret: 'the-new-random-text' });
  const after = await postInvoice();
  expect(after.statuses.slice(2).filter((status) => status === 200)).toHaveLength(1);
  expect(await stored()).toHaveLength(3);
});

test('a signature over Date and body is checked as the tenant made it', async () => {
  accept({
    kind: 'hmac',
    header: 'X-Signature',
    signed: '{{Request.Headers.Date}}.{{Request.Body}}',
    secret: 'a-long-random-text',
    prefix: 'v1=',
  });
  const hmac = {
    hmacAlgorithm: 'SHA-256',
    hmacData: '{{Request.Headers.Date}}.{{Request.Body}}',
    hmacKey: 'X-Signature',
    hmacValue: 'v1={{hmac}}',
    hmacSecret: 'a-long-random-text',
  };
  await define({ ...hmac, calloutParams: params });
  await define({ ...hmac, hmacSecret: 'another', calloutParams: params });
  const { statuses } = await postInvoice();
  expect(statuses.toSorted()).toEqual([200, 400, 400, 400]);
  expect(await stored()).toHaveLength(1);
});

test('a header of the tenant with a fixed value is enough', async () => {
  accept({ kind: 'header', name: 'X-Billing-Key', value: 'a-long-random-text' });
  await define({ calloutParams: params, calloutHeaders: { 'X-Billing-Key': 'a-long-random-text' } });
  await define({ calloutParams: params, calloutHeaders: { 'X-Billing-Key': 'a-long-random-tex' } });
  const { statuses } = await postInvoice();
  expect(statuses.toSorted()).toEqual([200, 401, 401, 401]);
  expect(await stored()).toHaveLength(1);
});

const hook = () => `${backend.url}/webhooks/zuora`;
const authorization = `Basic ${Buffer.from('billing:a-long-random-text').toString('base64')}`;
const send = (body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(hook(), { method: 'POST', body, headers: { authorization, ...headers } });

test('the same callout 50 times at once is one event, all of them answered 200', async () => {
  accept(basic);
  const body = JSON.stringify({ event: 'InvoicePosted', accountId: '8ad08f2a00000000000000000000a001' });
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => send(body, { 'zuora-notification-id': 'n1', 'content-type': 'application/json' })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(await stored()).toHaveLength(1);
});

test('the same notification with another body keeps the first, counts a conflict and has the account read again', async () => {
  accept(basic);
  const body = (amount: string) => JSON.stringify({ accountId: '8ad08f2a00000000000000000000a001', amount });
  await send(body('1'), { 'zuora-notification-id': 'n1' });
  const generation = async () =>
    (await database.db.selectFrom('dirty').select('generation').executeTakeFirstOrThrow()).generation;
  const before = await generation();
  expect((await send(body('2'), { 'zuora-notification-id': 'n1' })).status).toBe(200);
  expect(await stored()).toMatchObject([{ payload: { amount: '1' }, conflicts: 1 }]);
  expect(await generation()).toBeGreaterThan(before);
});

test.each<[string, BodyInit, Record<string, string>, number]>([
  ['no login', '{}', { authorization: '' }, 401],
  ['a wrong login', '{}', { authorization: 'Basic eDp5' }, 401],
  ['an empty body', '', {}, 400],
  ['10 MB', 'x'.repeat(10_000_000), {}, 413],
  ['invalid UTF-8', Buffer.from([0x7b, 0xc3, 0x28, 0x7d]), {}, 400],
  ['deep JSON', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, {}, 400],
  ['XML that reads a file', '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/hosts">]><c><a>&x;</a></c>', {}, 400],
])('a callout with %s is refused and nothing is stored', async (_, body, headers, status) => {
  accept(basic);
  const answer = await send(body, headers);
  expect(answer.status).toBe(status);
  expect((await answer.json()) as object).toHaveProperty('error');
  expect(await stored()).toEqual([]);
  const counted = await (await fetch(`${backend.url}/metrics`)).text();
  expect(counted).toContain(`billing360_webhooks_total{connection="zuora",status="${status}"}`);
});

test('a method that no callout has is refused, and a token is given to a known client only', async () => {
  accept(basic);
  expect((await fetch(hook(), { method: 'OPTIONS' })).status).toBe(405);
  const answer = await fetch(`${hook()}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'x' }) });
  expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }]);
});
