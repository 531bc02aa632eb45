import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createCandidateReader } from '../../server/connectors/salesforce/matching/candidates.ts';
import { namePattern } from '../../server/connectors/salesforce/matching/namePattern.ts';
import { accountFields } from '../../server/connectors/salesforce/matching/orgFields.ts';
import { rankCandidates, type MatchSubject } from '../../server/domain/matching/match.ts';
import type { CandidateReader } from '../../server/workflows/ports/matching.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();

type Rig = {
  sim: RunningSalesforce;
  reader: CandidateReader;
  /** Calls of the REST API so far. */
  calls: () => number;
  make: (object: string, fields: Record<string, FieldValue>, who?: keyof typeof USERS) => string;
};

async function rig(personAccounts: boolean): Promise<Rig> {
  const sim = await startSalesforceSim({
    personAccounts,
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  const options = orgLogin(sim, secrets);
  const real = createSalesforceClient(options, () => new Date());
  let count = 0;
  const client: SalesforceClient = {
    async session() {
      count += 1;
      return real.session();
    },
  };
  return {
    sim,
    reader: createCandidateReader(client, options.apiVersion, accountFields(client)),
    calls: () => count,
    make(object, fields, who = 'rep') {
      const userId = sim.org.userNamed(USERS[who])!.Id;
      const [made] = sim.org.insert(object, [fields], { userId });
      expect(made).toMatchObject({ success: true });
      return made!.id!;
    },
  };
}

const subject = (more: Partial<MatchSubject>): MatchSubject => ({
  name: null,
  email: null,
  fieldValues: [],
  key: 'stripe:account:cus_1',
  parentAccountId: null,
  ...more,
});

describe('candidates from an org', () => {
  let it_: Rig;
  beforeAll(async () => {
    it_ = await rig(false);
  });
  afterAll(() => it_.sim.close());

  it.each([
    ["O'Brien's", "o'brien's ltd"],
    ['100% Pure', '100 PURE Inc.'],
    ['under_score', 'Under_Score GmbH'],
    ['Back\\slash \\', 'back\\slash'],
    ['Emoji 🚀 Labs', 'EMOJI Labs'],
    ['Quoted "x" {{y}} @{z}', 'quoted: x y z'],
    ['東京電力株式会社', '東京電力株式会社'],
    ['Line Break Company', 'LINE\nBREAK'],
  ])('an Account %j is found for a customer %j', async (name, customer) => {
    const id = it_.make('Account', { Name: name });
    const { candidates, complete } = await it_.reader.candidates(subject({ name: customer }), null);
    expect(candidates.map(({ accountId }) => accountId)).toContain(id);
    expect(complete).toBe(true);
    const same = await it_.reader.candidates(subject({ name }), null);
    expect(rankCandidates(subject({ name }), same.candidates).map(({ accountId }) => accountId)).toContain(id);
  });

  it('an Account whose name has no accents is found for a customer whose name has, by one letter of any kind', async () => {
    const id = it_.make('Account', { Name: 'Zurcher Kase' });
    const { candidates } = await it_.reader.candidates(subject({ name: 'Zürcher Käse AG' }), null);
    expect(candidates.map(({ accountId }) => accountId)).toEqual([id]);
  });

  it('text that would end a query, or find everything, finds nothing', async () => {
    it_.make('Account', { Name: 'Somebody' });
    for (const name of ["' OR Name LIKE '", '%', '_', '%%%', '🚀', '   ', "\\' OR Id != null OR Name = \\'"])
      expect(await it_.reader.candidates(subject({ name, email: "x'@y.example' OR Email != '" }), null)).toEqual({
        candidates: [],
        complete: true,
      });
  });

  it('a Contact leads to its Account by its address, whatever its case, and brings name and site along', async () => {
    const id = it_.make('Account', { Name: 'Contacts Inc', Website: 'https://contacts.example' });
    it_.make('Contact', { LastName: "O'Brien", Email: "o'brien@contacts.example", AccountId: id });
    const { candidates } = await it_.reader.candidates(subject({ email: "O'Brien@CONTACTS.example" }), null);
    expect(candidates).toEqual([
      {
        accountId: id,
        name: 'Contacts Inc',
        website: 'https://contacts.example',
        contactEmails: ["o'brien@contacts.example"],
        personEmail: null,
        fieldValue: null,
        madeFor: null,
        parentId: null,
      },
    ]);
  });

  it('what was deleted is no candidate', async () => {
    const id = it_.make('Account', { Name: 'Gone For Good' });
    it_.make('Contact', { LastName: 'Gone', Email: 'gone@gone.example', AccountId: id });
    it_.sim.org.remove('Account', [id], { userId: it_.sim.org.userNamed(USERS.admin)!.Id });
    const found = await it_.reader.candidates(subject({ name: 'Gone For Good', email: 'gone@gone.example' }), null);
    expect(found.candidates).toEqual([]);
  });

  it('a field that names the customer leads to its Account', async () => {
    const id = it_.make('Account', { Name: 'By Field', Billing_Plan__c: 'cus_1' }, 'admin');
    const { candidates } = await it_.reader.candidates(subject({ fieldValues: ['cus_1', "x'y"] }), 'Billing_Plan__c');
    expect(candidates).toMatchObject([{ accountId: id, fieldValue: 'cus_1' }]);
  });

  it('a field that is not there is told by name, and nobody else waits for it', async () => {
    const id = it_.make('Account', { Name: 'Waits For Nobody' });
    const [missing, other] = await Promise.allSettled([
      it_.reader.candidates(subject({ name: 'Waits For Nobody' }), 'Missing__c'),
      it_.reader.candidates(subject({ name: 'Waits For Nobody' }), null),
    ]);
    expect(missing).toMatchObject({
      status: 'rejected',
      reason: { code: 'salesforce_match_field_missing', publicText: expect.stringContaining('Missing__c') as string },
    });
    expect(other).toMatchObject({ status: 'fulfilled', value: { candidates: [{ accountId: id }] } });
  });

  it('twenty customers share a call, and each gets its own candidates', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Shared ${String.fromCharCode(65 + index)} Works`);
    const ids = names.map((name) => it_.make('Account', { Name: name }));
    await it_.reader.candidates(subject({ name: names[0]! }), null);
    const before = it_.calls();
    const found = await Promise.all(names.map((name) => it_.reader.candidates(subject({ name }), null)));
    expect(it_.calls() - before).toBe(1);
    expect(found.map(({ candidates }) => candidates.map(({ accountId }) => accountId))).toEqual(ids.map((id) => [id]));
  });

  it('where more Accounts have such a name than are looked at, it says so', async () => {
    const userId = it_.sim.org.userNamed(USERS.rep)!.Id;
    for (let index = 0; index < 10; index += 1)
      it_.sim.org.insert(
        'Account',
        Array.from({ length: 200 }, () => ({ Name: 'Crowd' })),
        { userId },
      );
    expect(await it_.reader.candidates(subject({ name: 'Crowd' }), null)).toMatchObject({ complete: false });
  });
});

it('a Person Account is found by its address where the org has such, and is no business', async () => {
  const { sim, reader, make } = await rig(true);
  try {
    const id = make('Account', { FirstName: 'Ada', LastName: 'Byron', PersonEmail: 'ada@home.example' });
    const about = subject({ name: 'A. Byron', email: 'Ada@home.example' });
    const { candidates } = await reader.candidates(about, null);
    expect(rankCandidates(about, candidates)).toMatchObject([{ accountId: id, rule: 'person email', score: 90 }]);
  } finally {
    await sim.close();
  }
});

it.each([
  ['Acme, Inc.', 'Acme%'],
  ['The Acme Company', 'Acme%'],
  ["L'Oréal", 'L%Or_al%'],
  ['100% Pure', '100%Pure%'],
  ['Éclair', null],
  ['🚀', null],
  ['', null],
  [null, null],
  [`${'xy '.repeat(100)}`, `${'xy%'.repeat(13)}x%`],
])('a name %j is looked for as %j', (name, pattern) => {
  expect(namePattern(name)).toBe(pattern);
});
