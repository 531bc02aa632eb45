import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createConnectionStore } from '../../server/sync/connections/state.ts';
import { freePort, startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { metric } from '../support/settled.ts';

/** The account that the simulator is. */
const OWN = 'acct_1SimBilling360';

let story: Story;

beforeAll(async () => {
  story = await beginStory();
  // From then on the server can tell whether an event is of another account.
  const ours = event('evt_first').replace('"livemode"', `"account":"${OWN}","livemode"`);
  const signature = () => signed(ours, story.stack.secrets.stripeWebhookSecret);
  await vi.waitUntil(async () => (await post('stripe', ours, signature())).status === 200, { timeout: 30_000 });
});
afterAll(() => story.end());

const event = (id: string) =>
  JSON.stringify({
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_795_000_000,
    livemode: false,
    type: 'product.updated',
    data: { object: { id: 'prod_1', object: 'product', name: 'Growth' } },
  });

function signed(body: string | Buffer, secret: string, ageSeconds = 0): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  const v1 = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
  return { 'stripe-signature': `t=${seconds},v1=${v1}` };
}

async function post(
  system: string,
  body: string | Buffer,
  headers: Record<string, string>,
  { url } = story.stack.backend,
): Promise<Response> {
  return fetch(`${url}/webhooks/${system}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers,
  });
}

async function inboxSize(): Promise<number> {
  const { rows } = await story.database.pool.query<{ count: number }>('select count(*)::int as count from inbox');
  return rows[0]!.count;
}

const json = { 'content-type': 'application/json' };

describe('a webhook that cannot be trusted or read', () => {
  const body = event('evt_bad');
  const invalidUtf8 = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
  const secret = () => story.stack.secrets.stripeWebhookSecret;
  const deep = `{"id":"evt_deep","object":"event","created":1,"livemode":false,"type":"x.y","data":{"object":{"object":"x","y":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}`;
  const live = body.replace('"livemode":false', '"livemode":true');
  const foreign = body.replace('"livemode"', '"account":"acct_of_somebody_else","livemode"');
  it.each<[string, number, () => [string | Buffer, Record<string, string>]]>([
    ['JSON that is nested 200,000 deep', 400, () => [deep, { ...json, ...signed(deep, secret()) }]],
    ['an event of the other mode', 400, () => [live, { ...json, ...signed(live, secret()) }]],
    ['an event of another account', 400, () => [foreign, { ...json, ...signed(foreign, secret()) }]],
    ['a signature by another secret', 400, () => [body, { ...json, ...signed(body, 'whsec_other') }]],
    ['no signature', 400, () => [body, json]],
    ['a signature of another body', 400, () => [body, { ...json, ...signed(`${body} `, secret()) }]],
    ['a stale signature', 400, () => [body, { ...json, ...signed(body, secret(), 301) }]],
    ['a signature from the future', 400, () => [body, { ...json, ...signed(body, secret(), -400) }]],
    ['a malformed signature', 400, () => [body, { ...json, 'stripe-signature': 't=,v1=,,=' }]],
    ['invalid JSON', 400, () => ['{"id":', { ...json, ...signed('{"id":', secret()) }]],
    ['JSON that is no event', 400, () => ['[1]', { ...json, ...signed('[1]', secret()) }]],
    ['no content', 400, () => ['', { ...json, ...signed('', secret()) }]],
    ['invalid UTF-8', 400, () => [invalidUtf8, { ...json, ...signed(invalidUtf8, secret()) }]],
    ['10 MB', 413, () => ['x'.repeat(10_000_000), { ...json, ...signed('x', secret()) }]],
  ])('with %s is refused with %i and a short reason, and stores nothing but a counter', async (_what, status, make) => {
    const before = await inboxSize();
    const counted = await metric(story.stack.backend.url, 'billing360_webhooks_total').catch(() => 0);
    const response = await post('stripe', ...make());
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: string };
    expect(error.length).toBeGreaterThan(5);
    expect(error.length).toBeLessThan(200);
    expect(await inboxSize()).toBe(before);
    expect(await metric(story.stack.backend.url, 'billing360_webhooks_total')).toBe(counted + 1);
    expect(await metric(story.stack.backend.url, 'billing360_webhooks_refused_total')).toBeGreaterThan(0);
  });

  it.each([
    ['no credentials', {}],
    ['a wrong password', { authorization: `Basic ${Buffer.from('zuora-callout:wrong').toString('base64')}` }],
    ['another scheme', { authorization: 'Bearer x' }],
  ])('of Zuora with %s is asked for credentials', async (_what, headers) => {
    const before = await inboxSize();
    const response = await post('zuora', '{"accountId":"1"}', { ...json, ...headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic/);
    expect(await inboxSize()).toBe(before);
  });
});

describe('a webhook that can be trusted', () => {
  it('is acknowledged once it is stored, also without a content type', async () => {
    const body = event('evt_good');
    const response = await post('stripe', body, {
      'content-type': '',
      ...signed(body, story.stack.secrets.stripeWebhookSecret),
    });
    expect(response.status).toBe(200);
    const { rows } = await story.database.pool.query("select 1 from inbox where event_id = 'evt_good'");
    expect(rows).toHaveLength(1);
  });

  it('is stored once when it is sent fifty times at once', async () => {
    const body = event('evt_often');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        post('stripe', body, { ...json, ...signed(body, story.stack.secrets.stripeWebhookSecret) }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { rows } = await story.database.pool.query("select 1 from inbox where event_id = 'evt_often'");
    expect(rows).toHaveLength(1);
  });

  it('of a type that nobody knows is acknowledged too', async () => {
    const body = event('evt_unknown').replace('product.updated', 'brand.new_thing');
    const response = await post('stripe', body, { ...json, ...signed(body, story.stack.secrets.stripeWebhookSecret) });
    expect(response.status).toBe(200);
  });
});

describe('a process that only takes webhooks in', () => {
  const naming = (account: string) => event('evt_named').replace('"livemode"', `"context":"${account}","livemode"`);

  it('has events of an organization sent again until a worker knows the own account, and then takes them in', async () => {
    const database = await createTestDatabase();
    const env = { ...story.stack.env, DATABASE_URL: database.url, ROLES: 'web', PORT: String(await freePort()) };
    const web = await startBackend(env);
    const send = (body: string) => post('stripe', body, signed(body, story.stack.secrets.stripeWebhookSecret), web);
    try {
      const early = await send(naming(OWN));
      expect(early.status).toBe(503);
      expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await send(event('evt_unnamed'))).status, 'it needs no account').toBe(200);

      const worker = createConnectionStore(database.db);
      await worker.register([{ name: 'stripe', system: 'Stripe' }]);
      expect(await worker.pin('stripe', `${OWN} test`)).toBeNull();
      await vi.waitUntil(async () => (await send(naming(OWN))).status === 200, { timeout: 15_000, interval: 100 });
      expect((await send(naming('acct_of_somebody_else'))).status).toBe(400);
      const { rows } = await database.pool.query('select event_id from inbox order by event_id');
      expect(rows).toEqual([{ event_id: 'evt_named' }, { event_id: 'evt_unnamed' }]);
    } finally {
      await web.stop();
      await database.close();
    }
  });
});

describe('health and metrics', () => {
  it('answer while everything is well', async () => {
    const { url } = story.stack.backend;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(((await ready.json()) as { checks: { name: string }[] }).checks.map(({ name }) => name)).toEqual([
      'database',
      'migrations',
      'stripe',
      'zuora',
      'salesforce',
    ]);
  });

  it('log no secret and no e-mail address', async () => {
    await story.stripe.customer('Somebody', await story.account('Somebody'));
    const log = story.stack.backend.output();
    for (const secret of [
      story.stack.secrets.stripeSecretKey,
      story.stack.secrets.stripeWebhookSecret,
      story.stack.secrets.zuoraClientSecret,
      story.stack.secrets.calloutPassword,
      '@somebody.example',
    ])
      expect(log).not.toContain(secret);
    expect(log).toContain('A webhook was refused');
  });
});
