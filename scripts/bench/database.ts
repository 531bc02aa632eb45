import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../server/platform/db/database.ts';
import { testFolder } from '../../test/support/postgres.ts';

/** A Postgres of its own for a bench, gone after stop(). `pid`: parent of the processes that work for connections. */
export async function benchDatabase(): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const dataDir = testFolder();
  const database = await openDatabase({ databaseUrl: null, dataDir });
  return {
    url: database.url,
    pid: Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]),
    async stop() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
