import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { calloutCredentials, type CalloutCredential } from '../../../platform/config/calloutCredentials.ts';
import type { WebhookRequest } from '../../../workflows/ports/webhook.ts';
import { createZuoraVerifier } from './webhook.ts';

const ACCOUNT = '8ad08f2a00000000000000000000a001';
let now = new Date('2026-11-21T09:00:00Z');

function accept(...credentials: object[]) {
  const parsed: CalloutCredential[] = calloutCredentials.parse(JSON.stringify(credentials));
  return createZuoraVerifier({ connection: 'zuora', credentials: parsed }, { now: () => now });
}

const login = { kind: 'basic', user: 'billing', password: 'secret' };
const verifier = accept(login);

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function request(
  body: string,
  headers: WebhookRequest['headers'] = {},
  more: Partial<WebhookRequest> = {},
): WebhookRequest {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    query: {},
    rawBody: Buffer.from(body),
    ...more,
  };
}

function verify(body: string, headers: Record<string, string> = {}) {
  return verifier.verify(request(body, { authorization: basic('billing', 'secret'), ...headers }));
}

function refusal(code: string, kind: string): Error {
  return expect.objectContaining({ code, kind }) as Error;
}

test.each<[string, Record<string, unknown>]>([
  ['our template', { event: 'OrderProcessed', accountId: ACCOUNT }],
  ['merge fields as names', { EventType: 'OrderProcessed', 'Account.Id': ACCOUNT }],
  [
    'merge fields of a data source',
    { 'Event.EventType': '', event: 'OrderProcessed', 'DataSource.Account.Id': ACCOUNT },
  ],
  ['nested objects', { event: 'OrderProcessed', account: { id: ACCOUNT } }],
  ['classic names', { event: 'OrderProcessed', ACCOUNT_ID: ACCOUNT, ACCOUNT_NUMBER: 'A1' }],
])('a callout with %s makes its account dirty', (_, payload) => {
  expect(verify(JSON.stringify(payload), { 'zuora-notification-id': 'n1' })).toMatchObject([
    { connection: 'zuora', eventId: 'n1', kind: 'OrderProcessed', key: `zuora:account:${ACCOUNT}`, occurredAt: null },
  ]);
});

test.each<[string, Record<string, unknown>, string | null]>([
  ['an account by its number', { accountId: '', accountNumber: 'A1', orderNumber: 'O-1' }, 'zuora:accountnumber:A1'],
  ['a number where the id is expected', { 'Account.Id': 'A1' }, 'zuora:accountnumber:A1'],
  ['a subscription and its order', { orderNumber: 'O-1', subscriptionNumber: 'A-S1' }, 'zuora:subscription:A-S1'],
  ['an order', { 'Order.OrderNumber': 'O-1' }, 'zuora:order:O-1'],
  ['an invoice', { INVOICE_NUMBER: 'INV1', paymentNumber: '' }, 'zuora:invoice:INV1'],
  ['a payment', { 'DataSource.Payment.PaymentNumber': 'P-1' }, 'zuora:payment:P-1'],
  ['a credit memo', { 'CreditMemo.MemoNumber': 'CM1' }, 'zuora:creditmemo:CM1'],
  ['nothing of the kind', { billRunNumber: 'BR-1' }, null],
])('a callout that names %s makes dirty what the account is found from', (_, payload, key) => {
  expect(verify(JSON.stringify(payload))).toMatchObject([{ key }]);
});

test('two deliveries with one notification id are one event, whatever attempt they are', () => {
  const first = verify('{}', { 'zuora-notification-id': 'n1', 'zuora-request-id': 'r1' });
  const again = verify('{}', { 'zuora-notification-id': 'n1', 'zuora-request-id': 'r2' });
  expect(first).toEqual(again);
});

test('without a notification id two equal texts are two events: the second may be another change', () => {
  const ids = [1, 2].map(() => verify(`{"accountId":"${ACCOUNT}"}`)[0]?.eventId);
  expect(ids[0]).not.toBe(ids[1]);
  expect(verify('{}', { 'zuora-request-id': 'r1' })).toMatchObject([{ eventId: 'delivery:r1' }]);
});

describe('Basic', () => {
  test.each([undefined, '', basic('billing', 'wrong'), basic('other', 'secret'), 'Bearer x', 'Basic'])(
    'the login %s is asked for again',
    (authorization) => {
      expect(() => verifier.verify(request('{}', { authorization }))).toThrow(
        refusal('callout_login_wrong', 'forbidden'),
      );
    },
  );

  test('two logins are accepted while one replaces the other, and the old one ends with its removal', () => {
    const both = accept(login, { ...login, password: 'new' });
    for (const password of ['secret', 'new'])
      expect(both.verify(request('{}', { authorization: basic('billing', password) }))).toHaveLength(1);
    expect(() =>
      accept({ ...login, password: 'new' }).verify(request('{}', { authorization: basic('billing', 'secret') })),
    ).toThrow(refusal('callout_login_wrong', 'forbidden'));
  });
});

describe('a fixed header', () => {
  const fixed = accept({ kind: 'header', name: 'X-Billing-Key', value: 'a-long-random-text' });

  test('is compared with its value', () => {
    expect(fixed.verify(request('{}', { 'x-billing-key': 'a-long-random-text' }))).toHaveLength(1);
    for (const value of [undefined, '', 'a-long-random-tex', 'A-long-random-text'])
      expect(() => fixed.verify(request('{}', { 'x-billing-key': value }))).toThrow(
        refusal('callout_login_wrong', 'forbidden'),
      );
  });

  test('lets parameters in the address pass', () => {
    const get = request(
      '',
      { 'x-billing-key': 'a-long-random-text' },
      { method: 'GET', query: { accountId: ACCOUNT, event: 'AccountEdited' } },
    );
    expect(fixed.verify(get)).toMatchObject([{ key: `zuora:account:${ACCOUNT}`, kind: 'AccountEdited' }]);
  });
});

describe('OAuth', () => {
  const client = { kind: 'oauth', clientId: 'zuora', clientSecret: 'a-long-random-text' };
  const other = { ...client, clientSecret: 'another-random-text' };
  const oauth = accept(client);

  function tokenOf(verifierOf: typeof oauth, secret = 'a-long-random-text'): string {
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'zuora', client_secret: secret });
    return verifierOf.token!(request(form.toString())).accessToken;
  }

  test('a token that the client got lets callouts in until it ends', () => {
    const authorization = `Bearer ${tokenOf(oauth)}`;
    expect(oauth.verify(request('{}', { authorization }))).toHaveLength(1);
    now = new Date(now.getTime() + 601_000);
    expect(() => oauth.verify(request('{}', { authorization }))).toThrow(refusal('callout_login_wrong', 'forbidden'));
  });

  test('a client may give its secret as Basic', () => {
    const asked = request('grant_type=client_credentials', { authorization: basic('zuora', 'a-long-random-text') });
    expect(oauth.token!(asked)).toMatchObject({ expiresInSeconds: 600 });
  });

  test('another client, another secret, a token with a longer life and one of a secret that was taken away are refused', () => {
    expect(() => tokenOf(oauth, 'wrong')).toThrow(refusal('callout_client_wrong', 'forbidden'));
    const token = tokenOf(oauth);
    const [expiry, ...rest] = token.split('.');
    const longer = [String(Number(expiry) + 3600), ...rest].join('.');
    for (const forged of [longer, `${token}x`, '', '..', 'x'])
      expect(() => oauth.verify(request('{}', { authorization: `Bearer ${forged}` }))).toThrow(
        refusal('callout_login_wrong', 'forbidden'),
      );
    expect(accept(other, client).verify(request('{}', { authorization: `Bearer ${token}` }))).toHaveLength(1);
    expect(() => accept(other).verify(request('{}', { authorization: `Bearer ${token}` }))).toThrow(
      refusal('callout_login_wrong', 'forbidden'),
    );
  });
});

describe('HMAC', () => {
  const body = `{"accountId":"${ACCOUNT}"}`;
  const config = {
    kind: 'hmac',
    header: 'X-Signature',
    signed: '{{Request.Headers.Date}}.{{ Request.Body }}',
    secret: 'key',
    encoding: 'HEX',
    prefix: 'sha256=',
  };
  const date = (ms = 0): string => new Date(now.getTime() + ms).toUTCString();

  function signed(
    text: string,
    options: { at?: string; secret?: string; algorithm?: string; encoding?: 'hex' | 'base64' } = {},
  ) {
    const { at = date(), secret = 'key', algorithm = 'sha256', encoding = 'hex' } = options;
    const mac = createHmac(algorithm, secret).update(`${at}.${text}`).digest(encoding);
    return request(text, { date: at, 'x-signature': `sha256=${mac}` });
  }

  test('a signature over the parts that the tenant chose is accepted', () => {
    expect(accept(config).verify(signed(body))).toMatchObject([{ key: `zuora:account:${ACCOUNT}` }]);
  });

  test.each(['MD5', 'SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'])('%s in Base64 is accepted', (algorithm) => {
    const verifierOf = accept({ ...config, algorithm, encoding: 'BASE64' });
    const name = algorithm.replace('SHA-', 'sha').toLowerCase();
    expect(verifierOf.verify(signed(body, { algorithm: name, encoding: 'base64' }))).toHaveLength(1);
  });

  test('a changed body, another secret, another prefix and no signature are refused', () => {
    const right = signed(body);
    const wrong = [
      { ...right, rawBody: Buffer.from(`${body} `) },
      signed(body, { secret: 'other' }),
      { ...right, headers: { ...right.headers, 'x-signature': String(right.headers['x-signature']).slice(7) } },
      { ...right, headers: { ...right.headers, 'x-signature': 'sha256=' } },
      { ...right, headers: { ...right.headers, 'x-signature': 'sha256=zz' } },
      { ...right, headers: { ...right.headers, date: date(1000) } },
      { ...right, headers: { date: date() } },
    ];
    for (const one of wrong)
      expect(() => accept(config).verify(one)).toThrow(refusal('callout_signature_wrong', 'invalid'));
  });

  test('a signed Date that is older than the tolerance or ahead of it is refused, and so is none', () => {
    for (const ms of [-299_000, 299_000]) expect(accept(config).verify(signed(body, { at: date(ms) }))).toHaveLength(1);
    for (const at of [date(-301_000), date(301_000), 'yesterday', ''])
      expect(() => accept(config).verify(signed(body, { at }))).toThrow(refusal('callout_signature_stale', 'invalid'));
  });

  test('two secrets are accepted while one replaces the other', () => {
    const both = accept({ ...config, secret: 'new' }, config);
    expect(both.verify(signed(body))).toHaveLength(1);
    expect(both.verify(signed(body, { secret: 'new' }))).toHaveLength(1);
  });

  test('parameters in the address are refused, because nothing of them is signed', () => {
    const get = { ...signed(''), method: 'GET', query: { accountId: ACCOUNT } };
    expect(() => accept(config).verify(get)).toThrow(refusal('callout_signature_wrong', 'invalid'));
  });
});
