import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRequest, runRequest } from '../../server/interfaces/cli/ops.ts';
import type { Context } from '../../server/interfaces/cli/verb.ts';
import { createApp } from '../../server/interfaces/http/app.ts';
import { listen, type Listening } from '../../server/interfaces/http/listen.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { createTokenIssuer, forgetPast } from '../../server/sync/actions/tokens.ts';
import { createIntake } from '../../server/sync/inbox/intake.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import { orgApiWithoutActions } from '../support/orgApi.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** What orgs authenticate with: made by commands, used over HTTP (RFC 6749, section 4.4). */

const ORG = '00D000000000001EAA';
const TOO_LONG = `grant_type=client_credentials&scope=${'x'.repeat(10_000)}`;

type Made = { clientId: string; secretId: string; secret: string };

let database: TestDatabase;
let server: Listening;
const lines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const metrics = createMetrics();
  const app = createApp({
    verifiers: new Map(),
    intake: createIntake(createPostgresStore(database, { orgId: '', mappingVersion: '' }), { metrics }),
    log: createLog('debug', { write: (line) => void lines.push(line) }),
    metrics,
    org: orgApiWithoutActions(database.db),
    readiness: () => Promise.resolve([]),
  });
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(async () => {
  lines.length = 0;
  await database.pool.query('truncate org_client, org_client_secret, org_token, call_count, operator_action, org_pin');
});

async function run(...args: string[]): Promise<{ code: number; data: unknown; error: string }> {
  const context: Context = {
    db: database.db,
    operator: 'ann@host',
    confirm: (question) => (args.includes('--yes') ? Promise.resolve() : Promise.reject(new Error(question))),
    say: () => {},
    sealer: () => {
      throw new Error('Nothing is sealed here.');
    },
    today: () => '2026-11-22' as never,
    withOrg: () => Promise.reject(new Error('No org is asked here.')),
    readInput: () => Promise.resolve(''),
  };
  const request = readRequest(['org-client', ...args, '--json']);
  if ('help' in request) throw new Error('Help was asked for.');
  const { out, code } = await runRequest(request, context);
  const data: unknown = JSON.parse(out);
  return { code, data, error: (data as { error?: string }).error ?? '' };
}

const add = async (...args: string[]) => (await run('add', ORG, ...args)).data as Made;

async function askAs(form: Record<string, string> | string, headers: Record<string, string> = {}) {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const response = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const ask = ({ clientId, secret }: Pick<Made, 'clientId' | 'secret'>, scope?: string) =>
  askAs({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    ...(scope === undefined ? {} : { scope }),
  });
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const tokenOf = async (made: Made) => String((await ask(made)).body['access_token']);
const callerOf = (token: string) => createTokenIssuer(database.db).check(token);
const stored = async () => {
  const tables = ['org_client', 'org_client_secret', 'org_token', 'operator_action'];
  const rows = await Promise.all(tables.map((table) => database.pool.query(`select * from ${table}`)));
  return JSON.stringify(rows.map((one) => one.rows as unknown[]));
};

describe('a token', () => {
  it('is given to a client that knows its secret, by form or by Basic credentials, and is not kept by anybody', async () => {
    const made = await add();
    for (const answer of [
      await ask(made),
      await askAs({ grant_type: 'client_credentials' }, basic(made.clientId, made.secret)),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^b360t_[\w-]{43}$/) as string,
        token_type: 'Bearer',
        expires_in: 900,
        scope: 'billing.read billing.act',
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await callerOf(String(answer.body['access_token']))).toEqual({
        clientId: made.clientId,
        orgId: ORG,
        scopes: ['billing.read', 'billing.act'],
      });
      const everything = (await stored()) + lines.join('');
      expect(everything).not.toContain(made.secret);
      expect(everything).not.toContain(String(answer.body['access_token']));
    }
  });

  it('has the scopes that were asked for, and no other than the client may have', async () => {
    const made = await add();
    const narrow = await ask(made, 'billing.read');
    expect(narrow.body['scope']).toBe('billing.read');
    expect((await callerOf(String(narrow.body['access_token'])))!.scopes).toEqual(['billing.read']);
    const reader = await add('--scopes', 'billing.read');
    for (const scope of ['billing.act', 'billing.read billing.act', 'everything']) {
      const refused = await ask(reader, scope);
      expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_scope']);
    }
    expect((await ask(reader, '')).body['scope']).toBe('billing.read');
  });

  it('ends after 15 minutes, and is then deleted', async () => {
    const token = await tokenOf(await add());
    await database.pool.query(`update org_token set expires_at = expires_at - interval '899 s'`);
    await forgetPast(database.db);
    expect(await callerOf(token)).not.toBeNull();
    await database.pool.query(`update org_token set expires_at = expires_at - interval '1 s'`);
    expect(await callerOf(token)).toBeNull();
    await forgetPast(database.db);
    expect((await database.pool.query('select 1 from org_token')).rowCount).toBe(0);
  });

  it.each<[string, Record<string, string> | string, Record<string, string>, number, string]>([
    ['no grant type', { client_id: 'x', client_secret: 'y' }, {}, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
    ['no client', { grant_type: 'client_credentials' }, {}, 401, 'invalid_client'],
    ['no secret', { grant_type: 'client_credentials', client_id: 'x' }, {}, 401, 'invalid_client'],
    [
      'an unknown client',
      { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' },
      {},
      401,
      'invalid_client',
    ],
    [
      'credentials that are none',
      { grant_type: 'client_credentials' },
      { authorization: 'Basic %%%' },
      401,
      'invalid_client',
    ],
    ['half an escape', { grant_type: 'client_credentials' }, basic('x%', 'y'), 401, 'invalid_client'],
    [
      'two ways at once',
      { grant_type: 'client_credentials', client_secret: 'y' },
      basic('x', 'y'),
      400,
      'invalid_request',
    ],
    ['two clients', { grant_type: 'client_credentials', client_id: 'z' }, basic('x', 'y'), 400, 'invalid_request'],
    ['a parameter twice', 'grant_type=client_credentials&grant_type=client_credentials', {}, 400, 'invalid_request'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 400, 'invalid_request'],
    ['compressed content', 'grant_type=x', { 'content-encoding': 'gzip' }, 400, 'invalid_request'],
    ['too much content', TOO_LONG, {}, 413, 'invalid_request'],
  ])('is refused for %s', async (_what, form, headers, status, error) => {
    const refused = await askAs(form, headers);
    expect(refused.status).toBe(status);
    expect(refused.body).toEqual({ error, error_description: expect.any(String) as string });
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="billing-360"' : null);
  });

  it('is asked for by POST alone', async () => {
    const answer = await fetch(`${server.url}/oauth/token`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is refused for a wrong secret, and after ten of them to whoever guesses, but to no other client', async () => {
    const [made, other] = [await add(), await add()];
    for (let guess = 0; guess < 10; guess += 1)
      expect((await ask({ ...made, secret: `b360s_${guess}` })).body['error']).toBe('invalid_client');
    const limited = await ask(made);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(other)).status).toBe(200);
    await database.pool.query(`update call_count set minute = minute - interval '2 min'`);
    expect((await ask(made)).status).toBe(200);
  });

  it('is refused after ten clients that nobody knows, without a row for each', async () => {
    for (let guess = 0; guess < 10; guess += 1) await ask({ clientId: `b360c_${guess}`, secret: 'x' });
    expect((await ask({ clientId: 'b360c_11', secret: 'x' })).status).toBe(429);
    expect((await database.pool.query('select distinct subject from call_count')).rowCount).toBe(1);
  });
});

describe('secrets of a client', () => {
  it('are replaced while both are accepted; tokens of the old one end with it', async () => {
    const old = await add();
    const oldToken = await tokenOf(old);
    const renewed = (await run('rotate', old.clientId)).data as Made;
    expect(renewed.secret).not.toBe(old.secret);
    const newToken = await tokenOf(renewed);
    expect([await callerOf(oldToken), await callerOf(newToken)].map((one) => one?.clientId)).toEqual([
      old.clientId,
      old.clientId,
    ]);
    expect((await run('rotate', old.clientId)).error).toContain('two secrets');
    expect((await run('retire', old.clientId, old.secretId, '--yes')).code).toBe(0);
    expect((await ask(old)).body['error']).toBe('invalid_client');
    expect(await callerOf(oldToken)).toBeNull();
    expect(await callerOf(newToken)).not.toBeNull();
    expect((await run('retire', old.clientId, renewed.secretId, '--yes')).error).toContain('the last one');
    expect((await run('retire', old.clientId, old.secretId, '--yes')).error).toContain('has no secret');
  });

  it('and tokens end at once when the client is revoked, after it was said what would end', async () => {
    const made = await add();
    const token = await tokenOf(made);
    expect((await run('revoke', made.clientId, '--dry-run')).data).toEqual({
      clientId: made.clientId,
      tokens: 1,
      done: false,
    });
    expect(await callerOf(token)).not.toBeNull();
    await expect(run('revoke', made.clientId)).rejects.toThrow('1 token in use');
    expect((await run('revoke', made.clientId, '--yes')).data).toMatchObject({ tokens: 1, done: true });
    expect(await callerOf(token)).toBeNull();
    expect((await ask(made)).body['error']).toBe('invalid_client');
    expect((await run('revoke', made.clientId, '--yes')).error).toContain('no client in force');
    expect((await run('rotate', made.clientId)).error).toContain('no client in force');
  });

  it('are listed by id and use, never by value, and every change is noted', async () => {
    const made = await add('--name', 'Production');
    await ask(made);
    const { data } = await run('list');
    expect(data).toMatchObject([
      {
        clientId: made.clientId,
        orgId: ORG,
        name: 'Production',
        tokens: 1,
        secrets: [{ id: made.secretId, retiredAt: null, usedAt: expect.any(String) as string }],
      },
    ]);
    expect(JSON.stringify(data)).not.toContain(made.secret);
    await run('revoke', made.clientId, '--yes');
    const { rows } = await database.pool.query('select operator, action from operator_action order by id');
    expect(rows).toEqual([
      { operator: 'ann@host', action: 'org-client add' },
      { operator: 'ann@host', action: 'org-client revoke' },
    ]);
  });
});

describe('a client', () => {
  it('belongs to the org that rows go to, also by its short id, and to no other', async () => {
    expect((await run('add')).error).toContain('name the org by its id');
    await database.pool.query(
      `insert into org_pin (name, org_id, is_sandbox, organization_type, instance_name)
       values ('salesforce', '${ORG}', false, 'Enterprise Edition', 'SIM1')`,
    );
    expect((await run('add')).data).toMatchObject({ orgId: ORG });
    expect((await run('add', ORG.slice(0, 15))).data).toMatchObject({ orgId: ORG });
    expect((await run('add', '00D000000000002EAA')).error).toContain(`rows go to the org ${ORG}`);
  });

  it.each([
    [['add', 'acme'], 'is no id of an org'],
    [['add', ORG, 'more'], 'One org at a time'],
    [['add', ORG, '--scopes', 'billing.write'], '--scopes takes any of'],
    [['add', ORG, '--scopes', ''], '--scopes takes any of'],
    [[], 'Say what'],
    [['delete', 'x'], 'Say what'],
    [['rotate'], 'Name the client'],
    [['rotate', 'a', 'b'], 'One client at a time'],
    [['retire', 'a'], 'Name the client and the secret'],
  ])('is not understood as %j', async (args, words) => {
    expect(await run(...args)).toMatchObject({ code: 2, error: expect.stringContaining(words) as string });
  });
});
