import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { beginStory, type Story } from '../support/customers.ts';
import { ops, type OpsAnswer } from '../support/ops.ts';
import { settled } from '../support/settled.ts';

const NEW = 'whsec_rotated';

let story: Story;
let accountId: string;
/** Its number in Zuora. */
let subscription: string;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
  const { zuora } = story;
  accountId = await story.account('Acme');
  const account = await zuora.account('Acme', 'USD', accountId);
  const plan = await zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  const start = new Date().toISOString().slice(0, 10);
  subscription = await zuora.subscribe(account, plan, { start, months: 12, quantity: 1 });
}, 120_000);
afterAll(() => story.end());

let sent = 0;
async function deliver(secret: string): Promise<number> {
  const { stack, stripe } = story;
  const payload = JSON.stringify({
    id: `evt_rotation_${(sent += 1)}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    type: 'product.updated',
    data: { object: { id: 'prod_1', object: 'product' } },
  });
  const signature = stripe.stripe.webhooks.generateTestHeaderString({ payload, secret });
  const response = await fetch(`${stack.backend.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    body: payload,
  });
  return response.status;
}

function rotate(args: readonly string[], input = '', what = ['webhook-secret', 'stripe']): Promise<OpsAnswer> {
  const { env } = story.stack;
  const known = { DATABASE_URL: env['DATABASE_URL']!, SEAL_KEYS: env['SEAL_KEYS']! };
  return ops(known, ['rotate', ...what, ...args], input);
}

/** Resolves once a webhook with this secret is answered so; a process looks every two seconds. */
async function until(secret: string, status: number): Promise<void> {
  const deadline = Date.now() + 15_000;
  while ((await deliver(secret)) !== status)
    if (Date.now() > deadline) throw new Error(`Webhooks are not answered ${status}`);
    else await new Promise((done) => setTimeout(done, 100));
}

describe('a signing secret that is rotated by command', () => {
  it('is accepted beside the old one without a restart, and the old one is refused once it is retired', async () => {
    const old = story.stack.secrets.stripeWebhookSecret;
    expect(await deliver(NEW)).toBe(400);
    expect(await rotate(['--add'], `${NEW}\n`)).toMatchObject({ code: 0 });
    await until(NEW, 200);
    expect(await deliver(old)).toBe(200);
    expect((await rotate(['--retire', 'settings'])).code, 'it asks first').toBe(1);
    expect(await rotate(['--retire', 'settings', '--yes'])).toMatchObject({ code: 0 });
    await until(old, 400);
    expect(await deliver(NEW)).toBe(200);
    const list = await rotate(['--list']);
    expect(list.out).toContain('settings');
    expect(list.out).not.toContain(NEW);
  }, 60_000);
});

async function simulate(system: 'org' | 'zuora', path: string, body: object): Promise<void> {
  const response = await fetch(`${story.stack[system].url}/__sim/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`could not ${path}: ${await response.text()}`);
}

/** Changes what the customer pays in Zuora, and waits until the org shows it. */
async function change(quantity: number): Promise<void> {
  await story.act('zuora', 'upgrade', { subscription, quantity });
  const shown = () => story.rows('Billing_Subscription__c', accountId).map((row) => row['MRR__c']);
  await vi.waitUntil(() => shown().includes(quantity * 10), { timeout: 30_000, interval: 50 });
  await settled(story.stack);
}

describe('the client that Zuora is called with', () => {
  it('is replaced while changes go on: with the second one made, used, and the first one deleted', async () => {
    const { zuoraClientId: clientId, zuoraClientSecret: clientSecret } = story.stack.secrets;
    await change(2);
    const [first, second] = [
      { clientId, clientSecret },
      { clientId: 'second', clientSecret: 'new' },
    ];
    await simulate('zuora', 'oauth-clients', { clients: [first, second] });
    await change(3);
    const what = ['zuora-client', 'zuora'];
    expect(await rotate(['--add'], JSON.stringify(second), what)).toMatchObject({ code: 0 });
    await change(4);
    await simulate('zuora', 'oauth-clients', { clients: [second] });
    await change(5);
    const { tenant } = story.stack.zuora;
    expect([...tenant.clientOfToken.values()].at(-1)).toBe('second');
    const { rows } = await story.database.pool.query("select state from connection where name = 'zuora'");
    expect(rows).toEqual([{ state: 'Connected' }]);
  }, 120_000);
});

describe('the key that the backend logs in to Salesforce with', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  it('is replaced while changes go on: the session bridges the time between new certificate and new key', async () => {
    await change(12);
    const clientId = story.stack.secrets.salesforceClientId;
    await simulate('org', 'connected-app', { clientId, publicKeyPem: publicKey });
    await change(13);
    expect(await rotate(['--add'], privateKey, ['salesforce-key'])).toMatchObject({ code: 0 });
    await change(14);
    // Secrets are read together: once this one is known, so is the key.
    await rotate(['--add'], 'whsec_marker');
    await until('whsec_marker', 200);
    await simulate('org', 'session', { expireAll: true });
    await change(15);
    expect(story.stack.backend.output()).not.toContain('salesforce_refused_login');
  }, 120_000);
});
