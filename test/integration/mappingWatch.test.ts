import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import { projectionKeyOf } from '../../server/domain/billingAccount/key.ts';
import { createLog } from '../../server/platform/log.ts';
import { keptVerdict, troubleOf } from '../../server/sync/mapping/verdict.ts';
import { createMappingWatch } from '../../server/sync/mapping/watch.ts';
import { pauseObjects } from '../../server/sync/outbox/pause.ts';
import type { MappedField, MappingEntry, MappingVerdict } from '../../server/workflows/ports/orgMapping.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const ACCOUNT = '001000000000001AAA';
const HOUR_MS = 3_600_000;
const entry = (source: string, target: string): MappingEntry => ({
  object: 'Account',
  source,
  target,
  overwrite: true,
  currency: null,
});
const PLAN = entry('plan', 'Plan_Name__c');
const MRR = entry('mrr', 'Monthly__c');
const taken = (one: MappingEntry): MappedField => ({ ...one, length: null, reading: null });

let database: TestDatabase;
let now: Date;
/** What the org says; a Fault while it does not answer. */
let org: MappingVerdict | Fault;
let asked: number;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query('truncate setting, dirty, account_link, org_object_pause');
  await database.pool.query('insert into account_link (billing_account_key, account_id) values ($1, $2)', [
    'stripe:account:cus_1',
    ACCOUNT,
  ]);
  now = new Date('2026-11-21T10:00:00Z');
  org = { fields: [taken(PLAN)], refused: ['Account.Monthly__c is not written: no such field.'] };
  asked = 0;
});

const watch = (entries: readonly MappingEntry[] = [PLAN, MRR]) =>
  createMappingWatch({
    db: database.db,
    entries,
    check: async () => {
      asked += 1;
      if (org instanceof Fault) throw org;
      return org;
    },
    batch: (work) => work(),
    now: () => now,
    log: createLog('silent'),
  });
const silent = new Fault({ code: 'salesforce_unavailable', kind: 'unavailable', publicText: 'No answer.' });
const targets = (fields: readonly MappedField[]) => fields.map(({ target }) => target);

/** Keys that wait, which are then as good as worked off. */
async function projected(): Promise<{ key: string; batch: boolean }[]> {
  return (await database.pool.query<{ key: string; batch: boolean }>('delete from dirty returning key, batch')).rows;
}

it('without a mapping the org is never asked, and nothing is projected anew', async () => {
  const none = watch([]);
  await none.load();
  await none.tick();
  expect([asked, none.fields(), none.trouble(), await projected()]).toEqual([0, [], '', []]);
});

it('nothing of a mapping is written before the org has said what it takes; then every Account is projected, as batch work', async () => {
  org = silent;
  const first = watch();
  await first.load();
  expect(first.fields()).toEqual([]);
  expect(first.trouble()).toContain('waits for Salesforce');
  await expect(first.tick()).rejects.toThrow(silent.message);
  expect(await projected()).toEqual([]);
  org = { fields: [taken(PLAN)], refused: ['Account.Monthly__c is not written: no such field.'] };
  await first.tick();
  expect(targets(first.fields())).toEqual(['Plan_Name__c']);
  expect(first.trouble()).toBe(
    '1 of 2 fields of MAPPING_FILE is not written. Account.Monthly__c is not written: no such field.',
  );
  expect(await projected()).toEqual([{ key: projectionKeyOf(ACCOUNT), batch: true }]);
});

it('a start goes by what was found before, while the org does not answer, and projects nothing anew', async () => {
  const before = watch();
  await before.load();
  await before.tick();
  await projected();
  org = silent;
  const after = watch();
  await after.load();
  expect(targets(after.fields())).toEqual(['Plan_Name__c']);
  await after.tick();
  expect(asked).toBe(1);
  expect(await projected()).toEqual([]);
});

it('the org is asked again after an hour, and what it takes now is projected', async () => {
  const one = watch();
  await one.load();
  await one.tick();
  await projected();
  now = new Date(now.getTime() + HOUR_MS - 1);
  await one.tick();
  expect(asked).toBe(1);
  now = new Date(now.getTime() + 1);
  org = { fields: [taken(PLAN), taken(MRR)], refused: [] };
  await one.tick();
  expect(asked).toBe(2);
  expect([targets(one.fields()), one.trouble()]).toEqual([['Plan_Name__c', 'Monthly__c'], '']);
  expect(await projected()).toHaveLength(1);
});

it('while no row of a mapped object can be written, a field that is gone leaves the mapping within a minute', async () => {
  const one = watch();
  await one.load();
  await one.tick();
  await projected();
  await pauseObjects(database.db, [{ object: 'Account', code: 'INVALID_FIELD', message: 'No such column' }], () => 0);
  now = new Date(now.getTime() + 59_999);
  await one.tick();
  expect(asked).toBe(1);
  now = new Date(now.getTime() + 1);
  org = { fields: [], refused: ['a', 'b'] };
  await one.tick();
  expect(one.fields()).toEqual([]);
  expect(one.trouble()).toBe('2 of 2 fields of MAPPING_FILE are not written. a b');
  expect(await projected()).toHaveLength(1);
});

it('what one process finds another takes up without asking, and projects once more what it did by the old mapping', async () => {
  const [one, two] = [watch(), watch()];
  await one.load();
  await two.load();
  await one.tick();
  await projected();
  await two.tick();
  expect(asked).toBe(1);
  expect(targets(two.fields())).toEqual(['Plan_Name__c']);
  expect(await projected()).toHaveLength(1);
});

it('a start with another mapping, or none, projects every Account, as far as the org took anything of it', async () => {
  const before = watch();
  await before.load();
  await before.tick();
  await projected();
  const none = watch([]);
  await none.load();
  expect(await projected()).toHaveLength(1);
  await watch([]).load();
  expect(await projected()).toEqual([]);
});

it('verdicts are kept by mapping', async () => {
  const one = watch();
  await one.load();
  await one.tick();
  expect(await keptVerdict(database.db, [PLAN, MRR])).toMatchObject({ checkedAt: now, refused: [expect.any(String)] });
  expect(await keptVerdict(database.db, [PLAN])).toBe(null);
  expect(troubleOf([], null)).toBe('');
});
