import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSealKeys, SealError, type SealKey } from './seal.ts';

/**
 * Key for the embedded database: made once, kept beside it in `<dataDir>/seal.key`, readable by its owner alone.
 * @throws SealError when the file is there and holds no key
 */
export function localSealKeys(dataDir: string): SealKey[] {
  const file = join(dataDir, 'seal.key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, `local:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const keys = readSealKeys(readFileSync(file, 'utf8'));
  if (typeof keys === 'string') throw new SealError(`${file} cannot be used. ${keys}`);
  return keys;
}
