import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { orgClient } from '../../scripts/demo/org.ts';
import type { MetadataFolder } from '../simulators/salesforce/org/testing/metadataFolder.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { billToSettings } from '../support/billTo.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { packageWith } from '../support/orgFields.ts';
import { person } from '../support/orgPeople.ts';
import { testFolder } from '../support/postgres.ts';
import { settled } from '../support/settled.ts';

/** Fields of an Account that an admin has sent to billing: payment term, number of the purchase order, custom fields. */

const WITHIN = { timeout: 30_000, interval: 50 };
const text = '<length>80</length>';

let folder: MetadataFolder;
let story: Story;
let zuora: TestClient;
beforeAll(async () => {
  folder = packageWith([
    { object: 'Account', name: 'Payment_Terms__c', type: 'Text', more: text },
    { object: 'Account', name: 'PO_Number__c', type: 'Text', more: text },
    { object: 'Account', name: 'Region__c', type: 'Text', more: text },
    { object: 'Account', name: 'Vip__c', type: 'Checkbox', more: '<defaultValue>false</defaultValue>' },
    { object: 'Account', name: 'Hidden__c', type: 'Text', more: text, access: 'none' },
  ]);
  story = await beginStory({
    forceApp: folder.path,
    env: {
      SWEEP_SECONDS: '1',
      ...billToSettings({
        zuora: {
          mode: 'automatic',
          fields: ['email'],
          accountFields: {
            paymentTerm: 'Payment_Terms__c',
            purchaseOrderNumber: 'PO_Number__c',
            Region__c: 'Region__c',
            Vip__c: 'Vip__c',
            Secret__c: 'Hidden__c',
          },
        },
        stripe: { mode: 'automatic', fields: ['email'], accountFields: { region: 'Region__c' } },
      }),
    },
  });
  (story.stack.zuora.tenant.customFields.account as string[]).push('Region__c', 'Vip__c', 'Secret__c');
  zuora = await new TestClient(story.stack.zuora).signIn();
}, 180_000);
afterAll(async () => {
  await story.end();
  folder.remove();
});

const edit = (id: string, fields: Record<string, FieldValue>) =>
  person(story.stack, 'admin').edit('Account', id, fields);
const inZuora = (number: string) => story.stack.zuora.tenant.account(number);
const discrepancies = (accountId: string) => story.rows('Billing_Discrepancy__c', accountId);

async function customer(name: string, fields: Record<string, FieldValue>): Promise<{ id: string; number: string }> {
  const id = await orgClient(story.stack).create('Account', { Name: name });
  if (Object.keys(fields).length > 0) edit(id, fields);
  const number = await story.zuora.account(name, 'USD', id, 'ap@acme.example');
  await vi.waitUntil(() => story.rows('Billing_Account__c', id).length === 1, WITHIN);
  await settled(story.stack);
  return { id, number };
}

it('what people enter on the Account reaches Zuora and Stripe', async () => {
  const { id, number } = await customer('Acme', {});
  const { id: stripeId } = await story.stripe.stripe.customers.create({
    ...{ name: 'Acme', email: 'ap@acme.example', metadata: { salesforce_account_id: id, tier: 'gold' } },
  });
  await vi.waitUntil(() => story.rows('Billing_Account__c', id).length === 2, WITHIN);
  edit(id, { Payment_Terms__c: 'Net 60', PO_Number__c: 'PO-7', Region__c: ' EMEA ', Vip__c: true });
  await vi.waitUntil(() => inZuora(number).paymentTerm === 'Net 60', WITHIN);
  await settled(story.stack);
  expect(inZuora(number)).toMatchObject({
    purchaseOrderNumber: 'PO-7',
    customFields: { Region__c: 'EMEA', Vip__c: 'true' },
  });
  const inStripe = await story.stripe.stripe.customers.retrieve(stripeId);
  expect((inStripe as { metadata?: unknown }).metadata, 'other metadata stays').toEqual({
    salesforce_account_id: id,
    tier: 'gold',
    region: 'EMEA',
  });
}, 90_000);

it('a change in billing is put back and told with both values; nothing is emptied', async () => {
  const { id, number } = await customer('Globex', { Region__c: 'APAC', Payment_Terms__c: 'Net 30' });
  await vi.waitUntil(() => inZuora(number).paymentTerm === 'Net 30', WITHIN);
  await settled(story.stack);
  await zuora.call('PUT', `/v1/accounts/${number}`, { Region__c: 'LATAM', paymentTerm: 'Net 90' });
  await vi.waitUntil(() => discrepancies(id).some((row) => row['State__c'] === 'Resolved'), WITHIN);
  await settled(story.stack);
  expect(inZuora(number)).toMatchObject({ paymentTerm: 'Net 30', customFields: { Region__c: 'APAC' } });
  expect(discrepancies(id)).toMatchObject([
    {
      Salesforce_Value__c: 'paymentTerm: Net 30\nRegion__c: APAC',
      Billing_Value__c: 'paymentTerm: Net 90\nRegion__c: LATAM',
    },
  ]);
  edit(id, { Region__c: null });
  await vi.waitUntil(() => discrepancies(id).some((row) => row['State__c'] === 'Open'), WITHIN);
  await settled(story.stack);
  expect(inZuora(number).customFields['Region__c']).toBe('APAC');
}, 90_000);

it('a payment term that billing has not is a failure in its words, until somebody corrects it', async () => {
  const { id, number } = await customer('Initech', {});
  edit(id, { Payment_Terms__c: 'Net 37' });
  const failed = async () =>
    (await ops({ DATABASE_URL: story.database.url }, ['failures', '--json'])).out.includes('does not take the bill-to');
  await vi.waitUntil(failed, WITHIN);
  edit(id, { Payment_Terms__c: 'Net 45' });
  await vi.waitUntil(() => inZuora(number).paymentTerm === 'Net 45', WITHIN);
  await vi.waitUntil(async () => !(await failed()), WITHIN);
}, 90_000);

it('a field that the integration user may not read is named with what to do', async () => {
  const { id, number } = await customer('Umbrella', { Hidden__c: 'x', Region__c: 'EMEA' });
  await zuora.call('PUT', `/v1/accounts/${number}`, { Secret__c: 'y' });
  await settled(story.stack);
  const { code, out } = await ops({ ...story.stack.env, DATABASE_URL: story.database.url }, [
    ...['bill-to', id, '--dry-run'],
  ]);
  expect(code).toBe(0);
  expect(out).toContain('- Secret__c: y stays. There is no field of the Account for Secret__c, or the integration');
  expect(inZuora(number).customFields).toMatchObject({ Secret__c: 'y', Region__c: 'EMEA' });
}, 90_000);

it('the dry run of a mapping asks for fields of the mapping alone, whatever billing takes over', async () => {
  const { id } = await customer('Vehement', {});
  const settings = billToSettings({ zuora: { mode: 'shadow', accountFields: { NotYetRead__c: 'Region__c' } } });
  const file = join(testFolder(), 'account-fields-mapping.json');
  const source = 'custom.AlsoUnread__c';
  const fields = { Account: [{ source: 'plan', target: 'PO_Number__c', overwrite: true }] };
  const mapped = { Billing_Account__c: [{ source, target: 'Billing_Number__c', overwrite: true }] };
  const outOf = async (mapping: object) => {
    writeFileSync(file, JSON.stringify({ fields: mapping }));
    const env = { ...story.stack.env, ...settings, DATABASE_URL: story.database.url, MAPPING_FILE: file };
    const { code, out } = await ops(env, ['mapping', 'dry-run', '--account', id]);
    expect(code, out).toBe(0);
    return out;
  };
  expect(await outOf({ ...fields, ...mapped })).toContain(`${source} of each account has not been read from zuora`);
  expect(await outOf(fields)).not.toMatch(/has not been read|NotYetRead__c/);
}, 90_000);
