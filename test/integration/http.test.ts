import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { createApp, type ReadyCheck } from '../../server/interfaces/http/app.ts';
import { listen, type Listening } from '../../server/interfaces/http/listen.ts';
import { databaseReady } from '../../server/platform/db/ready.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { registerGauges } from '../../server/sync/gauges.ts';
import { createIntake, type Intake } from '../../server/sync/inbox/intake.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { WebhookVerifier } from '../../server/workflows/ports/webhook.ts';
import { orgApiWithoutActions } from '../support/orgApi.ts';
import { createTestDatabase, holdTable, type TestDatabase } from '../support/postgres.ts';

/** A connector's stand-in: the signature is a header, the body is an event. */
const verifier: WebhookVerifier = {
  verify({ headers, rawBody }) {
    if (headers['signature'] === undefined)
      throw new Fault({ code: 'no_credentials', kind: 'forbidden', publicText: 'Credentials are missing.' });
    if (headers['signature'] !== 'good')
      throw new Fault({ code: 'bad_signature', kind: 'invalid', publicText: 'The signature does not fit.' });
    const body = JSON.parse(rawBody.toString('utf8')) as { id: string; ids?: string[] };
    return (body.ids ?? [body.id]).map((eventId) => ({
      connection: 'stripe',
      eventId,
      kind: 'x',
      key: 'stripe:account:cus_1',
      occurredAt: null,
      payload: body,
    }));
  },
};

let database: TestDatabase;
let server: Listening;
let refusing = false;
let checks: () => Promise<ReadyCheck[]>;

beforeAll(async () => {
  database = await createTestDatabase();
  const metrics = createMetrics();
  registerGauges(metrics, database.db);
  const intake = createIntake(createPostgresStore(database, { orgId: '', mappingVersion: '' }), { metrics });
  const failing: Intake = {
    accept: (events) =>
      refusing
        ? Promise.reject(new Fault({ code: 'x', kind: 'unavailable', publicText: 'Not now.', retryAfterMs: 7000 }))
        : intake.accept(events),
  };
  const verifiers = new Map([['stripe', verifier]]);
  const log = createLog('silent');
  const app = createApp({
    verifiers,
    intake: failing,
    log,
    metrics,
    org: orgApiWithoutActions(database.db),
    readiness: () => checks(),
  });
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(async () => {
  refusing = false;
  checks = () => databaseReady(database.db);
  await database.pool.query('truncate inbox, dirty');
});

const stored = async () => (await database.db.selectFrom('inbox').selectAll().execute()).length;
const post = (body: BodyInit, headers: Record<string, string> = { signature: 'good' }, name = 'stripe') =>
  fetch(`${server.url}/webhooks/${name}`, { method: 'POST', body, headers });

describe('webhooks', () => {
  it('are acknowledged once they are stored, also a second time', async () => {
    for (const _ of [1, 2]) {
      const response = await post('{"id":"evt_1"}');
      expect(response.status).toBe(200);
      expect(await stored()).toBe(1);
    }
  });

  it('need no content type', async () => {
    const sent = request(`${server.url}/webhooks/stripe`, { method: 'POST', headers: { signature: 'good' } });
    sent.end('{"id":"evt_1"}');
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(await stored()).toBe(1);
  });

  const deep = `{"id":"evt_1","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const notUtf8 = Buffer.concat([Buffer.from('{"id":"evt_'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
  it.each<[string, BodyInit, Record<string, string>, number, string]>([
    ['a wrong signature', '{}', { signature: 'bad' }, 400, 'The signature does not fit.'],
    ['no credentials', '{}', {}, 401, 'Credentials are missing.'],
    ['content that is no JSON', '{"id":', { signature: 'good' }, 400, 'The content cannot be read.'],
    ['no content', '', { signature: 'good' }, 400, 'The content cannot be read.'],
    ['invalid UTF-8', notUtf8, { signature: 'good' }, 400, 'The content is not valid UTF-8.'],
    ['10 MB', 'x'.repeat(10_000_000), { signature: 'good' }, 413, 'The content is larger than 1 MB.'],
    ['compressed content', '{}', { signature: 'good', 'content-encoding': 'gzip' }, 400, 'The content cannot be read.'],
    ['deep nesting', deep, { signature: 'good' }, 400, 'The event cannot be stored: its content is nested too deeply.'],
  ])('with %s are refused and nothing is stored', async (_what, body, headers, status, reason) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: reason });
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="webhooks"' : null);
    expect(await stored()).toBe(0);
  });

  it('of a connection that is not there are not found', async () => {
    expect((await post('{}', {}, 'paypal')).status).toBe(404);
    expect((await fetch(`${server.url}/webhooks/%ZZ`, { method: 'POST' })).status).toBe(400);
    expect((await fetch(`${server.url}/webhooks/stripe`)).status).toBe(405);
  });

  it('are to be sent again while the database cannot store', async () => {
    refusing = true;
    const response = await post('{"id":"evt_1"}');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
  });

  it('of a burst are stored or to be sent again: none is acknowledged and lost', async () => {
    // Reads go on, writes wait: more comes in than can be stored.
    const release = await holdTable(database, 'inbox', 'share');
    const send = async (index: number) => {
      const ids = Array.from({ length: 100 }, (_, at) => `evt_${index}_${at}`);
      const answer = await post(JSON.stringify({ id: 'burst', ids }));
      return { ids, status: answer.status, retryAfter: answer.headers.get('retry-after') };
    };
    const turnedAway = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^billing360_webhooks_total\{connection="stripe",status="503"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    const before = await turnedAway();
    const sent = Array.from({ length: 90 }, (_, index) => send(index));
    await vi.waitFor(async () => expect((await turnedAway()) - before).toBeGreaterThan(20), { timeout: 20_000 });
    expect(await stored(), 'turned away before anything is stored').toBe(0);
    await release();
    const answers = await Promise.all(sent);

    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ status, retryAfter }) => `${status} ${String(retryAfter)}`))).toEqual(
      new Set(['503 5']),
    );
    const rows = await database.db.selectFrom('inbox').select('event_id').execute();
    expect(rows.map((row) => row.event_id).toSorted()).toEqual(
      answers.flatMap(({ ids, status }) => (status === 200 ? ids : [])).toSorted(),
    );
    expect(rows.length).toBeGreaterThan(1000);
  });

  it('that are large are turned away sooner, so that a burst of them does not fill the memory', async () => {
    const release = await holdTable(database, 'inbox', 'share');
    const large = (index: number) => post(JSON.stringify({ id: `evt_${index}`, text: 'x'.repeat(900_000) }));
    const answers = Array.from({ length: 90 }, (_, index) => large(index));
    const first = await Promise.race(answers);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '5']);
    await release();
    const taken = (await Promise.all(answers)).filter(({ status }) => status === 200);
    expect(await stored()).toBe(taken.length);
    expect(taken.length).toBeGreaterThan(30);
  });

  it('are counted by connection and status', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/billing360_webhooks_total\{connection="stripe",status="400"\} \d+/);
    expect(text).toContain('billing360_billing_accounts_without_account 0');
  });
});

describe('metrics', () => {
  it('tell of each connection how long its oldest event waits, and whether it is stopped', async () => {
    await database.pool.query(
      `insert into connection (name, system, state) values ('stripe', 'Stripe', 'Connected'), ('zuora', 'Zuora', 'Broken')`,
    );
    await post('{"id":"evt_1"}');
    await database.pool.query(`update inbox set received_at = now() - interval '10 minutes'`);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(
      Number(/^billing360_connection_oldest_undone_seconds\{connection="stripe"\} (\S+)$/m.exec(text)![1]),
    ).toBeGreaterThan(599);
    expect(text).toContain('billing360_connection_oldest_undone_seconds{connection="zuora"} 0');
    expect(text).toContain('billing360_connection_stopped{connection="stripe"} 0');
    expect(text).toContain('billing360_connection_stopped{connection="zuora"} 1');
    expect(text).toMatch(/^billing360_inbox_partitions_ahead 0$/m);
  });
});

describe('health', () => {
  it('is told with the headers that browsers need and without the name of the software', async () => {
    const response = await fetch(`${server.url}/healthz`);
    expect(await response.json()).toEqual({ ok: true });
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is ready while the database answers and has its schema', async () => {
    const response = await fetch(`${server.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      ready: true,
      checks: [{ name: 'database' }, { name: 'migrations' }],
    });
  });

  it('is not ready when a check fails or throws', async () => {
    checks = () => Promise.reject(new Error('gone'));
    const response = await fetch(`${server.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false });
  });
});

describe('a port in use', () => {
  it('is named, with the setting that moves it', async () => {
    await expect(listen(() => {}, { host: '127.0.0.1', port: server.port })).rejects.toThrow(
      `Port ${server.port} on 127.0.0.1 is in use by another program. Set PORT to another port, for example PORT=${server.port + 10}.`,
    );
  });
});
