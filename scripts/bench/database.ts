import { rmSync } from 'node:fs';
import { openDatabase } from '../../server/platform/db/database.ts';
import { testFolder } from '../../test/support/postgres.ts';

/** A Postgres of its own for a bench, gone after stop(). */
export async function benchDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = testFolder();
  const database = await openDatabase({ databaseUrl: null, dataDir });
  return {
    url: database.url,
    async stop() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
