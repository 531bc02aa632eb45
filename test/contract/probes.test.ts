import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStripeConnection } from '../../server/connectors/stripe/connection.ts';
import { createZuoraConnection } from '../../server/connectors/zuora/connection.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import { TAKE_EVERYTHING, type BillingFilter } from '../../server/workflows/ports/billingFilter.ts';
import { startStripeSim, type StripeSim } from '../simulators/stripe/main.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';

const clock = { now: () => new Date(), businessNow: () => new Date() };

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Record<string, unknown>;
}

describe('a look at a Stripe account', () => {
  let sim: StripeSim;
  beforeAll(async () => {
    sim = await startStripeSim({ accountId: 'acct_1Europe' });
  });
  afterAll(() => sim.close());

  const look = (apiKey: string, objects?: BillingFilter['objects']) =>
    createStripeConnection(
      {
        connection: 'stripe-eu',
        apiKey,
        webhookSecrets: ['whsec_1'],
        apiBase: sim.url,
        ...(objects ? { filter: { ...TAKE_EVERYTHING, objects } } : {}),
      },
      { clock },
    ).probe.probe();

  const restricted = async (permissions: Record<string, string>) =>
    String((await post(`${sim.url}/__sim/keys`, { permissions }))['key']);

  it('tells which account the key leads to, and that its data are test data', async () => {
    expect(await look(sim.secretKey)).toEqual({ providerId: 'acct_1Europe test' });
  });

  it('tells the account also for a restricted key that may not read it', async () => {
    expect(await look(await restricted({ '*': 'read', accounts_kyc_basic: 'none' }))).toEqual({
      providerId: 'acct_1Europe test',
    });
  });

  it('names every permission that a restricted key lacks', async () => {
    await expect(look(await restricted({ '*': 'read', charge: 'none', event: 'none' }))).rejects.toMatchObject({
      kind: 'forbidden',
      publicText:
        'The API key of the connection stripe-eu may not read events (rak_event_read), charges (rak_charge_read) in Stripe. ' +
        "Give the key that permission in Stripe's dashboard, or leave these objects out by a filter; work goes on by itself within a minute.",
    });
  });

  it('wants no permission for what a filter leaves out', async () => {
    const key = await restricted({ '*': 'read', charge: 'none', billing_meter: 'none' });
    expect(await look(key, ['subscriptions', 'invoices'])).toEqual({ providerId: 'acct_1Europe test' });
  });

  it('says that a key was revoked', async () => {
    const key = await restricted({ '*': 'read' });
    await post(`${sim.url}/__sim/keys`, { key, revoked: true });
    await expect(look(key)).rejects.toMatchObject({
      kind: 'forbidden',
      publicText: expect.stringMatching(/^Stripe refuses the API key of the connection stripe-eu \(it is revoked/),
    });
  });

  it('says nothing about the key when Stripe does not answer', async () => {
    sim.ctx.faults.set([{ path: '/v1/charges', reset: 'before', times: 9 }]);
    await expect(look(sim.secretKey)).rejects.toMatchObject({ kind: 'unavailable' });
    sim.ctx.faults.set([]);
  });
});

describe('a look at a Zuora tenant', () => {
  const callouts = [{ kind: 'basic' as const, user: 'zuora', password: new Secret('password') }];
  let sim: RunningZuoraSim;
  beforeAll(async () => {
    sim = await startZuoraSim({ tenantId: '4711' });
  });
  afterAll(() => sim.close());
  beforeEach(() => post(`${sim.url}/__sim/refusals`, { refusals: [] }));

  async function look(clientSecret = sim.clientSecret, objects?: string[]) {
    const options = { connection: 'zuora-eu', baseUrl: sim.url, clientId: sim.clientId, clientSecret, callouts };
    const connection = createZuoraConnection({ ...options, ...(objects ? { objects } : {}) }, { clock });
    return connection.probe.probe().finally(() => connection.close());
  }

  it('tells which tenant the client leads to', async () => {
    expect(await look()).toEqual({ providerId: '4711' });
  });

  it('says that the client is refused: a wrong secret, or a user that was deactivated', async () => {
    const words = /^Zuora refuses the OAuth client of the connection zuora-eu/;
    await expect(look('wrong')).rejects.toMatchObject({
      kind: 'forbidden',
      publicText: expect.stringMatching(words),
    });
    await post(`${sim.url}/__sim/options`, { clientActive: false });
    await expect(look()).rejects.toMatchObject({ kind: 'forbidden', publicText: expect.stringMatching(words) });
    await post(`${sim.url}/__sim/options`, { clientActive: true });
  });

  it('names what the user may not read, unless a filter leaves it out', async () => {
    await post(`${sim.url}/__sim/refusals`, { refusals: [{ path: '^/object-query/payments', code: 69000010 }] });
    await expect(look()).rejects.toMatchObject({
      kind: 'forbidden',
      publicText: expect.stringMatching(/may not read payments in Zuora/),
    });
    expect(await look(sim.clientSecret, ['subscriptions', 'invoices'])).toEqual({ providerId: '4711' });
  });

  it('says nothing about the client when Zuora does not answer', async () => {
    sim.ctx.faults.set([{ path: '/oauth/token', reset: 'before', times: 1 }]);
    await expect(look()).rejects.toMatchObject({ kind: 'unavailable' });
    sim.ctx.faults.set([]);
  });
});
