import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { connectDatabase, type Database } from '../../platform/db/database.ts';
import { missingMigrations } from '../../platform/db/migrate.ts';
import { runningEmbedded } from '../../platform/db/running.ts';
import { localSealKeys } from '../../platform/localSealKey.ts';
import { createSealer, readSealKeys, type Sealer } from '../../platform/seal.ts';
import { Refusal } from './verb.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where servers keep their data unless told otherwise. */
const USUAL = '.data';

function embedded(dataDir = USUAL): { folder: string; url: string } {
  // A demo keeps its data in a folder of its own below.
  const folders = [dataDir, join(dataDir, 'demo')];
  const found = folders.flatMap((folder) => {
    const url = runningEmbedded(resolve(folder));
    return url === null ? [] : [{ folder, url }];
  });
  if (found.length > 1)
    throw new Refusal(`Servers run in ${found.map(({ folder }) => folder).join(' and ')}. Choose one with --data-dir.`);
  if (found[0] === undefined)
    throw new Refusal(
      `No server with the embedded database runs in ${folders.map((folder) => resolve(folder)).join(' or ')}. Start it, name its folder with --data-dir, or set DATABASE_URL.`,
    );
  return found[0];
}

/** Settings of a server that keeps them beside its data, as the demo does; those of the environment come first. */
function settingsBeside(env: Env, folder: string | null): Env {
  const file = folder === null ? null : join(folder, 'settings.env');
  return file !== null && existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...env } : env;
}

/** The keys that the servers of this database seal with. @throws Refusal */
function sealerOf(env: Env, folder: string | null): Sealer {
  const file = env['SEAL_KEYS_FILE'];
  const text = env['SEAL_KEYS'] || (file ? readFileSync(file, 'utf8') : '');
  if (text === '' && folder !== null) return createSealer(localSealKeys(folder));
  const keys = text === '' ? 'Set SEAL_KEYS or SEAL_KEYS_FILE as for the servers.' : readSealKeys(text);
  if (typeof keys === 'string') throw new Refusal(keys);
  return createSealer(keys);
}

/**
 * Connects to the database of the server, without changing its schema.
 * @param dataDir as given on the command line; null for that of the environment
 * @returns also the settings of its servers, as far as they are known here
 * @throws Refusal when there is none that answers, or it has another schema
 */
export async function connectToServer(
  env: Env,
  dataDir: string | null,
): Promise<Pick<Database, 'db' | 'close'> & { sealer(): Sealer; settings: Env }> {
  const given = dataDir === null ? env['DATABASE_URL'] : undefined;
  const local = given ? null : embedded(dataDir ?? (env['DATA_DIR'] || undefined));
  const connected = connectDatabase(local?.url ?? given ?? '', undefined, 2);
  try {
    const missing = await missingMigrations(connected.db);
    if (missing.length > 0)
      throw new Refusal(
        `The database has an older schema (${missing.join(', ')} missing). Start the server of this version first.`,
      );
    const folder = local?.folder ?? null;
    return { ...connected, sealer: () => sealerOf(env, folder), settings: settingsBeside(env, folder) };
  } catch (error) {
    await connected.close();
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `The database cannot be used: ${error instanceof Error ? error.message || error.name : String(error)}`,
    );
  }
}
