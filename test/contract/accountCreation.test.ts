import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createCandidateReader } from '../../server/connectors/salesforce/matching/candidates.ts';
import { createLinkRowReader } from '../../server/connectors/salesforce/matching/linkRows.ts';
import { createAccountMaker } from '../../server/connectors/salesforce/matching/makeAccounts.ts';
import { accountFields } from '../../server/connectors/salesforce/matching/orgFields.ts';
import { toLinkRow } from '../../server/connectors/salesforce/matching/row.ts';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import type { BillingAccount } from '../../server/domain/billingAccount/billingAccount.ts';
import { keyOf, matchKeyOf } from '../../server/domain/billingAccount/key.ts';
import { linkAs, unlinkAs } from '../../server/sync/operate/links.ts';
import { createOrgAccounts } from '../../server/sync/drift/accounts.ts';
import type { LeasedKey } from '../../server/sync/keys/claim.ts';
import { createCreationClaims } from '../../server/sync/matching/claims.ts';
import { createMatchReader } from '../../server/sync/matching/reader.ts';
import { createPostgresStore } from '../../server/sync/postgres.ts';
import type { Store } from '../../server/sync/store.ts';
import { matchBillingAccount } from '../../server/workflows/matching/matchBillingAccount.ts';
import type { AccountMaker } from '../../server/workflows/ports/accountCreation.ts';
import type { KeyHandler } from '../../server/workflows/ports/keyWork.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { billingAccount, subscription } from '../support/billingObjects.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { createTestDatabase, testFolder, type TestDatabase } from '../support/postgres.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const KEY = keyOf('stripe', 'account', 'cus_1');
const OTHER = keyOf('zuora', 'account', 'a2');

let sim: RunningSalesforce;
let database: TestDatabase;
let store: Store;
let asOf = Date.UTC(2026, 0, 1);

/** What one process works matchings with. */
type Worker = { handler: KeyHandler; maker: AccountMaker };

/** What happens while a customer is worked: before its claim, before its Account is made, before its Contact is. */
type Meanwhile = Partial<Record<'claim' | 'account' | 'contact', () => Promise<unknown>>>;

function workerOf(persons: string | null = null, on = true, before: Meanwhile = {}): Worker {
  const options = orgLogin(sim, secrets);
  const client = createSalesforceClient(options, () => new Date());
  const fieldsOf = accountFields(client);
  const real = createAccountMaker({ client, calls: createOrgCalls(client), fieldsOf, personRecordType: () => persons });
  const maker: AccountMaker = {
    async makeAccount(wanted) {
      await before.account?.();
      return real.makeAccount(wanted);
    },
    async makeContact(wanted, accountId) {
      await before.contact?.();
      return real.makeContact(wanted, accountId);
    },
  };
  const handler = matchBillingAccount({
    mirror: store,
    matches: createMatchReader(database.db),
    accounts: createOrgAccounts(database.db),
    candidates: createCandidateReader(client, options.apiVersion, fieldsOf),
    rows: createLinkRowReader(client),
    reads: (work) => work(),
    toRow: toLinkRow,
    fieldOf: () => null,
    creation: {
      of: () => (on ? { persons: persons !== null } : null),
      maker,
      claims: {
        async claim(key, identities) {
          await before.claim?.();
          return createCreationClaims(database.db).claim(key, identities);
        },
      },
    },
    orgId: options.orgId,
    clock: { businessNow: () => new Date() },
    timeZone: 'UTC',
  });
  return { handler, maker };
}

/** The package, with the record type and the address of people granted to the integration user, as an admin does where the org has it. */
function packageForPeople(): string {
  const folder = testFolder();
  cpSync('force-app/main/default', folder, { recursive: true });
  const path = join(folder, 'permissionsets', 'Integration_Write.permissionset-meta.xml');
  const grant =
    '<fieldPermissions><editable>true</editable><field>Account.PersonEmail</field><readable>true</readable></fieldPermissions>' +
    '<recordTypeVisibilities><recordType>Account.PersonAccount</recordType><visible>true</visible></recordTypeVisibilities>';
  writeFileSync(path, readFileSync(path, 'utf8').replace('</PermissionSet>', `${grant}</PermissionSet>`));
  return folder;
}

beforeAll(async () => {
  database = await createTestDatabase();
  sim = await startSalesforceSim({
    personAccounts: true,
    forceApp: packageForPeople(),
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
  store = createPostgresStore(database, { orgId: sim.orgId, mappingVersion: '1' });
});
afterAll(async () => {
  await sim.close();
  await database.close();
});
beforeEach(async () => {
  await database.pool.query(
    'truncate dirty, mirror, account_link, billing_match, billing_link_log, org_rows, org_account, account_creation, operator_action',
  );
  sim.org.reset();
  sim.ctx.faults.set([]);
  sim.org.duplicates.added = [];
});

async function claimOf(key: string): Promise<LeasedKey> {
  await store.bumpKeys([key]);
  const claims = await store.claimKeys(100, 60_000);
  await store.giveBack(claims.filter((claim) => claim.key !== key));
  return claims.find((claim) => claim.key === key)!;
}

/** Saves a customer with a subscription, or without one. */
async function save(key: string, more: Partial<BillingAccount> = {}, withSubscription = true): Promise<void> {
  const body = billingAccount({
    key,
    name: 'Acme Inc',
    billToEmail: 'ada@acme.example',
    person: { firstName: 'Ada', lastName: 'Lovelace' },
    ...more,
  });
  const objects: BillingObject[] = [
    body,
    ...(withSubscription
      ? [subscription({ key: key.replace(':account:', ':subscription:'), billingAccountKey: key })]
      : []),
  ];
  asOf += 1000;
  await store.commitResult(await claimOf(key), {
    done: [],
    mirror: objects.map((one) => ({
      via: 'fetch',
      record: {
        key: one.key,
        kind: one.kind as 'account',
        billingAccountKey: key,
        asOf: new Date(asOf),
        version: 0,
        deleted: false,
        body: one,
      },
    })),
    link: { billingAccountKey: key, accountId: null, byMatch: true },
  });
}

/** Works the matching of a customer once. */
async function work(key: string, { handler }: Worker): Promise<void> {
  const claim = await claimOf(matchKeyOf(key));
  try {
    await store.commitResult(claim, await handler(claim));
  } finally {
    await store.giveBack([claim]);
  }
}

const made = (object = 'Account'): SRecord[] => sim.org.all(object).filter((one) => one['Billing_Key__c'] != null);
const linked = async (key: string) => (await store.linkOf(key))?.accountId ?? null;
const state = async (key: string) => (await createMatchReader(database.db).matchOf(key))!;

function byHand(object: string, fields: Record<string, FieldValue>): string {
  const [result] = sim.org.insert(object, [fields], { userId: sim.org.userNamed(USERS.rep)!.Id });
  expect(result).toMatchObject({ success: true });
  return result!.id!;
}

describe('a customer whom nobody in Salesforce resembles', () => {
  it('gets an Account and a Contact once, and is linked to it', async () => {
    await save(KEY);
    await work(KEY, workerOf());
    const [account, ...more] = made();
    expect(more).toEqual([]);
    expect(account).toMatchObject({ Name: 'Acme Inc', Billing_Key__c: KEY });
    expect(made('Contact')).toMatchObject([
      {
        FirstName: 'Ada',
        LastName: 'Lovelace',
        Email: 'ada@acme.example',
        AccountId: account!.Id,
        Billing_Key__c: KEY,
      },
    ]);
    expect(await linked(KEY)).toBe(account!.Id);
    expect(await state(KEY)).toMatchObject({ link: { rule: 'created', by: 'rule' }, made: account!.Id });
    await work(KEY, workerOf());
    expect(made()).toHaveLength(1);
  });

  it('gets none where that is not configured, and none before it has a subscription or an invoice', async () => {
    await save(KEY);
    await work(KEY, workerOf(null, false));
    await save(OTHER, { name: 'Looker', billToEmail: null }, false);
    await work(OTHER, workerOf());
    expect(made()).toEqual([]);
    await save(OTHER, { name: 'Looker', billToEmail: null }, true);
    await work(OTHER, workerOf());
    expect(made()).toMatchObject([{ Name: 'Looker' }]);
  });

  it('gets none without a name, and says so', async () => {
    await save(KEY, { name: ' ', person: null });
    await work(KEY, workerOf());
    expect(made()).toEqual([]);
    expect((await state(KEY)).refusal).toBe('No Account can be made: billing has no name for the customer.');
  });

  it('gets its name and person as far as Salesforce holds them, emoji and signs of references too', async () => {
    const name = `🚀 @{ref.id} ${'x'.repeat(300)}`;
    await save(KEY, { name, person: { firstName: 'f'.repeat(60), lastName: 'l'.repeat(100) } });
    await work(KEY, workerOf());
    expect(String(made()[0]!['Name'])).toBe(`${name.slice(0, 254)}…`);
    expect(made('Contact')).toMatchObject([{ FirstName: `${'f'.repeat(39)}…`, LastName: `${'l'.repeat(79)}…` }]);
  });

  it('is a person where billing names no company and a record type for people is set', async () => {
    await save(KEY, { name: 'Ada Lovelace' });
    await work(KEY, workerOf('PersonAccount'));
    expect(made()).toMatchObject([{ FirstName: 'Ada', LastName: 'Lovelace', PersonEmail: 'ada@acme.example' }]);
    await save(OTHER, { name: 'Babbage Ltd', billToEmail: 'cb@babbage.example' });
    await work(OTHER, workerOf('PersonAccount'));
    expect(made().map((one) => [one['Name'], one['IsPersonAccount']])).toEqual([
      ['Ada Lovelace', true],
      ['Babbage Ltd', false],
    ]);
  });

  it('waits while the record type for people is not there', async () => {
    await save(KEY, { name: 'Ada Lovelace' });
    await expect(work(KEY, workerOf('No_Such_Type'))).rejects.toMatchObject({ code: 'salesforce_record_type_missing' });
    expect(made()).toEqual([]);
  });
});

describe('nobody gets a second Account', () => {
  it.each(['before', 'after'] as const)('when the call was cut off %s its effect', async (reset) => {
    await save(KEY);
    const worker = workerOf();
    sim.ctx.faults.set([{ method: 'POST', path: '/composite/sobjects$', times: 1, reset }]);
    await expect(work(KEY, worker)).rejects.toMatchObject({ outcomeUnknown: true });
    expect(made()).toHaveLength(reset === 'after' ? 1 : 0);
    await work(KEY, worker);
    expect(made()).toHaveLength(1);
    expect(made('Contact')).toHaveLength(1);
    expect(await linked(KEY)).toBe(made()[0]!.Id);
  });

  it('when the call for the Contact was cut off after its effect', async () => {
    await save(KEY);
    const worker = workerOf();
    sim.ctx.faults.set([{ method: 'POST', path: '/composite/sobjects$', skip: 1, times: 1, reset: 'after' }]);
    await expect(work(KEY, worker)).rejects.toMatchObject({ outcomeUnknown: true });
    await work(KEY, worker);
    expect([made().length, made('Contact').length]).toEqual([1, 1]);
    expect(await linked(KEY)).toBe(made()[0]!.Id);
  });

  it('when two processes work on the same customer at once', async () => {
    await save(KEY);
    const arrived = Promise.withResolvers<void>();
    let waiting = 0;
    const both = async () => {
      if (++waiting === 2) arrived.resolve();
      await arrived.promise;
    };
    const claim = await claimOf(matchKeyOf(KEY));
    const [one, two] = [workerOf(null, true, { account: both }), workerOf(null, true, { account: both })];
    const results = await Promise.all([one.handler(claim), two.handler(claim)]);
    const [first] = made();
    expect([made().length, made('Contact').length]).toEqual([1, 1]);
    for (const { match } of results) expect(match!.next.link?.accountId).toBe(first!.Id);
  });

  it('when two billing systems have the same customer at once: the second one finds what the first one made', async () => {
    await save(KEY);
    await save(OTHER, { name: 'ACME', billToEmail: 'ada@acme.example' });
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = async () => {
      begun.resolve();
      await goOn.promise;
    };
    const first = work(KEY, workerOf(null, true, { account: slow }));
    await begun.promise;
    await work(OTHER, workerOf());
    expect(await state(OTHER)).toMatchObject({ state: 'waiting', lookedBy: null });
    const { rows } = await database.pool.query<{ soon: boolean }>(
      "select not_before < now() + interval '10 seconds' as soon from dirty where key = $1",
      [matchKeyOf(OTHER)],
    );
    expect(rows).toEqual([{ soon: true }]);
    goOn.resolve();
    await first;
    await work(OTHER, workerOf());
    expect(made()).toHaveLength(1);
    expect([await linked(KEY), await linked(OTHER)]).toEqual([made()[0]!.Id, made()[0]!.Id]);
    expect(await state(OTHER)).toMatchObject({ link: { rule: 'email and name' } });
  });

  it('when another billing account got its Account between the look and the claim: it is looked for once more', async () => {
    await save(KEY);
    await save(OTHER, { name: 'ACME' });
    await work(OTHER, workerOf(null, true, { claim: () => work(KEY, workerOf()) }));
    expect(made()).toHaveLength(1);
    expect(await linked(OTHER)).toBe(await linked(KEY));
  });

  it('when the server that was to make one is gone: its claim ends after ten minutes', async () => {
    await save(OTHER, { name: 'ACME' });
    await createCreationClaims(database.db).claim(KEY, ['name:acme']);
    await work(OTHER, workerOf());
    expect(made()).toEqual([]);
    await database.pool.query("update account_creation set claimed_at = now() - interval '11 minutes'");
    await work(OTHER, workerOf());
    expect(made()).toHaveLength(1);
    expect((await database.pool.query('select from account_creation')).rowCount).toBe(0);
  });

  it('when somebody makes the Account after the last look: both are shown, and a person chooses', async () => {
    await save(KEY);
    let theirs = '';
    const account = async () => {
      theirs = byHand('Account', { Name: 'Acme' });
      byHand('Contact', { LastName: 'L', Email: 'ada@acme.example', AccountId: theirs });
    };
    const worker = workerOf(null, true, { account });
    await work(KEY, worker);
    expect(await linked(KEY)).toBeNull();
    const { candidates, refusal } = await state(KEY);
    expect(refusal).toBeNull();
    expect(candidates.map(({ accountId, rule }) => [accountId, rule])).toEqual([
      [made()[0]!.Id, 'created'],
      [theirs, 'email and name'],
    ]);
    await work(KEY, worker);
    expect(made()).toHaveLength(1);
  });

  it('when one that resembles it is there already, however little', async () => {
    byHand('Account', { Name: 'ACME' });
    await save(KEY);
    await work(KEY, workerOf());
    expect(made()).toEqual([]);
    expect(await state(KEY)).toMatchObject({ state: 'waiting', candidates: [{ rule: 'name' }] });
  });

  it('after somebody deleted the one that was made: it waits, and is linked again when that is back', async () => {
    await save(KEY);
    await work(KEY, workerOf());
    const { Id: accountId } = made()[0]!;
    person({ org: sim }).remove('Account', accountId);
    const deleted = { accountId, state: 'deleted', mergedInto: null, modstamp: null } as const;
    await store.commitResult(await claimOf(`salesforce:Account:${accountId}`), {
      done: [],
      org: { accounts: [deleted], drifts: [] },
    });
    await work(KEY, workerOf());
    expect(await linked(KEY)).toBeNull();
    expect(made()).toEqual([]);
    expect(await rowMessage()).toMatch(/^The Account that was made for it is gone; no second one is made/);
    person({ org: sim }).undelete('Account', accountId);
    await store.commitResult(await claimOf(`salesforce:Account:${accountId}`), {
      done: [],
      org: { accounts: [{ ...deleted, state: 'live' }], drifts: [] },
    });
    await work(KEY, workerOf());
    expect(await linked(KEY)).toBe(accountId);
  });

  it('after an operator took it away: the Account stays, and nothing is linked or made again', async () => {
    await save(KEY);
    await work(KEY, workerOf());
    await unlinkAs(database.db, 'ada@test', KEY);
    await work(KEY, workerOf());
    expect(made()).toHaveLength(1);
    expect(await linked(KEY)).toBeNull();
    await linkAs(database.db, 'ada@test', KEY, made()[0]!.Id);
    expect(await linked(KEY)).toBe(made()[0]!.Id);
  });

  it('after the database lost what it knew: the Account is found by its key', async () => {
    await save(KEY);
    await work(KEY, workerOf());
    await database.pool.query('delete from billing_match; update account_link set account_id = null');
    await work(KEY, workerOf());
    expect(made()).toHaveLength(1);
    expect(await linked(KEY)).toBe(made()[0]!.Id);
  });
});

const rowMessage = async () =>
  (
    await database.pool.query<{ message: string }>(
      "select fields ->> 'Message__c' as message from org_rows where object = 'Billing_Link__c'",
    )
  ).rows[0]?.message;

describe('who finds the Account of the same customer before its Contact is there', () => {
  it.each([
    ['has none made', false],
    ['may have one made', true],
  ])('is linked to it seconds later, not a day: a connection that %s', async (_name, on) => {
    await save(KEY);
    await save(OTHER, { name: 'ACME' });
    const early = async () => {
      await work(OTHER, workerOf(null, on));
      expect(await state(OTHER)).toMatchObject({ state: 'waiting', lookedBy: null, candidates: [{ rule: 'name' }] });
    };
    await work(KEY, workerOf(null, true, { contact: early }));
    await work(OTHER, workerOf(null, on));
    expect([await linked(KEY), await linked(OTHER)]).toEqual([made()[0]!.Id, made()[0]!.Id]);
    expect(await state(OTHER)).toMatchObject({ link: { rule: 'email and name' }, made: null });
  });

  it('is linked to it at once when the Contact comes after the look and before what is made of it', async () => {
    await save(KEY);
    await save(OTHER, { name: 'ACME' });
    const looked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<unknown>();
    const claim = () => {
      looked.resolve();
      return goOn.promise;
    };
    let other: Promise<void> | undefined;
    const contact = async () => {
      other = work(OTHER, workerOf(null, true, { claim }));
      await Promise.race([looked.promise, other]);
    };
    await work(KEY, workerOf(null, true, { contact }));
    goOn.resolve(undefined);
    await other;
    expect(await linked(OTHER)).toBe(made()[0]!.Id);
  });

  it('waits for a person when no Contact comes that is like it', async () => {
    await save(KEY);
    await save(OTHER, { name: 'ACME', billToEmail: 'somebody@else.example' });
    await work(KEY, workerOf());
    await work(OTHER, workerOf());
    expect(await state(OTHER)).toMatchObject({ state: 'waiting', candidates: [{ rule: 'name' }] });
    expect((await state(OTHER)).lookedBy).not.toBeNull();
    expect((await database.pool.query('select from account_creation')).rowCount).toBe(0);
  });
});

describe('a duplicate rule of the org', () => {
  /** Compares by phone as no look of ours does, so that only the rule knows. */
  async function rule(object: string, field: string, action: 'block' | 'warn'): Promise<void> {
    const response = await fetch(`${sim.url}/__sim/duplicate-rules`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rules: [{ object, fields: [{ field, method: 'CompanyName' }], action }] }),
    });
    expect(response.ok).toBe(true);
  }

  it.each(['block', 'warn'] as const)(
    'that would %s holds: the record that it names is a candidate, and the customer waits with the reason',
    async (action) => {
      await rule('Account', 'Name', action);
      // The rule takes "company" for a legal form, which our comparison of names does not.
      const like = byHand('Account', { Name: 'Umbrella Company The' });
      await save(KEY, { name: 'Umbrella', billToEmail: null });
      await work(KEY, workerOf());
      expect(made()).toEqual([]);
      expect(await state(KEY)).toMatchObject({
        state: 'waiting',
        candidates: [{ accountId: like, name: 'Umbrella Company The', rule: 'duplicate rule', score: 60 }],
      });
      expect((await state(KEY)).refusal).toContain(like);
      expect(await rowMessage()).toMatch(/^No Account was made: You're creating a duplicate record/);
      await work(KEY, workerOf());
      expect(made()).toEqual([]);
    },
  );

  it('that refuses the Contact leaves the Account alone', async () => {
    await rule('Contact', 'LastName', 'block');
    byHand('Contact', { LastName: 'Lovelace', AccountId: byHand('Account', { Name: 'Somebody Else' }) });
    await save(KEY);
    await work(KEY, workerOf());
    expect(await linked(KEY)).toBe(made()[0]!.Id);
    expect(made('Contact')).toEqual([]);
  });
});

it('a validation rule of the org is told as the reason, and is asked again a day later', async () => {
  const response = await fetch(`${sim.url}/__sim/triggers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ triggers: [{ object: 'Account', message: 'An industry is needed.', times: 1 }] }),
  });
  expect(response.ok).toBe(true);
  await save(KEY);
  await work(KEY, workerOf());
  expect((await state(KEY)).refusal).toContain('An industry is needed.');
  await work(KEY, workerOf());
  expect(made()).toEqual([]);
  await database.pool.query('update billing_match set looked_by = null');
  await work(KEY, workerOf());
  expect(made()).toHaveLength(1);
});
