import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginStory, type Story } from '../support/customers.ts';
import { metric, settled } from '../support/settled.ts';

let story: Story;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
});
afterAll(() => story.end());

const nameOf = (accountId: string) => {
  const rows = story.rows('Billing_Account__c', accountId);
  expect(rows).toHaveLength(1);
  return rows[0]!['Name'];
};

const LONG = 'x'.repeat(300);

it.each([
  ['emoji and marks that join', '👩‍👩‍👧‍👦 Çafé Å', '👩‍👩‍👧‍👦 Çafé Å'],
  ['text from right to left', 'شركة الفواتير ‏(عمّان)', 'شركة الفواتير ‏(عمّان)'],
  ['signs of queries, formulas and pages', `=1+1 'x' \\ "y" <b>@{a.b}</b> %s`, `=1+1 'x' \\ "y" <b>@{a.b}</b> %s`],
  ['more characters than its field has', LONG, `${LONG.slice(0, 79)}…`],
  ['an emoji where it is cut', `${'x'.repeat(78)}😀${LONG}`, `${'x'.repeat(78)}…`],
])('a name with %s is on the Account, whole or with a mark where it is cut', async (_what, given, shown) => {
  const ofStripe = await story.account('Of Stripe');
  const ofZuora = await story.account('Of Zuora');
  await story.stripe.stripe.customers.create({
    name: given.slice(0, 256).toWellFormed(),
    metadata: { salesforce_account_id: ofStripe },
  });
  // Zuora takes no characters of four bytes.
  const ofThree = !/[\u{10000}-\u{10FFFF}]/u.test(given);
  if (ofThree) await story.zuora.account(given.slice(0, 255), 'EUR', ofZuora);
  await settled(story.stack);
  expect(nameOf(ofStripe)).toBe(shown);
  if (ofThree) expect(nameOf(ofZuora)).toBe(shown);
});

it('a name with halves of surrogate pairs is on the Account with replacement characters', async () => {
  const accountId = await story.account('Broken');
  await story.zuora.account('Half \ud83d and \udc4d of a pair', 'EUR', accountId);
  await settled(story.stack);
  expect(nameOf(accountId)).toBe('Half \ufffd and \ufffd of a pair');
  expect(await metric(story.stack.backend.url, 'billing360_outbox_quarantined')).toBe(0);
  const { rows } = await story.database.pool.query('select key from dirty where reason is not null');
  expect(rows).toEqual([]);
});
