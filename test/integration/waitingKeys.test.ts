import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimKeys } from '../../server/sync/keys/claim.ts';
import { waitingKeys } from '../../server/sync/keys/waiting.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const key = (id: string) => `salesforce:Opportunity:${id}`;
const dirty = (name: string, readyIn: string, more = sql`false`) =>
  sql`insert into dirty (key, not_before, quarantined_at) values (${name}, now() + ${readyIn}::interval,
    case when ${more} then now() end)`.execute(database.db);

it('names keys of a kind that are ready and that nobody works, with the generation that a claim has', async () => {
  await dirty(key('first'), '-3 s');
  await dirty(key('second'), '-2 s');
  await dirty(key('third'), '-1 s');
  await dirty(key('later'), '1 h');
  await dirty(key('aside'), '-9 s', sql`true`);
  await dirty('salesforce:Opportunity2:other', '-9 s');
  await dirty('salesforce:Account:other', '-8 s');
  const idsOf = async (most: number) =>
    (await waitingKeys(database.db, 'salesforce', 'Opportunity', most)).map(({ id }) => id);
  expect(await idsOf(10)).toEqual(['first', 'second', 'third']);
  expect(await idsOf(2)).toEqual(['first', 'second']);

  const waiting = await waitingKeys(database.db, 'salesforce', 'Opportunity', 10);
  const claims = await claimKeys(database.db, 3, 60_000);
  const worked = claims.find((claim) => claim.key === key('first'))!;
  expect(waiting[0]!.generation).toBe(worked.generation);
  expect(await idsOf(10)).toEqual(['second', 'third']);
  await sql`update dirty set generation = nextval('dirty_generation') where key = ${key('second')}`.execute(
    database.db,
  );
  const [second] = await waitingKeys(database.db, 'salesforce', 'Opportunity', 10);
  expect(second!.generation).toBeGreaterThan(waiting[1]!.generation);
});
