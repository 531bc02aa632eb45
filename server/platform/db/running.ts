import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, DATABASE, socketFolderOf } from './embedded.ts';
import { runningPostmaster } from './postmaster.ts';

/** @returns address of the embedded Postgres that runs on `<dataDir>/postgres`; null when none does. Starts nothing. */
export function runningEmbedded(dataDir: string): string | null {
  const wanted = join(dataDir, 'postgres');
  if (!existsSync(wanted)) return null;
  const place = realpathSync(wanted);
  return runningPostmaster(join(place, 'data')) === null ? null : addressOf(socketFolderOf(place), DATABASE);
}
