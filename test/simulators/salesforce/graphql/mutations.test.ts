import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Commit } from '../org/types.ts';
import { TestOrg, type Person } from '../uiapi/testing.ts';

type Answer = { data: { uiapi: Record<string, unknown> | null }; errors: { message: string; extensions: object }[] };

let org: TestOrg;
let acme: string;
let hidden: string;
let commits: Commit[] = [];

beforeAll(async () => {
  org = await TestOrg.start();
  [acme, hidden] = org.insert('Account', [
    { Name: 'Acme', OwnerId: org.userId('rep') },
    { Name: 'Hidden', OwnerId: org.userId('otherRep') },
  ]) as [string, string];
  org.org.onCommit((commit) => commits.push(commit));
});
beforeEach(() => {
  commits = [];
});
afterAll(() => org.sim.close());

async function ask(operations: string, options = '', person: Person = 'rep'): Promise<Answer> {
  const query = `mutation { uiapi${options} { ${operations} } }`;
  return (await org.call(person, 'POST', '/graphql', { query })).body as Answer;
}

const contacts = (): unknown[] => org.org.all('Contact').map((contact) => contact['LastName']);

describe('mutations of GraphQL', () => {
  it('create a record as the user, and read it back', async () => {
    const { data, errors } = await ask(
      `AccountCreate(input: {Account: {Name: "Globex", AnnualRevenue: 13}}) { Record { Id Name { value } Owner { ... on User { Name { value } } } AnnualRevenue { value } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.uiapi).toEqual({
      AccountCreate: {
        Record: {
          Id: expect.stringMatching(/^001/) as string,
          Name: { value: 'Globex' },
          Owner: { Name: { value: 'Riley Rep' } },
          AnnualRevenue: { value: 13 },
        },
      },
    });
    expect(commits).toMatchObject([{ userId: org.userId('rep'), origin: 'com/salesforce/api/rest/66.0' }]);
  });

  it('change a record and delete one', async () => {
    const changed = await ask(
      `AccountUpdate(input: {Id: "${acme}", Account: {Phone: "1"}}) { success Record { Phone { value } } }`,
    );
    expect(changed.data.uiapi).toEqual({ AccountUpdate: { success: true, Record: { Phone: { value: '1' } } } });
    const [contact] = org.insert('Contact', [{ LastName: 'Gone', AccountId: acme }]) as [string];
    const deleted = await ask(`ContactDelete(input: {Id: "${contact}"}) { Id }`);
    expect(deleted.data.uiapi).toEqual({ ContactDelete: { Id: contact } });
    expect(contacts()).not.toContain('Gone');
  });

  it('are one transaction, in which a later one can name what an earlier one made', async () => {
    const { errors } = await ask(
      `first: AccountCreate(input: {Account: {Name: "Initech"}}) { Record { Id } }
       second: ContactCreate(input: {Contact: {LastName: "Ada", AccountId: "@{first}"}}) { Record { Account { Name { value } } } }`,
    );
    expect(errors).toEqual([]);
    expect(commits.map(({ changes }) => changes.map(({ object }) => object.name))).toEqual([['Account', 'Contact']]);
  });

  const twoContacts = `good: ContactCreate(input: {Contact: {LastName: "Good", AccountId: "ACME"}}) { Record { Id } }
    bad: ContactCreate(input: {Contact: {FirstName: "Bad", AccountId: "ACME"}}) { Record { Id } }`;

  it('keep nothing when one fails', async () => {
    const { data, errors } = await ask(twoContacts.replaceAll('ACME', acme));
    expect(data.uiapi).toBeNull();
    expect(errors).toMatchObject([
      {
        message: 'Required fields are missing: [LastName]',
        paths: ['uiapi', 'bad'],
        extensions: { ErrorType: 'DataFetchingException' },
      },
    ]);
    expect([contacts().includes('Good'), commits]).toEqual([false, []]);
  });

  it('keep what succeeded when allOrNone is false', async () => {
    const { data, errors } = await ask(twoContacts.replaceAll('ACME', acme), '(input: {allOrNone: false})');
    expect(data.uiapi).toMatchObject({ good: { Record: {} }, bad: null });
    expect(errors).toHaveLength(1);
    expect(contacts()).toContain('Good');
  });

  it.each([
    [
      'a record that the user may not see',
      () => `AccountUpdate(input: {Id: "${hidden}", Account: {Phone: "2"}}) { success }`,
      /does not exist/,
    ],
    [
      'an alias that made nothing',
      () => `ContactCreate(input: {Contact: {LastName: "X", AccountId: "@{none}"}}) { Record { Id } }`,
      /names no operation/,
    ],
    ['a value of the wrong type', () => `AccountCreate(input: {Account: {Name: 7}}) { Record { Id } }`, /WrongType/],
    [
      'a field that does not exist',
      () => `AccountCreate(input: {Account: {Name: "X", Nothing__c: "1"}}) { Record { Id } }`,
      /FieldUndefined.*Nothing__c/,
    ],
    [
      'a field that nobody may write',
      () => `AccountCreate(input: {Account: {Name: "X", CreatedDate: "2026-01-01T00:00:00Z"}}) { Record { Id } }`,
      /FieldUndefined.*CreatedDate/,
    ],
    [
      'an object that the user may not create',
      () => `Billing_Invoice__cCreate(input: {Billing_Invoice__c: {Name: "X"}}) { Record { Id } }`,
      /FieldUndefined.*Billing_Invoice__cCreate/,
    ],
  ])('refuse %s', async (_what, operation, message) => {
    const { errors } = await ask(operation());
    expect(errors[0]!.message).toMatch(message);
    expect(commits).toEqual([]);
  });

  it('began with v66.0', async () => {
    const response = await fetch(`${org.sim.url}/services/data/v65.0/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.token('rep')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { uiapi { AccountDelete(input: {Id: "x"}) { Id } } }' }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { ErrorType: 'OperationNotSupported' } }] });
  });
});
