import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rowShapes } from '../../server/connectors/salesforce/shapes.ts';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { person } from '../support/orgPeople.ts';
import { metric, settled } from '../support/settled.ts';

const WITHIN = { timeout: 20_000, interval: 50 };
const DAY_MS = 86_400_000;

let story: Story;
let accountId: string;
let otherId: string;
beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  accountId = await story.account('Acme');
  otherId = await story.account('Other');
  const customer = await story.stripe.customer('Acme', accountId);
  await story.stripe.subscribe(customer, [{ price, quantity: 2 }]);
  await settled(story.stack);
});
afterAll(() => story.end());

const row = (object = 'Billing_Subscription__c'): SRecord =>
  story.rows(object, accountId).find((one) => one['IsDeleted'] !== true && one['Status__c'] !== 'Removed')!;
const discrepancies = async (kind: string) =>
  (
    await story.database.pool.query<{ object: string; field: string }>(
      'select object, field, billing_value, org_value from discrepancy where kind = $1 order by seen_at desc, field',
      [kind],
    )
  ).rows;

it('a field that an admin edits on a row is written over, and the row says so', async () => {
  const version = Number(row()['Row_Version__c']);
  person(story.stack).edit('Billing_Subscription__c', row().Id, { MRR__c: 1, Plan__c: 'Free' });
  await vi.waitFor(() => expect(row()).toMatchObject({ MRR__c: 20, Plan__c: 'Growth' }), WITHIN);
  expect(Number(row()['Row_Version__c'])).toBeGreaterThan(version);
  expect(await discrepancies('edited')).toMatchObject([
    { object: 'Billing_Subscription__c', field: 'MRR__c', billing_value: 20, org_value: 1 },
    { object: 'Billing_Subscription__c', field: 'Plan__c', billing_value: 'Growth', org_value: 'Free' },
  ]);
});

it('a version that somebody raised does not keep the row from being written', async () => {
  const raised = Number(row()['Row_Version__c']) + 1_000_000_000;
  person(story.stack).edit('Billing_Subscription__c', row().Id, { MRR__c: 2, Row_Version__c: raised });
  await vi.waitFor(() => expect(row()['MRR__c']).toBe(20), WITHIN);
  expect(Number(row()['Row_Version__c'])).toBeGreaterThan(raised);
});

it('a row that somebody deletes is made anew', async () => {
  await settled(story.stack);
  const old = row('Billing_Invoice__c');
  person(story.stack).remove('Billing_Invoice__c', old.Id);
  await vi.waitFor(() => expect(row('Billing_Invoice__c')).toBeDefined(), WITHIN);
  expect(row('Billing_Invoice__c')).toMatchObject({ Key__c: old['Key__c'], Amount__c: 20 });
  expect(row('Billing_Invoice__c').Id).not.toBe(old.Id);
});

it('a row that somebody deletes and undeletes at once is left as it is', async () => {
  await settled(story.stack);
  const { Id } = row('Billing_Balance__c');
  const admin = person(story.stack);
  admin.remove('Billing_Balance__c', Id);
  admin.undelete('Billing_Balance__c', Id);
  admin.edit('Billing_Balance__c', Id, { MRR__c: 5 });
  await vi.waitFor(() => expect(row('Billing_Balance__c')['MRR__c']).toBe(20), WITHIN);
  expect(row('Billing_Balance__c').Id).toBe(Id);
});

it('a row that somebody moves to another Account comes back', async () => {
  await settled(story.stack);
  const { Id } = row();
  person(story.stack).edit('Billing_Subscription__c', Id, { Account__c: otherId });
  await vi.waitFor(() => expect(row()?.Id).toBe(Id), WITHIN);
  expect(await discrepancies('moved')).toMatchObject([
    { field: 'Account__c', billing_value: accountId, org_value: otherId },
  ]);
});

it('a row of billing that somebody makes is told as unexpected and not touched', async () => {
  const { org } = story.stack.org;
  const userId = person(story.stack).userId;
  const made = { Name: 'Made up', Key__c: 'stripe:invoice:in_made_up', Account__c: accountId, Amount__c: 7 };
  expect(org.insert('Billing_Invoice__c', [made], { userId, origin: '' })[0]).toMatchObject({ success: true });
  await vi.waitFor(async () => expect(await discrepancies('unexpected')).toMatchObject([{ field: '' }]), WITHIN);
  expect(story.rows('Billing_Invoice__c', accountId).map((one) => one['Name'])).toContain('Made up');
});

it('what keeps being changed back is written over twice, then left alone for longer and longer, and told', async () => {
  await settled(story.stack);
  const edit = () =>
    person(story.stack).edit('Billing_Health__c', row('Billing_Health__c').Id, { Summary__c: 'All good' });
  const truth = row('Billing_Health__c')['Summary__c'] as FieldValue;
  for (let time = 1; time <= 2; time += 1) {
    edit();
    await vi.waitFor(() => expect(row('Billing_Health__c')['Summary__c']).toBe(truth), WITHIN);
  }
  edit();
  const same = async () =>
    (await story.database.pool.query<{ same: number }>(`select same from discrepancy where field = 'Summary__c'`))
      .rows[0]?.same;
  await vi.waitFor(async () => expect(await same()).toBe(3), WITHIN);
  const { rows } = await story.database.pool.query<{ waits: number }>(
    `select extract(epoch from not_before - now())::float8 as waits from org_rows where object = 'Billing_Health__c' and pending`,
  );
  expect(rows[0]!.waits).toBeGreaterThan(30);
  expect(row('Billing_Health__c')['Summary__c']).toBe('All good');
  await story.database.pool.query('update org_rows set not_before = now()');
  await vi.waitFor(() => expect(row('Billing_Health__c')['Summary__c']).toBe(truth), WITHIN);
});

it('what left no trace of who changed it is found by the check of the next business day', async () => {
  await settled(story.stack);
  // As a flow does in the transaction of our own write.
  const us = person(story.stack, 'integration');
  us.edit('Billing_Subscription__c', row().Id, { MRR__c: 3 });
  us.edit('Account', accountId, { Billing_Plan__c: 'Flow' });
  us.remove('Billing_Account__c', row('Billing_Account__c').Id);
  story.stack.clock.setOffset(DAY_MS);
  await vi.waitFor(
    () => {
      expect(row()['MRR__c']).toBe(20);
      expect(row('Billing_Account__c')).toBeDefined();
      expect(story.stack.org.org.get('Account', accountId)!['Billing_Plan__c']).toBe('Growth');
    },
    { timeout: 40_000, interval: 100 },
  );
  await settled(story.stack);
  expect(await metric(story.stack.backend.url, 'billing360_org_drift_total')).toBeGreaterThan(8);
  const { rows } = await story.database.pool.query('select ended, checked from org_check');
  expect(rows).toMatchObject([{ ended: true, checked: 1 }]);
}, 60_000);

it('every field that rows are written with is compared', async () => {
  const { rows } = await story.database.pool.query<{ object: string; names: string[] }>(
    `select object, array_agg(distinct name) as names from org_rows, jsonb_object_keys(fields || parents) as name
     where object <> 'Billing_Connection__c' group by object order by object`,
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const { object, names } of rows) {
    const shape = rowShapes.find((one) => one.object === object)!;
    expect(
      names.filter((name) => !shape.fields.includes(name) && !shape.parents.includes(name)),
      object,
    ).toEqual([]);
  }
});
