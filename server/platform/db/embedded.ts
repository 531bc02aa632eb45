import { spawn, type SpawnOptions } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries, type Binaries } from './binaries.ts';
import { EmbeddedPostgresError, placeFor, type RunAs } from './place.ts';
import { removeStaleFiles, runningPostmaster, stopPostmaster } from './postmaster.ts';

export type EmbeddedPostgres = {
  /** Address of the database; a socket in a folder that only its owner may enter, no port. */
  url: string;
  /** Stops Postgres; the data stays. */
  stop(): Promise<void>;
};

export const DATABASE = 'billing360';
/** Number of the lock that says which server has this database for itself. */
const OWNER_LOCK = 360_000_001;

const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '64MB',
  // Small queries only: compiling them and spreading them over processes costs more than it saves.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  autovacuum_analyze_scale_factor: '0.05',
  autovacuum_vacuum_scale_factor: '0.05',
};

function own(folder: string, runAs: RunAs): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (runAs !== null) chownSync(folder, runAs.uid, runAs.gid);
  return folder;
}

/** A socket's whole path is limited to about 100 bytes by the system. */
export function socketFolderOf(place: string): string {
  const beside = join(place, 'run');
  if (Buffer.byteLength(beside) <= 80) return beside;
  const name = `billing-360-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`;
  return join(process.platform === 'win32' ? tmpdir() : '/tmp', name);
}

function makeSocketFolder(place: string, runAs: RunAs): string {
  const folder = own(socketFolderOf(place), runAs);
  if (lstatSync(folder).uid !== (runAs?.uid ?? process.getuid?.()))
    throw new EmbeddedPostgresError(
      `The folder ${folder} belongs to somebody else. Remove it, or set DATA_DIR to a shorter path.`,
    );
  return folder;
}

/** Its own session, so that a Ctrl-C meant for the server does not stop the database before the server is done. */
function spawnOptions(runAs: RunAs, place: string, logFile: number): SpawnOptions {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC', HOME: place };
  return { cwd: place, env, detached: true, stdio: ['ignore', logFile, logFile], ...(runAs ?? {}) };
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n');
}

/** Makes the data beside its place and renames it, so that a start that is cut off leaves no half of it. */
async function makeData(binaries: Binaries, place: string, data: string, runAs: RunAs): Promise<void> {
  const unfinished = join(place, `data-${randomUUID()}`);
  const logPath = join(place, 'initdb.log');
  const logFile = openSync(logPath, 'w', 0o600);
  const args = ['-D', unfinished, '-U', DATABASE, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  const child = spawn(binaries.initdb, args, spawnOptions(runAs, place, logFile));
  closeSync(logFile);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new EmbeddedPostgresError(`The embedded database could not be made:\n${lastLines(logPath)}`);
  }
  try {
    renameSync(unfinished, data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another start was faster; the lock below decides between the two.
    if (!existsSync(join(data, 'PG_VERSION'))) throw error;
  }
}

export function addressOf(socketFolder: string, database: string): string {
  return `postgresql://${DATABASE}@/${database}?host=${encodeURIComponent(socketFolder)}`;
}

async function connect(url: string, deadline: number, failed: () => string | null): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, application_name: `billing-360 server ${process.pid}` });
    // A connection that is lost later is reported by the query that meets it.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (cause) {
      const failure = failed();
      if (failure !== null || Date.now() > deadline)
        throw new EmbeddedPostgresError(failure ?? 'The embedded database did not answer.', { cause });
      await new Promise((done) => setTimeout(done, 15));
    }
  }
}

/**
 * Takes this database for this process as long as the connection lives; a server that was killed loses it with its
 * connections, so nothing is left to clean up.
 */
async function takeOwnership(client: pg.Client, dataDir: string): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [OWNER_LOCK]);
    if (rows[0]?.taken) return;
    if (Date.now() > deadline) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.objid = $1 and l.granted`,
    [OWNER_LOCK],
  );
  throw new EmbeddedPostgresError(
    `Another server (${rows[0]?.name ?? 'unknown'}) already uses the database in ${dataDir}. Stop it, set DATA_DIR to another folder, or set DATABASE_URL to run several.`,
  );
}

/**
 * Starts the Postgres that npm installed, on data in `<dataDir>/postgres`, which is made at the first start. One that
 * still runs because its server was killed is taken over.
 * @param settings added to those that the product needs, such as `fsync=off` for tests
 * @throws EmbeddedPostgresError in plain words when it cannot run, or when another server uses this data
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32')
    throw new EmbeddedPostgresError(
      'The embedded database runs on Linux and macOS. Set DATABASE_URL to a database of your own.',
    );
  const { place, runAs } = placeFor(dataDir);
  const binaries = findBinaries(dataDir, runAs);
  const data = join(place, 'data');
  const socketFolder = makeSocketFolder(place, runAs);
  const logPath = join(place, 'postgres.log');
  if (!existsSync(join(data, 'PG_VERSION'))) await makeData(binaries, place, data, runAs);

  let failed: (() => string) | null = null;
  if (runningPostmaster(data) === null) {
    removeStaleFiles(data, socketFolder);
    const logFile = openSync(logPath, 'w', 0o600);
    const options = Object.entries({ ...SETTINGS, unix_socket_directories: socketFolder, ...settings });
    const args = ['-D', data, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const child = spawn(binaries.postgres, args, spawnOptions(runAs, place, logFile));
    closeSync(logFile);
    child.on('error', (error) => (failed = () => `The embedded database could not be started: ${error.message}`));
    child.on('exit', () => (failed ??= () => `The embedded database stopped:\n${lastLines(logPath)}`));
    child.unref();
  }
  // One that lost the race against another start on the same data ends; the other one answers instead.
  const failure = () => (failed !== null && runningPostmaster(data) === null ? failed() : null);

  const deadline = Date.now() + 60_000;
  const first = await connect(addressOf(socketFolder, 'postgres'), deadline, failure);
  try {
    await takeOwnership(first, dataDir);
    const { rowCount } = await first.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await first.query(`create database ${DATABASE}`);
  } catch (error) {
    await first.end();
    throw error;
  }
  return {
    url: addressOf(socketFolder, DATABASE),
    async stop() {
      const pid = runningPostmaster(data);
      await first.end().catch(() => {});
      if (pid !== null) await stopPostmaster(pid);
    },
  };
}
