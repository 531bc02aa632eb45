import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { prospects, provisioningSettings } from '../support/provisioning.ts';
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
