import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../server/platform/db/database.ts';

/** A Postgres of its own for a bench, gone after stop(). */
export async function benchDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'billing-360-bench-'));
  const database = await openDatabase({ databaseUrl: null, dataDir });
  return {
    url: database.url,
    async stop() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
