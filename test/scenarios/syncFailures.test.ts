import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployRule, RULE_MESSAGE } from '../../scripts/demo/rule.ts';
import { listFailures } from '../../server/sync/operate/failures.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { callsOf } from '../simulators/salesforce/testing.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { FlowVisit } from '../support/interviews.ts';
import { testFolder } from '../support/postgres.ts';
import { settled } from '../support/settled.ts';

/** What could not be brought to Salesforce, as those see it there who are to mend it. */

const WITHIN = { timeout: 30_000, interval: 50 };
const FAILURE = 'Billing_Sync_Failure__c';
type Person = keyof typeof USERS;

let story: Story;
let price: string;
const org = () => story.stack.org.org;
const userId = (who: Person) => org().userNamed(USERS[who])!.Id;

function insert(object: string, fields: Record<string, FieldValue>, who: Person = 'admin'): string {
  const [result] = org().insert(object, [fields], { userId: userId(who), origin: '', allOrNone: true });
  if (!result?.success) throw new Error(JSON.stringify(result?.errors));
  return result.id!;
}
const assign = (who: Person, name: string) => {
  const set = org()
    .all('PermissionSet')
    .find((one) => one['Name'] === name)!;
  insert('PermissionSetAssignment', { AssigneeId: userId(who), PermissionSetId: set.Id });
};
const failures = () => org().all(FAILURE);
const call = (who: Person, path: string) => callsOf(story.stack.org, who).call('GET', path);
const mrr = (accountId: string) => story.rows('Billing_Subscription__c', accountId).map((row) => row['MRR__c']);

/** What a person finds of failures by a query, by search, and by the report: names, or the refusal. */
async function foundBy(who: Person, term: string): Promise<{ query: unknown; search: unknown; report: unknown }> {
  const namesOf = (records: Record<string, unknown>[]) => records.map((one) => one['Name']);
  const query = await call(who, `/query?q=${encodeURIComponent(`SELECT Name FROM ${FAILURE}`)}`);
  const find = `FIND {${term}} IN ALL FIELDS RETURNING ${FAILURE}(Name)`;
  const search = await call(who, `/search?q=${encodeURIComponent(find)}`);
  const { Id } = org()
    .all('Report')
    .find((one) => one['DeveloperName'] === 'Sync_Failures')!;
  const report = await call(who, `/analytics/reports/${Id}?includeDetails=true`);
  type Fact = { rows?: { dataCells: { label: string }[] }[] };
  const facts = Object.values((report.body as { factMap?: Record<string, Fact> }).factMap ?? {});
  return {
    query: query.status === 200 ? namesOf((query.body as { records: [] }).records) : query.status,
    search: search.status === 200 ? namesOf((search.body as { searchRecords: [] }).searchRecords) : search.status,
    report:
      report.status === 200
        ? facts.flatMap(({ rows = [] }) => rows.map((row) => row.dataCells[0]!.label))
        : report.status,
  };
}

describe('a rule of the org that refuses a row', () => {
  let account: string;
  let subscription: string;
  const failure = () => failures().find((row) => row['Source_Id__c'] === subscription);
  const tryAgain = async (who: Person) =>
    (await FlowVisit.start(story.stack, USERS[who], 'Billing_Retry', { recordId: failure()!.Id })).text;
  const requests = () => org().all('Billing_Request__c');

  beforeAll(async () => {
    story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
    // Olive works for Billing operations; Riley looks at billing and asks for things.
    assign('otherRep', 'Billing_Operations');
    assign('rep', 'Billing_Agent');
    const group = org()
      .all('Group')
      .find((one) => one['DeveloperName'] === 'Billing_Operations')!;
    insert('GroupMember', { GroupId: group.Id, UserOrGroupId: userId('otherRep') });
    price = await story.stripe.price({ name: 'Growth', amountMinor: 20_000, currency: 'usd' });
    account = await story.account('ACME');
    await deployRule(story.stack, true);
    subscription = (
      await story.stripe.subscribe(await story.stripe.customer('ACME', account), [{ price, quantity: 1 }])
    ).id;
    await vi.waitUntil(() => failure() !== undefined, WITHIN);
    await settled(story.stack);
  }, 180_000);
  afterAll(() => story.end());

  it('is a failure with its reason and what to do', async () => {
    const listed = await listFailures(story.database.db);
    await vi.waitUntil(() => failures().length === listed.length, WITHIN);
    expect(
      failures()
        .map((row) => row['Failure_Id__c'])
        .sort(),
    ).toEqual(listed.map(({ id }) => id).sort());
    expect(failure()).toMatchObject({
      Name: `Billing Subscription ${subscription}`,
      State__c: 'Open',
      Kind__c: 'Row refused',
      Connection__c: 'stripe',
      Account__c: account,
      Object__c: 'Billing_Subscription__c',
      Source_Object__c: 'subscription',
      Code__c: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      Reason__c: expect.stringContaining(RULE_MESSAGE) as string,
      What_To_Do__c: expect.stringContaining('let the integration user pass in the rule') as string,
      Resolved_At__c: null,
      Times__c: 1,
    });
    // What belongs to it waits for it, and says so.
    const [charge] = failures().filter((row) => row['Object__c'] === 'Billing_Charge__c');
    expect(charge!['What_To_Do__c']).toMatch(/^It belongs to a record that is not in Salesforce/);
  });

  it('is seen by Billing operations, and by nobody else', async () => {
    const name = `Billing Subscription ${subscription}`;
    const found = await foundBy('otherRep', subscription);
    const has = expect.arrayContaining([name]) as string[];
    expect(found).toEqual({ query: has, search: has, report: has });
    expect((found.report as string[]).toSorted()).toEqual((found.query as string[]).toSorted());
    expect(await foundBy('rep', subscription)).toEqual({ query: 400, search: 400, report: 404 });
  });

  it('is not tried for whoever may not see it', async () => {
    expect(await tryAgain('rep')).toMatch(/^There is nothing here that you may see\./);
    expect(requests()).toEqual([]);
    const id = insert('Billing_Request__c', { Kind__c: 'Retry' }, 'rep');
    // As if the org had let it pass.
    org().update('Billing_Request__c', [{ Id: id, Sync_Failure__c: failure()!.Id }], { userId: userId('admin') });
    await vi.waitUntil(() => requests()[0]!['State__c'] !== 'Requested', WITHIN);
    expect(requests()[0]).toMatchObject({ State__c: 'Failed' });
    expect(failure()).toMatchObject({ State__c: 'Open', Times__c: 1 });
  });

  it('is tried again when operations ask for it, and stays open with a higher count while the rule is there', async () => {
    expect(await tryAgain('otherRep')).toMatch(/^It is tried again as soon as/);
    const asked = () => requests().find((one) => one['CreatedById'] === userId('otherRep'))!;
    await vi.waitUntil(() => asked()['State__c'] === 'Done', WITHIN);
    expect(asked()).toMatchObject({
      Kind__c: 'Retry',
      Message__c: expect.stringMatching(/^It is tried now\./) as string,
    });
    await vi.waitUntil(() => failure()!['Times__c'] === 2, WITHIN);
    expect(failure()).toMatchObject({ State__c: 'Open' });
    expect(mrr(account)).toEqual([]);
  });

  it('is resolved once the rule is gone and it was tried', async () => {
    await deployRule(story.stack, false);
    await tryAgain('otherRep');
    await vi.waitUntil(() => failures().every((row) => row['State__c'] === 'Resolved'), WITHIN);
    expect(mrr(account)).toEqual([200]);
    expect(failure()!['Resolved_At__c']).not.toBeNull();
    expect(await listFailures(story.database.db)).toEqual([]);
    await vi.waitUntil(() => requests().every((one) => one['State__c'] !== 'Requested'), WITHIN);
    await tryAgain('otherRep');
    await vi.waitUntil(
      () => requests().some((one) => String(one['Message__c']).startsWith('This failure is resolved already')),
      WITHIN,
    );
  });
});

/** The package before there was an object for failures. */
function olderPackage(): string {
  const folder = join(testFolder(), 'force-app');
  cpSync(resolve(import.meta.dirname, '../../force-app'), folder, { recursive: true });
  const main = join(folder, 'main/default');
  for (const gone of [
    ...[`objects/${FAILURE}`, `tabs/${FAILURE}.tab-meta.xml`, 'layouts', 'flows/Billing_Retry.flow-meta.xml'],
    ...[`quickActions/${FAILURE}.Billing_Retry.quickAction-meta.xml`, 'dashboards', 'reports'],
    ...['reportTypes/Billing_360_Sync_Failures.reportType-meta.xml'],
    'objects/Billing_Request__c/fields/Sync_Failure__c.field-meta.xml',
  ])
    rmSync(join(main, gone), { recursive: true });
  const named = /^ {4}<(\w+)>(?:(?!<\/\1>)[^])*?(?:Sync_Failure__c|Billing_Retry)[^]*?<\/\1>\n/gm;
  for (const file of ['applications/Billing_360.app-meta.xml'].concat(
    ['Agent', 'Operations'].map((name) => `permissionsets/Billing_${name}.permissionset-meta.xml`),
    ['Finance_Approver', 'Integration_Write'].map((name) => `permissionsets/${name}.permissionset-meta.xml`),
  ))
    writeFileSync(join(main, file), readFileSync(join(main, file), 'utf8').replaceAll(named, ''));
  return main;
}

describe('an org whose package is older than the server', () => {
  beforeAll(async () => {
    story = await beginStory({ env: { SWEEP_SECONDS: '1' }, forceApp: olderPackage() });
    price = await story.stripe.price({ name: 'Growth', amountMinor: 20_000, currency: 'usd' });
  }, 180_000);
  afterAll(() => story.end());

  it('is told so, and everything else goes on', async () => {
    const account = await story.account('ACME');
    await deployRule(story.stack, true);
    const customer = await story.stripe.customer('ACME', account);
    await story.stripe.subscribe(customer, [{ price, quantity: 1 }]);
    const connection = () =>
      org()
        .all('Billing_Connection__c')
        .find((row) => row['Name'] === 'Salesforce');
    await vi.waitUntil(() => String(connection()?.['Message__c']).includes(FAILURE), WITHIN);
    expect(connection()).toMatchObject({ State__c: 'Connected' });
    expect(String(connection()!['Message__c'])).toMatch(
      /^Billing_Sync_Failure__c is not written: .*Deploy the package again/,
    );
    const small = await story.stripe.price({ name: 'Small', amountMinor: 5_000, currency: 'usd' });
    await story.stripe.subscribe(customer, [{ price: small, quantity: 1 }]);
    await vi.waitUntil(() => mrr(account).includes(50), WITHIN);
    await deployRule(story.stack, false);
    const globex = await story.account('Globex');
    await story.stripe.subscribe(await story.stripe.customer('Globex', globex), [{ price, quantity: 1 }]);
    await vi.waitUntil(() => mrr(globex).includes(200), WITHIN);
    const asked = insert('Billing_Request__c', { Kind__c: 'Refresh', Account__c: globex });
    await vi.waitUntil(() => org().get('Billing_Request__c', asked)!['State__c'] === 'Done', WITHIN);
  }, 90_000);
});
