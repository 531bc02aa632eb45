import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { ZuoraClient } from '../../server/connectors/zuora/client.ts';
import { Fault } from '../../server/domain/fault.ts';
import { connectDatabase } from '../../server/platform/db/database.ts';
import { createSealer, type SealKey } from '../../server/platform/seal.ts';
import { sealTokensAnew, shareTokens } from '../../server/sync/limits/tokens.ts';
import { openGate, type ShareToken } from '../../server/workflows/ports/upstream.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const key = (id: string): SealKey => ({ id, key: randomBytes(32) });
const keys = [key('k1')];

let database: TestDatabase;
let other: ReturnType<typeof connectDatabase>;
let zuora: RunningZuoraSim;
let org: RunningSalesforce;
/** What two processes have: a pool each, the same keys. */
let processes: ShareToken[];

beforeAll(async () => {
  database = await createTestDatabase();
  other = connectDatabase(database.url);
  zuora = await startZuoraSim({});
  org = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(async () => {
  await other.close();
  await database.close();
  await zuora.close();
  await org.close();
});
beforeEach(async () => {
  await database.db.deleteFrom('upstream_token').execute();
  for (const { ctx } of [zuora, org]) {
    ctx.faults.set([]);
    ctx.calls.clear();
  }
  processes = [database.db, other.db].map((db) => shareTokens(db, createSealer(keys)));
});

function zuoraClient(shareToken: ShareToken): ZuoraClient {
  const options = { baseUrl: zuora.url, clientId: zuora.clientId, clientSecret: zuora.clientSecret };
  return new ZuoraClient(options, { gate: openGate, shareToken, tokenName: 'zuora' });
}

function orgClient(shareToken: ShareToken): SalesforceClient {
  return createSalesforceClient(orgLogin(org, secrets), () => new Date(), { shareToken });
}

const readZuora = (client: ZuoraClient) => client.get('reading', '/v1/payments', [['pageSize', '1']], z.unknown());
const tokensAskedFor = (sim: RunningZuoraSim | RunningSalesforce) =>
  [...sim.ctx.calls.counts].filter(([route]) => route.endsWith('/token')).reduce((sum, [, count]) => sum + count, 0);
const endZuoraTokens = () => fetch(`${zuora.url}/__sim/tokens/expire`, { method: 'POST' });

async function fifty(work: (index: number) => Promise<unknown>): Promise<PromiseSettledResult<unknown>[]> {
  const settled = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => work(index)));
  return settled.filter(({ status }) => status === 'rejected');
}

describe('an access token of Zuora', () => {
  it('that ends under 50 calls of two processes is made anew once, and every call succeeds', async () => {
    const clients = processes.map(zuoraClient);
    expect(await fifty((index) => readZuora(clients[index % 2]!))).toEqual([]);
    expect(tokensAskedFor(zuora)).toBe(1);
    zuora.ctx.calls.clear();
    await endZuoraTokens();
    expect(await fifty((index) => readZuora(clients[index % 2]!))).toEqual([]);
    expect(tokensAskedFor(zuora)).toBe(1);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('is used by a process that starts later, and kept sealed', async () => {
    const [one, two] = processes.map(zuoraClient);
    await readZuora(one!);
    await readZuora(two!);
    expect(tokensAskedFor(zuora)).toBe(1);
    const { sealed } = await database.db.selectFrom('upstream_token').select('sealed').executeTakeFirstOrThrow();
    expect(sealed).toMatch(/^k1:/);
    const [token] = Object.keys(zuora.tenant.data.tokens).slice(-1);
    expect(sealed).not.toContain(token);
    await Promise.all([one!.close(), two!.close()]);
  });

  it('is asked for once more only: a tenant that goes on refusing is told', async () => {
    const client = zuoraClient(processes[0]!);
    zuora.ctx.faults.set([{ method: 'GET', status: 401, body: { reasons: [{ code: 90000011, message: 'no' }] } }]);
    const error = await readZuora(client).then(null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ code: 'zuora_forbidden', retryable: false });
    expect(tokensAskedFor(zuora)).toBe(2);
    await client.close();
  });

  it('that takes its time is waited for', async () => {
    const client = zuoraClient(processes[0]!);
    zuora.ctx.faults.set([{ method: 'POST', path: '/oauth/token', times: 1, latencyMs: 6_000 }]);
    await expect(readZuora(client)).resolves.toBeDefined();
    expect(tokensAskedFor(zuora)).toBe(1);
    await client.close();
  }, 20_000);

  it('that cannot be got fails the calls that wait for it, and the next call asks again', async () => {
    const client = zuoraClient(processes[0]!);
    zuora.ctx.faults.set([{ method: 'POST', path: '/oauth/token', times: 1, status: 503, body: 'down' }]);
    expect(await fifty(() => readZuora(client))).toHaveLength(50);
    await expect(readZuora(client)).resolves.toBeDefined();
    await client.close();
  });

  it('is made anew when what is stored cannot be opened', async () => {
    await readZuora(zuoraClient(processes[0]!));
    const elsewhere = shareTokens(database.db, createSealer([key('k9')]));
    await readZuora(zuoraClient(elsewhere));
    expect(tokensAskedFor(zuora)).toBe(2);
  });
});

describe('a stored token', () => {
  it('is sealed with the first key by one command, after which the older key can go', async () => {
    await readZuora(zuoraClient(processes[0]!));
    const newer = key('k2');
    expect(await sealTokensAnew(database.db, createSealer([newer, ...keys]))).toBe(1);
    expect(await sealTokensAnew(database.db, createSealer([newer, ...keys]))).toBe(0);
    await readZuora(zuoraClient(shareTokens(database.db, createSealer([newer]))));
    expect(tokensAskedFor(zuora)).toBe(1);
  });

  it('is renewed before it ends', async () => {
    let made = 0;
    const renew = async () => ({ value: `t${(made += 1)}`, instanceUrl: null, lifeMs: 3_600_000 });
    const token = processes[0]!('zuora', renew);
    expect(await token.current()).toMatchObject({ value: 't1' });
    const { rows } = await database.pool.query(
      'select extract(epoch from renew_at - now())::int as seconds from upstream_token',
    );
    expect(rows[0].seconds).toBeGreaterThan(3_290);
    expect(rows[0].seconds).toBeLessThanOrEqual(3_300);
    await database.pool.query('update upstream_token set renew_at = now()');
    expect(await processes[1]!('zuora', renew).current()).toMatchObject({ value: 't2' });
    expect(await token.current('t1')).toMatchObject({ value: 't2' });
    expect(made).toBe(2);
  });
});

describe('the session of Salesforce', () => {
  const ask = async (client: SalesforceClient) => (await client.session()).request('/limits');

  it('that ends under 50 calls of two processes is opened anew once, and every call succeeds', async () => {
    const clients = processes.map(orgClient);
    expect(await fifty((index) => ask(clients[index % 2]!))).toEqual([]);
    expect(tokensAskedFor(org)).toBe(1);
    org.ctx.calls.clear();
    org.org.sessions.expireAll();
    expect(await fifty((index) => ask(clients[index % 2]!))).toEqual([]);
    expect(tokensAskedFor(org)).toBe(1);
  });

  it('that is refused again and again fails the call instead of asking for ever', async () => {
    const client = orgClient(processes[0]!);
    await ask(client);
    org.ctx.calls.clear();
    const ended = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
    org.ctx.faults.set([{ path: '/limits', status: 401, body: ended }]);
    await expect(ask(client)).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
    expect(tokensAskedFor(org)).toBe(1);
  });

  it('is not blamed for a 401 of another kind, which is not repeated', async () => {
    const client = orgClient(processes[0]!);
    await ask(client);
    org.ctx.calls.clear();
    org.ctx.faults.set([{ path: '/limits', times: 1, status: 401, body: [{ errorCode: 'OTHER', message: 'no' }] }]);
    await expect(ask(client)).rejects.toMatchObject({ errorCode: 'OTHER' });
    expect(tokensAskedFor(org)).toBe(0);
  });

  it('of other credentials is never used', async () => {
    await ask(orgClient(processes[0]!));
    const foreign = createSalesforceClient(
      {
        loginUrl: org.url,
        clientId: secrets.salesforceClientId,
        username: 'nobody@example.com',
        privateKey: secrets.salesforcePrivateKey,
        apiVersion: '66.0',
        orgId: org.orgId,
      },
      () => new Date(),
      { shareToken: processes[1]! },
    );
    await expect(foreign.session()).rejects.toMatchObject({ code: 'salesforce_refused_login' });
  });
});
