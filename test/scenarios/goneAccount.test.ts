import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { person } from '../support/orgPeople.ts';
import { metric, settled } from '../support/settled.ts';

const WITHIN = { timeout: 30_000, interval: 100 };
/** A well-formed id that the org has never given to an Account. */
const UNKNOWN = '001000000000ABCAA2';

let story: Story;
let price: string;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
  price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
});
afterAll(() => story.end());

async function customerOf(accountId: string, quantity: number): Promise<{ customer: string; subscription: string }> {
  const customer = await story.stripe.customer('Acme', accountId);
  const { id } = await story.stripe.subscribe(customer, [{ price, quantity }]);
  return { customer, subscription: id };
}

const mrr = (accountId: string) =>
  story
    .rows('Billing_Subscription__c', accountId)
    .filter((row) => row['IsDeleted'] !== true)
    .map((row) => row['MRR__c']);
const failures = async () =>
  (await listFailures(story.database.db)).map(({ id, account, reason }) => ({ id, account, reason }));
/** Rows that were sent in vain. */
async function rowsRefused(): Promise<number> {
  const text = await (await fetch(`${story.stack.backend.url}/metrics`)).text();
  const series = text.matchAll(/^billing360_salesforce_rows_total\{object="\w+",outcome="(\w+)"\} (\d+)$/gm);
  return [...series].reduce((sum, [, outcome, count]) => (outcome === 'written' ? sum : sum + Number(count)), 0);
}
const isKnownAsGone = async (accountId: string): Promise<boolean> => {
  const { rows } = await story.database.pool.query<{ state: string }>(
    'select state from org_account where account_id = $1',
    [accountId],
  );
  return rows[0]?.state === 'deleted';
};

it('billing that names an Account from before, gone by now, is listed and waits, and is there once the Account is', async () => {
  const { stack } = story;
  const gone = await story.account('Gone');
  const admin = person(stack);
  admin.remove('Account', gone);
  const alive = await story.account('Alive');
  const [ofGone, ofUnknown] = [await customerOf(gone, 2), await customerOf(UNKNOWN, 3)];
  await customerOf(alive, 4);
  await settled(stack);
  expect(mrr(alive), 'nobody else waits').toEqual([40]);

  const both = async () => (await isKnownAsGone(gone)) && (await isKnownAsGone(UNKNOWN));
  await vi.waitUntil(both, WITHIN);
  await settled(stack);
  const listed = (accountId: string, customer: string) => ({
    id: `row:Account:${accountId}`,
    account: accountId,
    reason: `Salesforce has no such Account, or it was deleted there, but billing goes on: restore it, or link to another Account stripe:account:${customer}.`,
  });
  const found = await failures();
  expect(found).toHaveLength(2);
  expect(found).toEqual(expect.arrayContaining([listed(gone, ofGone.customer), listed(UNKNOWN, ofUnknown.customer)]));

  const refused = await rowsRefused();
  await story.act('stripe', 'upgrade', { subscription: ofGone.subscription, quantity: 7 });
  await settled(stack);
  expect(await rowsRefused(), 'nothing is sent that can only be refused').toBe(refused);
  expect(await metric(stack.backend.url, 'billing360_outbox_quarantined')).toBe(0);

  admin.undelete('Account', gone);
  await vi.waitUntil(() => mrr(gone).includes(70), WITHIN);
  await settled(stack);
  expect(stack.org.org.get('Account', gone)).toMatchObject({ Billing_MRR__c: 70 });
  expect(await failures()).toEqual([listed(UNKNOWN, ofUnknown.customer)]);

  await story.stripe.stripe.customers.update(ofUnknown.customer, { metadata: { salesforce_account_id: alive } });
  await settled(stack);
  expect(mrr(alive).toSorted()).toEqual([30, 40]);
  expect(await failures()).toEqual([]);
}, 120_000);
