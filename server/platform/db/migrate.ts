import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';

const folder = join(import.meta.dirname, 'migrations');
const FILE = /^(\d{4}-[a-z-]+(?:\.breaking)?)\.sql$/;

/** How long a migration waits for a table, and how long it may hold it, before it lets the traffic through. */
const LOCK_TIMEOUT = '1s';
const STATEMENT_TIMEOUT = '30s';
/** Postgres: lock_not_available, query_canceled (statement_timeout), deadlock_detected. */
const BUSY = ['55P03', '57014', '40P01'];

/** The schema cannot be brought to what this build needs; `message` is meant for the terminal. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

async function up<Tables>(db: Kysely<Tables>, file: string): Promise<void> {
  await sql
    .raw(`set local lock_timeout = '${LOCK_TIMEOUT}'; set local statement_timeout = '${STATEMENT_TIMEOUT}'`)
    .execute(db);
  await sql.raw(await readFile(join(folder, file), 'utf8')).execute(db);
}

async function ownMigrations(): Promise<Record<string, Migration>> {
  const names = (await readdir(folder)).flatMap((file) => FILE.exec(file)?.[1] ?? []);
  return Object.fromEntries(names.sort().map((name) => [name, { up: (db) => up(db, `${name}.sql`) }]));
}

async function executedMigrations<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const { rows: found } = await sql<{
    there: boolean;
  }>`select to_regclass('kysely_migration') is not null as there`.execute(db);
  if (!found[0]?.there) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return rows.map(({ name }) => name);
}

/**
 * Numbered files of plain SQL, forward only. One that a newer build has carried out is no obstacle, as while processes
 * are replaced one by one or a release is taken back, unless its name says `breaking`: then this build cannot work on it.
 */
function providerFor<Tables>(db: Kysely<Tables>): MigrationProvider {
  return {
    async getMigrations() {
      const own = await ownMigrations();
      const foreign = (await executedMigrations(db)).filter((name) => !(name in own));
      const breaking = foreign.filter((name) => name.endsWith('.breaking'));
      if (breaking.length > 0)
        throw new MigrationError(
          `The database was changed by a newer version that this one cannot work with (${breaking.join(', ')}). Start the newer version.`,
        );
      return { ...own, ...Object.fromEntries(foreign.map((name) => [name, { up: async () => {} }])) };
    },
  };
}

function migratorFor<Tables>(db: Kysely<Tables>): Migrator {
  // Branches that were worked on side by side bring numbers out of order.
  return new Migrator({ db, provider: providerFor(db), allowUnorderedMigrations: true });
}

const isBusy = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error && BUSY.includes(String(error.code));

/**
 * Brings the schema up to date, in one transaction. Servers that start together wait for each other (kysely holds an
 * advisory lock). A table that is in use is waited for briefly, again and again, so that traffic queues up behind the
 * migration for a second at most.
 * @param withinMs after which a table that is always in use counts as an error
 * @throws MigrationError; the error of the first migration that failed, which leaves nothing behind
 */
export async function migrate<Tables>(db: Kysely<Tables>, withinMs = 120_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (let attempt = 1; ; attempt += 1) {
    const { error } = await migratorFor(db).migrateToLatest();
    if (error === undefined) return;
    if (!isBusy(error)) throw error;
    if (Date.now() > deadline)
      throw new MigrationError(
        'The schema could not be changed: a table stayed in use. End what holds it (pg_stat_activity shows transactions that are open for long) and start again.',
        { cause: error },
      );
    await new Promise((done) => setTimeout(done, Math.random() * Math.min(5000, 200 * 2 ** attempt)));
  }
}

/** Names of migrations that this version knows and the database does not have yet. */
export async function missingMigrations<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const all = await migratorFor(db).getMigrations();
  return all.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}
