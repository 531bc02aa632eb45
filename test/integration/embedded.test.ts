import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { openDatabase } from '../../server/platform/db/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/db/embedded.ts';
import { testFolder } from '../support/postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const running: { stop(): Promise<void> }[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = testFolder();
  folders.push(made);
  return made;
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(dataDir);
  running.push(postgres);
  return postgres;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const postmasterOf = (dataDir: string) =>
  Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);

describe('the embedded database', () => {
  it('keeps data over a restart, with every commit on the disk', async () => {
    const dataDir = folder();
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    expect(existsSync(join(dataDir, 'postgres/data/postmaster.pid'))).toBe(false);
    const second = await start(dataDir);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(await query(second.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(second.url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
  });

  it('starts though files of a killed one are left, and their process id is somebody else now', async () => {
    const dataDir = folder();
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 42 as answer');
    const pid = postmasterOf(dataDir);
    process.kill(pid, 'SIGKILL');
    for (let alive = true; alive;)
      alive = await query(first.url, 'select 1').then(
        () => true,
        () => false,
      );
    const file = join(dataDir, 'postgres/data/postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
    const second = await start(dataDir);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('runs in a folder that other users cannot enter', async () => {
    const closed = join(folder(), 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, 'clone/.data');
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const place = realpathSync(join(dataDir, 'postgres'));
    folders.push(place);
    const second = await start(dataDir);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(realpathSync(join(dataDir, 'postgres'))).toBe(place);
    expect(place.startsWith(closed)).toBe(process.getuid?.() !== 0);
    await second.stop();
    rmSync(dataDir, { recursive: true });
    const anew = await start(dataDir);
    folders.push(realpathSync(join(dataDir, 'postgres')));
    await expect(query(anew.url, 'select answer from kept')).rejects.toThrow('does not exist');
  });

  it('has the schema after it was opened, twice over', async () => {
    const dataDir = folder();
    for (const _ of [1, 2]) {
      const database = await openDatabase({ databaseUrl: null, dataDir });
      expect(await database.db.selectFrom('inbox').selectAll().execute()).toEqual([]);
      await database.close();
    }
  });
});

describe('two servers that want the same embedded database', () => {
  /** Starts one, which is ended with the test: these two tests run at once, since a server waits 5 s before it gives up. */
  async function startIn({ onTestFinished }: TestContext, dataDir: string): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres(dataDir);
    onTestFinished(() => postgres.stop());
    return postgres;
  }

  function folderOf({ onTestFinished }: TestContext): string {
    const made = testFolder();
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }

  it.concurrent('the second one is refused', async (context) => {
    const dataDir = folderOf(context);
    await startIn(context, dataDir);
    await expect(startIn(context, dataDir)).rejects.toThrow(
      /Another server \(billing-360 server \d+\) already uses the database/,
    );
  });

  it.concurrent('one of two that start together has it', async (context) => {
    const dataDir = folderOf(context);
    const starts = await Promise.allSettled([startIn(context, dataDir), startIn(context, dataDir)]);
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

/** A server of its own that takes events in and prints the id of each one once it is acknowledged. */
const SERVER = `
import { openDatabase } from './server/platform/db/database.ts';
import { createIntake } from './server/sync/inbox/intake.ts';
import { createPostgresStore } from './server/sync/postgres.ts';
const database = await openDatabase({ databaseUrl: null, dataDir: process.argv[1] });
const intake = createIntake(createPostgresStore(database, { orgId: '', mappingVersion: '' }));
for (let next = 1; ; next += 10)
  await Promise.all(Array.from({ length: 10 }, async (_, index) => {
    const eventId = 'evt_' + (next + index);
    await intake.accept([{ connection: 'stripe', eventId, kind: 'x', key: 'stripe:account:' + (index % 3), occurredAt: null, payload: {} }]);
    console.log(eventId);
  }));
`;

describe('a server that is killed while it takes events in', () => {
  it('has every event that it acknowledged after it starts again', async () => {
    const dataDir = folder();
    const acknowledged: string[] = [];
    for (const enough of [50, 300]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', SERVER, dataDir], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(line);
        if (acknowledged.length >= enough && !child.killed) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      const postgres = postmasterOf(dataDir);
      const database = await openDatabase({ databaseUrl: null, dataDir });
      running.push({ stop: () => database.close() });
      expect(postmasterOf(dataDir), 'the Postgres that was left running is taken over').toBe(postgres);
      const stored = await database.db.selectFrom('inbox').select('event_id').execute();
      const ids = new Set(stored.map((row) => row.event_id));
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
      const keys = await database.db.selectFrom('dirty').selectAll().execute();
      expect(keys).toHaveLength(3);
      await running.pop()!.stop();
    }
  });
});
