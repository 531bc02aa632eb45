import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginStory, type Story } from '../support/customers.ts';
import { ops, type OpsAnswer } from '../support/ops.ts';

const NEW = 'whsec_rotated';

let story: Story;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
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

function rotate(args: readonly string[], input = ''): Promise<OpsAnswer> {
  const { env } = story.stack;
  const known = { DATABASE_URL: env['DATABASE_URL']!, SEAL_KEYS: env['SEAL_KEYS']! };
  return ops(known, ['rotate', 'webhook-secret', 'stripe', ...args], input);
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
