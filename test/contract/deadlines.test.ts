import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { createStripeConnection } from '../../server/connectors/stripe/connection.ts';
import { createZuoraConnection } from '../../server/connectors/zuora/connection.ts';
import { Fault } from '../../server/domain/fault.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import type { RunningSim } from '../simulators/kit/sim.ts';
import type { SpoiltAnswer } from '../simulators/kit/spoiltAnswers.ts';
import { startSalesforceSim } from '../simulators/salesforce/main.ts';
import { startStripeSim } from '../simulators/stripe/main.ts';
import { startZuoraSim } from '../simulators/zuora/main.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const clock = { now: () => new Date(), businessNow: () => new Date() };

/** A system, a call to it that worked before, and the longest that it may take, in ms. */
type Called = { sim: RunningSim; call(): Promise<unknown>; deadlineMs: number; end(): Promise<void> };

async function stripe(): Promise<Called> {
  const sim = await startStripeSim({});
  const connection = createStripeConnection(
    { connection: 'stripe', apiKey: sim.secretKey, webhookSecrets: ['whsec_x'], apiBase: sim.url },
    { clock },
  );
  return { sim, call: () => connection.list.page(null), deadlineMs: 20_000, end: () => sim.close() };
}

async function zuora(): Promise<Called> {
  const sim = await startZuoraSim({});
  const connection = createZuoraConnection(
    {
      connection: 'zuora',
      baseUrl: sim.url,
      clientId: sim.clientId,
      clientSecret: sim.clientSecret,
      callouts: [{ kind: 'basic', user: 'zuora', password: new Secret('password') }],
    },
    { clock },
  );
  await connection.list.page(null);
  return {
    sim,
    call: () => connection.list.page(null),
    deadlineMs: 30_000,
    async end() {
      await connection.close();
      await sim.close();
    },
  };
}

async function org(): Promise<Called> {
  const sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  const writer = createOrgWriter(createOrgCalls(client));
  const object = 'Billing_Invoice__c';
  const row = { object, key: 'k:1', fields: { Status__c: 'Open' }, parents: {} };
  const write = { row, accountId: null, rowVersion: 1, syncedAt: new Date('2026-11-21T10:00:00Z') };
  await client.session();
  return {
    sim,
    async call() {
      const [result] = await writer.write([{ object, writes: [write] }]);
      if (result instanceof Fault) throw result;
      return result;
    },
    deadlineMs: 60_000,
    end: () => sim.close(),
  };
}

describe.each([
  ['Stripe', stripe],
  ['Zuora', zuora],
  ['the org', org],
])('a call to %s', (_name, start) => {
  let called: Called;
  beforeEach(async () => {
    called = await start();
    // Only the timers of deadlines: sockets go on, and the simulator drips by an interval.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await called.end();
  });

  it.each<SpoiltAnswer>(['hang', 'drip'])(
    'of which the answer would never end (%s) ends at its deadline',
    async (answer) => {
      called.sim.ctx.faults.set([{ answer, times: 1 }]);
      let ended: unknown = null;
      const call = called.call().catch((error: unknown) => (ended = error));
      while (called.sim.ctx.faults.list().length > 0) await new Promise((done) => setImmediate(done));
      await vi.advanceTimersByTimeAsync(called.deadlineMs - 1000);
      expect(ended).toBeNull();
      await vi.advanceTimersByTimeAsync(2000);
      await call;
      expect(ended).toMatchObject({ kind: 'unavailable', retryable: true });
      await expect(called.call()).resolves.toBeDefined();
    },
  );

  it('of which the answer is 100 MB long is given up', async () => {
    vi.useRealTimers();
    called.sim.ctx.faults.set([{ answer: 'huge', times: 1 }]);
    await expect(called.call()).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
    await expect(called.call()).resolves.toBeDefined();
  });
});
