import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { createStripeVerifier } from './webhook.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const verifier = createStripeVerifier({ connection: 'stripe', secrets: ['whsec_new', 'whsec_old'], now: () => NOW });

const EVENT = {
  id: 'evt_1',
  object: 'event',
  type: 'customer.updated',
  created: 1_763_700_000,
  api_version: '2026-10-28.endive',
  livemode: false,
  data: { object: { object: 'customer', id: 'cus_1' } },
};

function signed(body: Buffer | string, secret = 'whsec_new', at = SECONDS): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;
}

function verify(body: Buffer | string, header: string | undefined) {
  return verifier.verify({ headers: { 'stripe-signature': header }, query: {}, rawBody: Buffer.from(body) });
}

const body = JSON.stringify(EVENT);

test('two deliveries of one event are kept alike though its pending webhooks count down', () => {
  const [first, second] = [2, 1].map((pending) => JSON.stringify({ ...EVENT, pending_webhooks: pending }));
  expect(verify(first!, signed(first!))).toEqual(verify(second!, signed(second!)));
});

describe('webhooks of Stripe', () => {
  test.each(['whsec_new', 'whsec_old'])('signed with %s', (secret) => {
    expect(verify(body, signed(body, secret))).toMatchObject([
      {
        connection: 'stripe',
        eventId: 'evt_1',
        kind: 'customer.updated',
        key: 'stripe:account:cus_1',
        occurredAt: new Date(1_763_700_000_000),
      },
    ]);
  });

  test('as the official package signs', () => {
    const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({
      payload: body,
      secret: 'whsec_new',
      timestamp: SECONDS,
    });
    expect(verify(body, header)).toHaveLength(1);
  });

  test.each<[string, string | undefined, string]>([
    ['missing', undefined, 'signature_missing'],
    ['empty', '', 'signature_missing'],
    ['without time', 'v1=00', 'signature_malformed'],
    ['without signature', `t=${SECONDS}`, 'signature_malformed'],
    ['of another secret', signed(body, 'whsec_other'), 'signature_wrong'],
    ['of another body', signed('{}'), 'signature_wrong'],
    ['cut short', signed(body).slice(0, -2), 'signature_wrong'],
    ['301 s old', signed(body, 'whsec_new', SECONDS - 301), 'signature_stale'],
    ['301 s in the future', signed(body, 'whsec_new', SECONDS + 301), 'signature_future'],
  ])('a signature that is %s is refused', (_, header, code) => {
    expect(() => verify(body, header)).toThrow(expect.objectContaining({ kind: 'invalid', code }) as Error);
  });

  test.each([-300, 300])('%i s is in time', (offset) => {
    expect(verify(body, signed(body, 'whsec_new', SECONDS + offset))).toHaveLength(1);
  });

  test.each<[string, Buffer, string]>([
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'body_not_utf8'],
    ['no JSON', Buffer.from('{"id":'), 'body_not_json'],
    ['no event', Buffer.from('{"id":"x"}'), 'event_malformed'],
    ['a list', Buffer.from('[]'), 'event_malformed'],
    ['empty', Buffer.from(''), 'body_not_json'],
  ])('a body that is %s is refused', (_, bytes, code) => {
    expect(() => verify(bytes, signed(bytes))).toThrow(expect.objectContaining({ kind: 'invalid', code }) as Error);
  });

  test('a type that nobody knows is taken in', () => {
    const unknown = JSON.stringify({ ...EVENT, type: 'moon.landed', data: { object: { object: 'moon' } } });
    expect(verify(unknown, signed(unknown))).toMatchObject([{ kind: 'moon.landed', key: null }]);
  });

  test('a thin event is taken in', () => {
    const thin = JSON.stringify({
      id: 'evt_2',
      object: 'v2.core.event',
      type: 'v1.customer.updated',
      created: '2026-11-21T08:59:59.123Z',
      livemode: false,
      related_object: { id: 'cus_1', type: 'customer', url: '/v1/customers/cus_1' },
    });
    expect(verify(thin, signed(thin))).toMatchObject([{ key: 'stripe:account:cus_1', kind: 'v1.customer.updated' }]);
  });

  test('addresses that open an invoice are not kept', () => {
    const invoice = {
      object: 'invoice',
      customer: 'cus_1',
      hosted_invoice_url: 'https://invoice.stripe.com/i/acct_1/live_x',
      invoice_pdf: 'https://pay.stripe.com/invoice/acct_1/live_x/pdf',
    };
    const secret = JSON.stringify({ ...EVENT, data: { object: invoice } });
    expect(JSON.stringify(verify(secret, signed(secret)))).not.toContain('live_x');
  });

  test('a detached card concerns the customer that had it', () => {
    const detached = JSON.stringify({
      ...EVENT,
      data: { object: { object: 'payment_method', customer: null }, previous_attributes: { customer: 'cus_9' } },
    });
    expect(verify(detached, signed(detached))).toMatchObject([{ key: 'stripe:account:cus_9' }]);
  });

  test('events of the other mode are refused when the mode is known', () => {
    const live = createStripeVerifier({ connection: 'stripe', secrets: ['whsec_new'], livemode: true, now: () => NOW });
    const request = { headers: { 'stripe-signature': signed(body) }, query: {}, rawBody: Buffer.from(body) };
    expect(() => live.verify(request)).toThrow('livemode_wrong');
  });
});

describe('an event that names an account', () => {
  const events = (fields: object) => {
    const bytes = Buffer.from(JSON.stringify({ ...EVENT, ...fields }));
    const known = (accountId: string | null) =>
      createStripeVerifier({
        connection: 'stripe',
        secrets: ['whsec_new'],
        now: () => NOW,
        accountId: () => accountId,
      });
    return (accountId: string | null) =>
      known(accountId).verify({
        method: 'POST',
        headers: { 'stripe-signature': signed(bytes) },
        query: {},
        rawBody: bytes,
      });
  };

  test.each([{ account: 'acct_1' }, { context: 'acct_1' }])('is taken in when it is ours: %j', (fields) => {
    expect(events(fields)('acct_1')).toHaveLength(1);
  });

  test.each([
    [{ account: 'acct_2' }, 'acct_1'],
    [{ context: 'acct_2' }, 'acct_1'],
  ])('%j is refused where ours is %s', (fields, ours) => {
    expect(() => events(fields)(ours)).toThrow(expect.objectContaining({ code: 'account_wrong' }) as Error);
  });

  test('is to be sent again while it is not known which account is ours', () => {
    expect(() => events({ context: 'acct_1' })(null)).toThrow(
      expect.objectContaining({ code: 'account_unknown', kind: 'unavailable' }) as Error,
    );
  });

  test('is taken in when it names none', () => {
    expect(events({ context: null })(null)).toHaveLength(1);
  });
});
