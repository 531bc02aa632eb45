import { afterEach, expect, it, vi } from 'vitest';
import { beginStory, type Story } from '../support/customers.ts';
import { startBackend } from '../support/backend.ts';
import { heldBy } from '../support/orgRows.ts';
import { person } from '../support/orgPeople.ts';
import { randomOf } from '../support/random.ts';
import { metric, settled } from '../support/settled.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const EDITS = 1000;
const ACCOUNTS = 4;
const QUIET_SWEEPS = 3;

let story: Story;
let fresh: TestDatabase | undefined;
afterEach(async () => {
  await story.end();
  await fresh?.close();
  fresh = undefined;
});

/** Rows of Accounts that were sent, each write counted. */
async function rowsSent(): Promise<number> {
  const text = await (await fetch(`${story.stack.backend.url}/metrics`)).text();
  const series = [...text.matchAll(/^billing360_salesforce_rows_total\{object="(\w+)",outcome="\w+"\} (\d+)$/gm)];
  return series
    .filter(([, object]) => object !== 'Billing_Connection__c')
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** Lets Salesforce be swept a few times more. */
async function sweptAgain(): Promise<void> {
  const sweptAt = async (): Promise<string> => {
    const { rows } = await story.database.pool.query(
      `select swept_at from sweep_cursor where connection = 'salesforce'`,
    );
    return String(rows[0]?.swept_at);
  };
  for (let sweep = 0; sweep < QUIET_SWEEPS; sweep += 1) {
    await settled(story.stack);
    const last = await sweptAt();
    await vi.waitUntil(async () => (await sweptAt()) !== last, { timeout: 60_000, interval: 50 });
  }
  await settled(story.stack);
}

const fieldsOf = (held: ReturnType<typeof heldBy>) => [...held].map(([id, { fields }]) => [id, fields]).sort();

const versionsOf = (accountIds: readonly string[]) =>
  [...heldBy(story.stack, accountIds)].map(([id, { version }]) => `${id} ${version}`).sort();

it.each([false, true])(
  '1,000 random edits on both sides end where billing says, and nothing moves after the last one (tag passed on: %s)',
  async (collectionsHonourCallOptions) => {
    const random = randomOf(process.env['LOOP_SEED']);
    // Its own changes are told too: the harder case.
    story = await beginStory({ tls: true, ownChanges: true, env: { SWEEP_SECONDS: '1' } });
    const { stack } = story;
    await fetch(`${stack.org.url}/__sim/rest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ collectionsHonourCallOptions }),
    });
    const price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
    const made = await Promise.all(
      Array.from({ length: ACCOUNTS }, async (_, index) => {
        const accountId = await story.account(`Account ${index}`);
        const customer = await story.stripe.customer(`Customer ${index}`, accountId);
        const { id } = await story.stripe.subscribe(customer, [{ price, quantity: index + 1 }]);
        return { accountId, customer, subscription: id };
      }),
    );
    const accountIds = made.map(({ accountId }) => accountId);
    await settled(stack);
    const admin = person(stack);
    const before = await rowsSent();
    const expected = new Map<string, number>();
    let orgEdits = 0;
    let billingEdits = 0;
    for (let edit = 0; edit < EDITS; edit += 1) {
      const { accountId, subscription } = random.pick(made);
      const row = story.rows('Billing_Subscription__c', accountId)[0]!;
      const value = 1_000_000 + edit;
      if (random.chance(10)) {
        const quantity = 1 + random.below(500);
        await story.stripe.stripe.subscriptions.update(subscription, {
          metadata: { edit: String(edit) },
        });
        await story.act('stripe', 'upgrade', { subscription, quantity });
        expected.set(accountId, quantity * 10);
        billingEdits += 1;
      } else {
        orgEdits += 1;
        if (random.chance(50))
          admin.edit('Account', accountId, { Billing_MRR__c: value, Billing_Plan__c: `Plan ${edit}` });
        else if (random.chance(60))
          admin.edit('Billing_Subscription__c', row.Id, { MRR__c: value, Plan__c: `P ${edit}` });
        else admin.edit('Account', accountId, { Phone: String(edit) });
      }
      // Some edits come while others are being followed, some in a quiet moment.
      if (random.chance(2)) await settled(stack);
    }
    const context = `LOOP_SEED=${random.seed}`;
    await sweptAgain();
    for (const { accountId } of made) {
      const mrr = expected.get(accountId) ?? (accountIds.indexOf(accountId) + 1) * 10;
      const account = stack.org.org.get('Account', accountId)!;
      expect(account, context).toMatchObject({ Billing_MRR__c: mrr, Billing_Plan__c: 'Growth' });
      const rows = story.rows('Billing_Subscription__c', accountId);
      expect(rows, context).toMatchObject([{ MRR__c: mrr, Plan__c: 'Growth' }]);
    }
    // One row a change in Salesforce at most; what billing changes moves a handful of rows of its Account.
    const sent = (await rowsSent()) - before;
    expect(sent, context).toBeLessThanOrEqual(orgEdits + billingEdits * 10 + 20);

    const versions = versionsOf(accountIds);
    await sweptAgain();
    expect(versionsOf(accountIds), `${context}: nothing moves any more`).toEqual(versions);
    expect((await rowsSent()) - before, context).toBe(sent);
    expect(await metric(stack.backend.url, 'billing360_outbox_quarantined')).toBe(0);

    // What a backend that knows nothing makes of billing is what is there, once it has gone through Stripe's events.
    fresh = await createTestDatabase();
    const held = heldBy(story.stack, accountIds);
    await stack.backend.stop();
    stack.backend = await startBackend({ ...stack.env, DATABASE_URL: fresh.url });
    await vi.waitFor(
      async () => {
        const { rows } = await fresh!.pool.query(`select cursor from sweep_cursor where connection = 'stripe'`);
        expect(JSON.parse(rows[0]?.cursor ?? '{}')).toMatchObject({ past: null });
      },
      { timeout: 60_000, interval: 100 },
    );
    await settled(stack);
    expect(fieldsOf(heldBy(story.stack, accountIds)), context).toEqual(fieldsOf(held));
  },
  240_000,
);
