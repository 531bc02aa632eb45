import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createSalesforceClient, type SalesforceDeps } from '../../server/connectors/salesforce/client.ts';
import { salesforceLimits } from '../../server/connectors/salesforce/limits.ts';
import { createStripeClient } from '../../server/connectors/stripe/client.ts';
import { toStripeFault } from '../../server/connectors/stripe/errors.ts';
import { stripeLimits } from '../../server/connectors/stripe/limits.ts';
import { ZuoraClient } from '../../server/connectors/zuora/client.ts';
import { zuoraLimits } from '../../server/connectors/zuora/limits.ts';
import { Fault } from '../../server/domain/fault.ts';
import { createUpstreamGate, type StoppableGate } from '../../server/sync/limits/gate.ts';
import { troubles } from '../../server/sync/limits/state.ts';
import { ownToken, type UpstreamLimits } from '../../server/workflows/ports/upstream.ts';
import type { Fault as SimFault } from '../simulators/kit/faults.ts';
import type { SpoiltAnswer } from '../simulators/kit/spoiltAnswers.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { startStripeSim, type StripeSim } from '../simulators/stripe/main.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';
import { faultOf } from '../support/faultOf.ts';

const secrets = secretsOf();
const bounds = { deadlineMs: 20_000, maxBytes: 2_000_000 };

let database: TestDatabase;
let stripe: StripeSim;
let zuora: RunningZuoraSim;
let org: RunningSalesforce;
const opened: { stop?(): Promise<void>; close?(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  stripe = await startStripeSim({});
  zuora = await startZuoraSim({});
  org = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
    tls: {},
  });
});
afterAll(async () => {
  await database.close();
  for (const sim of [stripe, zuora, org]) await sim.close();
});
beforeEach(async () => {
  await database.db.deleteFrom('upstream').execute();
  for (const { ctx } of [stripe, zuora, org]) {
    ctx.faults.set([]);
    ctx.calls.clear();
  }
});
afterEach(async () => {
  await post(stripe, 'limits', { global: null, endpoint: null });
  await post(zuora, 'limits', { callsPerMinute: null, inFlight: null });
  await post(zuora, 'options', { handlingMs: 0 });
  for (const one of opened.splice(0)) await (one.stop ?? one.close)?.call(one);
});

async function post(sim: { url: string }, name: string, body: object): Promise<void> {
  const answer = await fetch(`${sim.url}/__sim/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

function gateOf(limits: UpstreamLimits): StoppableGate {
  const gate = createUpstreamGate(database.db, limits, { random: () => 1 });
  opened.push(gate);
  return gate;
}

/** A process that reads one page of Stripe. */
function stripeReader(rates = { perSecond: 1000, perEndpointSecond: 1000 }, apiBase = stripe.url) {
  const gate = gateOf(stripeLimits('stripe', rates));
  const client = createStripeClient({ apiKey: stripe.secretKey, apiBase }, gate, bounds);
  return () =>
    client.customers.list({ limit: 1 }).then(
      () => 'read',
      (error: unknown) => {
        throw toStripeFault(error, 'reading customers');
      },
    );
}

/** A process that reads one page of Zuora. */
function zuoraReader(baseUrl = zuora.url) {
  const gate = gateOf(zuoraLimits('zuora', 'production'));
  const options = { baseUrl, clientId: zuora.clientId, clientSecret: zuora.clientSecret };
  const client = new ZuoraClient(options, { gate, shareToken: ownToken, tokenName: 'zuora', bounds });
  opened.push(client);
  return async () => {
    await client.get(
      'reading payments',
      '/v1/payments',
      [['pageSize', '1']],
      z.object({ payments: z.array(z.unknown()) }),
    );
    return 'read';
  };
}

function orgReader(loginUrl = org.url, deps: SalesforceDeps = {}) {
  const options = orgLogin({ url: loginUrl, orgId: org.orgId }, secrets);
  const client = createSalesforceClient(options, () => new Date(), { gate: gateOf(salesforceLimits), ...deps });
  return async () => (await client.session()).request('/limits');
}

/** Lets processes read in turn, so many times together, each until it is let in. @returns how often the system refused */
async function refusalsUntilRead(readers: readonly (() => Promise<unknown>)[], times: number): Promise<number> {
  let refused = 0;
  const untilRead = async (read: () => Promise<unknown>): Promise<void> => {
    for (;;)
      try {
        return void (await read());
      } catch (error) {
        const fault = error as Fault;
        expect(fault.kind).toBe('rate_limited');
        if (!fault.notTried) refused += 1;
        await new Promise((done) => setTimeout(done, fault.retryAfterMs));
      }
  };
  await Promise.all(Array.from({ length: times }, (_, index) => untilRead(readers[index % readers.length]!)));
  return refused;
}

/** Share of what is known to be allowed that is used of a limit now. */
async function shareOf(name: string): Promise<number> {
  const upstream = database.db.selectFrom('upstream').select('share').where('name', '=', name);
  return (await upstream.executeTakeFirstOrThrow()).share;
}

const systems = [
  { name: 'Stripe', sim: () => stripe, reader: stripeReader, path: '/v1/customers', code: 'stripe_unavailable' },
  { name: 'Zuora', sim: () => zuora, reader: zuoraReader, path: '/v1/payments', code: 'zuora_unavailable' },
] as const;

describe.each(systems)('$name', ({ sim, reader, path, code }) => {
  const fail = (fault: Partial<SimFault>) => sim().ctx.faults.set([{ path, ...fault }]);

  it.each<SpoiltAnswer>(['cut', 'empty', 'html', 'wrong type', 'broken gzip', 'huge'])(
    'takes an answer that is spoilt (%s) for none, within bounds of size, and reads on afterwards',
    async (answer) => {
      const read = reader();
      await read();
      fail({ answer, times: 2 });
      expect(await faultOf(read())).toMatchObject({ code, kind: 'unavailable', retryable: true });
      sim().ctx.faults.set([]);
      await expect(read()).resolves.toBe('read');
    },
  );

  it.each(['before', 'after'] as const)('takes a connection that is cut %s the call for no answer', async (reset) => {
    const read = reader();
    await read();
    fail({ reset });
    expect(await faultOf(read())).toMatchObject({ code, kind: 'unavailable' });
  });

  it.each([500, 503])(
    'is left alone after answers of %i in a row: no call more until one may find out',
    async (status) => {
      const read = reader();
      await read();
      fail({ status, body: '<html>Down</html>' });
      const calls: Promise<Fault>[] = [];
      for (let count = 0; count < 5; count += 1) calls.push(faultOf(read()));
      expect((await Promise.all(calls)).map((fault) => fault.kind)).toEqual(Array(5).fill('unavailable'));
      const leaveAloneFor = (ms: number) =>
        database.db
          .updateTable('upstream')
          .set({ open_until: new Date(Date.now() + ms) })
          .where('open_until', 'is not', null)
          .executeTakeFirst();
      expect((await leaveAloneFor(10_000)).numUpdatedRows).toBe(1n);
      sim().ctx.faults.set([]);
      const before = sim().ctx.calls.total();
      const waiting = [read(), read(), reader()()];
      await new Promise((done) => setTimeout(done, 300));
      expect(sim().ctx.calls.total()).toBe(before);
      await leaveAloneFor(0);
      expect(await Promise.all(waiting)).toEqual(['read', 'read', 'read']);
      expect(await troubles(database.db)).toEqual([]);
    },
  );

  it('turns callers away at once, without a call, while it is left alone for long', async () => {
    const read = reader();
    await read();
    await database.db
      .updateTable('upstream')
      .set({ open_until: new Date(Date.now() + 600_000), failures: 9, reason: 'No answer came.' })
      .where('name', '=', sim() === stripe ? 'stripe' : 'zuora')
      .execute();
    const before = sim().ctx.calls.total();
    const faults = await Promise.all(Array.from({ length: 30 }, () => faultOf(reader()())));
    expect(new Set(faults.map((fault) => fault.code))).toEqual(new Set(['upstream_open']));
    expect(faults.every(({ notTried, retryAfterMs }) => notTried && retryAfterMs! >= 590_000)).toBe(true);
    expect(sim().ctx.calls.total() - before).toBeLessThanOrEqual(0);
  });

  it('is told not to be reached, in words, when its certificate is not trusted or its name not known', async () => {
    const untrusted = await faultOf(
      sim() === stripe ? stripeReader(undefined, org.tlsUrl!)() : zuoraReader(org.tlsUrl!)(),
    );
    expect(untrusted).toMatchObject({ code, kind: 'unavailable' });
    expect(untrusted.publicText).toMatch(/its TLS certificate is not signed by an authority that this machine trusts/);
    const nowhere = 'https://nowhere.invalid';
    const unknown = await faultOf(sim() === stripe ? stripeReader(undefined, nowhere)() : zuoraReader(nowhere)());
    expect(unknown.publicText).toMatch(/its name (is not known|cannot be looked up)/);
  });
});

describe('Stripe', () => {
  it.each([500, 502, 404, 401])(
    'that answers %i without naming an error is down, and has not answered',
    async (status) => {
      const read = stripeReader();
      for (const body of ['{}', '{"error":null}', '{"object":"list","data":[],"has_more":false}']) {
        stripe.ctx.faults.set([
          { path: '/v1/customers', status, body, headers: { 'content-type': 'application/json' } },
        ]);
        expect(await faultOf(read())).toMatchObject({
          code: 'stripe_unavailable',
          kind: 'unavailable',
          retryable: true,
        });
      }
    },
  );

  it('is never called more often by two processes than its limits allow', async () => {
    await post(stripe, 'limits', { endpoint: 50 });
    const rates = { perSecond: 1000, perEndpointSecond: 50 };
    const both = [stripeReader(rates), stripeReader(rates)];
    const ended: number[] = [];
    const before = performance.now();
    const results = await Promise.allSettled(
      Array.from({ length: 250 }, (_, index) => both[index % 2]!().then(() => ended.push(performance.now() - before))),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(ended).toHaveLength(250);
    // 250 calls at 50 a second; how much of the limit is used is measured by a bench.
    expect(Math.max(...ended)).toBeGreaterThan(4_900);
  });

  it('that allows less than is known makes all processes slower, with few refusals', async () => {
    await post(stripe, 'limits', { endpoint: 10 });
    const both = [
      stripeReader({ perSecond: 100, perEndpointSecond: 40 }),
      stripeReader({ perSecond: 100, perEndpointSecond: 40 }),
    ];
    const refused = await refusalsUntilRead(both, 40);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(25);
    expect(await shareOf('stripe:GET /v1/customers')).toBeLessThan(0.6);
  });

  it('is not called less because somebody else holds the lock of an object', async () => {
    const read = stripeReader();
    const error = { type: 'invalid_request_error', code: 'lock_timeout', message: 'locked' };
    stripe.ctx.faults.set([{ path: '/v1/customers', times: 1, status: 429, body: { error } }]);
    expect(await faultOf(read())).toMatchObject({ kind: 'rate_limited' });
    expect(await troubles(database.db)).toEqual([]);
    await expect(read()).resolves.toBe('read');
  });
});

describe('Zuora', () => {
  it('that asks one process to come again later is not called by the others until then', async () => {
    const [one, two] = [zuoraReader(), zuoraReader()];
    await Promise.all([one(), two()]);
    await post(zuora, 'limits', { callsPerMinute: 1 });
    const first = await faultOf(one());
    expect(first).toMatchObject({ code: 'zuora_rate_limited', notTried: false });
    expect(first.retryAfterMs).toBeGreaterThan(30_000);
    zuora.ctx.calls.clear();
    const second = await faultOf(two());
    expect(second).toMatchObject({ code: 'upstream_full', kind: 'rate_limited', notTried: true });
    expect(second.retryAfterMs).toBeGreaterThan(30_000);
    expect(zuora.ctx.calls.total()).toBe(0);
  });

  it('that allows fewer calls under way than we take gets fewer, and every call succeeds in the end', async () => {
    await post(zuora, 'limits', { inFlight: { Default: 6 } });
    await post(zuora, 'options', { handlingMs: 40 });
    const both = [zuoraReader(), zuoraReader()];
    const refused = await refusalsUntilRead(both, 60);
    expect(refused).toBeLessThan(30);
    expect(await shareOf('zuora:Default')).toBeLessThan(1);
  });

  it('is called less as soon as its headers say that few places are left, before it refuses', async () => {
    const read = zuoraReader();
    await read();
    await post(zuora, 'limits', { inFlight: { Default: 1 } });
    await read();
    expect(await shareOf('zuora:Default')).toBe(0.5);
    expect(await troubles(database.db)).toEqual([]);
  });
});

describe('Salesforce', () => {
  it('is not logged in to where its certificate is not trusted, and that is said', async () => {
    const fault = await faultOf(orgReader(org.tlsUrl!)());
    expect(fault).toMatchObject({ code: 'salesforce_unavailable', kind: 'unavailable' });
    expect(fault.publicText).toMatch(/its TLS certificate is not signed by an authority that this machine trusts/);
    const unknown = await faultOf(orgReader('https://nowhere.invalid')());
    expect(unknown.publicText).toMatch(/its name (is not known|cannot be looked up)/);
  });

  it('is sent no call to an instance whose certificate is not trusted, even where that is switched off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const moved = { id: `https://login.example/id/${org.orgId}/005`, access_token: 'x', instance_url: org.tlsUrl };
    const checkOrg = () => Promise.resolve();
    for (const deps of [{}, { checkOrg }]) {
      org.ctx.calls.clear();
      org.ctx.faults.set([{ path: '/services/oauth2/token', times: 1, status: 200, body: moved }]);
      await expect(orgReader(org.url, deps)()).rejects.toMatchObject({
        code: expect.stringMatching(/SELF_SIGNED_CERT|salesforce_unavailable/),
      });
      expect([...org.ctx.calls.counts.keys()].filter((call) => !call.includes('oauth2'))).toEqual([]);
    }
    vi.unstubAllEnvs();
  });

  it.each<SpoiltAnswer>(['cut', 'empty', 'html', 'broken gzip', 'huge'])(
    'has given no session when its answer to the login is spoilt (%s)',
    async (answer) => {
      const read = orgReader();
      org.ctx.faults.set([{ path: '/services/oauth2/token', times: 1, answer }]);
      expect(await faultOf(read())).toMatchObject({ kind: 'unavailable', retryable: true });
      await expect(read()).resolves.toMatchObject({ DailyApiRequests: {} });
    },
  );

  it('whose API calls are used up is left alone by every process', async () => {
    const [one, two] = [orgReader(), orgReader()];
    await Promise.all([one(), two()]);
    const used = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }];
    org.ctx.faults.set([{ path: '/limits', times: 1, status: 403, body: used }]);
    await expect(one()).rejects.toMatchObject({ errorCode: 'REQUEST_LIMIT_EXCEEDED' });
    org.ctx.calls.clear();
    expect(await faultOf(two())).toMatchObject({ code: 'upstream_full', notTried: true });
    expect(org.ctx.calls.total()).toBe(0);
    expect(await troubles(database.db)).toMatchObject([{ name: 'salesforce', state: 'hold' }]);
  });
});
