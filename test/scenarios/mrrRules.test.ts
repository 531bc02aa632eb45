import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { settled } from '../support/settled.ts';

const folder = mkdtempSync(join(tmpdir(), 'mrr-rules-'));
const file = join(folder, 'reporting.json');
const DAY_MS = 86_400_000;
let story: Story;

beforeAll(async () => {
  writeFileSync(file, '{}');
  story = await beginStory({ env: { REPORTING_FILE: file } });
});
afterAll(async () => {
  await story.end();
  rmSync(folder, { recursive: true });
});

const only = (object: string, accountId: string) => {
  const rows = story.rows(object, accountId);
  expect(rows, object).toHaveLength(1);
  return rows[0]!;
};
const row = (object: string, accountId: string, number: string) =>
  story.rows(object, accountId).find((one) => one['Number__c'] === number)!;
const balance = (accountId: string) => only('Billing_Balance__c', accountId);

/** ARR of a customer whose Account nobody knows. */
const atStake = (customer: string) =>
  story.stack.org.org.all('Billing_Link__c').find((one) => String(one['Key__c']).includes(customer))?.['ARR__c'];

type Explained = {
  mrr: { amount: string };
  why: string | null;
  rules: object | null;
  charges: { steps: { text: string }[] }[];
};

/** What `ops explain` says from the database alone: it gets neither the file nor any other setting of the server. */
async function explained(name: string): Promise<Explained> {
  const { json, err } = await ops({ DATABASE_URL: story.database.url }, ['explain', name, '--json']);
  expect(err).toBe('');
  return (json as Explained[])[0]!;
}

async function restart(mrr: object): Promise<void> {
  writeFileSync(file, JSON.stringify({ mrr }));
  await story.stack.backend.stop('SIGTERM');
  story.stack.backend = await startBackend(story.stack.env);
  await settled(story.stack);
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`It never came to ${String(isSo)}`);
    await settled(story.stack);
  }
  await settled(story.stack);
}

it('the same customer has the figures of the rules that are chosen, in Salesforce and from explain, and Zuora has its own', async () => {
  const { stripe } = story.stripe;
  const accountId = await story.account('Discounted');
  const customer = await story.stripe.customer('Discounted', accountId);
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 40_000, currency: 'usd' });
  const launch = await stripe.coupons.create({ name: 'Launch', percent_off: 10, duration: 'forever' });
  const welcome = await stripe.coupons.create({ name: 'Welcome', percent_off: 50, duration: 'once' });
  const { id: stays } = await story.stripe.subscribe(customer, [{ price, quantity: 1 }], {
    discounts: [{ coupon: launch.id }, { coupon: welcome.id }],
  });
  const { id: leaves } = await story.stripe.subscribe(customer, [{ price, quantity: 2 }]);
  await stripe.subscriptions.update(leaves, { cancel_at_period_end: true });

  const stranger = await story.stripe.customer('Nobody knows', null);
  await story.stripe.subscribe(stranger, [{ price, quantity: 1 }], { discounts: [{ coupon: launch.id }] });

  const other = await story.account('Of Zuora');
  const number = await story.zuora.account('Of Zuora', 'USD', other);
  const plan = await story.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
  ]);
  const today = story.stack.clock.now();
  const dayIn = (days: number) => new Date(today.getTime() + days * DAY_MS).toISOString().slice(0, 10);
  const subscription = await story.zuora.subscribe(number, plan, { start: dayIn(0), months: 12, quantity: 3 });
  await story.zuora.cancel(number, subscription, dayIn(40));
  await settled(story.stack);

  const neither = { discounts: 'neither', churn: 'end' };
  const tells = async (ofStays: number, ofLeaves: number, rules: object) => {
    expect(row('Billing_Subscription__c', accountId, stays)['MRR__c']).toBe(ofStays);
    expect(row('Billing_Subscription__c', accountId, leaves)['MRR__c']).toBe(ofLeaves);
    expect(balance(accountId)).toMatchObject({ MRR__c: ofStays + ofLeaves, ARR__c: 12 * (ofStays + ofLeaves) });
    expect(story.stack.org.org.get('Account', accountId)).toMatchObject({ Billing_MRR__c: ofStays + ofLeaves });
    expect(only('Billing_MRR_Month__c', accountId)).toMatchObject({ Closing__c: ofStays + ofLeaves });
    const charges = story.rows('Billing_Charge__c', accountId).map((one) => Number(one['MRR__c']));
    expect(charges.reduce((all, one) => all + one, 0)).toBe(ofStays + ofLeaves);
    const [one, two] = await Promise.all([explained(stays), explained(leaves)]);
    expect([Number(one.mrr.amount), Number(two.mrr.amount)]).toEqual([ofStays, ofLeaves]);
    expect([one.rules, two.rules]).toEqual([rules, rules]);
    expect(balance(other)).toMatchObject({ MRR__c: 30 });
    expect(await explained(subscription)).toMatchObject({ mrr: { amount: '30.00' }, rules: null });
    expect(atStake(stranger)).toBe(rules === neither ? 4800 : 4320);
    return one.charges[0]!.steps.map(({ text }) => text);
  };
  expect(await tells(360, 800, { discounts: 'recurring', churn: 'end' })).toContain(
    '50 % (Welcome) not taken off: it is used once, by the rule discounts: recurring = USD 360.00',
  );

  const both = { discounts: 'both', churn: 'cancellation' };
  await restart(both);
  await until(() => balance(accountId)['MRR__c'] === 180);
  expect(await tells(180, 0, both)).toContain(
    'less 50 % (Welcome), used once, counted by the rule discounts: both = USD 180.00',
  );
  expect(row('Billing_Subscription__c', accountId, leaves)['MRR_Reason__c']).toMatch(
    /^Canceled on .* for .*: churn since it was booked, by the rule churn: cancellation\.$/,
  );

  // A cancellation that is taken back is MRR again; the discount has been used after a month.
  await stripe.subscriptions.update(leaves, { cancel_at_period_end: false });
  await settled(story.stack);
  await tells(180, 800, both);

  await restart(neither);
  await until(() => balance(accountId)['MRR__c'] === 1200);
  await tells(400, 800, neither);
}, 240_000);

it('a change of rules is a movement of the month in which they change, and leaves months that are over', async () => {
  const accountId = await story.account('Over months');
  const customer = await story.stripe.customer('Over months', accountId);
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 40_000, currency: 'usd' });
  const { id: coupon } = await story.stripe.stripe.coupons.create({ percent_off: 25, duration: 'forever' });
  await story.stripe.subscribe(customer, [{ price, quantity: 1 }], { discounts: [{ coupon }] });
  await restart({});
  await until(() => story.rows('Billing_Balance__c', accountId)[0]?.['MRR__c'] === 300);
  const months = () =>
    story
      .rows('Billing_MRR_Month__c', accountId)
      .toSorted((a, b) => (String(a['Month__c']) < String(b['Month__c']) ? -1 : 1));
  const { clock } = story.stack;
  const now = clock.now();
  const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1, 12);
  clock.setOffset(clock.offsetMs + nextMonth - now.getTime());
  await until(() => months().length === 2);
  const [over] = structuredClone(months());
  expect(over).toMatchObject({ New__c: 300, Closing__c: 300 });

  await restart({ discounts: 'neither' });
  await until(() => balance(accountId)['MRR__c'] === 400);
  expect(months()[0]).toMatchObject({ Opening__c: 0, New__c: 300, Expansion__c: 0, Closing__c: 300 });
  expect(months()[1]).toMatchObject({ Opening__c: 300, Expansion__c: 100, Contraction__c: 0, Closing__c: 400 });
}, 240_000);

it('rules that there are not keep the server from starting, in words', async () => {
  writeFileSync(file, JSON.stringify({ mrr: { discounts: 'some', churn: true } }));
  await story.stack.backend.stop('SIGTERM');
  const error = await startBackend(story.stack.env).then(
    () => new Error('It started.'),
    (reason: Error) => reason,
  );
  expect(error.message).toContain('ended with 1');
  expect(error.message).toContain('REPORTING_FILE mrr.discounts');
  expect(error.message).toContain('It must be "recurring", "one-time", "both" or "neither".');
  expect(error.message).toContain('REPORTING_FILE mrr.churn');
  writeFileSync(file, '{}');
  story.stack.backend = await startBackend(story.stack.env);
}, 120_000);
