import { expect, test } from 'vitest';
import { createZuoraVerifier } from './webhook.ts';

const verifier = createZuoraVerifier({ connection: 'zuora', user: 'billing', password: 'secret' });

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function verify(body: string | Buffer, headers: Record<string, string> = {}) {
  return verifier.verify({
    headers: { authorization: basic('billing', 'secret'), 'content-type': 'application/json', ...headers },
    query: {},
    rawBody: Buffer.from(body),
  });
}

test.each<[string, Record<string, unknown>]>([
  ['our template', { event: 'OrderProcessed', accountId: 'a1' }],
  ['merge fields', { EventType: 'OrderProcessed', 'Account.Id': 'a1' }],
  ['classic names', { event: 'OrderProcessed', ACCOUNT_ID: 'a1' }],
])('a JSON callout with %s', (_, payload) => {
  expect(verify(JSON.stringify(payload), { 'zuora-notification-id': 'n1' })).toMatchObject([
    { connection: 'zuora', eventId: 'n1', kind: 'OrderProcessed', key: 'zuora:account:a1', occurredAt: null },
  ]);
});

test('a form callout, and one that names no account', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'zuora-notification-id': 'n2' };
  expect(verify('event=PaymentDeclined&accountId=a1', form)).toMatchObject([
    { kind: 'PaymentDeclined', key: 'zuora:account:a1' },
  ]);
  expect(verify('event=PaymentDeclined&accountId=', form)).toMatchObject([{ key: null }]);
});

test('without a notification id the body tells repetitions apart', () => {
  const [first, again, other] = ['{"accountId":"a1"}', '{"accountId":"a1"}', '{"accountId":"a2"}'].map(
    (body) => verify(body)[0]?.eventId,
  );
  expect(first).toBe(again);
  expect(first).not.toBe(other);
});

test.each([undefined, '', basic('billing', 'wrong'), basic('other', 'secret'), 'Bearer x', 'Basic'])(
  'the login %s is asked for again',
  (authorization) => {
    const request = { headers: { authorization }, query: {}, rawBody: Buffer.from('{}') };
    expect(() => verifier.verify(request)).toThrow(expect.objectContaining({ kind: 'forbidden' }) as Error);
  },
);

test.each<[string, Buffer]>([
  ['no JSON', Buffer.from('{')],
  ['a list', Buffer.from('[1]')],
  ['no UTF-8', Buffer.from([0xff, 0xfe])],
  ['empty', Buffer.from('')],
])('a body that is %s is refused', (_, bytes) => {
  expect(() => verify(bytes)).toThrow(expect.objectContaining({ kind: 'invalid' }) as Error);
});
