import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { connectDatabase, type Db } from '../../server/platform/db/database.ts';
import { startEmbeddedPostgres } from '../../server/platform/db/embedded.ts';
import { migrate } from '../../server/platform/db/migrate.ts';

export type TestDatabase = {
  db: Db;
  pool: pg.Pool;
  /** For another process. */
  url: string;
  /** Drops the database. */
  close(): Promise<void>;
};

export type TestServer = { url: string; stop(): Promise<void> };

/** Where a run's Postgres is told to its test files. */
export const SERVER_VARIABLE = 'TEST_POSTGRES_URL';
const TEMPLATE = 'billing360_test_template';

/** A folder for an embedded database that the unprivileged user of a test run as root can enter. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'billing-360-test-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** An embedded Postgres of its own, without the waits that make data survive a power cut. */
export async function startTestServer(): Promise<TestServer> {
  const folder = testFolder();
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
  const postgres = await startEmbeddedPostgres(folder, settings);
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(server: string, database: string): string {
  const url = server.match(/^(postgres(?:ql)?:\/\/[^/]*)\/[^?]*(\?.*)?$/);
  if (!url) throw new Error('The address of the test database cannot be read.');
  return `${url[1]}/${database}${url[2] ?? ''}`;
}

async function withAdmin<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes the database with the schema in it that test databases are copied from; files that do so together wait. */
async function makeTemplate(server: string): Promise<void> {
  await withAdmin(server, async (client) => {
    await client.query('select pg_advisory_lock(360000002)');
    await client.query(`drop database if exists ${TEMPLATE} with (force)`);
    await client.query(`create database ${TEMPLATE}`);
    const { db, close } = connectDatabase(addressOf(server, TEMPLATE));
    await migrate(db).finally(close);
  });
}

/** Starts the Postgres of a whole run, or uses the one of DATABASE_URL, and tells the test files. @returns its end */
export async function startSharedServer(): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL'];
  const server = given ? { url: given, stop: async () => {} } : await startTestServer();
  await makeTemplate(server.url);
  process.env[SERVER_VARIABLE] = server.url;
  return async () => {
    delete process.env[SERVER_VARIABLE];
    if (given) await withAdmin(given, (client) => client.query(`drop database if exists ${TEMPLATE} with (force)`));
    await server.stop();
  };
}

/**
 * Locks a table in a transaction that may stay open however slow the machine is, which those of the server may not.
 * @returns its end
 */
export async function holdTable({ url }: TestDatabase, table: string, mode: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  // A test that fails drops the database beneath it.
  client.on('error', () => {});
  await client.connect();
  await client.query(`begin; lock table ${table} in ${mode} mode`);
  return async () => {
    await client.query('commit');
    await client.end();
  };
}

/**
 * A database with the schema of the server, for one test file. Without a shared server, as when a file is run by itself
 * and no global set-up is configured, it starts one.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const stopShared = process.env[SERVER_VARIABLE] ? null : await startSharedServer();
  const server = process.env[SERVER_VARIABLE]!;
  const name = `billing360_test_${randomUUID().replaceAll('-', '')}`;
  await withAdmin(server, async (client) => {
    // Copying fails while another file copies.
    await client.query('select pg_advisory_lock(360000002)');
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  const url = addressOf(server, name);
  const connected = connectDatabase(url);
  return {
    db: connected.db,
    pool: connected.pool,
    url,
    async close() {
      await connected.close();
      await withAdmin(server, (client) => client.query(`drop database ${name} with (force)`));
      await stopShared?.();
    },
  };
}
