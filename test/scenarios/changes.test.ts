import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { person } from '../support/orgPeople.ts';
import { metric, settled } from '../support/settled.ts';

const WITHIN = { timeout: 20_000, interval: 50 };

let story: Story;
/** What was counted when the test began. */
let counted: (kind: string) => number;

const account = (id: string): SRecord => story.stack.org.org.get('Account', id)!;
const rowsOf = (object: string, accountId: string) =>
  story.rows(object, accountId).filter((row) => row['IsDeleted'] !== true);
const mrr = (accountId: string) =>
  rowsOf('Billing_Subscription__c', accountId).map((row) => [row['Status__c'], row['MRR__c']]);
async function drifts(): Promise<(kind: string) => number> {
  const text = await (await fetch(`${story.stack.backend.url}/metrics`)).text();
  return (kind) =>
    Number(new RegExp(`^billing360_org_drift_total\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}
/** How often it was counted in this test. */
const drift = async (kind: string): Promise<number> => (await drifts())(kind) - counted(kind);

/** Objects whose rows belong to no Account; that billing goes on for one that was deleted is told by them. */
const OF_NO_ACCOUNT = ['Billing_Connection__c', 'Billing_Sync_Failure__c'];

/** Rows of Accounts that the backend has sent, whatever the answer. */
async function rowsSent(): Promise<number> {
  const text = await (await fetch(`${story.stack.backend.url}/metrics`)).text();
  const series = [...text.matchAll(/^billing360_salesforce_rows_total\{object="(\w+)",outcome="\w+"\} (\d+)$/gm)];
  return series
    .filter(([, object]) => !OF_NO_ACCOUNT.includes(object!))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

async function customer(
  name: string,
  quantity: number,
): Promise<{ accountId: string; customerId: string; subscription: string }> {
  const price = await story.stripe.price({ name: `Growth ${name}`, amountMinor: 1_000, currency: 'usd' });
  const accountId = await story.account(name);
  const customerId = await story.stripe.customer(name, accountId);
  const { id } = await story.stripe.subscribe(customerId, [{ price, quantity }]);
  await settled(story.stack);
  expect(mrr(accountId)).toEqual([['Active', quantity * 10]]);
  return { accountId, customerId, subscription: id };
}

describe.each([
  ['by change events', { tls: true, env: { SWEEP_SECONDS: '3600' } }],
  ['by the sweep alone', { env: { SWEEP_SECONDS: '1' } }],
])('what an admin does to an Account is followed %s', (_, options) => {
  beforeAll(async () => {
    story = await beginStory(options);
    if ('tls' in options)
      await vi.waitFor(async () => {
        const feed = (await (await fetch(`${story.stack.org.url}/__sim/pubsub`)).json()) as { ready: number };
        expect(feed.ready).toBe(1);
      }, WITHIN);
  });
  afterAll(() => story.end());
  beforeEach(async () => {
    await settled(story.stack);
    counted = await drifts();
  });

  it('an edit of fields that billing owns is written over once and noted; one of other fields is left alone', async () => {
    const { accountId } = await customer('Acme', 2);
    const admin = person(story.stack);
    const version = Number(account(accountId)['Billing_Row_Version__c']);
    admin.edit('Account', accountId, { Billing_MRR__c: 999, Billing_Status__c: 'Churned', Phone: '555-0100' });
    await vi.waitFor(() => expect(account(accountId)['Billing_MRR__c']).toBe(20), WITHIN);
    await settled(story.stack);
    expect(account(accountId)).toMatchObject({ Billing_Status__c: 'Good Standing', Phone: '555-0100' });
    expect(Number(account(accountId)['Billing_Row_Version__c'])).toBeGreaterThan(version);
    const { rows } = await story.database.pool.query(
      'select field, kind, billing_value, org_value, changed_by from discrepancy where account_id = $1 order by field',
      [accountId],
    );
    expect(rows).toEqual([
      { field: 'Billing_MRR__c', kind: 'edited', billing_value: 20, org_value: 999, changed_by: admin.userId },
      {
        ...{ field: 'Billing_Status__c', kind: 'edited', changed_by: admin.userId },
        ...{ billing_value: 'Good Standing', org_value: 'Churned' },
      },
    ]);
    expect(await drift('edited')).toBe(1);
  });

  it('nothing is written to an Account that was deleted, and everything again when it is undeleted', async () => {
    const { accountId, subscription } = await customer('Acme', 2);
    const admin = person(story.stack);
    admin.remove('Account', accountId);
    await vi.waitFor(async () => expect(await drift('account_deleted')).toBe(1), WITHIN);
    await settled(story.stack);
    const sent = await rowsSent();
    await story.act('stripe', 'upgrade', { subscription, quantity: 7 });
    await settled(story.stack);
    expect(await rowsSent()).toBe(sent);
    expect(await metric(story.stack.backend.url, 'billing360_outbox_quarantined')).toBe(0);

    admin.undelete('Account', accountId);
    // As it was when it went.
    expect(mrr(accountId)).toEqual([['Active', 20]]);
    await vi.waitFor(() => expect(mrr(accountId)).toEqual([['Active', 70]]), WITHIN);
    await settled(story.stack);
    expect(account(accountId)).toMatchObject({ IsDeleted: false, Billing_MRR__c: 70 });
    expect(await drift('account_undeleted')).toBe(1);
  });

  it('what billing says of an Account that was merged belongs to the other one, now and later', async () => {
    const [loser, master] = [await customer('Acme Ltd', 2), await customer('Acme', 3)];
    const admin = person(story.stack);
    admin.merge(master.accountId, loser.accountId);
    await vi.waitFor(() => expect(account(master.accountId)['Billing_MRR__c']).toBe(50), WITHIN);
    await settled(story.stack);
    expect(mrr(master.accountId).sort()).toEqual([
      ['Active', 20],
      ['Active', 30],
    ]);
    // Totals of the one that is gone count no more.
    const balances = rowsOf('Billing_Balance__c', master.accountId).map((row) => [row['Status__c'], row['MRR__c']]);
    expect(balances.sort()).toEqual([
      ['Current', 50],
      ['Removed', 0],
    ]);
    // Billing still names the Account that is gone.
    await story.act('stripe', 'upgrade', { subscription: loser.subscription, quantity: 5 });
    await settled(story.stack);
    expect(account(master.accountId)['Billing_MRR__c']).toBe(80);
    expect(await metric(story.stack.backend.url, 'billing360_outbox_quarantined')).toBe(0);
    expect(await drift('account_merged')).toBe(1);
  });

  it('an Account that comes back from a merge gets its own rows back', async () => {
    const [loser, master] = [await customer('Acme Ltd', 2), await customer('Acme', 3)];
    const admin = person(story.stack);
    admin.merge(master.accountId, loser.accountId);
    await vi.waitFor(() => expect(account(master.accountId)['Billing_MRR__c']).toBe(50), WITHIN);
    await settled(story.stack);
    admin.undelete('Account', loser.accountId);
    await vi.waitFor(async () => expect(await drift('account_undeleted')).toBe(1), WITHIN);
    await settled(story.stack);
    expect(account(loser.accountId)['Billing_MRR__c']).toBe(20);
    expect(account(master.accountId)['Billing_MRR__c']).toBe(30);
    expect(mrr(loser.accountId)).toEqual([['Active', 20]]);
    expect(mrr(master.accountId)).toEqual([['Active', 30]]);
    expect(rowsOf('Billing_Health__c', loser.accountId).map((row) => row['Status__c'])).toEqual(['Good Standing']);
  });
});
