import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, testCard, type TestClient } from './testClient.ts';

type Received = { headers: Record<string, unknown>; body: string };

let zuora: TestClient;
let server: Server;
let received: Received[];
/** Statuses to answer with, in order; 200 when none is left. */
let answers: number[];

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      received.push({ headers: req.headers, body });
      res.writeHead(answers.shift() ?? 200).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/zuora`;
  zuora = await startTest({ callouts: [{ url, user: 'zuora', password: 'secret' }], calloutRetryMs: 0 });
  await zuora.today('2026-11-21');
});
afterEach(async () => {
  await zuora.sim.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Events received since the last call, as the template writes them. */
async function events(): Promise<Record<string, string>[]> {
  await zuora.sim.ctx.webhooks.idle();
  return received.splice(0).map((one) => JSON.parse(one.body) as Record<string, string>);
}

async function owing(card?: string) {
  const account = await zuora.account({ paymentMethod: testCard(card) });
  const { planId } = await zuora.plan([
    { Name: 'Seats', ChargeModel: 'Per Unit Pricing', UOM: 'Seat', tiers: [{ Currency: 'USD', Price: 10 }] },
    {
      Name: 'Calls',
      ChargeType: 'Usage',
      ChargeModel: 'Per Unit Pricing',
      UOM: 'Call',
      tiers: [{ Currency: 'USD', Price: 1 }],
    },
  ]);
  const number = await zuora.subscribe(account, planId, '2026-11-01');
  await zuora.post('/__sim/act/post-invoice', { account: account.number });
  return { account, number };
}

describe('callouts', () => {
  it('tell of accounts, orders, invoices, payments and usage, in strings', async () => {
    const { account, number } = await owing();
    const common = { accountId: account.id, accountNumber: account.number };
    const found = await events();
    expect(found.map((one) => one['event']).sort()).toEqual([
      'AccountCreated',
      'InvoicePosted',
      'OrderActionProcessed',
      'OrderProcessed',
    ]);
    expect(found.find((one) => one['event'] === 'OrderActionProcessed')).toEqual({
      ...common,
      event: 'OrderActionProcessed',
      subscriptionId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      subscriptionNumber: number,
      orderNumber: 'O-00000001',
      orderActionType: 'CreateSubscription',
      invoiceId: '',
      invoiceNumber: '',
      paymentId: '',
      paymentNumber: '',
      usageId: '',
    });
    await zuora.post('/__sim/act/fail-payment', { account: account.number, code: 'do_not_honor' });
    expect(await events()).toMatchObject([
      { event: 'PaymentDeclined', paymentNumber: 'P-00000001', invoiceNumber: 'INV00000001' },
    ]);
    await zuora.post('/__sim/act/pay-invoice', { account: account.number });
    expect(await events()).toMatchObject([{ event: 'PaymentProcessed', paymentNumber: 'P-00000002' }]);
    await zuora.post('/__sim/act/record-usage', { account: account.number, uom: 'Call', quantity: 3 });
    expect(await events()).toMatchObject([{ event: 'UsageCreated', ...common }]);
    await zuora.post('/v1/payments', {
      accountId: account.id,
      amount: 5,
      currency: 'USD',
      type: 'External',
      paymentMethodType: 'Check',
    });
    expect(await events()).toEqual([]);
  });

  it('carry Basic credentials and a notification id that stays over attempts', async () => {
    answers = [500, 204];
    await zuora.account();
    await zuora.sim.ctx.webhooks.idle();
    expect(received).toHaveLength(3);
    const basic = `Basic ${Buffer.from('zuora:secret').toString('base64')}`;
    for (const { headers } of received) expect(headers['authorization']).toBe(basic);
    expect(new Set(received.map((one) => one.headers['zuora-notification-id'])).size).toBe(1);
    expect(new Set(received.map((one) => one.headers['zuora-request-id'])).size).toBe(3);
    const failed = (await zuora.get('/v1/notification-history/callout')).body;
    expect(rows(failed.calloutHistories).map((one) => [one.attemptedNum, one.responseCode])).toEqual([
      [2, 204],
      [1, 500],
    ]);
    const all = (await zuora.get('/v1/notification-history/callout?failedOnly=false')).body;
    expect(all.calloutHistories?.[0]).toMatchObject({
      eventCategory: 'user.notification:AccountCreated',
      responseCode: 200,
      responseContent: 'thanks',
    });
  });

  it('are given up after three attempts', async () => {
    answers = [500, 500, 500];
    await zuora.account();
    await zuora.sim.ctx.webhooks.idle();
    expect(received).toHaveLength(3);
  });

  it('can be sent as a form, and not at all to a muted account', async () => {
    await zuora.post('/__sim/callouts', { format: 'form' });
    const account = await zuora.account();
    await zuora.sim.ctx.webhooks.idle();
    const [sent] = received.splice(0);
    expect(sent?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(new URLSearchParams(sent?.body).get('accountNumber')).toBe(account.number);
    await zuora.call('PUT', `/v1/accounts/${account.id}`, { communicationProfileId: null });
    await zuora.sim.ctx.webhooks.idle();
    expect(received).toEqual([]);
  });

  it('come from what people do', async () => {
    const { account, number } = await owing();
    await events();
    const upgraded = await zuora.post('/__sim/act/upgrade', { subscription: number, quantity: 4 });
    expect(upgraded).toMatchObject({ account: account.number, subscription: { version: 2, contractedMrr: 40 } });
    const cancelled = await zuora.post('/__sim/act/cancel', { subscription: number, policy: 'EndOfLastInvoicePeriod' });
    expect(cancelled.subscription).toMatchObject({ status: 'Active', subscriptionEndDate: '2026-12-01' });
    expect(
      (await events())
        .map((one) => one['orderActionType'])
        .filter(Boolean)
        .sort(),
    ).toEqual(['CancelSubscription', 'UpdateProduct']);
    const bare = await zuora.account();
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 9 }] },
    ]);
    await zuora.subscribe(bare, planId, '2026-11-01');
    await zuora.post('/__sim/act/post-invoice', { account: bare.number });
    const failed = await zuora.post('/__sim/act/fail-payment', { account: bare.number });
    expect(failed.payment).toMatchObject({ status: 'Error', amount: 9, gatewayResponseCode: 'insufficient_funds' });
    const link = await zuora.get(`/apps/CustomerAccount.do?method=view&id=${bare.id}`);
    expect([link.status, link.text.includes(bare.number)]).toEqual([200, true]);
    const none = await zuora.call('POST', '/__sim/act/fail-payment', { account: 'nobody' });
    expect(none.status).toBe(404);
  });
});
