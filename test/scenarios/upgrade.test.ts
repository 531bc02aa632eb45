import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { STRIPE_API_VERSION } from '../../server/connectors/stripe/client.ts';
import { freePort, startBackend, type Backend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { previousBuild } from '../support/previousBuild.ts';
import { PAYLOAD } from '../../server/sync/inbox/payload.ts';
import { settled, workedOff } from '../support/settled.ts';

const CUSTOMERS = 8;

let story: Story;
const others: Backend[] = [];
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
});
afterAll(async () => {
  for (const other of others) await other.stop();
  await story.end();
});

const startPrevious = (env: Record<string, string>) => startBackend(env, undefined, 60_000, previousBuild());

async function count(query: string): Promise<number> {
  const { rows } = await story.database.pool.query<{ count: number }>(`select count(*)::int as count from ${query}`);
  return rows[0]!.count;
}

/** How the build that stored an event notes that others under its id are to be compared with it. */
const STORED_BY = { previous: 'length(digest) > 1', present: "digest = '='" };

/** Sends the server that runs an event once more, with the content that was stored. */
async function deliverAgain(where: string): Promise<number> {
  const { rows } = await story.database.pool.query<{ payload: object }>(
    `select ${PAYLOAD} as payload from inbox where connection = 'stripe' and ${where} limit 1`,
  );
  const payload = JSON.stringify(rows[0]!.payload);
  const secret = story.stack.secrets.stripeWebhookSecret;
  const signature = story.stripe.stripe.webhooks.generateTestHeaderString({ payload, secret });
  const response = await fetch(`${story.stack.backend.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    body: payload,
  });
  return response.status;
}

describe('a release that is brought out while the previous build runs', () => {
  it('changes the schema under it; both work, also on what the other stored, and nothing is lost', async () => {
    const { stack } = story;
    await stack.backend.stop();
    await story.database.pool.query('drop schema public cascade; create schema public');
    stack.backend = await startPrevious(stack.env);
    const price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
    const made = await Promise.all(
      Array.from({ length: CUSTOMERS }, async (_, index) => {
        const accountId = await story.account(`Account ${index}`);
        const customer = await story.stripe.customer(`Customer ${index}`, accountId);
        const { id } = await story.stripe.subscribe(customer, [{ price, quantity: 1 }]);
        return { accountId, subscription: id };
      }),
    );
    const shown = () =>
      made.flatMap(({ accountId }) => story.rows('Billing_Subscription__c', accountId).map((row) => row['MRR__c']));
    const setTo = (quantity: number) =>
      Promise.all(made.map(({ subscription }) => story.act('stripe', 'upgrade', { subscription, quantity })));
    await settled(stack);
    expect(shown()).toEqual(made.map(() => 10));

    // Events come in all the time while the new build changes the schema.
    let busy = true;
    const traffic = (async () => {
      for (let quantity = 2; busy; quantity = (quantity % 50) + 1) {
        await setTo(quantity);
        await new Promise((done) => setTimeout(done, 250));
      }
    })();
    const port = await freePort();
    const endpoint = await story.stripe.stripe.webhookEndpoints.create({
      url: `http://127.0.0.1:${port}/webhooks/stripe`,
      enabled_events: ['*'],
      api_version: STRIPE_API_VERSION,
    });
    // It only takes in: whatever it stores is worked by the previous build.
    const env = { ...stack.env, PORT: String(port), STRIPE_WEBHOOK_SECRETS: endpoint.secret!, ROLES: 'web' };
    others.push(await startBackend(env));
    // Each event comes to both, and the faster one stores it.
    await vi.waitFor(async () => expect(await count('inbox_payload')).toBeGreaterThan(0), { timeout: 30_000 });
    busy = false;
    await traffic;
    await setTo(70);
    await settled(stack);
    expect(shown()).toEqual(made.map(() => 700));
    expect(await count('inbox_payload'), 'events that the new build stored').toBeGreaterThan(0);
    expect(await count('inbox where payload is not null'), 'events that the previous one stored').toBeGreaterThan(0);
    // Every event came to both builds. The previous one cannot compare contents with the present one's, and has the key
    // read once more: that changes nothing but a count.
    expect(await count(`inbox where ${STORED_BY.present} and key is not null and conflicts = 0`)).toBe(0);
    expect(await count(`inbox where ${STORED_BY.previous} and conflicts > 0`)).toBe(0);
    const conflicts = await count('inbox where conflicts > 0');

    await story.stripe.stripe.webhookEndpoints.del(endpoint.id);
    await others.pop()!.stop();
    expect(await stack.backend.stop()).toBe(0);
    stack.backend = await startBackend(stack.env);
    for (const stored of Object.values(STORED_BY)) expect(await deliverAgain(stored)).toBe(200);
    await setTo(80);
    await settled(stack);
    expect(shown()).toEqual(made.map(() => 800));
    await workedOff(story.database.url);
    expect(await count('inbox where conflicts > 0'), 'contents that were not told apart are the same').toBe(conflicts);
    expect(await count('dirty where quarantined_at is not null')).toBe(0);
    expect(await count('org_rows where quarantined_at is not null')).toBe(0);
  }, 180_000);
});
