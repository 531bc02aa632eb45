import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, missingMigrations, MigrationError } from '../../server/platform/db/migrate.ts';
import { previousBuild } from '../support/previousBuild.ts';
import { createTestDatabase, holdTable, type TestDatabase } from '../support/postgres.ts';

const folder = resolve(import.meta.dirname, '../../server/platform/db/migrations');

let database: TestDatabase;

/** The last migration as if it had not happened. */
async function forget(name: string, undo: string): Promise<void> {
  await database.pool.query(`${undo}; delete from kysely_migration where name = '${name}'`);
}
const UNDO_INBOX = `drop table inbox_payload, dismissal, operator_action; drop index inbox_inline_payload;
  alter table inbox alter column payload set not null`;

describe('a migration', () => {
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.close());

  it('gives way to a transaction that uses the table, lets traffic through meanwhile, and is done when it may', async () => {
    await forget('0008-inbox', UNDO_INBOX);
    const release = await holdTable(database, 'inbox', 'row exclusive');
    const migrating = migrate(database.db);
    // Each insert waits behind the migration for its lock timeout at most; without one for as long as the holder likes.
    for (let round = 0; round < 6; round += 1) {
      await database.pool.query(
        `insert into inbox (connection, event_id, kind, payload, digest) values ('stripe', $1, 'x', '{}', '')`,
        [`evt_${round}`],
      );
      expect(await missingMigrations(database.db)).toEqual(['0008-inbox']);
    }
    await release();
    await migrating;
    expect(await missingMigrations(database.db)).toEqual([]);
  }, 60_000);

  it('says what to do when the table stays in use', async () => {
    await forget('0008-inbox', UNDO_INBOX);
    const release = await holdTable(database, 'inbox', 'row exclusive');
    const failure = await migrate(database.db, 0).catch((error: unknown) => error);
    await release();
    expect(failure).toBeInstanceOf(MigrationError);
    expect((failure as Error).message).toContain('a table stayed in use');
    await migrate(database.db);
  }, 60_000);

  it('is done once by servers that start together', async () => {
    await forget('0008-inbox', UNDO_INBOX);
    await Promise.all([migrate(database.db), migrate(database.db), migrate(database.db)]);
    const { rows } = await database.pool.query(`select name from kysely_migration where name = '0008-inbox'`);
    expect(rows).toHaveLength(1);
  });

  it('of a newer build is no obstacle, unless its name says that it breaks this one', async () => {
    const insert = (name: string) =>
      database.pool.query(`insert into kysely_migration values ($1, '2027-01-01')`, [name]);
    await insert('0999-later');
    await migrate(database.db);
    expect(await missingMigrations(database.db)).toEqual([]);
    await insert('0999-harder.breaking');
    await expect(migrate(database.db)).rejects.toThrow(
      'The database was changed by a newer version that this one cannot work with (0999-harder.breaking). Start the newer version.',
    );
  });
});

/** What the build before cannot live with: a column or table that it uses is gone, renamed, or needs a value. */
const BREAKING =
  /drop\s+(column|table)|rename\s|alter\s+column\s+\w+\s+(type|set\s+not\s+null)|add\s+column\s+\w+\s+[^,;]*not\s+null(?![^,;]*default)/i;

describe('migrations', () => {
  const files = readdirSync(folder).sort();

  it.each(files)('%s is named as one, and breaks the build before only where its name says so', (file) => {
    expect(file).toMatch(/^\d{4}-[a-z-]+(\.breaking)?\.sql$/);
    const text = readFileSync(join(folder, file), 'utf8').replace(/--.*$/gm, '');
    expect(BREAKING.test(text)).toBe(file.includes('.breaking.'));
  });

  it('have numbers of their own', () => {
    const numbers = files.map((file) => file.slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('of the previous release are as they were', () => {
    expect(previousBuild()).toMatch(/server\.mjs$/);
  });
});
