import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Secret } from '../config/secret.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { PreparingClient } from './prepared.ts';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema>;

export type Database = {
  db: Db;
  pool: pg.Pool;
  /** Address that another process can use too. */
  url: string;
  /** Closes connections; stops Postgres when it is the embedded one. */
  close(): Promise<void>;
};

/**
 * A process that stands still within a transaction holds its locks, and with them the work of every other process. Only a
 * transaction that says so itself waits for anything but the database.
 */
const IDLE_IN_TRANSACTION_MS = 5000;

const INT8 = 20;
const DATE = 1082;

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`A number of the database is too large: ${text}`);
  return value;
}

/** Own parsers instead of pg's global ones: numbers for int8, and calendar dates as text. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: string) {
    if (oid === INT8) return readInt8;
    if (oid === DATE) return (text: string) => text;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/**
 * Connects to a database whose address is known; does not change its schema.
 * @param onTrouble told when a connection is lost; the pool opens another one
 */
export function connectDatabase(
  url: string,
  onTrouble: (error: Error) => void = () => {},
  max = 20,
): Omit<Database, 'url'> {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
    max,
    connectionTimeoutMillis: 5000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: `billing-360 ${process.pid}`,
    types,
  });
  // A connection that is lost says so itself, also while it is in use; without a listener that would end the process.
  pool.on('connect', (client) => client.on('error', onTrouble));
  pool.on('error', () => {});
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/**
 * Opens the database of the server, starting the embedded one when no address is configured, and brings its schema up
 * to date.
 * @throws EmbeddedPostgresError when the embedded one cannot run; the error of the driver when the other does not answer
 */
export async function openDatabase(
  config: { databaseUrl: Secret | null; dataDir: string },
  onTrouble: (error: Error) => void = () => {},
): Promise<Database> {
  const embedded = config.databaseUrl === null ? await startEmbeddedPostgres(config.dataDir) : null;
  const url = embedded?.url ?? config.databaseUrl?.reveal() ?? '';
  const connected = connectDatabase(url, onTrouble);
  const close = async () => {
    await connected.close();
    await embedded?.stop();
  };
  try {
    await migrate(connected.db);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...connected, url, close };
}
