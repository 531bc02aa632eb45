import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, testCard, text, type Loose, type TestClient } from '../testClient.ts';

type Got = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

let zuora: TestClient;
let receiver: Server;
let url: string;
let got: Got[];
/** Status and headers that the receiver answers next; 200 when empty. */
let answers: { status: number; headers?: Record<string, string>; body?: string }[];

beforeEach(async () => {
  got = [];
  answers = [];
  receiver = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      got.push({ method: req.method!, url: req.url!, headers: req.headers, body });
      const answer = answers.shift() ?? { status: 200 };
      res.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  zuora = await startTest({ calloutRetryMs: 0 });
  await zuora.today('2026-11-21');
});
afterEach(async () => {
  await zuora.sim.close();
  await new Promise((resolve) => receiver.close(resolve));
});

const callout = (more: object = {}) => ({ name: 'Hook', calloutBaseurl: `${url}/hook`, httpMethod: 'POST', ...more });

const define = (eventTypeName: string, more: object = {}, definition: object = {}): Promise<Loose> =>
  zuora.post('/notifications/notification-definitions', {
    name: 'Tell',
    eventTypeName,
    calloutActive: true,
    callout: callout(more),
    ...definition,
  });

const invoice = (accountId: string) =>
  zuora.post('/v1/invoices', {
    accountId,
    invoiceDate: '2026-11-21',
    status: 'Posted',
    invoiceItems: [{ amount: 12.5, serviceStartDate: '2026-11-21', chargeName: 'Fee' }],
  });

const delivered = async () => {
  await zuora.sim.ctx.webhooks.idle();
  return got;
};

describe('notification definitions', () => {
  it('send parameters with merge fields as a form, all as text', async () => {
    const account = await zuora.account();
    const calloutParams = {
      number: '<Invoice.InvoiceNumber>',
      amount: '{{Invoice.Amount}}',
      account: '{{DataSource.Account.Id}}',
      nothing: '<Payment.Id>',
    };
    const made = await define('InvoicePosted', { calloutParams });
    expect(made).toMatchObject({ active: true, eventTypeName: 'InvoicePosted', callout: { httpMethod: 'POST' } });
    await invoice(account.id);
    const [one] = await delivered();
    expect(one?.headers['content-type']).toContain('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(one?.body))).toEqual({
      number: 'INV00000001',
      amount: '12.5',
      account: account.id,
      nothing: '',
    });
  });

  it('send a custom JSON body, XML parameters, or parameters in the address', async () => {
    const account = await zuora.account({ name: 'A & B' });
    const body = '{"event":"InvoicePosted","account":"{{DataSource.Account.AccountNumber}}"}';
    await define('InvoicePosted', { useCustomRequestBody: true, customRequestBody: body });
    await define('InvoicePosted', {
      calloutHeaders: { 'Content-Type': 'text/xml' },
      calloutParams: { name: '<Account.Name>' },
    });
    await define('InvoicePosted', { httpMethod: 'GET', calloutParams: { id: '<Invoice.Id>' } });
    const { id } = await invoice(account.id);
    const sent = await delivered();
    const by = (test: (one: Got) => boolean) => sent.find(test)!;
    expect(JSON.parse(by((one) => one.body.startsWith('{')).body)).toEqual({
      event: 'InvoicePosted',
      account: account.number,
    });
    expect(by((one) => one.body.startsWith('<')).body).toContain('<name>A &#38; B</name>');
    expect(by((one) => one.method === 'GET')).toMatchObject({ url: `/hook?id=${text(id)}`, body: '' });
  });

  it('carry Basic credentials at once, or after the receiver asked for them', async () => {
    const account = await zuora.account();
    const calloutAuth = { username: 'u', password: 'p' };
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`;
    const made = await define('InvoicePosted', {
      requiredAuth: true,
      calloutAuth: { ...calloutAuth, preemptive: true },
    });
    await invoice(account.id);
    expect((await delivered()).map((one) => one.headers.authorization)).toEqual([basic]);
    await zuora.call('DELETE', `/notifications/notification-definitions/${text(made.id)}`);
    await define('InvoicePosted', { requiredAuth: true, calloutAuth });
    got = [];
    answers = [{ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }];
    await invoice(account.id);
    expect((await delivered()).map((one) => one.headers.authorization)).toEqual([undefined, basic]);
    const { body } = await zuora.get('/v1/notification-history/callout?failedOnly=false');
    expect(rows(body.calloutHistories).map((one) => one.responseCode)).toEqual([200, 200]);
  });

  it('get a bearer by client credentials for every callout', async () => {
    const account = await zuora.account();
    const provider = await zuora.post('/__sim/oauth-providers', {
      name: 'Ours',
      tokenUrl: `${url}/token`,
      clientId: 'c',
      clientSecret: 's',
    });
    await define('InvoicePosted', { requiredOauth2: true, oauth2ProviderId: provider.id });
    answers = [{ status: 200, body: '{"access_token":"T"}' }];
    await invoice(account.id);
    const [token, hook] = await delivered();
    expect([token?.url, token?.body]).toEqual(['/token', 'grant_type=client_credentials&client_id=c&client_secret=s']);
    expect(hook?.headers.authorization).toBe('Bearer T');
  });

  it('sign what the tenant configured', async () => {
    const account = await zuora.account();
    await define('InvoicePosted', {
      useCustomRequestBody: true,
      customRequestBody: '{"a":1}',
      hmacAlgorithm: 'SHA-256',
      hmacData: '{{Request.Headers.Date}}.{{Request.Body}}',
      hmacKey: 'X-Signature',
      hmacValue: 'v1={{hmac}}',
      hmacSecret: 'secret',
      hmacOutputFormat: 'HEX',
    });
    await invoice(account.id);
    const [one] = await delivered();
    const expected = createHmac('sha256', 'secret').update(`${one?.headers.date}.{"a":1}`).digest('hex');
    expect(one?.headers['x-signature']).toBe(`v1=${expected}`);
  });

  it('try three times, deliver by 200 alone, and are sent again by hand under the same id', async () => {
    const account = await zuora.account();
    await define('InvoicePosted');
    answers = [{ status: 201 }, { status: 500 }, { status: 204 }];
    await invoice(account.id);
    const first = await delivered();
    expect(first.map((one) => one.headers['zuora-notification-id'])).toEqual(
      Array(3).fill(first[0]?.headers['zuora-notification-id']),
    );
    expect(new Set(first.map((one) => one.headers['zuora-request-id'])).size).toBe(3);
    const found = await zuora.post('/v1/action/query', { queryString: 'select Id, ResponseCode from CalloutHistory' });
    expect(rows(found.records).map((one) => one.ResponseCode)).toEqual([201, 500, 204]);
    const id = text(found.records?.[0]?.Id);
    const again = await zuora.call('POST', '/notifications/callout-histories/resend', [id, 'nothing']);
    expect([again.status, again.body]).toEqual([
      202,
      { nothing: { code: 'ObjectNotFound', message: 'Callout history does not exist.' } },
    ]);
    const all = await delivered();
    expect(all[3]?.headers['zuora-notification-id']).toBe(all[0]?.headers['zuora-notification-id']);
    expect((await zuora.call('POST', '/notifications/callout-histories/resend', ['x'])).status).toBe(400);
  });

  it('without retry try once', async () => {
    const account = await zuora.account();
    await define('InvoicePosted', { calloutRetry: false });
    answers = [{ status: 500 }];
    await invoice(account.id);
    expect(await delivered()).toHaveLength(1);
  });

  it('tell only accounts of their communication profile, and no muted one', async () => {
    const profile = await zuora.post('/__sim/communication-profiles', { name: 'Loud' });
    await define('InvoicePosted', {}, { communicationProfileId: profile.id });
    const plain = await zuora.account();
    const loud = await zuora.account({ communicationProfileId: profile.id });
    await invoice(plain.id);
    await invoice(loud.id);
    expect(await delivered()).toHaveLength(1);
    await zuora.call('PUT', `/v1/accounts/${loud.number}`, { communicationProfileId: null });
    await invoice(loud.id);
    expect(await delivered()).toHaveLength(1);
  });

  it('tell of electronic payments only, and of memos, runs and refunds', async () => {
    for (const event of ['PaymentProcessed', 'CreditMemoPosted', 'PaymentRunCompletion', 'PaymentRefundProcessed'])
      await define(event, { calloutParams: { event } });
    const account = await zuora.account({ paymentMethod: testCard(), autoPay: true });
    const { id } = await invoice(account.id);
    const external = { accountId: account.id, amount: 1, currency: 'USD', type: 'External', paymentMethodType: 'Cash' };
    await zuora.post('/v1/payments', { ...external, invoices: [{ invoiceId: id, amount: 1 }] });
    expect(await delivered()).toEqual([]);
    await zuora.post('/v1/payment-runs', { targetDate: '2026-11-30' });
    await zuora.get('/v1/payment-runs');
    const more = await invoice(account.id);
    await zuora.call('PUT', `/v1/invoices/${text(more.id)}/write-off`, {});
    const events = (await delivered()).map((one) => new URLSearchParams(one.body).get('event'));
    expect(events.sort()).toEqual(['CreditMemoPosted', 'PaymentProcessed', 'PaymentRunCompletion']);
  });

  it('tell of the first failure in a row of a method, unless the tenant wants another or all', async () => {
    await define('PaymentDeclined');
    const account = await zuora.account({ paymentMethod: testCard() });
    await invoice(account.id);
    const fail = () => zuora.post('/__sim/act/fail-payment', { account: account.number });
    await fail();
    await fail();
    expect(await delivered()).toHaveLength(1);
    await zuora.post('/__sim/callouts', { declinedAttempt: 3 });
    await fail();
    await fail();
    expect(await delivered()).toHaveLength(2);
    await zuora.post('/__sim/callouts', { declinedAttempt: null });
    await fail();
    expect(await delivered()).toHaveLength(3);
  });

  it('use a template that stands for itself, and what it is changed to', async () => {
    const template = await zuora.post('/notifications/callout-templates', callout({ calloutParams: { a: '1' } }));
    await zuora.post('/notifications/notification-definitions', {
      name: 'By template',
      eventTypeName: 'InvoicePosted',
      calloutActive: true,
      calloutTemplateId: template.id,
    });
    const path = `/notifications/callout-templates/${text(template.id)}`;
    expect((await zuora.call('PUT', path, callout({ calloutParams: { a: '2' } }))).status).toBe(200);
    expect((await zuora.get('/notifications/callout-templates')).body.data).toMatchObject([
      { calloutParams: { a: '2' } },
    ]);
    await invoice((await zuora.account()).id);
    expect((await delivered()).map((one) => one.body)).toEqual(['a=2']);
    expect((await zuora.call('DELETE', path)).status).toBe(204);
  });

  it('filter by a rule, and can be switched off, changed and listed', async () => {
    const made = await define(
      'InvoicePosted',
      {},
      { filterRule: { condition: "Account.Currency == 'EUR'", parameters: [] } },
    );
    const dollars = await zuora.account();
    const euros = await zuora.account({ currency: 'EUR' });
    await invoice(dollars.id);
    await invoice(euros.id);
    expect(await delivered()).toHaveLength(1);
    const path = `/notifications/notification-definitions/${text(made.id)}`;
    expect((await zuora.call('PUT', path, { active: false })).body.active).toBe(false);
    await invoice(euros.id);
    expect(await delivered()).toHaveLength(1);
    expect(
      (await zuora.get('/notifications/notification-definitions?eventTypeName=InvoicePosted')).body.data,
    ).toMatchObject([{ id: made.id }]);
    expect((await zuora.call('DELETE', path)).status).toBe(204);
    expect((await zuora.get(path)).status).toBe(404);
  });
});

describe('event triggers', () => {
  it('fire custom events by their condition', async () => {
    const trigger = await zuora.post('/events/event-triggers', {
      active: true,
      baseObject: 'Account',
      condition: "changeType == 'INSERT' && Account.Currency == 'EUR'",
      eventType: { name: 'EuroAccount', displayName: 'Euro account' },
    });
    await define('EuroAccount', { calloutParams: { id: '<Account.Id>' } });
    await zuora.account();
    const euros = await zuora.account({ currency: 'EUR' });
    expect((await delivered()).map((one) => one.body)).toEqual([`id=${euros.id}`]);
    await zuora.call('PUT', `/events/event-triggers/${text(trigger.id)}`, { active: false });
    await zuora.account({ currency: 'EUR' });
    expect(await delivered()).toHaveLength(1);
  });

  it('are refused for events that are there, and say what conditions cannot be evaluated', async () => {
    const status = async (more: object) =>
      (
        await zuora.call('POST', '/events/event-triggers', {
          active: true,
          baseObject: 'Account',
          condition: "changeType == 'INSERT'",
          eventType: { name: 'New', displayName: 'New' },
          ...more,
        })
      ).status;
    expect(await status({ eventType: { name: 'InvoicePosted', displayName: 'x' } })).toBe(400);
    expect(await status({ condition: 'Account.Status_old == null' })).toBe(501);
    expect(await status({ baseObject: 'Feature' })).toBe(501);
    expect(await status({ condition: undefined })).toBe(400);
    const refused = async (more: object, definition: object = {}) =>
      (
        await zuora.call('POST', '/notifications/notification-definitions', {
          name: 'x',
          eventTypeName: 'InvoicePosted',
          callout: callout(more),
          ...definition,
        })
      ).status;
    expect(await refused({ calloutBaseurl: 'http://example.com/x' })).toBe(400);
    expect(await refused({ requiredAuth: true })).toBe(400);
    expect(await refused({ hmacAlgorithm: 'SHA-256' })).toBe(400);
    expect(await refused({}, { eventTypeName: 'Nothing' })).toBe(400);
    expect(await refused({}, { emailActive: true })).toBe(501);
  });
});
