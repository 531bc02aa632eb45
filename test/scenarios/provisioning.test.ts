import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { deals, nextMonth, orderSettings } from '../support/orders.ts';
import { prospects, provisioningSettings } from '../support/provisioning.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';

/** Billing accounts that are made of Accounts ahead of billing, from the mark to the row on the Account. */

const WITHIN = { timeout: 30_000, interval: 50 };

let story: Story;
let sales: ReturnType<typeof prospects>;
let zuora: TestClient;

beforeAll(async () => {
  story = await beginStory({ tls: true, env: { SWEEP_SECONDS: '3600' } });
  sales = prospects(story);
  zuora = await new TestClient(story.stack.zuora).signIn();
  await restart(provisioningSettings({ defaults: { paymentTerm: 'Net 30', batch: 'Batch2' } }));
}, 180_000);
afterAll(() => story.end());

async function restart(env: Record<string, string>): Promise<void> {
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...env });
  await settled(story.stack);
}

/** Accounts of Zuora and customers of Stripe that name an Account. */
const inZuora = (id: string) =>
  story.stack.zuora.tenant.data.accounts.filter((one) => one.customFields['CRMAccountId__c'] === id);
const inStripe = (id: string) =>
  Object.values(story.stack.stripe.world.state.tables.customers).filter(
    (one) => one.metadata['salesforce_account_id'] === id,
  );
const standing = async (id: string, state: string | null) => {
  await vi.waitUntil(() => sales.status(id) === state, WITHIN);
  return sales.message(id);
};

it('a marked Account gets an account in Zuora, which then stands on it', async () => {
  const { accountId } = await sales.make('Acme', { Billing_Account_Wanted__c: true });
  await standing(accountId, 'Created');
  await vi.waitUntil(() => sales.billed(accountId).length > 0, WITHIN);
  await settled(story.stack);
  expect(sales.billed(accountId)).toMatchObject([
    { Number__c: `SF-${accountId}`, Bill_To_Email__c: 'ada@acme.example', Bill_To_Missing__c: 'Nothing' },
  ]);
  expect(inZuora(accountId)).toMatchObject([
    { name: 'Acme', currency: 'USD', paymentTerm: 'Net 30', batch: 'Batch2', autoPay: false },
  ]);
  const { body } = await zuora.get(`/v1/accounts/SF-${accountId}`);
  expect(body.billToContact).toMatchObject({
    ...{ firstName: 'Ada', lastName: 'Byron', workEmail: 'ada@acme.example' },
    ...{ address1: '1 Market St', state: 'California', country: 'United States', zipCode: '94105' },
  });
}, 120_000);

it('what is missing is told with what to do, and it goes on by itself once it is there', async () => {
  const contact = { Email: null, MailingCountry: null };
  const { accountId, contactId } = await sales.make('Nowhere', { Billing_Account_Wanted__c: true }, contact);
  const told = await standing(accountId, 'Not Ready');
  expect(told.split('\n')).toEqual([
    'The account has no contact with an email address. Add one, or choose the Billing Contact.',
    'There is no country. Enter the mailing address of the Billing Contact, or the billing address of the Account.',
  ]);
  sales.edit('Contact', contactId, { Email: 'ada@nowhere.example' });
  await vi.waitUntil(() => !sales.message(accountId).includes('no contact'), WITHIN);
  expect([sales.status(accountId), inZuora(accountId)]).toEqual(['Not Ready', []]);
  sales.edit('Contact', contactId, { MailingCountry: 'United States' });
  await standing(accountId, 'Created');
  expect(inZuora(accountId)).toHaveLength(1);
}, 120_000);

it('of two Contacts none is chosen, until one of them is deleted', async () => {
  const { accountId } = await sales.make('Twins');
  const fields = { AccountId: accountId, LastName: 'Twin', Email: 'twin@twins.example' };
  const second = await orgClient(story.stack).create('Contact', fields);
  sales.edit('Account', accountId, { Billing_Account_Wanted__c: true });
  expect(await standing(accountId, 'Not Ready')).toContain('Several contacts of the account');
  await settled(story.stack);
  person(story.stack).remove('Contact', second);
  await standing(accountId, 'Created');
  const { body } = await zuora.get(`/v1/accounts/SF-${accountId}`);
  expect(body.billToContact).toMatchObject({ workEmail: 'ada@twins.example' });
}, 120_000);

it('an Account that nobody marked, or whose mark is another, gets none', async () => {
  const { accountId } = await sales.make('Outsider');
  sales.edit('Account', accountId, { Description: 'Made by somebody else' });
  await settled(story.stack);
  expect([sales.status(accountId), sales.billed(accountId), inZuora(accountId)]).toEqual([null, [], []]);
}, 60_000);

it('a customer of the other system with the same email is asked about, and is no other one once a person says so', async () => {
  const customer = await story.stripe.customer('Some Body', null);
  await settled(story.stack);
  const { accountId } = await sales.make(
    'Twice',
    { Billing_Account_Wanted__c: true },
    { Email: 'billing@some-body.example' },
  );
  const told = await standing(accountId, 'Not Ready');
  expect(told).toContain(`a customer with the same email address that belongs to no account yet: ${customer}`);
  expect(told).toContain('Link it under Billing Links');
  expect(inZuora(accountId)).toEqual([]);
  sales.edit('Account', accountId, { Billing_Account_Separate__c: true });
  await standing(accountId, 'Created');
  expect(inZuora(accountId)).toHaveLength(1);
}, 120_000);

it('of two Accounts of one customer that come at once, one gets a billing account and the other is told', async () => {
  const [one, other] = await Promise.all([
    sales.make('Globex Inc.', { Billing_Account_Wanted__c: true }),
    sales.make('Globex', { Billing_Account_Wanted__c: true }, { Email: 'office@globex-other.example' }),
  ]);
  const ids = [one.accountId, other.accountId];
  await vi.waitUntil(() => ids.every((id) => ['Created', 'Not Ready'].includes(String(sales.status(id)))), WITHIN);
  await settled(story.stack);
  expect(ids.map((id) => sales.status(id)).sort()).toEqual(['Created', 'Not Ready']);
  const [first, second] = sales.status(ids[0]!) === 'Created' ? ids : ids.toReversed();
  expect(sales.message(second!)).toContain(first);
  expect(ids.flatMap(inZuora)).toHaveLength(1);
}, 120_000);

it('an answer that is lost after the account was made makes no second one', async () => {
  story.stack.zuora.ctx.faults.set([{ path: '^/v1/accounts$', times: 1, reset: 'after' }]);
  const { accountId } = await sales.make('Lost Answer', { Billing_Account_Wanted__c: true });
  await standing(accountId, 'Created');
  story.stack.zuora.ctx.faults.set([]);
  sales.edit('Account', accountId, { Description: 'Changed again' });
  await settled(story.stack);
  expect(inZuora(accountId)).toHaveLength(1);
}, 120_000);

it('a server that is killed before the answer finds the account that was made when it is back', async () => {
  story.stack.zuora.ctx.faults.set([
    { method: 'POST', path: '^/v1/accounts$', status: 504, after: true },
    { method: 'GET', path: '^/v1/accounts/SF-', status: 504 },
  ]);
  const { accountId } = await sales.make('Killed', { Billing_Account_Wanted__c: true });
  await vi.waitUntil(() => inZuora(accountId).length > 0, WITHIN);
  await story.stack.backend.stop('SIGKILL');
  story.stack.zuora.ctx.faults.set([]);
  const { counts } = story.stack.zuora.ctx.calls;
  counts.set('POST /v1/accounts', 0);
  await restart(provisioningSettings({}));
  await standing(accountId, 'Created');
  expect([counts.get('POST /v1/accounts'), inZuora(accountId).length]).toEqual([0, 1]);
}, 120_000);

it('change events that come twice and late, and are all worked once more, make one account', async () => {
  const tell = (switches: object) =>
    fetch(`${story.stack.org.url}/__sim/pubsub`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(switches),
    });
  expect((await tell({ duplicate: true, delayMs: 50 })).status).toBe(200);
  const { accountId, contactId } = await sales.make('Told Twice', { Billing_Account_Wanted__c: true });
  sales.edit('Account', accountId, { Description: 'Touched' });
  sales.edit('Contact', contactId, { Title: 'Touched too' });
  await standing(accountId, 'Created');
  await tell({ duplicate: false, delayMs: 0 });
  await settled(story.stack);
  await story.stack.backend.stop();
  const key = `salesforce:Account:${accountId}`;
  const told = await story.database.pool.query(
    `update inbox set done_at = null, received_at = received_at - id * interval '1 ms' where key = $1`,
    [key],
  );
  expect(told.rowCount).toBeGreaterThan(1);
  await story.database.pool.query('insert into dirty (key) values ($1) on conflict do nothing', [key]);
  await restart(provisioningSettings({}));
  expect([sales.status(accountId), inZuora(accountId).length]).toEqual(['Created', 1]);
}, 120_000);

it('an operator sees what is missing and every step, and has it looked at again', async () => {
  const contact = { MailingCountry: 'Atlantis' };
  const { accountId, contactId } = await sales.make('Looked At', { Billing_Account_Wanted__c: true }, contact);
  await standing(accountId, 'Not Ready');
  const env = { ...story.stack.env, ...provisioningSettings({}) };
  const shown = await ops(env, ['provision', accountId, '--dry-run']);
  expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('Atlantis is no country that billing knows.')]);
  expect(await ops(story.stack.env, ['provision', accountId])).toMatchObject({ code: 1 });
  expect(await ops(env, ['provision', '006000000000000AAA'])).toMatchObject({ code: 2 });
  sales.edit('Contact', contactId, { MailingCountry: 'Austria' });
  await standing(accountId, 'Created');
  expect(await ops(env, ['provision', accountId, '--json'])).toMatchObject({ code: 0, json: { asked: true } });
  await settled(story.stack);
  expect(inZuora(accountId)).toHaveLength(1);
}, 120_000);

it('what billing refuses is told in its words, and tried again when it would be another', async () => {
  const refusal = { method: 'POST', path: '^/v1/accounts$', code: 51100030, message: 'Too many accounts of Ada' };
  story.stack.zuora.tenant.options.refusals = [refusal];
  const { accountId, contactId } = await sales.make('Refused', { Billing_Account_Wanted__c: true });
  expect(await standing(accountId, 'Failed')).toContain('Zuora refuses the account: "Too many accounts of Ada".');
  story.stack.zuora.tenant.options.refusals = [];
  sales.edit('Account', accountId, { Description: 'Nothing that billing is told' });
  await settled(story.stack);
  expect([sales.status(accountId), inZuora(accountId)]).toEqual(['Failed', []]);
  sales.edit('Contact', contactId, { Phone: '+1 415 555 0100' });
  await standing(accountId, 'Created');
  expect(inZuora(accountId)).toHaveLength(1);
}, 120_000);

it('shadow shows what would be made and makes nothing; switched to automatic it begins with those that wait', async () => {
  await restart(provisioningSettings({ mode: 'shadow' }));
  const { accountId } = await sales.make('Shadow', { Billing_Account_Wanted__c: true });
  expect(await standing(accountId, 'Ready')).toContain(`Customer Shadow in zuora, billed in USD, SF-${accountId}`);
  await settled(story.stack);
  expect(inZuora(accountId)).toEqual([]);
  await restart(provisioningSettings({}));
  await standing(accountId, 'Created');
  expect(inZuora(accountId)).toHaveLength(1);
}, 180_000);

it('a marked Account gets a customer in Stripe, and no second one after a lost answer', async () => {
  await restart(provisioningSettings({ connection: 'stripe', defaults: { preferredLocales: ['de'] } }));
  story.stack.stripe.ctx.faults.set([{ path: '^/v1/customers$', method: 'POST', times: 1, reset: 'after' }]);
  const { accountId, email } = await sales.make('Initech', { Billing_Account_Wanted__c: true });
  await standing(accountId, 'Created');
  story.stack.stripe.ctx.faults.set([]);
  await vi.waitUntil(() => sales.billed(accountId).length > 0, WITHIN);
  await settled(story.stack);
  expect(inStripe(accountId)).toMatchObject([
    {
      name: 'Initech',
      email,
      preferred_locales: ['de'],
      address: { country: 'US', state: 'CA', line1: '1 Market St' },
    },
  ]);
  expect(sales.billed(accountId)).toHaveLength(1);
}, 180_000);

it('a deal that is won for a new customer is ordered by itself once its billing account is there', async () => {
  const rules = { fields: {}, stages: ['Negotiation/Review'], onWonDeal: true };
  const shop = deals(story);
  shop.makePriceBook();
  const plan = await story.zuora.ratePlan('Team', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  await restart({ ...orderSettings({}), ...provisioningSettings(rules) });
  await vi.waitUntil(() => shop.hasProduct(plan), WITHIN);
  const { starts } = nextMonth(story);
  const { accountId } = await sales.make('New Customer');
  const id = shop.open(accountId, [{ plan, quantity: 5, price: 25 }], { Billing_Start_Date__c: starts });
  await settled(story.stack);
  expect([sales.status(accountId), inZuora(accountId)]).toEqual([null, []]);
  shop.win(id);
  await vi.waitUntil(() => shop.order(id)?.['State__c'] === 'Ordered', WITHIN);
  expect(sales.status(accountId)).toBe('Created');
  expect(inZuora(accountId)).toHaveLength(1);
  const tasks = story.stack.org.org.all('Task').filter((one) => String(one['Billing_Key__c']).includes(id));
  expect(tasks).toEqual([]);

  // A stage is enough, long before it is won.
  const { accountId: early } = await sales.make('Early');
  const open = shop.open(early, [{ plan, quantity: 1, price: 25 }]);
  shop.edit(open, { StageName: 'Negotiation/Review' });
  await standing(early, 'Created');
  expect(inZuora(early)).toHaveLength(1);
}, 180_000);
